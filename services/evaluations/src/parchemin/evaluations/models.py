"""All tables of the service, for the migrations."""

from parchemin.evaluations.awards.models import Award, BlockValidation, RegisterCounter
from parchemin.evaluations.base import Base
from parchemin.evaluations.calendars.models import CalendarFeed
from parchemin.evaluations.convocations.models import Convocation
from parchemin.evaluations.deliberation.models import Decision, Override
from parchemin.evaluations.enrolments.models import KnownCandidate, KnownEnrolment, KnownExemption
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.jurors.models import Juror
from parchemin.evaluations.places.models import Closure, Place, Room, Unavailability
from parchemin.evaluations.planning.models import Slot, SlotJuror, Timetable, TimetableRoom
from parchemin.evaluations.referential.models import PublishedReferential
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import ConflictOfInterest, EvaluationSession, JurySeat

__all__ = [
    "Award",
    "Base",
    "BlockValidation",
    "CalendarFeed",
    "Closure",
    "ConflictOfInterest",
    "Convocation",
    "Decision",
    "EvaluationSession",
    "Juror",
    "JurySeat",
    "KnownCandidate",
    "KnownEnrolment",
    "KnownExemption",
    "Override",
    "Place",
    "PublishedReferential",
    "RegisterCounter",
    "Registration",
    "Room",
    "Sheet",
    "Slot",
    "SlotJuror",
    "Timetable",
    "TimetableRoom",
    "Unavailability",
]
