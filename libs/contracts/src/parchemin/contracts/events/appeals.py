"""Facts published by the evaluations service about appeals, and what falls with a ruling."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from parchemin.contracts.events.evaluations import EnrolmentFact, Part
from parchemin.contracts.vocabulary import AppealRuling, CompetencyCode, CompetencyOutcome


class RuledCompetency(Part):
    """A decision of the jury that the ruling replaces."""

    competency: CompetencyCode
    before: CompetencyOutcome
    now: CompetencyOutcome


class AppealRuledV1(EnrolmentFact):
    """The certifier ruled on an appeal. Why it was filed and so ruled never travels: whoever may read it asks."""

    type: ClassVar[str] = "parchemin.evaluations.appeal_ruled.v1"

    appeal_id: UUID
    registration_id: UUID
    session_id: UUID
    ruling: AppealRuling
    ruled_on: date
    decisions: tuple[RuledCompetency, ...]
    """Empty but where the appeal is upheld."""

    @property
    def subject(self) -> str:
        return str(self.appeal_id)


class BlockValidationRevokedV1(EnrolmentFact):
    """A ruling took a validated block back: its attestation is worth nothing any more."""

    type: ClassVar[str] = "parchemin.evaluations.block_validation_revoked.v1"

    validation_id: UUID
    block: int
    revoked_on: date


class CertificationRevokedV1(EnrolmentFact):
    """An award fell with a block that it rested on. Its number stays in the register and is never given again."""

    type: ClassVar[str] = "parchemin.evaluations.certification_revoked.v1"

    award_id: UUID
    register_number: str
    revoked_on: date
