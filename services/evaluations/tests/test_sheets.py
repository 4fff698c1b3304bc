"""Sheets: what they must say, when they may be written, and who reads them."""

import json
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from parchemin.contracts.events.evaluations import SheetSignedV1
from parchemin.contracts.vocabulary import Role

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio


async def test_a_sheet_judges_what_is_assessed_and_nothing_else(school: "School") -> None:
    enrolment = await school.enrol(1)
    await school.exempt(enrolment, "C.2")
    held = await school.plan("M1")
    (registration,) = await school.run(held, (enrolment, "M1"))
    assessed, by = registration["assessed_criteria"], school.juror(held.jury[1])
    full = [{"criterion": code, "level": "met"} for code in assessed]
    signed = {"registration_id": registration["id"], "state": "signed"}

    async with school.unchanged():
        for faults, levels in [
            (["criterion_unknown"], [*full, {"criterion": "C10.1", "level": "met"}]),
            (["criterion_unknown"], [*full, {"criterion": "C1.99", "level": "met"}]),
            (["criterion_not_assessed"], [*full, {"criterion": "C2.1", "level": "met"}]),
            (["criterion_twice"] * 2, [*full, {"criterion": "C1.1", "level": "not_met", "comment": "Non."}]),
            (["comment_missing"], [{**full[0], "level": "not_met"}, *full[1:]]),
            (["level_missing"], full[1:]),
            (["level_missing"] * len(assessed), []),
        ]:
            problem = await school.refuses("sheet_faulty", "POST", "/v1/sheets", {**signed, "levels": levels}, by=by)
            assert problem["faults"] == faults
    opinion = {"competency": "C.1", "opinion": "favourable"}
    async with school.unchanged():
        for faults, opinions in [
            (["opinion_twice"], [opinion, opinion]),
            (["competency_not_assessed"], [{**opinion, "competency": "C.2"}]),
            (["competency_not_assessed"], [{**opinion, "competency": "C.10"}]),
        ]:
            body = {**signed, "levels": full, "opinions": opinions}
            assert (await school.refuses("sheet_faulty", "POST", "/v1/sheets", body, by=by))["faults"] == faults
    async with school.unchanged():
        for body in [
            {**signed, "levels": [{"criterion": "C1.1", "level": "superb"}]},
            {**signed, "levels": [{"criterion": "c1.1", "level": "met"}]},
            {**signed, "levels": [{"criterion": "C1.1", "level": "met", "comment": "\ud800"}]},
            {**signed, "levels": [{"criterion": "C1.1", "level": "met", "comment": "a\x00b"}]},
            {**signed, "levels": [{"criterion": "C1.1", "level": "met", "comment": "é" * 4001}]},
            {**signed, "levels": full * 100},
            {**signed, "levels": "met"},
            {**signed, "levels": full, "juror_id": held.president},
            {"levels": full},
        ]:
            await school.refuses("invalid", "POST", "/v1/sheets", body, by=by)


