"""The envelope of every event: CloudEvents 1.0, structured JSON mode.

The same bytes stand in the outbox, on the bus, in a dead letter and in a replay file.
Source: CloudEvents 1.0.2, JSON event format; partitioning and distributed tracing extensions.
"""

from datetime import datetime
from typing import ClassVar, Literal, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, JsonValue

CONTENT_TYPE = "application/cloudevents+json"
SCHEMA_ROOT = "https://schemas.parchemin.invalid/events"
"""Names schemas, is never fetched (RFC 6761: `.invalid` resolves nowhere); the files are in docs/api/events."""


class Event(BaseModel):
    """A fact, in the past tense. Immutable; a reader ignores members it does not know.

    Within a version only optional members with a default may be added. Anything else is a new class.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    type: ClassVar[str]
    """Reverse name with the version: `parchemin.evaluations.block_validated.v1`."""
    topic: ClassVar[str]
    """Where it is published, by service: `parchemin.evaluations.v1`."""
    forgets: ClassVar[bool] = False
    """On a topic of identities: it says that nothing is known any more, and so tells nothing of the person."""

    @classmethod
    def read(cls, data: object) -> Self:
        """The fact in an envelope's data. Members that this version does not know are ignored at every depth,
        also in shapes that forbid them where a person enters them."""
        return cls.model_validate(data, extra="ignore")

    @property
    def key(self) -> str:
        """Partition key: events of one key are delivered in the order of their publication."""
        raise NotImplementedError

    @property
    def subject(self) -> str:
        """Id of the aggregate that the fact is about; the key unless a subclass says otherwise."""
        return self.key


class CloudEvent(BaseModel):
    """One event as it travels."""

    model_config = ConfigDict(frozen=True, extra="ignore", use_attribute_docstrings=True)

    specversion: Literal["1.0"] = "1.0"
    id: UUID
    source: str
    type: str
    subject: str
    time: AwareDatetime
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: str
    partitionkey: str
    traceparent: str | None = None
    data: dict[str, JsonValue]

    def to_bytes(self) -> bytes:
        """The structured-mode message."""
        return self.model_dump_json(exclude_none=True).encode()


def schema_id(event: type[Event]) -> str:
    """Name of the schema of an event's data."""
    return f"{SCHEMA_ROOT}/{event.type}.json"


def wrap(event: Event, *, event_id: UUID, at: datetime, traceparent: str | None = None) -> CloudEvent:
    """Put a fact into its envelope; `at` is when it became true (aware, UTC)."""
    service = event.type.split(".")[1]
    return CloudEvent(
        id=event_id,
        source=f"/{service}",
        type=event.type,
        subject=event.subject,
        time=at,
        dataschema=schema_id(type(event)),
        partitionkey=event.key,
        traceparent=traceparent,
        data=event.model_dump(mode="json"),
    )
