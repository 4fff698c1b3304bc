"""The registry of this service's tables: its own, so that four services can live in one process."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from parchemin.common.columns import new_metadata


class Base(SQLModel, registry=registry(metadata=new_metadata())):
    """Base of the tables of the budget service."""
