"""From events to files: each document once, whatever happens in between."""

import asyncio
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import TypeAdapter

from parchemin.common.storage.folder import FolderStore
from parchemin.common.storage.store import key_of
from parchemin.documents.issuing.issuer import retry_after
from parchemin.documents.rendering import models as printed
from parchemin.documents.rendering.compiler import render

pytestmark = pytest.mark.asyncio


async def test_each_fact_makes_its_document_and_an_event_tells_of_it(desk: Any, story: SimpleNamespace) -> None:
    await desk.hear(
        *story.known(), story.validated(), story.awarded(), story.decided(), story.closed(), story.convened()
    )
    await desk.issuer.issue_due()
    documents = await desk.documents()
    assert [(it.kind, it.state) for it in documents] == [
        ("block_attestation", "issued"),
        ("convocation", "issued"),
        ("diploma", "issued"),
        ("jury_minutes", "issued"),
        ("results_notice", "issued"),
    ]
    told = await desk.told()
    assert {it.data["document_id"] for it in told} == {str(it.id) for it in documents}
    members = {"document_id", "organisation_id", "kind", "enrolment_id", "session_id", "sha256", "size"}
    assert all(it.data.keys() == members for it in told)
    versions = {it.data["kind"]: it.type.rpartition(".")[2] for it in told}
    assert versions == {it.kind: "v2" if it.kind == "convocation" else "v1" for it in documents}
    assert {path.stem for path in desk.files()} == {it.stored_key for it in documents}
    assert all(str(it.issued_on) == "2026-07-02" for it in documents)


async def test_what_was_printed_makes_the_same_file_again(desk: Any, story: SimpleNamespace) -> None:
    await desk.hear(
        *story.known(), story.validated(), story.awarded(), story.decided(), story.closed(), story.convened()
    )
    await desk.issuer.issue_due()
    for document in await desk.documents():
        content = await desk.content(document)
        again = TypeAdapter(printed.Document).validate_python(await desk.printed(document))
        assert render(again) == content
        assert len(content) == document.size


async def test_a_fact_told_twice_makes_one_document(desk: Any, story: SimpleNamespace) -> None:
    await desk.hear(*story.known(), story.validated())
    await desk.issuer.issue_due()
    first = await desk.document()
    await desk.hear(story.validated())
    await desk.issuer.issue_due()
    again = await desk.document()
    assert (again.sha256, again.verification_code) == (first.sha256, first.verification_code)
    assert len(await desk.told()) == 1


async def test_each_number_of_a_convocation_is_a_letter_of_its_own(desk: Any, story: SimpleNamespace) -> None:
    await desk.hear(*story.known(), story.convened(), story.convened(number=2), story.convened(number=2))
    await desk.issuer.issue_due()
    documents = await desk.documents()
    assert sorted([(await desk.printed(it))["number"] for it in documents]) == [1, 2]


async def test_a_document_waits_for_what_it_names_and_no_other_waits_with_it(desk: Any, story: SimpleNamespace) -> None:
    await desk.hear(story.closed(), story.validated(), story.registered(), story.published(), story.identified())
    await desk.issuer.issue_due()
    attestation, minutes = await desk.documents()
    assert attestation.state == "issued"
    waits_for = sorted(f"juror:{juror}" for juror in (story.PRESIDENT, story.MEMBER, story.AWAY))
    assert (minutes.state, minutes.missing) == ("pending", waits_for)
    await desk.hear(*story.jurors())
    await desk.issuer.issue_due()
    assert [it.state for it in await desk.documents()] == ["issued", "issued"]


async def test_two_issuers_at_once_issue_each_document_once(desk: Any, story: SimpleNamespace, tmp_path: Path) -> None:
    other = type(desk)(desk.database, desk.folder)
    names = [f"candidate {rank}" for rank in range(6)]
    await desk.hear(*story.known(), *(story.identified(name) for name in names), *map(story.awarded, names))
    await asyncio.gather(desk.issuer.issue_due(), other.issuer.issue_due())
    documents = await desk.documents()
    assert [it.state for it in documents] == ["issued"] * 6
    assert sorted(it.data["document_id"] for it in await desk.told()) == sorted(str(it.id) for it in documents)
    assert {path.stem for path in desk.files()} == {it.stored_key for it in documents}


class Killed(BaseException):
    """As a SIGKILL: nothing after it runs."""


