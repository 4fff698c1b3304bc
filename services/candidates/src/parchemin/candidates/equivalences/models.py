"""Tables of equivalences between two versions of the referential, as the certifier published them."""

from typing import Any

from sqlalchemy import JSON, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.common.columns import Record


class BlockEquivalence(Record, Base, table=True):
    """One edition of a table. It never changes: a new edition replaces it for what is recognised from then on."""

    __tablename__ = "block_equivalences"
    __table_args__ = (
        UniqueConstraint("from_version", "to_version", "number"),
        CheckConstraint("from_version <> to_version", name="two_versions"),
        CheckConstraint("number > 0", name="number"),
    )

    from_version: str = Field(max_length=32, foreign_key="known_referentials.version")
    to_version: str = Field(max_length=32, foreign_key="known_referentials.version", index=True)
    number: int
    source: str = Field(max_length=4000)
    rows: list[dict[str, Any]] = Field(sa_type=JSON)
