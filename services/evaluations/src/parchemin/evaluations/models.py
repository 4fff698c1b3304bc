"""All tables of the service, for the migrations."""

from parchemin.evaluations.appeals.models import Appeal
from parchemin.evaluations.attendance.models import AttendanceRecord
from parchemin.evaluations.awards.models import Award, BlockValidation, RegisterCounter
from parchemin.evaluations.base import Base
from parchemin.evaluations.calendars.models import CalendarFeed
from parchemin.evaluations.convocations.models import Convocation
from parchemin.evaluations.deliberation.models import Decision, Override
from parchemin.evaluations.enrolments.models import KnownCandidate, KnownEnrolment, KnownExemption
from parchemin.evaluations.follow_up.models import FollowUp, FollowUpAnswer
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.incidents.models import Incident
from parchemin.evaluations.juries.models import JuryStatement
from parchemin.evaluations.jurors.models import Juror
from parchemin.evaluations.places.models import Closure, Place, Room, Unavailability
from parchemin.evaluations.planning.models import Slot, SlotJuror, Timetable, TimetableRoom
from parchemin.evaluations.referential.models import PublishedReferential
from parchemin.evaluations.register.models import RegisterEntry, RegisterHead
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import ConflictOfInterest, EvaluationSession, JurySeat
from parchemin.evaluations.submissions.models import Deposit, DepositPart, KnownSnapshot, Preparation

__all__ = [
    "Appeal",
    "AttendanceRecord",
    "Award",
    "Base",
    "BlockValidation",
    "CalendarFeed",
    "Closure",
    "ConflictOfInterest",
    "Convocation",
    "Decision",
    "Deposit",
    "DepositPart",
    "EvaluationSession",
    "FollowUp",
    "FollowUpAnswer",
    "Incident",
    "Juror",
    "JurySeat",
    "JuryStatement",
    "KnownCandidate",
    "KnownEnrolment",
    "KnownExemption",
    "KnownSnapshot",
    "Override",
    "Place",
    "Preparation",
    "PublishedReferential",
    "RegisterCounter",
    "RegisterEntry",
    "RegisterHead",
    "Registration",
    "Room",
    "Sheet",
    "Slot",
    "SlotJuror",
    "Timetable",
    "TimetableRoom",
    "Unavailability",
]
