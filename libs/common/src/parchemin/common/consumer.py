"""The inbox: an event's effect and the record that it was handled are committed together, so a repeat does nothing."""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable, Collection
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

import structlog
from pydantic import ValidationError
from sqlalchemy import Row, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.bus import Bus, Message
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.dead_letters import opened_letter, sealed_letter, tell_of_dead_letter
from parchemin.common.failures import is_transient
from parchemin.common.metrics import UNREADABLE, Outcome, event_handled
from parchemin.common.problems import DomainError
from parchemin.common.statements import insert_if_absent
from parchemin.common.tables import dead_letters, inbox
from parchemin.common.tracing import SpanKind, current_traceparent, span
from parchemin.contracts.envelope import CloudEvent, Event

log = structlog.get_logger()

E = TypeVar("E", bound=Event)
Handler = Callable[[AsyncSession, E], Awaitable[None]]
ATTEMPTS = 3
ATTEMPT_AGAIN_SECONDS = 0.1


class ConsumerPaused(Exception):
    """The service is starting or stopping; the bus tries again."""


class _Unreadable(Exception):
    """The bytes are not an event that this consumer can read. Holds the cause, and the event's id where it shows."""

    def __init__(self, cause: str, event_id: UUID) -> None:
        super().__init__(cause)
        self.cause = cause
        self.event_id = event_id


