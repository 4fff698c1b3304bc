"""The inbox: an event's effect and the record that it was handled are committed together, so a repeat does nothing."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar
from uuid import UUID

import structlog
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.bus import Bus, Message
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.problems import DomainError
from parchemin.common.statements import insert_if_absent
from parchemin.common.tables import dead_letters, inbox
from parchemin.common.tracing import trace
from parchemin.contracts.envelope import CloudEvent, Event

log = structlog.get_logger()

E = TypeVar("E", bound=Event)
Handler = Callable[[AsyncSession, E], Awaitable[None]]
ATTEMPTS = 3


class Consumer:
    """Handles a service's events from elsewhere.

    What is unreadable, or refused by a rule, is parked as a dead letter with its cause. What fails for want of
    the database is raised, and the bus tries again without end. Anything unexpected is tried a few times, then parked.
    """

    def __init__(self, name: str, database: Database) -> None:
        self.name = name
        self._database = database
        self._handlers: dict[str, tuple[type[Event], Handler[Any]]] = {}

    def on(self, event: type[E], handler: Handler[E]) -> None:
        """Have `handler` called, inside the inbox transaction, for each event of this type."""
        self._handlers[event.type] = (event, handler)

    def subscribe(self, bus: Bus) -> None:
        """Take part in the bus as one group, named as the consumer."""
        topics = {event.topic for event, _ in self._handlers.values()}
        bus.subscribe(self.name, sorted(topics), self.deliver)

    async def deliver(self, message: Message) -> None:
        """Return when the message is handled, was handled before, concerns nobody here, or is parked."""
        try:
            envelope = CloudEvent.model_validate_json(message.body)
        except ValidationError as error:
            await self._park(message, None, f"unreadable envelope: {error.error_count()} faults")
            return
        if envelope.type not in self._handlers:
            return
        event_type, handler = self._handlers[envelope.type]
        try:
            event = event_type.model_validate(envelope.data)
        except ValidationError as error:
            fields = sorted({".".join(map(str, fault["loc"])) for fault in error.errors()})
            await self._park(message, envelope.id, f"unreadable data: {', '.join(fields)}")
            return
        with trace(envelope.traceparent):
            await self._handle(message, envelope.id, event, handler)

    async def _handle(self, message: Message, event_id: UUID, event: Event, handler: Handler[Any]) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self._database.transaction() as session:
                    record = {"consumer": self.name, "event_id": event_id, "handled_at": utc_now()}
                    if await insert_if_absent(session, inbox, record):
                        await handler(session, event)
                return
            except DomainError as error:
                await self._park(message, event_id, f"refused: {error.code}")
                return
            except (OperationalError, InterfaceError, OSError, TimeoutError):
                raise
            except Exception as error:
                if isinstance(error, DBAPIError) and error.connection_invalidated:
                    raise
                log.exception("event_handler_failed", event_id=str(event_id), attempt=attempt)
                if attempt == ATTEMPTS:
                    await self._park(message, event_id, f"unexpected: {type(error).__name__}")

    async def _park(self, message: Message, event_id: UUID | None, cause: str) -> None:
        log.error("dead_letter", consumer=self.name, topic=message.topic, cause=cause)
        async with self._database.transaction() as session:
            letter = {
                "consumer": self.name,
                "event_id": event_id,
                "topic": message.topic,
                "key": message.key,
                "body": message.body,
                "cause": cause,
                "parked_at": utc_now(),
            }
            await insert_if_absent(session, dead_letters, letter)
