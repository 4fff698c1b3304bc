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

# `sealed_for` names the person under whose key a body is sealed; null where it tells nothing of anybody.

outbox = Table(
    "outbox",
    metadata,
    Column("position", Position, primary_key=True, autoincrement=True),
    Column("event_id", Uuid, nullable=False, unique=True),
    Column("topic", String(200), nullable=False),
    Column("key", String(200), nullable=False),
    Column("type", String(200), nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed_for", Uuid, nullable=True),
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
    Column("sealed_for", Uuid, nullable=True, index=True),
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
    Column("about", Text, nullable=True),
    Column("created_at", UTCDateTime, nullable=False, index=True),
)
"""Of an answer: its headers and its body, sealed together under a key of the service; and `about`, the ids that it
names, so that what it says of a person is found. Without `about` the answer is one of before it was sealed."""

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

personal_file_orders = Table(
    "personal_file_orders",
    metadata,
    Column("request_id", Uuid, primary_key=True),
    Column("candidate_id", Uuid, nullable=False),
    Column("organisation_id", Uuid, nullable=False),
    Column("recipient", String(100), nullable=False),
    Column("due_at", UTCDateTime, nullable=False),
    Column("taken_at", UTCDateTime, nullable=True),
)
"""Parts of persons' files that this service has to give; an order goes once it is done, or too late."""

doomed_files = Table(
    "doomed_files",
    metadata,
    Column("name", String(300), primary_key=True),
    Column("doomed_at", UTCDateTime, nullable=False),
)
"""Files that are still in the service's store though nothing may name them any more, until they are gone."""

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
