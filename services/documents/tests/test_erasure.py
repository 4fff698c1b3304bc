"""A candidate is erased: nothing of them is left, but that their documents were issued and whether they still hold."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from parchemin.common.bus import LocalBus
from parchemin.common.clock import utc_now
from parchemin.common.storage.erasing import FileEraser
from parchemin.common.tables import doomed_files
from parchemin.contracts.events.erasure import CandidateErasedV1
from parchemin.contracts.vocabulary import Role
from parchemin.documents.app import create_app
from parchemin.documents.projections.models import KnownCandidate
from parchemin.documents.settings import Settings
from parchemin.documents.verification.service import verify

pytestmark = pytest.mark.asyncio


def erased(story: SimpleNamespace, name: str = "zoe") -> CandidateErasedV1:
    return CandidateErasedV1(
        candidate_id=story.of(name)["candidate_id"], organisation_id=story.SCHOOL, erased_at=utc_now()
    )


async def erase_files(desk: Any) -> None:
    await FileEraser(desk.database, desk.store.delete).erase_all()


async def test_an_issued_document_says_that_it_was_and_nothing_of_whom(desk: Any, story: SimpleNamespace) -> None:
    await desk.hear(*story.known(), story.validated(), story.awarded(), story.decided(), story.closed())
    await desk.issuer.issue_due()
    before = {it.kind: it for it in await desk.documents()}
    minutes = before.pop("jury_minutes")
    await desk.hear(erased(story))
    await erase_files(desk)
    after = {it.kind: it for it in await desk.documents()}
    assert [path.stem for path in desk.files()] == [minutes.stored_key]
    assert b"%PDF" in await desk.content(after.pop("jury_minutes"))
    for kind, document in after.items():
        assert (document.state, document.sha256, document.size) == ("issued", before[kind].sha256, before[kind].size)
        assert (document.body_data, document.stored_key, document.erased_at is None) == (None, None, False)
        assert document.facts.keys() <= {"award_id", "validation_id"}
        async with desk.database.reading() as session:
            said = await verify(session, document.verification_code)
        assert (said.status, said.holder_initials) == ("valid", None)
        assert said.certification_title
    async with desk.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(KnownCandidate)) == 0
        assert await session.scalar(select(func.count()).select_from(doomed_files)) == 0


async def test_what_was_erased_can_still_be_revoked(desk: Any, story: SimpleNamespace) -> None:
    await desk.hear(*story.known(), story.awarded())
    await desk.issuer.issue_due()
    await desk.hear(erased(story), story.award_revoked())
    document = await desk.document()
    async with desk.database.reading() as session:
        assert (await verify(session, document.verification_code)).status == "revoked"


async def test_nothing_is_made_or_learnt_of_who_was_erased_whatever_comes_late(
    desk: Any, story: SimpleNamespace
) -> None:
    await desk.hear(story.registered(), story.published(), story.identified(), story.awarded())
    await desk.hear(erased(story), story.identified(), story.validated(), story.award_revoked(), *story.jurors())
    await desk.hear(story.closed())
    await desk.issuer.issue_due()
    minutes = await desk.document()
    assert (minutes.kind, minutes.state) == ("jury_minutes", "issued")
    printed = await desk.printed(minutes)
    assert [line["candidate_name"] for line in printed["attendance"]] == ["(identité effacée)"] * 2


async def test_nobody_else_loses_anything(desk: Any, story: SimpleNamespace) -> None:
    await desk.hear(*story.known(), story.identified("other"), story.awarded(), story.awarded("other"))
    await desk.issuer.issue_due()
    await desk.hear(erased(story))
    await erase_files(desk)
    [kept] = [it for it in await desk.documents() if it.erased_at is None]
    assert (await desk.content(kept)).startswith(b"%PDF")
    assert [path.stem for path in desk.files()] == [kept.stored_key]


async def test_a_file_of_before_files_were_sealed_is_read_and_goes_with_its_person(
    desk: Any, story: SimpleNamespace
) -> None:
    await desk.hear(*story.known(), story.awarded())
    await desk.issuer.issue_due()
    document = await desk.document()
    content = await desk.content(document)
    desk.store.delete(document.stored_key)
    desk.store.put(content)
    async with desk.database.transaction() as session:
        session.add(document)
        document.stored_key = None
    assert await desk.content(await desk.document()) == content
    await desk.hear(erased(story))
    await erase_files(desk)
    assert desk.files() == []


async def test_the_api_tells_that_the_content_was_erased(
    serve: Callable[[FastAPI], Awaitable[httpx.AsyncClient]],
    database_url: Callable[[str], str],
    bearer: Callable[..., dict[str, str]],
    story: SimpleNamespace,
    tmp_path: Path,
) -> None:
    bus = LocalBus()
    settings = Settings(database_url=database_url("documents"), folder=tmp_path, migrate_on_start=False)
    app = create_app(settings, bus)
    client = await serve(app)
    client.headers.update(bearer(Role.ADMINISTRATOR, organisation=story.SCHOOL))
    consumer, issuer = app.state.service.consumer, app.state.issuer
    for event in (*story.known(), story.awarded()):
        await consumer.deliver(story.message(event))
    await issuer.issue_due()
    [document] = (await client.get("/v1/documents", params={"state": "issued"})).json()["items"]
    path = f"/v1/documents/{document['id']}/content"
    assert (await client.get(path)).content.startswith(b"%PDF")
    await consumer.deliver(story.message(erased(story), uuid4()))
    gone = await client.get(path)
    assert (gone.status_code, gone.json()["code"]) == (410, "document_erased")
    cached = await client.get(path, headers={"If-None-Match": f'"{document["sha256"]}"'})
    assert cached.status_code == 410
    assert (await client.get(f"/v1/documents/{document['id']}")).json()["erased_at"]
