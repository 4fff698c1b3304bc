"""What this service knows of others' records, from their events alone."""

from typing import Any
from uuid import UUID

from sqlalchemy import JSON
from sqlmodel import Field

from parchemin.documents.base import Base


class KnownOrganisation(Base, table=True):
    """A school, as its documents name it."""

    __tablename__ = "known_organisations"

    id: UUID = Field(primary_key=True)
    code: str = Field(max_length=32)
    name: str = Field(max_length=300)


class KnownCandidate(Base, table=True):
    """A candidate's identity, the latest that was said: sealed under their key. An erasure removes the row."""

    __tablename__ = "known_candidates"

    id: UUID = Field(primary_key=True)
    identity: bytes


class KnownJuror(Base, table=True):
    """A juror's identity, the latest that was said: sealed under their key."""

    __tablename__ = "known_jurors"

    id: UUID = Field(primary_key=True)
    identity: bytes


class KnownReferential(Base, table=True):
    """One published version, whole."""

    __tablename__ = "known_referentials"

    version: str = Field(primary_key=True, max_length=32)
    body: dict[str, Any] = Field(sa_type=JSON)
