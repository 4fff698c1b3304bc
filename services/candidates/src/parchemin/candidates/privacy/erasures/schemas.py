"""Erasures as the API shows them."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from parchemin.candidates.privacy.erasures.models import Erasure
from parchemin.candidates.privacy.erasures.rules import (
    ErasureOrigin,
    ErasureState,
    Gone,
    Hold,
    HoldKind,
    Kept,
    RefusalGround,
)
from parchemin.candidates.privacy.erasures.wording import GONE, HOLDS, KEPT
from parchemin.common.language import Language
from parchemin.common.problems.validation import refusal


class GoneView(BaseModel):
    """Something that goes for good."""

    what: Gone
    detail: str


class KeptView(BaseModel):
    """Something that stays, and the law that has it kept."""

    what: Kept
    detail: str
    source: str


class HoldView(BaseModel):
    """What the erasure has to wait for."""

    reason: HoldKind
    detail: str
    until: date | None


class ErasureConsequences(BaseModel):
    """What an erasure would do, before anybody decides on it."""

    candidate_id: UUID
    goes: list[GoneView]
    stays: list[KeptView]
    waits_for: list[HoldView] = Field(description="Approved before, it is done by itself once nothing is left here")
    erasure_id: UUID | None = Field(description="Of the request that stands, where there is one")

    @classmethod
    def of(
        cls, candidate_id: UUID, stays: list[Kept], waits: list[Hold], erasure: Erasure | None, language: Language
    ) -> "ErasureConsequences":
        """In the client's language."""
        return cls(
            candidate_id=candidate_id,
            goes=[GoneView(what=what, detail=text.say(language)) for what, text in GONE.items()],
            stays=[KeptView(what=what, detail=KEPT[what][0].say(language), source=KEPT[what][1]) for what in stays],
            waits_for=[
                HoldView(reason=hold.kind, detail=HOLDS[hold.kind].say(language), until=hold.until) for hold in waits
            ],
            erasure_id=None if erasure is None else erasure.id,
        )


class ErasureView(BaseModel):
    """A request for erasure."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    candidate_id: UUID
    state: ErasureState
    origin: ErasureOrigin
    refusal_ground: RefusalGround | None
    decided_at: datetime | None
    done_at: datetime | None
    created_at: datetime
    updated_at: datetime


class ErasureRuling(BaseModel):
    """The second step: what the administrator answers, having read the consequences."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"example": {"decision": "approved", "refusal_ground": None}}
    )

    decision: Literal["approved", "refused"]
    refusal_ground: RefusalGround | None = Field(default=None, description="Where it is refused, and only there")

    @model_validator(mode="after")
    def _ground_of_a_refusal(self) -> "ErasureRuling":
        if (self.decision == "refused") != (self.refusal_ground is not None):
            raise refusal(
                "refusal_ground_misplaced",
                fr="Un refus a un motif, une approbation n'en a pas.",
                en="A refusal has a ground, an approval has none",
            )
        return self
