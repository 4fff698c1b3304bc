"""Facts published by the evaluations service about the life of a session before its deliberation."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from pydantic import AwareDatetime

from parchemin.contracts.envelope import Event
from parchemin.contracts.events.candidates import Measure
from parchemin.contracts.events.evaluations import TOPIC, EnrolmentFact, Part
from parchemin.contracts.vocabulary import IncidentKind, IncidentOutcome, ModalityCode


class IncidentDecidedV1(Event):
    """The jury decided on a suspicion of fraud. What was reported and why it was so decided never travels: whoever
    may read it asks the service."""

    type: ClassVar[str] = "parchemin.evaluations.incident_decided.v1"
    topic: ClassVar[str] = TOPIC

    incident_id: UUID
    session_id: UUID
    registration_id: UUID
    enrolment_id: UUID
    organisation_id: UUID
    kind: IncidentKind
    outcome: IncidentOutcome

    @property
    def key(self) -> str:
        return str(self.enrolment_id)

    @property
    def subject(self) -> str:
        return str(self.incident_id)


class MeetingPlace(Part):
    """Where to come."""

    place: str
    address_lines: tuple[str, ...] = ()
    postal_code: str | None = None
    city: str | None = None
    access_notes: str | None = None
    room: str | None = None
    floor: str | None = None


class Appointment(Part):
    """One modality: when and where."""

    registration_id: UUID
    modality: ModalityCode
    preparation_starts_at: AwareDatetime | None = None
    """When the candidate is expected, where there is a preparation; extra time is counted in."""
    starts_at: AwareDatetime
    ends_at: AwareDatetime | None = None
    """None where the session has one start for all."""
    where: MeetingPlace


class CandidateConvenedV1(EnrolmentFact):
    """A candidate was told when and where to come to a session. A later number replaces the ones before."""

    type: ClassVar[str] = "parchemin.evaluations.candidate_convened.v1"

    convocation_id: UUID
    session_id: UUID
    number: int
    """1, and one more each time that something changed."""
    convened_on: date
    time_zone: str
    """IANA name: where the times are read."""
    appointments: tuple[Appointment, ...]
    measures: tuple[Measure, ...]
    """What is done, never why."""
    bring: str | None


class SubmissionReceivedV1(Event):
    """A version of a deliverable was examined and accepted. It replaces the versions before it."""

    type: ClassVar[str] = "parchemin.evaluations.submission_received.v1"
    topic: ClassVar[str] = TOPIC

    submission_id: UUID
    registration_id: UUID
    session_id: UUID
    enrolment_id: UUID
    candidate_id: UUID
    organisation_id: UUID
    modality: ModalityCode
    deliverable: int
    """Rank among the modality's deliverables, from 1."""
    number: int
    """1 for the first version, and so on; a version that was refused leaves a gap."""
    sha256: str
    late: bool
    """Handed in after the candidate's own deadline, within the grace."""
    received_at: AwareDatetime
    """When it was handed in."""
    snapshot_id: UUID | None = None
    """Of a production, where that was handed in and no file; `sha256` is of its figures then."""

    @property
    def key(self) -> str:
        return str(self.enrolment_id)

    @property
    def subject(self) -> str:
        return str(self.submission_id)


class SessionCancelledV1(Event):
    """A session does not take place: nobody who was told to come is expected."""

    type: ClassVar[str] = "parchemin.evaluations.session_cancelled.v1"
    topic: ClassVar[str] = TOPIC

    session_id: UUID
    organisation_id: UUID

    @property
    def key(self) -> str:
        return str(self.session_id)