class StoreOfTheKilled(FolderStore):
    def put(self, content: bytes) -> str:
        super().put(content)
        raise Killed


async def test_an_issuer_killed_between_file_and_commit_issues_the_same_file_after_restart(
    desk: Any, story: SimpleNamespace
) -> None:
    await desk.hear(*story.known(), story.awarded())
    killed = type(desk)(desk.database, desk.folder, StoreOfTheKilled(desk.folder))
    with pytest.raises(BaseExceptionGroup):
        await killed.issuer.issue_due()
    (file,) = desk.files()
    assert (await desk.document()).state == "pending"
    await desk.issuer.issue_due()
    document = await desk.document()
    assert (document.state, document.stored_key) == ("issued", file.stem)
    assert desk.files() == [file]
    assert len(await desk.told()) == 1


async def test_a_name_that_cannot_be_printed_blocks_until_it_is_corrected(desk: Any, story: SimpleNamespace) -> None:
    bad = story.identified(birth_name="张伟")
    await desk.hear(story.registered(), story.published(), *story.jurors(), bad)
    await desk.hear(story.awarded(), story.closed())
    await desk.issuer.issue_due()
    diploma, minutes = await desk.documents()
    assert (diploma.state, diploma.blocked_reason) == ("blocked", "document.holder.birth_name")
    assert (minutes.state, minutes.blocked_reason) == ("blocked", "document.attendance[0].candidate_name")
    await desk.hear(story.identified("somebody else", birth_name="Roux"))
    await desk.issuer.issue_due()
    assert [it.state for it in await desk.documents()] == ["blocked", "blocked"]
    await desk.hear(story.identified(birth_name="Zhang"))
    await desk.issuer.issue_due()
    assert [(it.state, it.blocked_reason) for it in await desk.documents()] == [("issued", None)] * 2


class SlowStore(FolderStore):
    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.reached, self.go = threading.Event(), threading.Event()

    def put(self, content: bytes) -> str:
        self.reached.set()
        assert self.go.wait(10)
        return super().put(content)


async def test_a_correction_that_comes_while_the_document_is_drawn_is_in_the_document(
    desk: Any, story: SimpleNamespace
) -> None:
    await desk.hear(*story.known(), story.awarded())
    slow = SlowStore(desk.folder)
    drawing = asyncio.create_task(type(desk)(desk.database, desk.folder, slow).issuer.issue_due())
    assert await asyncio.to_thread(slow.reached.wait, 10)
    await desk.hear(story.identified(birth_name="Lefebvre"))
    slow.go.set()
    await drawing
    document = await desk.document()
    assert (await desk.printed(document))["holder"]["birth_name"] == "Lefebvre"
    assert len(await desk.told()) == 1


async def test_a_document_that_cannot_be_composed_waits_longer_each_time_and_holds_up_no_other(
    desk: Any, story: SimpleNamespace
) -> None:
    contradictory = story.validated().model_copy(update={"block": 9})
    await desk.hear(*story.known(), contradictory, story.validated(2))
    await desk.issuer.issue_due()
    other, bad = await desk.documents()
    assert other.state == "issued"
    assert (bad.state, bad.attempts, bad.missing) == ("pending", 1, [])
    assert bad.retry_at > bad.created_at
    assert [retry_after(attempts).total_seconds() for attempts in (0, 1, 2, 50)] == [1, 2, 4, 300]


async def test_the_running_issuer_takes_up_what_was_left_and_what_comes(desk: Any, story: SimpleNamespace) -> None:
    await desk.hear(*story.known(), story.validated(1))
    running = asyncio.create_task(desk.issuer.run())
    try:
        await issued(desk, 1)
        await desk.hear(story.validated(2))
        await issued(desk, 2)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def issued(desk: Any, count: int) -> None:
    async with asyncio.timeout(10):
        while [it.state for it in await desk.documents()] != ["issued"] * count:  # noqa: ASYNC110 - only the database tells
            await asyncio.sleep(0.02)


async def test_a_file_is_named_by_its_content(desk: Any, story: SimpleNamespace) -> None:
    await desk.hear(*story.known(), story.awarded())
    await desk.issuer.issue_due()
    (file,) = desk.files()
    assert file.parent.name == file.stem[:2]
    assert key_of(file.read_bytes()) == file.stem
