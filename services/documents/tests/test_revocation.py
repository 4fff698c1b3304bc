"""What falls with a ruling: whatever it meets, the document is revoked once, and a new award has a new one."""

import asyncio
import threading
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from parchemin.common.storage.folder import FolderStore
from parchemin.common.tables import dead_letters

pytestmark = pytest.mark.asyncio

DAY = date(2026, 9, 1)


async def states(desk: Any) -> list[tuple[str, str, date | None]]:
    return [(it.kind, it.state, it.revoked_on) for it in await desk.documents()]


async def test_a_document_that_is_revoked_before_it_is_issued_is_made_and_counts_as_revoked(
    desk: Any, story: SimpleNamespace
) -> None:
    await desk.hear(story.validated(2), story.awarded(), story.validation_revoked(2), story.award_revoked())
    assert await states(desk) == [("block_attestation", "pending", DAY), ("diploma", "pending", DAY)]
    await desk.hear(*story.known())
    await desk.issuer.issue_due()
    assert await states(desk) == [("block_attestation", "issued", DAY), ("diploma", "issued", DAY)]


async def test_a_document_that_is_revoked_after_it_is_issued_keeps_its_file(desk: Any, story: SimpleNamespace) -> None:
    await desk.hear(*story.known(), story.validated(2), story.validated(3), story.awarded())
    await desk.issuer.issue_due()
    before = {it.id: it for it in await desk.documents()}
    await desk.hear(story.validation_revoked(2))
    after = {it.id: it for it in await desk.documents()}
    (changed,) = [it for it in after.values() if it.revoked_on]
    assert (changed.kind, changed.block, changed.state, changed.revoked_on) == ("block_attestation", 2, "issued", DAY)
    was = before[changed.id]
    assert (changed.sha256, changed.verification_code) == (was.sha256, was.verification_code)
    assert changed.version == was.version + 1
    assert changed.updated_at > was.updated_at
    assert all(after[key].version == it.version for key, it in before.items() if key != changed.id)


@pytest.mark.parametrize("issuing", [False, True])
async def test_a_revocation_told_twice_changes_nothing_more(desk: Any, story: SimpleNamespace, issuing: bool) -> None:
    await desk.hear(*story.known(), story.awarded(), story.award_revoked())
    if issuing:
        await desk.issuer.issue_due()
    before = await desk.document()
    await desk.hear(story.award_revoked(revoked_on=date(2027, 1, 1)), story.awarded())
    after = await desk.document()
    assert (after.version, after.updated_at, after.revoked_on) == (before.version, before.updated_at, DAY)


async def test_an_award_after_a_revocation_has_a_document_of_its_own(desk: Any, story: SimpleNamespace) -> None:
    await desk.hear(*story.known(), story.validated(2), story.awarded())
    await desk.issuer.issue_due()
    await desk.hear(story.validation_revoked(2), story.award_revoked())
    anew = {"validation_id": story.number("anew")}, {"award_id": story.number("anew"), "register_number": "2026-0009"}
    validated, awarded = (
        fact.model_copy(update=update) for fact, update in zip((story.validated(2), story.awarded()), anew, strict=True)
    )
    await desk.hear(validated, awarded, story.validation_revoked(2), story.award_revoked(), story.awarded(), awarded)
    await desk.issuer.issue_due()
    assert sorted(await states(desk), key=str) == [
        ("block_attestation", "issued", None),
        ("block_attestation", "issued", DAY),
        ("diploma", "issued", None),
        ("diploma", "issued", DAY),
    ]
    diplomas = [it for it in await desk.documents() if it.kind == "diploma"]
    numbers = {it.particulars["register_number"]: it.revoked_on for it in diplomas}
    assert numbers == {"2026-0001": DAY, "2026-0009": None}
    await desk.hear(story.award_revoked(award_id=story.number("anew"), revoked_on=date(2027, 1, 1)))
    assert sorted(str(it.revoked_on) for it in await desk.documents() if it.kind == "diploma") == [
        "2026-09-01",
        "2027-01-01",
    ]


class SlowStore(FolderStore):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.reached, self.go = threading.Event(), threading.Event()

    def put(self, content: bytes) -> str:
        self.reached.set()
        assert self.go.wait(10)
        return super().put(content)


async def test_a_revocation_that_comes_while_the_document_is_drawn_holds(desk: Any, story: SimpleNamespace) -> None:
    await desk.hear(*story.known(), story.awarded())
    slow = SlowStore(desk.folder)
    drawing = asyncio.create_task(type(desk)(desk.database, desk.folder, slow).issuer.issue_due())
    assert await asyncio.to_thread(slow.reached.wait, 10)
    await desk.hear(story.award_revoked())
    slow.go.set()
    await drawing
    assert await states(desk) == [("diploma", "issued", DAY)]
    assert len(await desk.told()) == 1


async def test_a_revocation_of_what_is_not_known_is_parked_and_harms_no_other(
    desk: Any, story: SimpleNamespace
) -> None:
    await desk.hear(*story.known(), story.awarded())
    await desk.hear(story.award_revoked(award_id=story.number("another")))
    async with desk.database.reading() as session:
        (cause,) = (await session.execute(select(dead_letters.c.cause))).scalars()
        assert "revoked_unknown" in cause
        (revoked_on,) = (await session.execute(select(story.Document.revoked_on))).scalars()
    assert revoked_on is None


async def test_the_database_revokes_nothing_but_diplomas_and_attestations(desk: Any, story: SimpleNamespace) -> None:
    await desk.hear(story.closed())
    async with desk.database.transaction() as session:
        with pytest.raises(IntegrityError):
            await session.execute(update(story.Document).values(revoked_on=DAY))
        await session.rollback()
