"""Tables of equivalences as the API shows them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from parchemin.candidates.enrolments.schemas import BlockNumber, Blocks, Version
from parchemin.common.text import Paragraph


class EquivalenceRow(BaseModel):
    """All these blocks of the earlier version, validated, stand for that one of the later version."""

    model_config = ConfigDict(extra="forbid")

    from_blocks: Blocks
    to_block: BlockNumber


class NewBlockEquivalence(BaseModel):
    """A table to be published. It replaces the one for the same two versions, which stays on record."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "example": {
                "from_version": "1.0",
                "to_version": "2.0",
                "source": "Décision du certificateur du 12 janvier 2027, annexe 2.",
                "rows": [{"from_blocks": [1], "to_block": 1}, {"from_blocks": [2, 3], "to_block": 2}],
            }
        },
    )

    from_version: Version
    to_version: Version
    source: Paragraph = Field(description="The decision that the table rests on")
    rows: Annotated[list[EquivalenceRow], Field(min_length=1, max_length=99)]


class BlockEquivalenceView(BaseModel):
    """A table that the certifier published; the highest `number` of two versions holds."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    from_version: str
    to_version: str
    number: int
    source: str
    rows: list[EquivalenceRow]
    created_at: datetime
    updated_at: datetime
