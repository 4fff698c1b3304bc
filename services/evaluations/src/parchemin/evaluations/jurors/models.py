"""The pool of jurors."""

from sqlmodel import Field

from parchemin.common.columns import Aggregate
from parchemin.evaluations.base import Base


class Juror(Aggregate, Base, table=True):
    """A person who may sit on a jury. `subject` is the `sub` of their tokens; their id where none is said."""

    __tablename__ = "jurors"

    first_name: str = Field(max_length=120)
    last_name: str = Field(max_length=120)
    quality: str = Field(max_length=20)
    external: bool
    subject: str = Field(max_length=255, index=True)
