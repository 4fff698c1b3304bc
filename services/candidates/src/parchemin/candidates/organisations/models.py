"""Schools and training centres that present candidates."""

from sqlmodel import Field

from parchemin.candidates.base import Base
from parchemin.common.columns import Aggregate


class Organisation(Aggregate, Base, table=True):
    """One school. It belongs to itself: its `organisation_id` is its `id`."""

    __tablename__ = "organisations"

    code: str = Field(max_length=32, unique=True)
    name: str = Field(max_length=300)
