"""Statistics of sessions that were held, on both engines."""

from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from parchemin.contracts.vocabulary import AccessPath, Role
from parchemin.evaluations.enrolments.models import KnownEnrolment

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio

Json = dict[str, Any]


async def counted(school: "School", query: str, by: dict[str, str] | None = None) -> dict[str, Json]:
    """The groups by key, and period where there is one."""
    items = (await school.get(f"/v1/statistics?{query}", by=by))["items"]
    return {" ".join(filter(None, [item["key"], item["period"]])): item for item in items}


def some(item: Json, *names: str) -> list[Any]:
    return [item[name] for name in names]


async def test_what_two_sessions_came_to(school: "School") -> None:
    first = await school.enrol()
    second = await school.enrol(path=AccessPath.VAE)
    away = await school.enrol(path=AccessPath.VAE)
    held = await school.plan("M1", held_on="2023-06-12")
    listed = await school.run(held, (first, "M1"), (second, "M1"), (away, "M1"))
    await school.attend(listed[2], "absent")
    for juror in held.jury:
        await school.sign(listed[0], juror)
        await school.sign(listed[1], juror, C1_1="not_met")
    school.done(await school.lead(held, "deliberating"))
    school.done(await school.lead(held, "closed", deliberated_on="2023-06-12"))
    again = await school.decide(second, "M1", on="2024-06-17")

    by_session = await counted(school, "group_by=session")
    assert some(by_session[held.id], "registered", "absent", "assessed", "passed") == [3, 1, 2, 1]
    assert by_session[held.id]["rate"] == {"numerator": 1, "denominator": 2, "percent": "50.0"}
    assert by_session[held.id]["label"] == "2023-06-12 Paris"
    assert some(by_session[again.id], "registered", "assessed", "passed", "small") == [1, 1, 1, True]

    by_path = await counted(school, "group_by=access_path")
    assert some(by_path["vae"], "registered", "absent", "assessed", "passed", "people") == [3, 1, 2, 1, 2]
    assert some(by_path["initial_training"], "assessed", "passed") == [1, 1]

    by_competency = await counted(school, "group_by=competency")
    assert [*by_competency][:2] == ["C.1", "C.2"]
    assert some(by_competency["C.1"], "assessed", "passed", "kept", "absent") == [3, 2, 0, 1]
    assert some(by_competency["C.2"], "assessed", "passed", "kept") == [2, 2, 1]

    trend = await counted(school, "group_by=competency&per=year")
    assert some(trend["C.1 2023"], "assessed", "passed") == [2, 1]
    assert some(trend["C.1 2024"], "assessed", "passed") == [1, 1]
    assert "C.1 2024-06" in await counted(school, "group_by=competency&per=month")

    by_criterion = await counted(school, "group_by=criterion")
    assert by_criterion["C1.1"]["levels"] == {"met": 6, "partly_met": 0, "not_met": 3}
    assert some(by_criterion["C1.1"], "assessed", "passed", "people") == [9, 6, 2]

    by_block = await counted(school, "group_by=block")
    blocks = {code: some(item, "assessed", "passed", "people") for code, item in by_block.items()}
    assert blocks == {"1": [2, len(await _validated(school)), 2]}

    assert set(await counted(school, "group_by=session&from=2024-01-01")) == {again.id}
    assert set(await counted(school, "group_by=session&to=2023-12-31")) == {held.id}
    assert set(await counted(school, f"group_by=session&session_id={again.id}")) == {again.id}
    assert await counted(school, "group_by=session&referential_version=9.9") == {}
    for group_by in ("session", "access_path", "block", "competency", "criterion"):
        certifier = await counted(school, f"group_by={group_by}", by=school.bearer(Role.CERTIFIER))
        assert certifier == await counted(school, f"group_by={group_by}")
        assert await counted(school.another(), f"group_by={group_by}") == {}
        program = await counted(school, f"group_by={group_by}", by=school.bearer(Role.CLIENT, organisation=school.id))
        assert program
        assert all(item["suppressed"] and item["rate"] is item["people"] is None for item in program.values())
        picture = await school.call("GET", f"/v1/statistics/chart.svg?kind=trend&group_by={group_by}")
        assert picture.headers["content-type"] == "image/svg+xml"
    english = await school.call(
        "GET", "/v1/statistics/chart.svg?kind=levels", by={**school.staff, "Accept-Language": "en"}
    )
    assert "Levels by criterion" in english.text
    rates = await school.call("GET", "/v1/statistics/chart.svg?kind=rates&group_by=session")
    assert "moins de 5 personnes" in rates.text
    assert " (1/2)" not in rates.text


async def _validated(school: "School") -> list[Any]:
    return list((await school.get("/v1/block_validations"))["items"])


async def test_an_open_session_does_not_count_and_an_unknown_path_is_said_so(school: "School") -> None:
    enrolment = await school.enrol()
    async with school.app.state.database.transaction() as session:
        known = await session.get_one(KnownEnrolment, UUID(enrolment))
        assert known.access_path == AccessPath.INITIAL_TRAINING
        known.access_path = None
    held = await school.plan("M1")
    await school.deliberate(held, await school.run(held, (enrolment, "M1")))
    assert await counted(school, "group_by=access_path") == {}
    school.done(await school.lead(held, "closed"))
    (found,) = (await counted(school, "group_by=access_path")).values()
    assert some(found, "key", "label", "assessed") == ["unknown", "Voie inconnue", 1]


async def test_how_far_a_jury_agrees(school: "School") -> None:
    who = [await school.enrol() for _ in range(3)]
    held = await school.plan("M1")
    listed = await school.run(held, *((one, "M1") for one in who))
    for number, juror in enumerate(held.jury):
        await school.sign(listed[0], juror, C1_1="not_met", C1_2="partly_met" if number else "met")
        await school.sign(listed[1], juror)
        await school.sign(listed[2], juror, C1_1="partly_met")
    school.done(await school.lead(held, "deliberating"))
    certifier = school.bearer(Role.CERTIFIER)
    url = f"/v1/statistics/agreement?session_id={held.id}"
    await school.refuses("wrong_state", "GET", url, by=certifier)
    school.done(await school.lead(held, "closed"))
    found = await school.get(url, by=certifier)
    criteria = {one.pop("criterion"): one for one in found["criteria"]}
    assert criteria["C1.1"] == {"alpha": 1.0, "undefined": None, "units": 3, "findings": 9}
    assert criteria["C1.2"]["alpha"] == round(1 - 8 * 2 / 28, 4)
    assert criteria["C1.3"] == {"alpha": None, "undefined": "no_variation", "units": 3, "findings": 9}
    assert 0 < found["whole"]["alpha"] < 1
    await school.refuses("not_found", "GET", f"/v1/statistics/agreement?session_id={uuid4()}", by=certifier)
    await school.refuses("forbidden", "GET", url)
