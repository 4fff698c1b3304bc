"""What the minutes of a deliberation say."""

from datetime import date
from typing import Literal

from pydantic import Field

from parchemin.contracts import vocabulary
from parchemin.documents.rendering.parts import (
    ClockTime,
    JurySession,
    Letterhead,
    Outcome,
    Printed,
    RegisterNumber,
    Text,
)


class JuryMember(Printed):
    name: Text
    quality: vocabulary.JurorQuality
    external: bool
    president: bool = False
    present: bool
    sworn_on: date | None = None
    """When they last stated on their honour to have no ties but those declared."""
    recused: tuple[Text, ...] = ()
    """Candidates whom they neither graded nor decided on."""


class JuryRules(Printed):
    """Rules of composition that the jury was held to."""

    name: Text
    version: Text
    source: Text


class Attendance(Printed):
    candidate_name: Text
    modality: Text
    status: vocabulary.Attendance


class CompetencyOutcome(Printed):
    code: Text
    outcome: Outcome


class ModalityDecision(Printed):
    modality: Text
    competencies: tuple[CompetencyOutcome, ...]


class Vote(Printed):
    """The voices on one decision."""

    in_favour: int
    against: int
    abstentions: int
    president_in_favour: bool


class Override(Printed):
    """The jury, which is sovereign, departed from the proposal for one competency and wrote why."""

    competency: Text
    proposed: Outcome
    decided: Outcome
    reason: Text
    vote: Vote | None = None
    """Unanimous where none is told, in minutes that tell of votes."""


class CandidateDecision(Printed):
    candidate_name: Text
    modalities: tuple[ModalityDecision, ...]
    overrides: tuple[Override, ...] = ()
    blocks_validated: tuple[int, ...] = ()
    register_number: RegisterNumber | None = None
    """Set when this session awarded the certification."""


class Incident(Printed):
    """What happened at the session, without its description."""

    kind: vocabulary.IncidentKind
    occurred_on: date
    occurred_at: ClockTime
    candidate_name: Text | None = None
    outcome: vocabulary.IncidentOutcome | None = None
    reason: Text | None = None


class JuryMinutes(Printed):
    """*Procès-verbal* of a deliberation."""

    kind: Literal["jury_minutes"] = "jury_minutes"
    letterhead: Letterhead
    certification_title: Text
    session: JurySession
    deliberated_on: date
    jury: tuple[JuryMember, ...] = Field(min_length=1)
    quorum: Text
    """The sentence that says whether and how the quorum was reached."""
    attendance: tuple[Attendance, ...]
    decisions: tuple[CandidateDecision, ...]
    adoption: Text | None = None
    """The sentence that says how the decisions were adopted as a whole; minutes without it tell of no votes."""
    jury_rules: tuple[JuryRules, ...] = ()
    incidents: tuple[Incident, ...] = ()
