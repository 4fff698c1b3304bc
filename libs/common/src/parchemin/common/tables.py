"""Tables that every service's database has, whatever it is about.

Core tables, not mapped classes: the statements on them are few and set-based.
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlmodel.sql.sqltypes import UTCDateTime

from parchemin.common.columns import new_metadata

metadata = new_metadata()

Position = BigInteger().with_variant(Integer, "sqlite")
"""SQLite only auto-increments an INTEGER primary key."""

outbox = Table(
    "outbox",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("topic", String(200), nullable=False),
    Column("key", String(200), nullable=False),
    Column("type", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("headers", JSON(none_as_null=True), nullable=True),
    Column("occurred_at", UTCDateTime, nullable=False),
    Column("published_at", UTCDateTime, nullable=True),
)
Index(
    "ix_outbox_unpublished",
    outbox.c.position,
    postgresql_where=outbox.c.published_at.is_(None),
    sqlite_where=outbox.c.published_at.is_(None),
)

inbox = Table(
    "inbox",
    metadata,
    Column("consumer", String(100), primary_key=True),
    Column("event_id", Uuid, primary_key=True),
    Column("handled_at", UTCDateTime, nullable=False),
)

dead_letters = Table(
    "dead_letters",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=True),
    Column("consumer", String(100), nullable=False),
    Column("event_id", Uuid, nullable=True),
    Column("topic", String(200), nullable=False),
    Column("key", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("cause", Text, nullable=False),
    Column("attempts", Integer, nullable=False, server_default="1"),
    Column("source", String(300), nullable=True),
    Column("traceparent", String(55), nullable=True),
    Column("parked_at", UTCDateTime, nullable=False),
    UniqueConstraint("consumer", "event_id"),
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("scope", String(300), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer, nullable=True),
    Column("headers", JSON, nullable=True),
    Column("body", LargeBinary, nullable=True),
    Column("created_at", UTCDateTime, nullable=False, index=True),
)

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=True),
    Column("at", UTCDateTime, nullable=False),
    Column("organisation_id", Uuid, nullable=True, index=True),
    Column("actor", String(255), nullable=False),
    Column("action", String(100), nullable=False),
    Column("object_kind", String(100), nullable=False),
    Column("object_id", Uuid, nullable=False, index=True),
)

person_keys = Table(
    "person_keys",
    metadata,
    Column("person_id", Uuid, primary_key=True),
    Column("purpose", String(20), primary_key=True),
    Column("wrapped", LargeBinary, nullable=True),
    Column("wrapped_by", String(16), nullable=True, index=True),
    Column("made_at", UTCDateTime, nullable=False),
    CheckConstraint("(wrapped IS NULL) = (wrapped_by IS NULL)", name="wrapped"),
)
"""Keys under which what is known of a person is sealed. One without `wrapped` was destroyed for good."""
