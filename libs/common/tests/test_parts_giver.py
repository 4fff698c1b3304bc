"""A service's part of a person's file: given once, tried again, and not given too late."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.personal_files import PartsGiver, Piece, json_piece
from parchemin.common.personal_files.sealing import decrypted, new_key, pieces_of
from parchemin.common.storage.folder import FolderStore
from parchemin.common.tables import outbox, personal_file_orders
from parchemin.contracts.events.privacy import PersonalFileRequestedV1, ProductionsGatheredV1

pytestmark = pytest.mark.asyncio

CANDIDATE = UUID(int=1)


class Shop:
    """A service that gives its part, and fails when told to."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.exchange = FolderStore(folder, suffix=".age")
        self.secret, self.public = new_key()
        self.fails = False
        self.giver = PartsGiver(database, self.exchange, self.gather, ProductionsGatheredV1)

    async def gather(self, _session: AsyncSession, candidate_id: UUID) -> Sequence[Piece]:
        if self.fails:
            raise RuntimeError("not today")
        return [json_piece("budget/productions.json", [{"of": candidate_id}])]

    async def order(self, *services: str, hours: int = 1) -> None:
        event = PersonalFileRequestedV1(
            request_id=uuid4(),
            candidate_id=CANDIDATE,
            organisation_id=UUID(int=2),
            recipient=self.public,
            services=services,
            due_at=utc_now() + timedelta(hours=hours),
        )
        async with self.database.transaction() as session:
            await self.giver.learn(session, event)
            await self.giver.learn(session, event)

    async def waiting(self) -> int:
        async with self.database.reading() as session:
            return await session.scalar(select(func.count()).select_from(personal_file_orders)) or 0

    async def told(self) -> list[ProductionsGatheredV1]:
        async with self.database.reading() as session:
            bodies = list(await session.scalars(select(outbox.c.body)))
        return [ProductionsGatheredV1.read(json.loads(body)["data"]) for body in bodies]


@pytest.fixture
def shop(database: Database, tmp_path: Path) -> Shop:
    return Shop(database, tmp_path / "exchange")


async def test_a_part_is_given_once_encrypted_to_the_request_and_told_of(shop: Shop) -> None:
    await shop.order("budget", "documents")
    assert await shop.giver.give_due() == 1
    assert await shop.giver.give_due() == 0
    [event] = await shop.told()
    part = decrypted(shop.exchange.stream(event.content_key), shop.secret)
    held = {piece.name: b"".join(piece.content()) for piece in pieces_of(part)}
    assert {name: json.loads(text) for name, text in held.items()} == {
        "budget/productions.json": [{"of": str(CANDIDATE)}]
    }
    assert await shop.waiting() == 0


async def test_what_fails_is_tried_again(shop: Shop) -> None:
    await shop.order("budget")
    shop.fails = True
    assert await shop.giver.give_due() == 0
    assert (await shop.waiting(), await shop.told()) == (1, [])
    shop.fails = False
    assert await shop.giver.give_due() == 1


async def test_nothing_is_given_too_late_or_by_who_was_not_asked(shop: Shop) -> None:
    await shop.order("documents")
    assert await shop.waiting() == 0
    await shop.order("budget", hours=-1)
    assert await shop.giver.give_due() == 0
    assert (await shop.waiting(), await shop.told()) == (0, [])


async def test_a_part_that_nobody_waits_for_any_more_is_not_left_in_the_store(shop: Shop) -> None:
    await shop.order("budget")
    gather = shop.gather

    async def meanwhile_forgotten(session: AsyncSession, candidate_id: UUID) -> Sequence[Piece]:
        pieces = await gather(session, candidate_id)
        async with shop.database.transaction() as writing:
            await writing.execute(personal_file_orders.delete())
        return pieces

    giver = PartsGiver(shop.database, shop.exchange, meanwhile_forgotten, ProductionsGatheredV1)
    assert await giver.give_due() == 0
    assert await shop.told() == []
    assert list((shop.exchange._folder).rglob("*.age")) == []
