"""Large imports: they wait for their turn, are watched, go on after a crash, and can be stopped; on both engines."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from services.candidates.tests.imports.test_imports import HEADER, MAX, ZOE, count, faults, send
from sqlalchemy import func, select

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.imports import importer as importing
from parchemin.candidates.imports.importer import Importer
from parchemin.candidates.imports.models import CandidateImportFile
from parchemin.common.tables import person_keys
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio

ASYNC = {"Prefer": "respond-async"}
BAD = "=Duval;Léa;F;hier;Gand;;Belgique"


@pytest.fixture(autouse=True)
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """The service's own importer is not there: these tests say when something is done."""

    async def wait(_: Importer) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(Importer, "run", wait)


_run = Importer.run


@pytest.fixture
def importer(school: Any, idle: None) -> Importer:
    """One that works when it is told to."""
    return Importer(school.database, school.app.state.vault, poll_seconds=60, rejected_for=timedelta(hours=1))


@pytest.fixture
def by_twos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Chunks of two rows."""
    monkeypatch.setattr(importing, "CHUNK", 2)


def cohort(size: int, *more: str) -> str:
    rows = [f"Nom{chr(97 + n)};Zoé;F;17/06/1999;Paris;75112;France" for n in range(size)]
    return "\n".join([HEADER, *rows, *more, ""])


async def away(*_: Any) -> bytes:
    raise OSError("the database is away")


async def look(school: Any, url: str) -> dict[str, Any]:
    answer = await school.client.get(url)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.mark.usefixtures("by_twos")
async def test_a_large_import_waits_and_is_done_beside_the_requests(school: Any, importer: Importer) -> None:
    queued = await send(school, cohort(5, BAD), **ASYNC)
    assert (queued.status_code, queued.json()["state"], queued.json()["percent"]) == (202, "queued", 0)
    url = queued.headers["location"]
    assert await count(school, Candidate) == 0
    await importer.import_due()
    done = await look(school, url)
    assert (done["state"], done["rows_done"], done["percent"]) == ("done", 6, 100)
    assert (done["created"], done["rejected"], await count(school, Candidate)) == (5, 1, 5)
    first = await look(school, f"{url}/rows?limit=4")
    rest = await look(school, f"{url}/rows?limit=4&cursor={first['next_cursor']}")
    assert [row["line"] for row in (*first["items"], *rest["items"])] == list(range(2, 8))
    rejected = (await look(school, f"{url}/rows?outcome=rejected"))["items"]
    assert [(error["column"], error["code"]) for error in rejected[0]["errors"]] == [
        ("Nom de naissance", "formula"),
        ("Date de naissance", "date_unreadable"),
    ]
    again = await send(school, cohort(5), **ASYNC)
    await importer.import_due()
    assert (await look(school, again.headers["location"]))["unchanged"] == 5


async def test_the_importer_is_woken_by_what_comes_and_survives_what_fails(
    school: Any, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "BACK_OFF_SECONDS", 0.0)
    monkeypatch.setattr(importing, "open_file", away)
    work = asyncio.create_task(_run(importer))
    url = (await send(school, cohort(1), **ASYNC)).headers["location"]
    monkeypatch.undo()
    async with asyncio.timeout(10):
        while (await look(school, url))["state"] != "done":
            pass
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


@pytest.mark.usefixtures("by_twos")
async def test_an_import_goes_on_where_a_crash_left_it(
    school: Any, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = (await send(school, cohort(5), **ASYNC)).headers["location"]
    put, calls = importing.put_rows, 0

    async def dies(*told: Any) -> None:
        nonlocal calls
        calls += 1
        await put(*told)
        if calls == 2:
            raise OSError("the machine is off")

    monkeypatch.setattr(importing, "put_rows", dies)
    with pytest.raises(OSError, match="off"):
        await importer.import_due()
    left = await look(school, url)
    assert (left["state"], left["rows_done"], left["percent"], await count(school, Candidate)) == ("running", 2, 40, 2)
    another = Importer(school.database, school.app.state.vault, poll_seconds=60, rejected_for=timedelta(hours=1))
    await another.import_due()
    assert ((await look(school, url))["created"], await count(school, Candidate)) == (5, 5)


@pytest.mark.usefixtures("by_twos")
async def test_all_or_nothing_and_previews_hold_for_large_imports_too(school: Any, importer: Importer) -> None:
    one_bad = await send(school, cohort(4, BAD), query="?all_or_nothing=true", **ASYNC)
    preview = await send(school, cohort(4), query="?preview=true", **ASYNC)
    await importer.import_due()
    held, told = await look(school, one_bad.headers["location"]), await look(school, preview.headers["location"])
    assert (held["state"], held["created"], held["held"], held["rejected"]) == ("done", 0, 4, 1)
    assert (told["preview"], told["created"], await count(school, Candidate)) == (True, 4, 0)
    good = await send(school, cohort(4), query="?all_or_nothing=true", **ASYNC)
    await importer.import_due()
    assert ((await look(school, good.headers["location"]))["created"], await count(school, Candidate)) == (4, 4)


async def test_an_import_that_waits_can_be_cancelled_and_its_file_is_gone(school: Any, importer: Importer) -> None:
    queued = await send(school, cohort(3), **ASYNC)
    url, tag = queued.headers["location"], {"If-Match": '"1"'}
    cancelled = await school.client.put(f"{url}/cancellation", headers=tag)
    assert (cancelled.status_code, cancelled.json()["state"]) == (200, "cancelled")
    assert await count(school, CandidateImportFile) == 0
    await importer.import_due()
    assert await count(school, Candidate) == 0
    again = await school.client.put(f"{url}/cancellation", headers={"If-Match": cancelled.headers["etag"]})
    assert (again.status_code, again.json()["code"]) == (409, "illegal_import_step")


async def test_the_rejected_rows_come_back_for_who_brought_them_and_for_their_time(
    school: Any, importer: Importer
) -> None:
    answer = await send(school, f"{HEADER}\n{ZOE}\n{BAD}\n{MAX.replace('M.', '')}\n")
    url = answer.headers["location"]
    assert len(faults(answer)) == 3
    download = await school.client.get(f"{url}/rejected")
    assert download.headers["content-type"] == "text/csv; charset=utf-8"
    content = download.content
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").split("\r\n")
    assert lines[0] == f"{HEADER};erreur"
    assert lines[1].startswith("'=Duval;Léa;F;hier;Gand;;Belgique;")
    assert "Date de naissance : Une date est attendue" in lines[1]
    assert len(lines) == 4
    async with school.database.reading() as session:
        [kept] = (await session.execute(select(CandidateImportFile))).scalars()
    assert b"Duval" not in kept.content
    colleague = school.bearer(Role.ADMINISTRATOR, organisation=school.id, subject="colleague")
    assert (await school.client.get(f"{url}/rejected", headers=colleague)).status_code == 404
    assert (await school.client.get(url, headers=colleague)).status_code == 200
    corrected = content.decode("utf-8-sig").replace("'=Duval", "Duval").replace("hier", "01/02/1999")
    fixed = await send(school, corrected.encode("utf-8-sig"))
    assert (fixed.json()["imported"], fixed.json()["rejected"]) == (1, 1)


async def test_the_rejected_rows_are_forgotten_with_their_key(school: Any) -> None:
    over = Importer(school.database, school.app.state.vault, poll_seconds=60, rejected_for=-timedelta(hours=1))
    url = (await send(school, f"{HEADER}\n{BAD}\n", **ASYNC)).headers["location"]
    await over.import_due()
    assert await count(school, CandidateImportFile) == 1
    assert (await school.client.get(f"{url}/rejected")).status_code == 404
    await over.sweep()
    assert await count(school, CandidateImportFile) == 0
    async with school.database.reading() as session:
        keys = select(func.count()).select_from(person_keys).where(person_keys.c.purpose == "import")
        assert await session.scalar(keys) == 0
    assert (await look(school, url))["rejected_until"] is None


async def test_an_import_that_cannot_be_done_fails_and_holds_up_no_other(
    school: Any, importer: Importer, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = (await send(school, cohort(1), **ASYNC)).headers["location"]
    second = (await send(school, cohort(2), **ASYNC)).headers["location"]
    read = importing.read_candidates
    failing = iter([True] * importing.MOST_ATTEMPTS)

    def fails(content: bytes, class_id: str | None) -> Any:
        if next(failing, False):
            raise ValueError("a defect")
        return read(content, class_id)

    monkeypatch.setattr(importing, "read_candidates", fails)
    await importer.import_due()
    failed = await look(school, first)
    assert (failed["state"], failed["failure"]) == ("failed", "import_failed")
    assert (await look(school, second))["state"] == "done"


async def test_another_schools_import_is_not_there(school: Any, stranger: Any) -> None:
    url = (await send(school, f"{HEADER}\n{BAD}\n")).headers["location"]
    header = stranger(Role.ADMINISTRATOR)
    for path in (url, f"{url}/rows", f"{url}/rejected"):
        assert (await school.client.get(path, headers=header)).status_code == 404
    stopped = await school.client.put(f"{url}/cancellation", headers={**header, "If-Match": '"1"'})
    assert stopped.status_code == 404
    assert (await school.client.get("/v1/candidate_imports", headers=header)).json()["items"] == []
    assert len((await school.client.get("/v1/candidate_imports")).json()["items"]) == 1
