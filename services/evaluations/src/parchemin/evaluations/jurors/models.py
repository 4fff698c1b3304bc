"""The pool of jurors."""

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.contracts.vocabulary import JurorQuality
from parchemin.evaluations.base import Base

_QUALITIES = ", ".join(f"'{quality}'" for quality in JurorQuality)


class Juror(Aggregate, Base, table=True):
    """A person who may sit on a jury. `subject` is the `sub` of their tokens; their id where none is said."""

    __tablename__ = "jurors"
    __table_args__ = (
        UniqueConstraint("organisation_id", "subject"),
        CheckConstraint(f"quality IN ({_QUALITIES})", name="quality"),
    )

    first_name: str = Field(max_length=120)
    last_name: str = Field(max_length=120)
    quality: str = Field(max_length=20)
    external: bool
    subject: str = Field(max_length=255)
