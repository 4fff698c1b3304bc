"""Column types and the shape that every aggregate's table shares."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from inspect import signature
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Index, MetaData, event
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Mapper, declared_attr
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def new_metadata() -> MetaData:
    """Metadata whose constraints all have names, which a migration needs to change them."""
    return MetaData(naming_convention=NAMING)


class Cents(TypeDecorator[Decimal]):
    """An exact amount with two decimals, stored as an integer number of cents on every engine.

    A decimal column is a float on SQLite, and sums there drift.
    """

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        cents = value.scaleb(2)
        if cents != cents.to_integral_value():
            raise ValueError("an amount has at most two decimals")
        return int(cents)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


for _factory in (new_id, utc_now):  # SQLModel asks for it with each row that it makes, and finding out takes 30 µs
    vars(_factory)["__signature__"] = signature(_factory)


class Record(SQLModel):
    """Identity, version and times of what a client reads and lists.

    `version` is its ETag: the database refuses an update that was prepared on an older one.
    """

    id: UUID = Field(default_factory=new_id, primary_key=True)
    version: int = Field(default=1, nullable=False)
    created_at: datetime = Field(default_factory=utc_now)
    updated_at: datetime = Field(default_factory=utc_now)

    @declared_attr.directive
    def __mapper_args__(cls) -> Mapping[str, Any]:
        return {"version_id_col": cls.__table__.c.version}  # type: ignore[attr-defined]  # set by SQLAlchemy


class Aggregate(Record):
    """A record that belongs to an organisation."""

    organisation_id: UUID


@event.listens_for(Mapper, "instrument_class")
def _index_for_pages(mapper: Mapper[Any], mapped: type) -> None:
    """Every list is one organisation's, in the order of last change: an index that gives just that."""
    if issubclass(mapped, Aggregate):
        columns = mapper.local_table.c
        Index(None, columns.organisation_id, columns.updated_at, columns.id)
