"""Saving a sheet bit by bit: parts, patches, repeats, and what a refusal tells."""

import asyncio
import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import pytest_asyncio

from parchemin.contracts.events.evaluations import SheetSignedV1

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import Held, School

pytestmark = pytest.mark.asyncio

Json = dict[str, Any]
ENDED = {"levels": [{"criterion": "C1.1", "level": "met"}]}


@pytest_asyncio.fixture
async def grading(school: "School") -> tuple["Held", Json]:
    """A session that runs, and a candidate who is present."""
    held = await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(1), "M1"))
    return held, registration


def without_blanks(levels: list[Json]) -> dict[str, Json]:
    return {
        level["criterion"]: {name: value for name, value in level.items() if value is not None and name != "criterion"}
        for level in levels
    }


async def test_written_and_oral_stand_beside_the_conclusion(school: "School", grading: tuple["Held", Json]) -> None:
    held, registration = grading
    by = school.juror(held.president)
    first, second, *rest = registration["assessed_criteria"]
    noted = {"criterion": first, "written": "not_met", "oral": "partly_met", "observation": "Hésite.", "question": "?"}
    draft = {"registration_id": registration["id"], "levels": [noted, {"criterion": second, "oral": "met"}]}
    sheet = school.done(await school.call("POST", "/v1/sheets", draft, by=by))
    assert sheet["levels"][0] == {**noted, "level": None, "comment": None}
    assert sheet["digest"] is None

    url, others = f"/v1/sheets/{sheet['id']}", [{"criterion": code, "level": "met"} for code in rest]
    one = {"criterion": second, "level": "partly_met", "oral": "met"}
    match = await school.etag(url, by)
    async with school.unchanged():
        for faults, levels in [
            (["level_missing"], [noted, one, *others]),
            (["level_outside_parts"], [{**noted, "level": "met"}, one, *others]),
            (["comment_missing"], [{**noted, "level": "not_met"}, one, *others]),
        ]:
            body = {"state": "signed", "levels": levels}
            problem = await school.refuses("sheet_faulty", "PUT", url, body, by=by, match=match)
            assert problem["faults"] == faults
            assert [fault["pointer"] for fault in problem["errors"]] == ["/levels/0"]
    school.done(await school.put(url, {"levels": [{**noted, "level": "met"}]}, by=by))  # a draft may be at odds
    levels = [{**noted, "level": "partly_met"}, one, *others]
    signed = school.done(await school.put(url, {"state": "signed", "levels": levels}, by=by))
    assert without_blanks(signed["levels"]) == without_blanks(levels)
    assert await school.get(url, by=by) == signed


async def test_a_patch_changes_what_it_names(school: "School", grading: tuple["Held", Json]) -> None:
    held, registration = grading
    by, url = school.juror(held.president), ""
    opinion = {"competency": "C.2", "opinion": "reserved"}
    draft = {
        "registration_id": registration["id"],
        "levels": [{"criterion": "C1.1", "level": "met", "comment": "Net."}, {"criterion": "C1.2", "level": "met"}],
        "opinions": [opinion],
    }
    created = await school.call("POST", "/v1/sheets", draft, by=by)
    url, tag = f"/v1/sheets/{school.done(created)['id']}", created.headers["etag"]
    for media_type, patch, expected in [
        (
            "application/merge-patch+json",
            {"levels": {"C1.1": {"oral": "met", "comment": None}, "C1.2": None}, "opinions": {"C.1": "favourable"}},
            {"C1.1": {"level": "met", "oral": "met"}},
        ),
        (
            "application/json",
            {"levels": {"C2.1": {"written": "met"}}, "opinions": {"C.2": None}},
            {"C1.1": {"level": "met", "oral": "met"}, "C2.1": {"written": "met"}},
        ),
    ]:
        headers = {**by, "If-Match": tag, "Content-Type": media_type}
        answer = await school.client.patch(url, content=json.dumps(patch), headers=headers)
        saved = school.done(answer)
        assert without_blanks(saved["levels"]) == expected
        assert await school.get(url, by=by) == saved
        assert answer.headers["etag"] != tag
        tag = answer.headers["etag"]
    assert saved["opinions"] == [{"competency": "C.1", "opinion": "favourable"}]

    async with school.unchanged():
        for pointer, fault, patch in [
            ("/levels/C99.1", "criterion_unknown", {"levels": {"C99.1": {"oral": "met"}}}),
            ("/levels/C10.1", "criterion_unknown", {"levels": {"C10.1": {"oral": "met"}}}),
            ("/opinions/C.9", "competency_not_assessed", {"opinions": {"C.9": "reserved"}}),
            ("/levels/C2.1", "level_missing", {"state": "signed"}),
        ]:
            problem = await school.refuses("sheet_faulty", "PATCH", url, patch, by=by, match=tag)
            assert (pointer, fault) in {(found["pointer"], found["code"]) for found in problem["errors"]}
        for patch in [
            {"levels": None},
            {"levels": {"c1.1": {"oral": "met"}}},
            {"levels": {"C1.1": {"oral": "superb"}}},
            {"levels": {"C1.1": {"criterion": "C1.2"}}},
            {"levels": [{"criterion": "C1.1", "level": "met"}]},
            {"state": "corrected"},
            {"digest": "0" * 64},
            [],
        ]:
            await school.refuses("invalid", "PATCH", url, patch, by=by, match=tag)
        await school.refuses("precondition_required", "PATCH", url, {}, by=by)
        for media_type in ("application/json-patch+json", "text/plain"):
            headers = {**by, "If-Match": tag, "Content-Type": media_type}
            assert (await school.client.patch(url, content=b"{}", headers=headers)).status_code == 415

    full = {"levels": {code: {"level": "met"} for code in registration["assessed_criteria"]}, "state": "signed"}
    signed = school.done(await school.call("PATCH", url, full, by=by, match=tag))
    assert (signed["state"], len(await school.facts(SheetSignedV1))) == ("signed", 1)