async def test_a_sheet_is_written_while_the_session_runs_for_who_is_present(school: "School") -> None:
    here, away = await school.enrol(1), await school.enrol(1)
    held = await school.plan("M1")
    listed = [await school.register(held, enrolment, "M1") for enrolment in (here, away)]
    by, member = school.juror(held.president), school.juror(held.jury[1], Role.JURY_MEMBER)
    draft = {"registration_id": listed[0]["id"], "levels": []}
    await school.refuses("wrong_state", "POST", "/v1/sheets", draft, by=by)
    school.done(await school.lead(held, "open"))
    await school.refuses("wrong_state", "POST", "/v1/sheets", draft, by=by)
    school.done(await school.lead(held, "running"))
    await school.refuses("candidate_not_present", "POST", "/v1/sheets", draft, by=by)
    listed = [await school.attend(one, is_) for one, is_ in zip(listed, ("present", "absent"), strict=True)]
    await school.refuses(
        "candidate_not_present", "POST", "/v1/sheets", {"registration_id": listed[1]["id"], "levels": []}, by=by
    )
    await school.refuses("statement_missing", "POST", "/v1/sheets", draft, by=by)
    for juror in held.jury:
        await school.swear(held, juror)
    sheet = school.done(await school.call("POST", "/v1/sheets", draft, by=by))
    url, other = f"/v1/sheets/{sheet['id']}", [{"criterion": "C1.1", "level": "met"}]
    await school.refuses("sheet_exists", "POST", "/v1/sheets", {**draft, "levels": other}, by=by)
    await school.refuses("precondition_required", "PUT", url, {"levels": []}, by=by)
    await school.refuses("stale_version", "PUT", url, {"levels": other}, by=by, match='"2"')
    correction = {"levels": [], "reason": "Erreur."}
    await school.refuses("sheet_not_signed", "POST", f"{url}/corrections", correction, by=by)
    await school.refuses("not_found", "PUT", url, {"levels": []}, by=member, match='"1"')

    full = [{"criterion": code, "level": "met"} for code in listed[0]["assessed_criteria"]]
    signed = school.done(await school.put(url, {"levels": full, "state": "signed"}, by=by))
    assert signed["signed_at"]
    await school.refuses("sheet_signed", "PUT", url, {"levels": full}, by=by, match='"2"')
    await school.refuses("sheet_exists", "POST", "/v1/sheets", draft, by=by)
    await school.refuses("sheet_faulty", "POST", f"{url}/corrections", correction, by=by)
    await school.refuses("invalid", "POST", f"{url}/corrections", {"levels": full}, by=by)
    corrected = school.done(
        await school.call("POST", f"{url}/corrections", {"levels": full, "reason": "Erreur."}, by=by)
    )
    await school.refuses("sheet_not_signed", "POST", f"{url}/corrections", {"levels": full, "reason": "Bis."}, by=by)

    state, match = f"/v1/sessions/{held.id}/state", await school.etag(f"/v1/sessions/{held.id}")
    problem = await school.refuses("sheets_missing", "PUT", state, {"state": "deliberating"}, match=match)
    assert problem["faults"] == ["sheet_missing"] * 2
    for juror in held.jury[1:]:
        await school.sign(listed[0], juror)
    await school.refuses("forbidden", "POST", f"{url}/corrections", {"levels": full, "reason": "Erreur."}, by=member)
    school.done(await school.lead(held, "deliberating"))
    await school.refuses("wrong_state", "POST", "/v1/sheets", draft, by=by)
    late = f"/v1/sheets/{corrected['id']}"
    await school.refuses("wrong_state", "POST", f"{late}/corrections", {"levels": full, "reason": "Bis."}, by=by)
    await school.refuses("wrong_state", "PUT", late, {"levels": full}, by=by, match='"1"')


async def test_a_signed_sheet_is_told_without_its_levels(school: "School") -> None:
    enrolment, held = await school.enrol(1), await school.plan("M1")
    (registration,) = await school.run(held, (enrolment, "M1"))
    by = school.juror(held.jury[1])
    draft = school.done(await school.write(registration, held.jury[1], C1_1="not_met"))
    assert await school.facts(SheetSignedV1) == []
    url = f"/v1/sheets/{draft['id']}"
    saved = school.done(await school.put(url, {"levels": draft["levels"]}, by=by))
    assert await school.facts(SheetSignedV1) == []
    signed = school.done(await school.put(url, {"levels": saved["levels"], "state": "signed"}, by=by))
    correction = {"levels": draft["levels"], "reason": "Erreur de saisie."}
    corrected = school.done(await school.call("POST", f"{url}/corrections", correction, by=by))
    at_once = await school.sign(registration, held.president)

    told = await school.facts(SheetSignedV1)
    assert [json.loads(fact.model_dump_json()) for fact in told] == [
        {
            "sheet_id": sheet["id"],
            "registration_id": registration["id"],
            "enrolment_id": enrolment,
            "session_id": held.id,
            "organisation_id": str(school.id),
            "juror_id": juror,
            "modality": "M1",
            "number": number,
            "signed_at": sheet["signed_at"],
            "digest": sheet["digest"],
        }
        for sheet, juror, number in (
            (signed, held.jury[1], 1),
            (corrected, held.jury[1], 2),
            (at_once, held.president, 1),
        )
    ]
    assert {fact.key for fact in told} == {enrolment}


async def test_the_jury_deliberates_when_everybody_was_called(school: "School") -> None:
    held = await school.plan("M1")
    await school.register(held, await school.enrol(1), "M1")
    school.done(await school.lead(held, "open"))
    school.done(await school.lead(held, "running"))
    url = f"/v1/sessions/{held.id}"
    match = await school.etag(url)
    await school.refuses("attendance_missing", "PUT", f"{url}/state", {"state": "deliberating"}, match=match)


