"""Referentials over HTTP: public to read, published by the certifier, for good."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.database import Database
from parchemin.common.tables import outbox
from parchemin.contracts.events.evaluations import ReferentialPublishedV1
from parchemin.contracts.vocabulary import Role
from parchemin.evaluations.referential import service
from parchemin.evaluations.referential.models import PublishedReferential

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio

TOTALS = {"blocks": 3, "competencies": 22, "criteria": 85}


def version(name: str, **changes: object) -> dict[str, Any]:
    source = files("parchemin.evaluations.referential") / "data" / "referential-1.0.json"
    return {**json.loads(source.read_text(encoding="utf-8")), "version": name, **changes}


async def test_anybody_reads_the_registered_referential(school: "School") -> None:
    first = await school.client.get("/v1/referentials/current")
    assert first.json() == version("1.0")
    assert first.headers["cache-control"] == "public, max-age=300"
    named = await school.client.get("/v1/referentials/1.0")
    assert (named.content, named.headers["etag"]) == (first.content, first.headers["etag"])
    assert (await school.client.get("/v1/referentials")).json() == {"items": [version("1.0")], "next_cursor": None}
    for held in (first.headers["etag"], f'"x", W/{first.headers["etag"]}', "*"):
        again = await school.client.get("/v1/referentials/1.0", headers={"If-None-Match": held})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == first.headers["etag"]
    for name in ("2.0", "Current", "1.00"):
        unknown = await school.client.get(f"/v1/referentials/{name}")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    assert (await school.client.get("/v1/referentials/..%2f")).status_code == 404
    assert (await school.client.get("/v1/referentials/1.0%00")).status_code == 422


async def test_a_new_version_becomes_current_and_nobody_moves(school: "School") -> None:
    certifier = school.bearer(Role.CERTIFIER)
    enrolment, held = await school.enrol(), await school.plan("M1")
    body = {"referential": version("2.0", title="Une suite"), "totals": TOTALS}
    published = await school.call("POST", "/v1/referentials", body, by=certifier)
    assert (published.status_code, published.json()) == (201, body["referential"])
    current = await school.client.get("/v1/referentials/current")
    assert (current.json(), current.headers["etag"]) == (body["referential"], published.headers["etag"])
    facts = await school.facts(ReferentialPublishedV1)
    assert [fact.referential.version for fact in facts] == ["1.0", "2.0"]

    assert (await school.get(f"/v1/sessions/{held.id}"))["referential_version"] == "1.0"
    await school.register(held, enrolment, "M1")
    newer = await school.plan("M1")
    assert (await school.get(f"/v1/sessions/{newer.id}"))["referential_version"] == "2.0"
    entry = {"session_id": newer.id, "enrolment_id": enrolment, "modality": "M1"}
    await school.refuses("referential_differs", "POST", "/v1/registrations", entry)
    await school.register(newer, await school.enrol(version="2.0"), "M1")
    older = await school.plan("M1", referential_version="1.0")
    jury = {"president": older.jury[0], "members": older.jury[1:]}
    plan = {"place": "Lyon", "held_on": "2024-06-17", "modalities": ["M2"], "jury": jury}
    assert school.done(await school.put(f"/v1/sessions/{older.id}", plan))["referential_version"] == "1.0"
    moved = await school.put(f"/v1/sessions/{older.id}", {**plan, "referential_version": "2.0"})
    assert school.done(moved)["referential_version"] == "2.0"
    jury = {"president": held.jury[0], "members": held.jury[1:]}
    plan = {**plan, "modalities": ["M1"], "jury": jury, "referential_version": "2.0"}
    match = await school.etag(f"/v1/sessions/{held.id}")
    await school.refuses("session_has_registrations", "PUT", f"/v1/sessions/{held.id}", plan, match=match)


async def test_a_version_that_is_taken_or_contradicts_itself_is_not_published(school: "School") -> None:
    certifier = school.bearer(Role.CERTIFIER)
    twice = version("2.0")
    twice["blocks"] = [*twice["blocks"], twice["blocks"][0]]
    orphan = version("2.0")
    orphan["modalities"] = [{**orphan["modalities"][0], "code": "M{9}"}]
    async with school.unchanged():
        for code, faults, body in [
            ("referential_version_taken", [], {"referential": version("1.0", title="Autre"), "totals": TOTALS}),
            (
                "referential_inconsistent",
                ["total_differs"],
                {"referential": version("2.0"), "totals": {**TOTALS, "criteria": 84}},
            ),
            ("referential_inconsistent", ["duplicate"], {"referential": twice, "totals": {**TOTALS, "blocks": 4}}),
            ("invalid", None, {"referential": version("current"), "totals": TOTALS}),
            ("invalid", None, {"referential": version("2.0/../1"), "totals": TOTALS}),
            ("invalid", None, {"referential": orphan, "totals": TOTALS}),
            ("invalid", None, {"referential": version("2.0", title="a\x00"), "totals": TOTALS}),
            ("invalid", None, {"referential": version("2.0", more=1), "totals": TOTALS}),
            ("invalid", None, {"referential": version("2.0"), "totals": {**TOTALS, "blocks": 0}}),
            ("invalid", None, {"referential": version("2.0")}),
        ]:
            problem = await school.refuses(code, "POST", "/v1/referentials", body, by=certifier)
            assert faults is None or set(faults) <= set(problem["faults"]), problem
    async with school.unchanged():
        for by in (school.staff, school.juror(str(uuid4())), school.bearer(Role.CLIENT, organisation=school.id)):
            body = {"referential": version("2.0"), "totals": TOTALS}
            await school.refuses("forbidden", "POST", "/v1/referentials", body, by=by)


async def test_services_of_one_process_go_by_the_version_in_their_own_database(
    school_with: Callable[..., Awaitable["School"]],
) -> None:
    whole, shorter = version("2.0"), version("2.0")
    shorter["competencies"][0]["criteria"].pop()
    judged = []
    for referential in (whole, shorter):
        school = await school_with()
        criteria = sum(len(competency["criteria"]) for competency in referential["competencies"])
        body = {"referential": referential, "totals": {**TOTALS, "criteria": criteria}}
        school.done(await school.call("POST", "/v1/referentials", body, by=school.bearer(Role.CERTIFIER)))
        registration = await school.register(await school.plan("M1"), await school.enrol(version="2.0"), "M1")
        judged.append(registration["assessed_criteria"])
    assert set(judged[0]) - set(judged[1]) == {"C1.3"}


async def test_a_restart_publishes_nothing_again(school: "School") -> None:
    before = await school.state()
    for task in school.app.state.service.on_start:
        await task()
    assert await school.state() == before


@pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_of_several_processes_that_start_for_the_first_time_one_publishes(
    database_url: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether the others come too late to see it, or see it while they are at it."""
    url = database_url("evaluations")
    starting = [Database(url) for _ in range(5)]
    by_name = service._by_name

    async def seen_once_another_has_published(session: AsyncSession, name: str) -> PublishedReferential | None:
        monkeypatch.setattr(service, "_by_name", by_name)
        await service.publish_registered(starting[0])
        return await by_name(session, name)

    monkeypatch.setattr(service, "_by_name", seen_once_another_has_published)
    try:
        await service.publish_registered(starting[1])
        await asyncio.gather(*(service.publish_registered(database) for database in starting))
        async with starting[0].reading() as session:
            assert await session.scalar(select(func.count()).select_from(PublishedReferential)) == 1
            assert await session.scalar(select(func.count()).select_from(outbox)) == 1
    finally:
        for database in starting:
            await database.dispose()
