"""Who may sit, swears and is replaced."""

from typing import TYPE_CHECKING

import pytest

from parchemin.contracts.events.evaluations import DeliberationClosedV1
from parchemin.contracts.vocabulary import AccessPath

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio


async def test_a_refusal_names_the_rule_its_version_and_its_source(school: "School") -> None:
    jury = [await school.enter_juror(external=False) for _ in range(2)]
    held = await school.plan("M1", jury=jury)
    state = f"/v1/sessions/{held.id}/state"
    problem = await school.refuses("jury_unfit", "PUT", state, {"state": "open"}, match='"1"')
    assert problem["faults"] == ["too_few_external", "too_few_members"]
    assert all("[jury 1, règlement de la certification]" in error["detail"] for error in problem["errors"])
    rules = await school.get("/v1/jury_rules")
    assert [(each["code"], each["min_members"], each["min_external_share"]) for each in rules["rules"]] == [
        ("jury", 2, "1/2"),
        ("jury_vae", 0, "0"),
    ]


async def test_who_comes_by_experience_is_heard_by_a_jury_as_the_law_wants_it(school: "School") -> None:
    """The jury may open the session; it may not hear the candidate who was registered since."""
    jury = [await school.enter_juror(sex="F", qualified=False) for _ in range(3)]
    held = await school.plan("M1", jury=jury)
    school.done(await school.lead(held, "open"))
    await school.register(held, await school.enrol(path=AccessPath.VAE), "M1")
    url = f"/v1/sessions/{held.id}"
    problem = await school.refuses("jury_unfit", "PUT", f"{url}/state", {"state": "running"}, match='"2"')
    assert problem["faults"] == ["jury_unbalanced", "too_few_qualified"]
    assert "article D. 6412-6 du code du travail" in problem["errors"][0]["detail"]

    fit = await school.enter_juror(sex="M", qualified=True)
    change = {"replaced": jury[2], "by": fit, "reason": "Équilibre du jury."}
    match = await school.etag(url)
    seated = school.done(await school.call("POST", f"{url}/replacements", change, match=match))["jury"]
    assert {seat["juror_id"] for seat in seated} == {jury[0], jury[1], fit}
    school.done(await school.lead(held, "running"))


async def test_a_statement_covers_those_who_were_registered_before(school: "School") -> None:
    held = await school.plan("M1")
    url = f"/v1/sessions/{held.id}/statements"
    first, second = await school.enrol(1), await school.enrol(1)
    one = await school.register(held, first, "M1")
    juror, by = held.jury[1], school.juror(held.jury[1])
    await school.refuses("wrong_state", "POST", url, {"sworn": True}, by=by)
    school.done(await school.lead(held, "open"))
    sworn = await school.swear(held, juror)
    assert (sworn["juror_id"], sworn["candidates"]) == (juror, 1)
    two = await school.register(held, second, "M1")
    school.done(await school.lead(held, "running"))
    for registration in (one, two):
        await school.attend(registration)
    await school.sign(one, juror)
    refused = await school.write(two, juror)
    assert (refused.status_code, refused.json()["code"]) == (409, "statement_missing")
    await school.swear(held, juror)
    await school.sign(two, juror)
    assert [each["candidates"] for each in (await school.get(url))["items"]] == [1, 2]
    assert (await school.get(url, by=by))["items"] == (await school.get(url))["items"]


