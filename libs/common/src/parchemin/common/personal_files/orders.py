"""A service's part of a person's file: ordered by an event, gathered beside the requests, told of by another event."""

import asyncio
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from sqlalchemy import delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.clock import utc_now
from parchemin.common.database import Database, announce
from parchemin.common.outbox import publish
from parchemin.common.personal_files.pieces import Gather, Piece
from parchemin.common.personal_files.sealing import encrypt, tar_of
from parchemin.common.statements import insert_if_absent
from parchemin.common.storage.store import ContentStore
from parchemin.common.tables import personal_file_orders
from parchemin.contracts.events.privacy import PersonalFilePart, PersonalFileRequestedV1

log = structlog.get_logger()

ORDERED = "personal_file_orders"
"""Announced with each order."""
POLL_SECONDS = 30.0
TAKEN = timedelta(minutes=15)
"""A process that took an order and has not given the part by then is taken for dead."""
_orders = personal_file_orders.c


class PartsGiver:
    """Gives a service's part to each request that names the service. What fails is tried again until it is due; then
    the request says that this service is missing."""

    def __init__(
        self,
        database: Database,
        exchange: ContentStore,
        gather: Gather,
        given: type[PersonalFilePart],
        *,
        poll_seconds: float = POLL_SECONDS,
    ) -> None:
        self._database = database
        self._exchange = exchange
        self._gather = gather
        self._given = given
        self._service = given.type.split(".")[1]
        self._poll_seconds = poll_seconds

    async def learn(self, session: AsyncSession, event: PersonalFileRequestedV1) -> None:
        """Note the order: to gather and encrypt would hold the transaction for as long as the files are large."""
        if self._service not in event.services:
            return
        order = event.model_dump(include={"request_id", "candidate_id", "organisation_id", "recipient", "due_at"})
        if await insert_if_absent(session, personal_file_orders, order):
            announce(session, ORDERED)

    async def run(self) -> None:
        """Look for orders for ever."""
        while True:
            self._database.signal(ORDERED).clear()
            try:
                await self.give_due()
            except Exception:  # it outlives a database that is away
                log.exception("personal_file_parts_failed", service=self._service)
            await self._database.announced(ORDERED, within=self._poll_seconds)

    async def give_due(self) -> int:
        """Give all parts that are ordered and not too late; how many."""
        now = utc_now()
        async with self._database.transaction() as session:
            await session.execute(delete(personal_file_orders).where(_orders.due_at <= now))
            free = or_(_orders.taken_at.is_(None), _orders.taken_at < now - TAKEN)
            taking = update(personal_file_orders).where(free).values(taken_at=now).returning(*personal_file_orders.c)
            orders = (await session.execute(taking)).all()
        given = 0
        for order in orders:
            try:
                given += await self._give(order)
            except Exception:  # the others' files do not depend on this one
                log.exception("personal_file_part_failed", service=self._service, request_id=str(order.request_id))
                async with self._database.transaction() as session:
                    this = _orders.request_id == order.request_id
                    await session.execute(update(personal_file_orders).where(this).values(taken_at=None))
        return given

    async def _give(self, order: Any) -> bool:
        async with self._database.reading() as session:
            pieces = list(await self._gather(session, order.candidate_id))
        key, size = await asyncio.to_thread(put_encrypted, self._exchange, pieces, order.recipient)
        async with self._database.transaction() as session:
            row = select(_orders.request_id).where(_orders.request_id == order.request_id).with_for_update()
            wanted = await session.scalar(row) is not None
            if wanted:
                await session.execute(delete(personal_file_orders).where(_orders.request_id == order.request_id))
                await publish(
                    session,
                    self._given(
                        request_id=order.request_id,
                        candidate_id=order.candidate_id,
                        organisation_id=order.organisation_id,
                        content_key=key,
                        size=size,
                    ),
                )
        if not wanted:  # given by another process, or the person was erased meanwhile
            await asyncio.to_thread(self._exchange.delete, key)
        return wanted


def put_encrypted(exchange: ContentStore, pieces: list[Piece], recipient: str) -> tuple[str, int]:
    """Put the pieces into the exchange, encrypted; under which key, and how many bytes. Blocks."""
    with TemporaryDirectory(prefix="parchemin-part-") as folder:
        draft = Path(folder) / "part.age"  # never holds anything readable
        encrypt(tar_of(pieces), recipient, draft)
        return exchange.put_file(draft), draft.stat().st_size