async def test_what_was_sent_before_is_answered_as_the_first_time(
    school: "School", grading: tuple["Held", Json]
) -> None:
    held, registration = grading
    by = school.juror(held.president)
    full = [{"criterion": code, "level": "met"} for code in registration["assessed_criteria"]]
    draft = {"registration_id": registration["id"], "levels": full[:2]}
    created = await school.call("POST", "/v1/sheets", draft, by=by)
    sheet = school.done(created)
    url = f"/v1/sheets/{sheet['id']}"

    async def repeated(method: str, to: str, body: Json, first: httpx.Response, match: str | None = None) -> None:
        async with school.unchanged():
            again = await school.call(method, to, body, by=by, match=match)
        assert (again.status_code, again.json()) == (first.status_code, first.json())
        assert again.headers["etag"] == first.headers["etag"]

    await repeated("POST", "/v1/sheets", {**draft, "levels": full[1::-1]}, created)
    patch = {"levels": {full[2]["criterion"]: {"oral": "met"}}}
    saved = await school.call("PATCH", url, patch, by=by, match='"1"')
    for stale in ('"1"', '"2"', '"7"'):
        await repeated("PATCH", url, patch, saved, stale)
    body = {"levels": full, "opinions": [{"competency": "C.1", "opinion": "favourable"}]}
    saved = await school.call("PUT", url, body, by=by, match='"2"')
    await repeated("PUT", url, body, saved, '"2"')
    signed = await school.call("PUT", url, {**body, "state": "signed"}, by=by, match='"3"')
    for juror in held.jury[1:]:
        await school.sign(registration, juror)
    facts = await school.facts(SheetSignedV1)
    for _ in range(2):  # while the session runs, and when it does not any more
        await repeated("PUT", url, {**body, "state": "signed"}, signed, '"3"')
        await repeated("PATCH", url, {"state": "signed"}, signed, '"3"')
        await repeated("PATCH", url, {"levels": {full[0]["criterion"]: {"level": "met"}}}, signed, '"1"')
        again = await school.call("POST", "/v1/sheets", {**draft, **body, "state": "signed"}, by=by)
        assert (again.status_code, again.json(), again.headers["etag"]) == (201, signed.json(), '"4"')
        if await school.etag(f"/v1/sessions/{held.id}") == '"3"':
            school.done(await school.lead(held, "deliberating"))
    assert await school.facts(SheetSignedV1) == facts


async def test_a_correction_that_comes_twice_is_one(school: "School", grading: tuple["Held", Json]) -> None:
    held, registration = grading
    by = school.juror(held.president)
    signed = await school.sign(registration, held.president)
    url = f"/v1/sheets/{signed['id']}/corrections"
    correction = {"levels": signed["levels"], "reason": "Erreur de saisie."}
    answers = await asyncio.gather(*(school.call("POST", url, correction, by=by) for _ in range(3)))
    answers.append(await school.call("POST", url, correction, by=by))
    assert [(answer.status_code, answer.headers["etag"]) for answer in answers] == [(201, '"1"')] * 4
    assert all(answer.json() == answers[0].json() for answer in answers)
    assert len(await school.facts(SheetSignedV1)) == 2
    await school.refuses("sheet_not_signed", "POST", url, {**correction, "reason": "Autre."}, by=by)


