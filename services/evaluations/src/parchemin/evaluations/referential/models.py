"""Published versions of the referential. They belong to the certification, not to a school."""

from sqlalchemy import Text
from sqlmodel import Field

from parchemin.common.columns import Record
from parchemin.evaluations.base import Base


class PublishedReferential(Record, Base, table=True):
    """One version, as it was published; it never changes."""

    __tablename__ = "referentials"

    name: str = Field(max_length=32, unique=True)
    """The version that the certifier gave it."""
    body: str = Field(sa_type=Text)
    """The referential as JSON."""
    digest: str = Field(max_length=64)
    """SHA-256 of `body`; its ETag."""
