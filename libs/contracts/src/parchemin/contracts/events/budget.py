"""Facts published by the budget service."""

from typing import ClassVar
from uuid import UUID

from parchemin.contracts.envelope import Event

TOPIC = "parchemin.budget.v1"


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