async def test_what_differs_is_refused_with_the_sheet_that_stands(
    school: "School", grading: tuple["Held", Json]
) -> None:
    held, registration = grading
    by = school.juror(held.president)
    draft = {"registration_id": registration["id"], "levels": [{"criterion": "C1.1", "level": "met"}]}
    sheet = school.done(await school.call("POST", "/v1/sheets", draft, by=by))
    url, other = f"/v1/sheets/{sheet['id']}", {"levels": [{"criterion": "C1.1", "level": "partly_met"}]}
    patch = {"levels": {"C1.2": {"oral": "met"}}}

    async def refused(code: str, method: str, to: str, body: Json, match: str | None, etag: str) -> None:
        async with school.unchanged():
            answer = await school.call(method, to, body, by=by, match=match)
        problem = answer.json()
        assert (problem["code"], problem["sheet_id"], answer.headers["etag"]) == (code, sheet["id"], etag)

    await refused("sheet_exists", "POST", "/v1/sheets", {**draft, **other}, None, '"1"')
    await refused("sheet_exists", "POST", "/v1/sheets", {**draft, "state": "draft", "levels": []}, None, '"1"')
    for method, body in (("PUT", other), ("PATCH", patch)):
        await refused("stale_version", method, url, body, '"9"', '"1"')
    full = {"levels": {code: {"level": "met"} for code in registration["assessed_criteria"]}, "state": "signed"}
    school.done(await school.call("PATCH", url, full, by=by, match='"1"'))
    for method, body in (("PUT", other), ("PATCH", patch), ("PATCH", {"state": "draft"})):
        await refused("sheet_signed", method, url, body, '"2"', '"2"')
        await refused("stale_version", method, url, body, '"1"', '"2"')
    await refused("sheet_exists", "POST", "/v1/sheets", draft, None, '"2"')


async def test_of_requests_at_the_same_moment_equal_ones_are_one(
    school: "School", grading: tuple["Held", Json]
) -> None:
    held, registration = grading
    by = school.juror(held.president)
    same = {"registration_id": registration["id"], "levels": [{"criterion": "C1.1", "level": "met"}]}
    other = {**same, "levels": []}
    answers = await asyncio.gather(
        *(school.call("POST", "/v1/sheets", body, by=by) for body in (same, same, other, same))
    )
    written = [answer.json() for answer in answers if answer.status_code == 201]
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    assert {problem["code"] for problem in refused} == {"sheet_exists"}
    assert {sheet["id"] for sheet in written} | {problem["sheet_id"] for problem in refused} == {written[0]["id"]}
    assert len(written) in {1, 3}
    url = f"/v1/sheets/{written[0]['id']}"
    patches = [{"levels": {"C1.2": {"oral": level}}} for level in ("met", "not_met", "met", "met")]
    patched = await asyncio.gather(*(school.call("PATCH", url, patch, by=by, match='"1"') for patch in patches))
    assert {(answer.status_code, answer.headers["etag"]) for answer in patched} <= {(200, '"2"'), (412, '"2"')}
    assert sorted(answer.status_code for answer in patched) in ([200, 200, 200, 412], [200, 412, 412, 412])


async def test_a_patch_tells_nothing_of_other_jurors(school: "School", grading: tuple["Held", Json]) -> None:
    held, registration = grading
    a, b, c = (school.juror(juror) for juror in held.jury)
    theirs = school.done(await school.write(registration, held.jury[1], C1_1="not_met"))
    url = f"/v1/sheets/{theirs['id']}"
    same = {"levels": {level["criterion"]: {"level": level["level"]} for level in theirs["levels"]}}
    bodies = [("PATCH", same), ("PATCH", {}), ("PUT", {"levels": theirs["levels"]}), ("PUT", {"levels": []})]

    async def told(code: str, by: dict[str, str]) -> None:
        async with school.unchanged():
            for method, body in bodies:
                for match in ('"1"', '"2"', '"7"'):
                    answer = await school.call(method, url, body, by=by, match=match)
                    assert answer.json()["code"] == code
                    assert "etag" not in answer.headers
                    assert not {"sheet_id", "levels"} & set(answer.json())

    await told("not_found", a)
    await school.sign(registration, held.president)
    await told("not_found", a)
    school.done(await school.call("PATCH", url, {"state": "signed"}, by=b, match='"1"'))
    await told("forbidden", a)
    await told("not_found", c)
    # What stands in the way of a sheet of one's own is one's own alone.
    mine = school.done(await school.call("POST", "/v1/sheets", {"registration_id": registration["id"], **ENDED}, by=c))
    again = await school.call("POST", "/v1/sheets", {"registration_id": registration["id"], "levels": []}, by=c)
    assert again.json()["sheet_id"] == mine["id"]
