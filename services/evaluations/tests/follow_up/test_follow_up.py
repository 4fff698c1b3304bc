"""Holders are asked, answer by a link, once; and what their answers come to."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest
from services.evaluations.tests.register.furnishing import furnish
from sqlalchemy import select, update

from parchemin.common.clock import utc_now
from parchemin.common.statements import table_of
from parchemin.contracts.vocabulary import Role
from parchemin.evaluations.follow_up.models import FollowUp, FollowUpAnswer
from parchemin.evaluations.follow_up.opening import Opening

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio


async def opened(school: "School") -> int:
    return await Opening(school.app.state.database, school.app.state.settings).open_all()


async def surveys(school: "School", query: str = "") -> list[dict[str, Any]]:
    return list((await school.get(f"/v1/follow_ups?{query}"))["items"])


async def link(school: "School", survey: dict[str, Any]) -> str:
    """The token of a new link."""
    url = f"/v1/follow_ups/{survey['id']}"
    made = school.done(await school.put(f"{url}/link", None, of=url))
    place, _, token = made["link"].partition("#")
    assert place.endswith("/v1/follow_up_answers")
    return str(token)


async def answer(school: "School", token: str, situation: str = "employed_in_field", **more: str) -> int:
    body = {"token": token, "situation": situation, **more}
    return (await school.call("POST", "/v1/follow_up_answers", body, by={})).status_code


async def test_each_award_is_followed_up_once_for_each_delay(
    school_with: Callable[..., Awaitable["School"]],
) -> None:
    school = await school_with(follow_up_months=(6, 24))
    year = utc_now().year
    await furnish(school.app.state.database, 2, school.id, year=2020)
    await furnish(school.app.state.database, 1, school.id, year=year + 1)
    assert await opened(school) == 4
    assert await opened(school) == 0
    found = await surveys(school)
    assert sorted((one["months"], one["due_on"]) for one in found) == [
        *[(6, "2020-12-17")] * 2,
        *[(24, "2022-06-17")] * 2,
    ]
    assert {one["state"] for one in found} == {"due"}
    assert await surveys(school.another()) == []
    assert len((await school.get("/v1/follow_ups", by=school.bearer(Role.CERTIFIER)))["items"]) == 4


async def test_a_link_answers_once_and_says_nothing_of_why_it_does_not(school: "School") -> None:
    await furnish(school.app.state.database, 2, school.id, year=2020)
    await opened(school)
    first, second, *_ = await surveys(school)
    replaced, token = await link(school, first), await link(school, first)
    late = await link(school, second)
    async with school.app.state.database.transaction() as session:
        passed = update(FollowUp).where(FollowUp.id == UUID(second["id"]))
        await session.execute(passed.values(expires_at=utc_now() - timedelta(seconds=1)))
        kept = str((await session.execute(select(table_of(FollowUp)))).all())
    assert not any(secret in kept for secret in (token, replaced, late))
    assert await answer(school, token, job_title="Chargée de production") == 204
    refused = [
        await school.refuses(
            "follow_up_link_invalid", "POST", "/v1/follow_up_answers", {"token": one, "situation": "other"}, by={}
        )
        for one in (token, replaced, late, "x" * 43)
    ]
    same = [{key: value for key, value in one.items() if not key.endswith("_id")} for one in refused]
    assert same == [same[0]] * 4
    assert [one["state"] for one in await surveys(school, "state=answered")] == ["answered"]
    assert [one["id"] for one in await surveys(school, "state=expired")] == [second["id"]]
    assert await surveys(school, "state=sent") == []
    url = f"/v1/follow_ups/{first['id']}"
    await school.refuses("follow_up_answered", "PUT", f"{url}/link", match=await school.etag(url))
    await school.refuses("stale_version", "PUT", f"/v1/follow_ups/{second['id']}/link", match='"1"')
    assert await answer(school, await link(school, second)) == 204


async def test_answers_at_once_by_one_link_are_one_answer(school: "School") -> None:
    await furnish(school.app.state.database, 1, school.id, year=2020)
    await opened(school)
    token = await link(school, (await surveys(school))[0])
    statuses = await asyncio.gather(*(answer(school, token) for _ in range(6)))
    assert sorted(statuses) == [204, *[404] * 5]
    async with school.app.state.database.reading() as session:
        (kept,) = (await session.execute(select(table_of(FollowUpAnswer)))).mappings().all()
    assert {*kept} == {"id", "organisation_id", "year", "months", "situation", "job_title"}
    assert kept["id"].version == 4  # random: a UUIDv7 would tell when, and so who


async def test_placement_is_shown_from_enough_answers_on(school: "School") -> None:
    await furnish(school.app.state.database, 6, school.id, year=2020)
    await opened(school)
    program = school.bearer(Role.CLIENT, organisation=school.id)
    asked = await surveys(school, "months=6")
    for survey in asked[:4]:
        assert await answer(school, await link(school, survey), job_title="Régisseuse") == 204
    six, later = (await school.get("/v1/statistics/follow_up"))["cohorts"]
    assert (six["year"], six["months"], six["asked"], six["suppressed"]) == (2020, 6, 6, True)
    assert six["answered"] is six["situations"] is six["at_work"] is six["job_titles"] is None
    assert (later["months"], later["answered"], later["at_work"]) == (24, 0, None)
    assert await answer(school, await link(school, asked[4]), "seeking") == 204
    six = (await school.get("/v1/statistics/follow_up"))["cohorts"][0]
    assert six["at_work"] == {"numerator": 4, "denominator": 5, "percent": "80.0"}
    assert (six["situations"]["employed_in_field"], six["situations"]["seeking"]) == (4, 1)
    assert six["job_titles"] == ["Régisseuse"]
    assert (await school.get("/v1/statistics/follow_up", by=program))["cohorts"][0]["job_titles"] is None
    assert (await school.get("/v1/statistics/follow_up", by=school.another().staff))["cohorts"] == []


async def test_answers_are_limited_and_their_size_is(school_with: Callable[..., Awaitable["School"]]) -> None:
    school = await school_with(follow_up_answers_per_minute=4)
    assert await answer(school, "x" * 44) == 422
    assert await answer(school, "x" * 43, job_title="x" * 121) == 422
    assert [await answer(school, "x" * 43) for _ in range(3)] == [404, 404, 429]


async def test_the_page_runs_its_own_script_only_and_sends_to_where_it_came_from(school: "School") -> None:
    page = await school.call("GET", "/v1/follow_up_answers", by={})
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'sha256-" in policy
    assert "unsafe" not in policy
    assert page.text.count("<script>") == page.text.count("<style>") == 1
    for situation in ("employed_in_field", "employed_elsewhere", "self_employed", "studying", "seeking", "other"):
        assert f'value="{situation}"' in page.text
    assert (await school.call("GET", f"/v1/follow_ups/{uuid4()}")).status_code == 404