async def test_only_the_jury_of_the_session_grades(school: "School") -> None:
    enrolment = await school.enrol(1)
    held, elsewhere = await school.plan("M1"), await school.plan("M1")
    (registration,) = await school.run(held, (enrolment, "M1"))
    draft = {"registration_id": registration["id"], "levels": []}
    other = school.another()
    foreign, unseated = await other.enter_juror(), elsewhere.president
    both = (Role.ADMINISTRATOR, Role.JURY_MEMBER)
    async with school.unchanged():
        for code, by in [
            ("forbidden", school.juror("nobody")),
            ("forbidden", school.staff),
            ("forbidden", school.juror(held.president, Role.ADMINISTRATOR)),
            ("not_found", school.juror(unseated)),
            ("forbidden", school.juror(unseated, *both)),
            ("not_found", other.juror(foreign)),
            ("forbidden", other.juror(held.president)),
        ]:
            await school.refuses(code, "POST", "/v1/sheets", draft, by=by)
    await school.refuses(
        "not_found", "POST", "/v1/sheets", {**draft, "registration_id": str(uuid4())}, by=school.juror(held.president)
    )


async def test_jurors_read_each_other_once_their_own_sheet_is_signed(school: "School") -> None:
    first, second = await school.enrol(1), await school.enrol(1)
    held, elsewhere = await school.plan("M1"), await school.plan("M1")
    one, two = await school.run(held, (first, "M1"), (second, "M1"))
    (third,) = await school.run(elsewhere, (await school.enrol(1), "M1"))
    a, b, c = held.jury
    mine = await school.sign(one, a)
    await school.sign(two, a)
    await school.sign(third, elsewhere.president)
    theirs = school.done(await school.write(one, b))

    async def readable(by: dict[str, str]) -> set[tuple[str, str]]:
        items = (await school.get("/v1/sheets", by=by))["items"]
        for item in items:
            assert await school.get(f"/v1/sheets/{item['id']}", by=by) == item
        return {(item["registration_id"], item["juror_id"]) for item in items}

    assert await readable(school.juror(a)) == {(one["id"], a), (two["id"], a)}
    assert await readable(school.juror(b)) == {(one["id"], b)}
    assert await readable(school.juror(c)) == set()
    await school.refuses("not_found", "GET", f"/v1/sheets/{mine['id']}", by=school.juror(b))

    full = [{"criterion": code, "level": "met"} for code in one["assessed_criteria"]]
    url = f"/v1/sheets/{theirs['id']}"
    school.done(await school.put(url, {"levels": full, "state": "signed"}, by=school.juror(b)))
    assert await readable(school.juror(b)) == {(one["id"], a), (one["id"], b)}
    assert await readable(school.juror(a)) == {(one["id"], a), (one["id"], b), (two["id"], a)}
    assert await readable(school.juror(elsewhere.president)) == {(third["id"], elsewhere.president)}
    assert await readable(school.juror(elsewhere.jury[1])) == set()
    mixed = school.juror(c, Role.ADMINISTRATOR, Role.JURY_MEMBER)
    assert await readable(mixed) == set()
    async with school.unchanged():
        for by in (school.staff, school.bearer(Role.CERTIFIER), school.bearer(Role.CLIENT, organisation=school.id)):
            await school.refuses("forbidden", "GET", "/v1/sheets", by=by)
            await school.refuses("forbidden", "GET", url, by=by)


async def test_jurors_see_their_sessions_and_what_is_in_them(school: "School") -> None:
    held, elsewhere = await school.plan("M1"), await school.plan("M1")
    mine = await school.register(held, await school.enrol(1), "M1")
    theirs = await school.register(elsewhere, await school.enrol(1), "M1")
    by = school.juror(held.jury[1])
    assert [item["id"] for item in (await school.get("/v1/sessions", by=by))["items"]] == [held.id]
    assert [item["id"] for item in (await school.get("/v1/registrations", by=by))["items"]] == [mine["id"]]
    async with school.unchanged():
        for url in (f"/v1/registrations/{theirs['id']}", f"/v1/sessions/{elsewhere.id}"):
            await school.refuses("not_found", "GET", url, by=by)
    assert len((await school.get("/v1/sessions"))["items"]) == 2
