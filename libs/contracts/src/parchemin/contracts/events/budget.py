"""Facts published by the budget service."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from parchemin.contracts.envelope import Event
from parchemin.contracts.vocabulary import Sha256

TOPIC = "parchemin.budget.v1"
Money = Annotated[str, StringConstraints(pattern=r"^[0-9]+\.[0-9]{2}$")]
"""A decimal with 2 places, as a string: a JSON number is a float to most readers."""


class ProductionOpenedV1(Event):
    """A production (the audiovisual project a candidate works on) was opened for an enrolment."""

    type: ClassVar[str] = "parchemin.budget.production_opened.v1"
    topic: ClassVar[str] = TOPIC

    production_id: UUID
    organisation_id: UUID
    enrolment_id: UUID
    currency: str
    """ISO 4217."""

    @property
    def key(self) -> str:
        return str(self.production_id)


class ChapterAmount(BaseModel):
    """What the lines of one chapter come to."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    code: str
    """Number of the chapter in the production's chart of accounts."""
    amount: Money


class ProductionSnapshotTakenV1(Event):
    """What a production was budgeted at, at one moment: it stays so, whatever becomes of the estimate."""

    type: ClassVar[str] = "parchemin.budget.production_snapshot_taken.v1"
    topic: ClassVar[str] = TOPIC

    snapshot_id: UUID
    production_id: UUID
    organisation_id: UUID
    enrolment_id: UUID
    taken_at: AwareDatetime
    currency: str
    """ISO 4217."""
    estimate_id: UUID | None = None
    estimate_version: int | None = None
    """Number of the version within the production, from 1."""
    chapters: tuple[ChapterAmount, ...]
    """In the order of the chart, also those of nothing."""
    contingency: Money
    overheads: Money
    total: Money
    """Of the chapters, the contingency and the overheads."""
    sha256: Sha256
    """Of the figures as canonical JSON (RFC 8785): one object of `currency`, `estimate_id`, `estimate_version`,
    `chapters` (objects of `code` and `amount`), `contingency`, `overheads` and `total`, as they stand here."""

    @property
    def key(self) -> str:
        return str(self.enrolment_id)

    @property
    def subject(self) -> str:
        return str(self.snapshot_id)