async def test_a_statement_names_ties_that_keep_the_juror_from_grading(school: "School") -> None:
    held, elsewhere = await school.plan("M1"), await school.plan("M1")
    mine, other = await school.enrol(1), await school.enrol(1)
    (registration,) = await school.run(held, (mine, "M1"))
    url, juror = f"/v1/sessions/{held.id}/statements", held.jury[2]
    tie = {"enrolment_id": mine, "kind": "trained"}
    async with school.unchanged():
        for code, body, by in [
            ("not_a_candidate", {"sworn": True, "conflicts": [{**tie, "enrolment_id": other}]}, school.juror(juror)),
            ("invalid", {"sworn": False, "conflicts": []}, school.juror(juror)),
            ("invalid", {"sworn": True, "conflicts": [{**tie, "kind": "envies"}]}, school.juror(juror)),
            ("not_found", {"sworn": True}, school.juror(elsewhere.jury[0])),
            ("forbidden", {"sworn": True}, school.staff),
        ]:
            await school.refuses(code, "POST", url, body, by=by)
    body = {"sworn": True, "conflicts": [tie, tie]}
    school.done(await school.call("POST", url, body, by=school.juror(juror)))
    school.done(await school.call("POST", url, body, by=school.juror(juror)))
    refused = await school.write(registration, juror)
    assert refused.json()["code"] == "juror_in_conflict"
    await school.sign(registration, held.jury[0])
    await school.refuses("juror_has_graded", "POST", url, body, by=school.juror(held.jury[0]))
    await school.sign(registration, held.jury[1])
    school.done(await school.lead(held, "deliberating"))
    school.done(await school.lead(held, "closed"))
    (minutes,) = await school.facts(DeliberationClosedV1)
    seated = {str(seat.juror_id): seat for seat in minutes.jury}
    assert [str(enrolment) for enrolment in seated[juror].recused] == [mine]
    assert seated[held.president].recused == ()
    assert all(seat.sworn_at is not None for seat in minutes.jury)
    assert [(rules.code, rules.version) for rules in minutes.jury_rules] == [("jury", "1")]


async def test_who_takes_a_place_grades_what_was_not_graded_there(school: "School") -> None:
    held = await school.plan("M1")
    first, second = await school.run(held, (await school.enrol(1), "M1"), (await school.enrol(1), "M1"))
    for juror in held.jury:
        await school.sign(first, juror)
    await school.sign(second, held.jury[2])
    url, president = f"/v1/sessions/{held.id}", held.president
    coming, stranger = await school.enter_juror(), await school.another().enter_juror()
    change = {"replaced": president, "by": coming, "reason": "Train supprimé."}
    match = await school.etag(url)
    async with school.unchanged():
        for code, body in [
            ("not_seated", {**change, "replaced": coming}),
            ("not_seated", {**change, "by": held.jury[1]}),
            ("not_seated", {**change, "by": stranger}),
        ]:
            await school.refuses(code, "POST", f"{url}/replacements", body, match=match)
        await school.refuses("precondition_required", "POST", f"{url}/replacements", change)
    seated = school.done(await school.call("POST", f"{url}/replacements", change, match=match))["jury"]
    assert (seated[0]["juror_id"], seated[0]["president"]) == (coming, True)
    await school.refuses("not_found", "GET", url, by=school.juror(president))

    await school.sign(second, held.jury[1])
    match = await school.etag(url)
    problem = await school.refuses("sheets_missing", "PUT", f"{url}/state", {"state": "deliberating"}, match=match)
    assert len(problem["errors"]) == 1
    assert coming in problem["errors"][0]["detail"]
    await school.swear(held, coming)
    await school.sign(second, coming)
    school.done(await school.lead(held, "deliberating"))
    school.done(await school.lead(held, "closed", by=school.juror(coming)))


async def test_no_deliberation_opens_without_the_statement_of_everyone_who_sits(school: "School") -> None:
    held = await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(1), "M1"))
    for juror in held.jury:
        await school.sign(registration, juror)
    url = f"/v1/sessions/{held.id}"
    change = {"replaced": held.jury[1], "by": await school.enter_juror(), "reason": "Malaise d'un proche."}
    school.done(await school.call("POST", f"{url}/replacements", change, match=await school.etag(url)))
    match = await school.etag(url)
    problem = await school.refuses("statements_missing", "PUT", f"{url}/state", {"state": "deliberating"}, match=match)
    assert change["by"] in problem["errors"][0]["detail"]
    match = await school.etag(url)
    alone = {"state": "deliberating", "present": [held.president]}
    await school.refuses("jury_unfit", "PUT", f"{url}/state", alone, match=match)