class Consumer:
    """Handles a service's events from elsewhere.

    What is unreadable, or refused by a rule, is parked as a dead letter with its cause. What fails for want of
    the database is raised, and the bus tries again without end. Anything unexpected is tried a few times, then parked.
    What is parked counts as received, and comes again by `replay_dead_letters` only.
    """

    def __init__(self, name: str, database: Database) -> None:
        self.name = name
        self._database = database
        self._handlers: dict[str, tuple[type[Event], Handler[Any]]] = {}
        self._paused = False
        self._in_hand = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def on(self, event: type[E], handler: Handler[E]) -> None:
        """Have `handler` called, inside the inbox transaction, for each event of this type."""
        if event.type in self._handlers:
            raise ValueError(f"{self.name} handles {event.type} already")
        self._handlers[event.type] = (event, handler)

    @property
    def topics(self) -> frozenset[str]:
        """Where the events come from that it handles."""
        return frozenset(event.topic for event, _ in self._handlers.values())

    def subscribe(self, bus: Bus) -> None:
        """Take part in the bus as one group, named as the consumer."""
        bus.subscribe(self.name, sorted(self.topics), self.deliver)

    def pause(self) -> None:
        """Refuse deliveries: the database is not open yet, or about to close."""
        self._paused = True

    def resume(self) -> None:
        """Take deliveries again."""
        self._paused = False

    async def drain(self) -> None:
        """Refuse further deliveries, and return when those in hand are done."""
        self.pause()
        await self._idle.wait()

    async def deliver(self, message: Message) -> None:
        """Return when the message is handled, was handled before, concerns nobody here, or is parked."""
        if self._paused:
            raise ConsumerPaused(self.name)
        self._in_hand += 1
        self._idle.clear()
        try:
            await self._receive(message)
        finally:
            self._in_hand -= 1
            if not self._in_hand:
                self._idle.set()

    async def _receive(self, message: Message) -> None:
        try:
            read = self._read(message.body)
        except _Unreadable as error:
            await self._park(message, error.event_id, f"unreadable {error.cause}", event_type=UNREADABLE)
            return
        if read is None:
            return
        envelope, event, handler = read
        with span(
            f"process {envelope.type}",
            service=self.name,
            parent=envelope.traceparent,
            kind=SpanKind.CONSUMER,
            event_id=str(envelope.id),
        ):
            await self._handle(message, envelope, event, handler)

    def _read(self, body: bytes) -> tuple[CloudEvent, Event, Handler[Any]] | None:
        """The event and who handles it; None where nobody here does."""
        try:
            envelope = CloudEvent.model_validate_json(body)
        except ValidationError as error:
            # The same bytes are the same dead letter, however often they come.
            no_id = UUID(bytes=hashlib.sha256(body).digest()[:16])
            raise _Unreadable(f"envelope: {error.error_count()} faults", no_id) from error
        if envelope.type not in self._handlers:
            return None
        event_type, handler = self._handlers[envelope.type]
        try:
            return envelope, event_type.read(envelope.data), handler
        except ValidationError as error:
            fields = sorted({".".join(map(str, fault["loc"])) for fault in error.errors()})
            raise _Unreadable(f"data: {', '.join(fields)}", envelope.id) from error

    async def _handle(self, message: Message, envelope: CloudEvent, event: Event, handler: Handler[Any]) -> None:
        park = partial(self._park, message, envelope.id, event_type=envelope.type)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                async with self._database.transaction() as session:
                    is_new = await self._is_new(session, envelope.id)
                    if is_new:
                        await handler(session, event)
                if is_new:
                    event_handled(self.name, envelope.type, Outcome.APPLIED, since=envelope.time)
                else:
                    event_handled(self.name, envelope.type, Outcome.REPEATED)
                return
            except DomainError as error:
                await park(f"refused: {error.code}", attempts=attempt)
                return
            except Exception as error:
                if is_transient(error):
                    raise
                log.exception("event_handler_failed", event_id=str(envelope.id), attempt=attempt)
                if attempt == ATTEMPTS:
                    await park(f"unexpected: {type(error).__name__}", attempts=attempt)
                else:
                    await asyncio.sleep(ATTEMPT_AGAIN_SECONDS * attempt * random.uniform(0.5, 1))  # noqa: S311

    async def _is_new(self, session: AsyncSession, event_id: UUID) -> bool:
        record = {"consumer": self.name, "event_id": event_id, "handled_at": utc_now()}
        return await insert_if_absent(session, inbox, record)

    async def _park(self, message: Message, event_id: UUID, cause: str, *, event_type: str, attempts: int = 1) -> None:
        """Keep the message with its cause, tell of it on the dead-letter topic, and record it as received: a repeat
        must not overtake what came later."""
        async with self._database.transaction() as session:
            if not await self._is_new(session, event_id):
                event_handled(self.name, event_type, Outcome.REPEATED)
                return
            letter = {
                "consumer": self.name,
                "event_id": event_id,
                "topic": message.topic,
                "key": message.key,
                "body": message.body,
                "cause": cause,
                "attempts": attempts,
                "source": message.source,
                "traceparent": current_traceparent(),
                "parked_at": utc_now(),
            }
            if await insert_if_absent(session, dead_letters, await sealed_letter(session, letter)):
                await tell_of_dead_letter(session, letter)
        event_handled(self.name, event_type, Outcome.PARKED)
        log.error("dead_letter", consumer=self.name, topic=message.topic, event_id=str(event_id), cause=cause)

    async def replay_dead_letters(self, event_ids: Collection[UUID] | None = None) -> int:
        """Hand each parked event to its handler again, oldest first, or only these events; return how many went
        through this time.

        An event whose handler fails again stays parked.
        """
        async with self._database.reading() as session:
            parked = select(dead_letters).where(dead_letters.c.consumer == self.name).order_by(dead_letters.c.position)
            if event_ids is not None:
                parked = parked.where(dead_letters.c.event_id.in_(event_ids))
            letters = (await session.execute(parked)).all()
        return sum([await self._replay(letter) for letter in letters])

    async def _replay(self, parked: Row[Any]) -> bool:
        """The dead letter goes in the transaction of the effect."""
        position, parked_id = parked.position, parked.event_id
        try:
            async with self._database.reading() as session:
                body = await opened_letter(session, parked)
            read = self._read(body)
            if read is None:
                return False
            envelope, event, handler = read
            with span(
                f"replay {envelope.type}", service=self.name, parent=envelope.traceparent, kind=SpanKind.CONSUMER
            ):
                async with self._database.transaction() as session:
                    letter = delete(dead_letters).where(dead_letters.c.position == position)
                    if await session.scalar(letter.returning(dead_letters.c.position)) is None:
                        return False  # replayed by somebody else
                    received = (inbox.c.consumer == self.name) & (inbox.c.event_id == parked_id)
                    await session.execute(delete(inbox).where(received))
                    if await self._is_new(session, envelope.id):
                        await handler(session, event)
                event_handled(self.name, envelope.type, Outcome.APPLIED)  # its delay is not the bus's
            return True
        except Exception as error:
            log.warning("replay_failed", consumer=self.name, event_id=str(parked_id), cause=type(error).__name__)
            return False
