"""Uploads: parts in any order, resumed, handed in at one moment; what is refused and what is swept away."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from services.evaluations.tests.conftest import School, done
from services.evaluations.tests.submissions.handing_in import NOTE, cut, digest_of, entrant
from sqlalchemy import select, update

from parchemin.common.clock import utc_now
from parchemin.common.statements import table_of
from parchemin.common.storage.store import StorageAway
from parchemin.contracts.events.sessions import SubmissionReceivedV1
from parchemin.evaluations.submissions.models import Deposit, DepositPart

pytestmark = pytest.mark.asyncio
SchoolWith = Callable[..., Awaitable[School]]
LINES = b"".join(b"jour %d : pluie\n" % number for number in range(500))


async def kept(school: School) -> tuple[int, list[str]]:
    """How many parts are known, and the files under the store."""
    async with school.app.state.database.reading() as session:
        parts = len((await session.execute(select(table_of(DepositPart)))).all())
    folder = school.app.state.store._folder
    return parts, sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


@pytest_asyncio.fixture
async def small(school_with: SchoolWith, tmp_path: Any) -> School:
    return await school_with(submissions_part_bytes=1000, submissions_folder=tmp_path / "store")


async def test_parts_come_in_any_order_more_than_once_and_after_a_crash(small: School) -> None:
    zoe = await entrant(small)
    upload = done(await zoe.announce(LINES, "journal.txt"))
    assert upload["part_count"] == -(-len(LINES) // 1000)
    await zoe.send(upload, LINES, 3, 1, 3)
    resumed = await small.get(f"/v1/uploads/{upload['id']}", by=zoe.token)
    assert resumed["missing_parts"] == [n for n in range(1, upload["part_count"] + 1) if n not in {1, 3}]
    assert (await small.get("/v1/uploads", by=zoe.token))["items"] == [resumed]
    assert (await zoe.complete(upload)).json()["code"] == "parts_missing"
    await zoe.send(upload, LINES, *resumed["missing_parts"])
    received = done(await zoe.complete(upload))
    assert (received["state"], received["missing_parts"]) == ("checking", [])
    assert done(await zoe.complete(upload)) == received
    assert (await zoe.part(upload, 1, cut(upload, LINES, 1))).json()["code"] == "upload_concluded"
    await small.app.state.examiner.examine_due()
    accepted = await small.get(f"/v1/uploads/{upload['id']}", by=zoe.token)
    assert (accepted["state"], accepted["verdict"]) == ("accepted", None)
    assert (await zoe.content(upload)).content == LINES
    await small.app.state.examiner.sweep()
    digest = upload["sha256"]
    assert await kept(small) == (0, [f"{digest[:2]}/{digest}"])


async def test_an_accepted_version_is_told_once_without_its_name(small: School) -> None:
    zoe = await entrant(small)
    upload = await zoe.hand_in(LINES, "journal intime.txt", deliverable=2)
    await small.app.state.examiner.examine_due()
    (fact,) = await small.facts(SubmissionReceivedV1)
    assert (str(fact.submission_id), fact.deliverable, fact.number, fact.late) == (upload["id"], 2, 1, False)
    assert fact.sha256 == upload["sha256"]
    assert "intime" not in fact.model_dump_json()


async def test_a_part_that_does_not_fit_is_refused(small: School) -> None:
    zoe = await entrant(small)
    upload = done(await zoe.announce(LINES, "journal.txt"))
    first = cut(upload, LINES, 1)
    for number, piece, digest, code in (
        (1, first, digest_of(b"else"), "part_unfit"),
        (1, first[:-1], None, "part_unfit"),
        (1, first + b"x", None, "part_unfit"),
        (upload["part_count"] + 1, first, None, "part_unfit"),
        (1, first, "md5=:abc=:", "digest_invalid"),
        (1, first, "sha-256=:abc:", "digest_invalid"),
    ):
        assert (await zoe.part(upload, number, piece, digest=digest)).json()["code"] == code
    assert await kept(small) == (0, [])


async def test_a_file_that_is_not_what_was_announced_is_refused(small: School) -> None:
    zoe = await entrant(small)
    upload = done(await zoe.announce(LINES, "journal.txt"))
    await zoe.send(upload, LINES.replace(b"pluie", b"soleil")[: len(LINES)])
    done(await zoe.complete(upload))
    await small.app.state.examiner.examine_due()
    refused = await small.get(f"/v1/uploads/{upload['id']}", by=zoe.token)
    assert (refused["state"], refused["verdict"]) == ("refused", "digest_mismatch")
    assert "SHA-256" in refused["verdict_text"]
    await small.app.state.examiner.sweep()
    assert await kept(small) == (0, [])


async def test_what_cannot_be_taken_is_refused_before_it_is_sent(school_with: SchoolWith) -> None:
    school = await school_with(submissions_max_bytes=5_000, submissions_quota_bytes=6_000, submissions_open_uploads=2)
    zoe = await entrant(school)
    for content, name, deliverable, code in (
        (bytes(5_001), "a.txt", 1, "file_too_large"),
        (NOTE, "a.exe", 1, "file_name_refused"),
        (NOTE, "a.pdf.exe", 1, "file_name_refused"),
        (NOTE, "../a.pdf", 1, "file_name_refused"),
        (NOTE, "a.txt", 5, "deliverable_unknown"),
    ):
        assert (await zoe.announce(content, name, deliverable=deliverable)).json()["code"] == code
    done(await zoe.announce(bytes(4_000)))
    assert (await zoe.announce(bytes(4_000))).json()["code"] == "quota_exceeded"
    done(await zoe.announce(NOTE))
    assert (await zoe.announce(NOTE)).json()["code"] == "quota_exceeded"
    ali = await entrant(school, held=zoe.held, login="ali")
    done(await ali.announce(bytes(4_000)))


async def test_a_part_may_be_larger_than_other_bodies_and_not_larger_than_a_part(school_with: SchoolWith) -> None:
    school = await school_with(submissions_part_bytes=9_000, max_body_bytes=4_000)
    zoe = await entrant(school)
    content = bytes(20_000)
    upload = done(await zoe.announce(content))
    await zoe.send(upload, content)
    too_large = await zoe.part(upload, 1, bytes(9_001))
    assert (too_large.status_code, too_large.json()["code"]) == (413, "body_too_large")
    assert "9000" in too_large.json()["detail"]

    async def undeclared() -> Any:
        for _ in range(10):
            yield bytes(1_000)

    url, headers = f"/v1/uploads/{upload['id']}/parts/1", {**zoe.token, "Content-Digest": digest_of(b"")}
    assert (await school.client.put(url, content=undeclared(), headers=headers)).status_code == 413
    assert (await school.client.post("/v1/uploads", content=bytes(4_001), headers=zoe.token)).status_code == 413
    assert (await school.client.post(url, content=bytes(4_001), headers=zoe.token)).status_code == 413


async def test_an_upload_that_expired_takes_nothing_and_is_swept_away(small: School) -> None:
    zoe = await entrant(small)
    upload = done(await zoe.announce(LINES, "journal.txt"))
    await zoe.send(upload, LINES)
    await small.app.state.examiner.sweep()
    assert (await kept(small))[0] == upload["part_count"]
    async with small.app.state.database.transaction() as session:
        await session.execute(update(Deposit).values(expires_at=utc_now() - timedelta(hours=2)))
    assert (await zoe.complete(upload)).json()["code"] == "upload_concluded"
    assert (await zoe.part(upload, 1, cut(upload, LINES, 1))).json()["code"] == "upload_concluded"
    await small.app.state.examiner.sweep()
    assert await kept(small) == (0, [])
    assert (await small.call("GET", f"/v1/uploads/{upload['id']}", by=zoe.token)).status_code == 404


async def test_a_storage_that_is_away_delays_and_loses_nothing(small: School, monkeypatch: pytest.MonkeyPatch) -> None:
    zoe = await entrant(small)
    upload = done(await zoe.announce(LINES, "journal.txt"))
    store = small.app.state.store

    def away(*_: object) -> None:
        raise StorageAway("away")

    with monkeypatch.context() as patch:
        patch.setattr(store, "stage", away)
        answer = await zoe.part(upload, 1, cut(upload, LINES, 1))
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert 1 in (await small.get(f"/v1/uploads/{upload['id']}", by=zoe.token))["missing_parts"]
    await zoe.send(upload, LINES)
    done(await zoe.complete(upload))
    with monkeypatch.context() as patch:
        patch.setattr(store, "put_file", away)
        await small.app.state.examiner.examine_due()
    waiting = await small.get(f"/v1/uploads/{upload['id']}", by=zoe.token)
    assert waiting["state"] == "checking"
    async with small.app.state.database.transaction() as session:
        await session.execute(update(Deposit).values(retry_at=None))
    await small.app.state.examiner.examine_due()
    assert (await small.get(f"/v1/uploads/{upload['id']}", by=zoe.token))["state"] == "accepted"
    assert len(await small.facts(SubmissionReceivedV1)) == 1


async def test_two_examiners_give_one_verdict(small: School) -> None:
    zoe = await entrant(small)
    upload = done(await zoe.announce(LINES, "journal.txt"))
    await zoe.send(upload, LINES)
    done(await zoe.complete(upload))
    examiner = small.app.state.examiner
    await asyncio.gather(examiner.examine_due(), examiner.examine_due())
    assert len(await small.facts(SubmissionReceivedV1)) == 1


async def test_an_announcement_that_is_repeated_is_one_upload(small: School) -> None:
    zoe = await entrant(small)
    token = {**zoe.token, "Idempotency-Key": "a-phone-that-was-offline"}
    first, again = await zoe.announce(by=token), await zoe.announce(by=token)
    assert first.json() == again.json()
    assert len((await small.get("/v1/uploads", by=zoe.token))["items"]) == 1


async def test_the_examiner_works_by_itself(school_with: SchoolWith, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    school = await school_with(works=True)
    zoe = await entrant(school)
    upload = done(await zoe.announce())
    await zoe.send(upload, NOTE)
    done(await zoe.complete(upload))
    async with asyncio.timeout(20):
        while (await zoe.dossier())["deliverables"][0]["state"] != "received":  # noqa: ASYNC110 - as a client asks
            await asyncio.sleep(0.05)
