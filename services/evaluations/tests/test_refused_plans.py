"""Plans, registrations and steps that are refused, each with its code, and nothing changed."""

from datetime import date, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from parchemin.contracts.vocabulary import Role

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio


async def test_a_plan_names_jurors_of_the_pool_and_modalities_of_the_referential(school: "School") -> None:
    jury = [await school.enter_juror() for _ in range(3)]
    stranger = await school.another().enter_juror()
    plan = {"place": "Paris", "held_on": "2024-06-17", "modalities": ["M1"]}

    def seated(president: str, *members: str) -> dict[str, object]:
        return {**plan, "jury": {"president": president, "members": members}}

    async with school.unchanged():
        for code, body in [
            ("juror_unknown", seated(jury[0], jury[1], stranger)),
            ("juror_unknown", seated(jury[0], jury[1], str(uuid4()))),
            ("juror_unknown", seated(jury[0], jury[0], jury[1])),
            ("juror_unknown", seated(jury[0], jury[1], jury[1])),
            ("modality_unknown", {**seated(*jury), "modalities": ["M9"]}),
            ("modality_unknown", {**seated(*jury), "modalities": ["M1", "M1"]}),
            ("not_found", {**seated(*jury), "referential_version": "9.9"}),
            ("invalid", {**seated(*jury), "modalities": []}),
            ("invalid", {**seated(*jury), "held_on": "17/06/2024"}),
            ("invalid", {**seated(*jury), "held_on": 20240617.5}),
            ("invalid", {**seated(*jury), "place": "  "}),
            ("invalid", {**seated(*jury), "place": "Paris\x00"}),
            ("invalid", {**seated(*jury), "place": "Paris\ud800"}),
            ("invalid", {**seated(*jury), "surprise": 1}),
            ("invalid", plan),
            ("invalid", []),
            ("invalid", None),
        ]:
            await school.refuses(code, "POST", "/v1/sessions", body)


async def test_a_jury_that_breaks_a_rule_opens_no_session(school: "School") -> None:
    inside = [await school.enter_juror(external=False) for _ in range(3)]
    outside = [await school.enter_juror() for _ in range(2)]
    for jury, fault in [
        ([outside[0]], ["too_few_members"]),
        (outside, ["too_few_members"]),
        (inside, ["too_few_external"]),
        ([*inside, *outside], ["too_few_external"]),
        ([inside[0]], ["too_few_external", "too_few_members"]),
    ]:
        held = await school.plan("M1", jury=jury)
        url = f"/v1/sessions/{held.id}"
        problem = await school.refuses("jury_unfit", "PUT", f"{url}/state", {"state": "open"}, match='"1"')
        assert problem["faults"] == fault


async def test_a_registration_needs_an_open_list_and_something_to_assess(school: "School") -> None:
    other = school.another()
    everything, one_block, foreign = await school.enrol(), await school.enrol(1), await other.enrol()
    older = await school.enrol(version="0.9")
    acquired = await school.enrol(1)
    done = await school.decide(acquired, "M1")
    held = await school.plan("M1", "M2")
    known = await school.register(held, everything, "M1")

    def entry(enrolment: str, modality: str = "M1", session: str = held.id) -> dict[str, str]:
        return {"session_id": session, "enrolment_id": enrolment, "modality": modality}

    async with school.unchanged():
        for code, body in [
            ("already_registered", entry(everything)),
            ("block_not_enrolled", entry(one_block, "M2")),
            ("modality_not_held", entry(everything, "M3")),
            ("modality_not_held", entry(everything, "M99")),
            ("referential_differs", entry(older)),
            ("nothing_to_assess", entry(acquired)),
            ("not_found", entry(foreign)),
            ("not_found", entry(str(uuid4()))),
            ("not_found", entry(everything, session=str(uuid4()))),
            ("wrong_state", entry(everything, session=done.id)),
            ("invalid", entry("an id")),
            ("invalid", entry(everything, "m1")),
            ("invalid", entry(everything, "M1\n")),
            ("invalid", {"session_id": held.id}),
        ]:
            await school.refuses(code, "POST", "/v1/registrations", body)
    school.done(await school.lead(held, "open"))
    school.done(await school.lead(held, "running"))
    await school.refuses("wrong_state", "POST", "/v1/registrations", entry(one_block))
    url = f"/v1/registrations/{known['id']}"
    async with school.unchanged():
        for code, match, body in [
            ("precondition_required", None, {"attendance": "present"}),
            ("precondition_required", "*", {"attendance": "present"}),
            ("stale_version", '"7"', {"attendance": "present"}),
            ("stale_version", 'W/"1"', {"attendance": "present"}),
            ("stale_version", "1 OR 1=1", {"attendance": "present"}),
            ("invalid", '"1"', {"attendance": "late"}),
            ("invalid", '"1"', {"attendance": None}),
        ]:
            await school.refuses(code, "PUT", f"{url}/attendance", body, match=match)


async def test_the_plan_stands_once_the_session_is_open(school: "School") -> None:
    held = await school.plan("M1")
    url = f"/v1/sessions/{held.id}"
    plan = {"place": "Lyon", "held_on": "2024-06-18", "modalities": ["M1", "M2"]}
    jury = {"president": held.jury[1], "members": [held.jury[0], held.jury[2]]}
    changed = school.done(await school.put(url, {**plan, "jury": jury}))
    assert (changed["place"], changed["jury"][0]["juror_id"]) == ("Lyon", held.jury[1])
    school.done(await school.lead(held, "open"))
    await school.refuses("wrong_state", "PUT", url, {**plan, "jury": jury}, match=await school.etag(url))


async def test_a_plan_keeps_what_candidates_are_registered_for(school: "School") -> None:
    held = await school.plan("M1", "M2")
    await school.register(held, await school.enrol(), "M2")
    url = f"/v1/sessions/{held.id}"
    jury = {"president": held.jury[0], "members": held.jury[1:]}
    plan = {"place": "Paris", "held_on": "2024-06-17", "modalities": ["M1"], "jury": jury}
    await school.refuses("session_has_registrations", "PUT", url, plan, match='"1"')
    school.done(await school.put(url, {**plan, "modalities": ["M2", "M3"]}))


async def test_every_illegal_step_is_refused(school: "School") -> None:
    states = ["open", "running", "deliberating", "closed", "cancelled"]
    legal = {"draft": {"open", "cancelled"}, "open": {"running", "cancelled"}, "cancelled": set[str]()}
    held = await school.plan("M1")
    url = f"/v1/sessions/{held.id}"
    for state in ("draft", "open", "cancelled"):
        if state != "draft":
            school.done(await school.lead(held, state))
        match = await school.etag(url)
        for wanted in set(states) - legal[state]:
            await school.refuses("illegal_step", "PUT", f"{url}/state", {"state": wanted}, match=match)
    await school.refuses("invalid", "PUT", f"{url}/state", {"state": "draft"}, match=match)
    await school.refuses("precondition_required", "PUT", f"{url}/state", {"state": "open"})
    await school.refuses("stale_version", "PUT", f"{url}/state", {"state": "open"}, match='"1"')


async def test_only_the_president_closes_on_a_day_that_can_be(school: "School") -> None:
    enrolment = await school.enrol(1)
    held = await school.plan("M1")
    elsewhere = await school.plan("M1")
    (registration,) = await school.run(held, (enrolment, "M1"))
    url = f"/v1/sessions/{held.id}"
    president = school.juror(held.president)
    early = {"state": "open", "deliberated_on": "2024-06-17"}
    await school.refuses("invalid", "PUT", f"{url}/state", early, match=await school.etag(url))
    await school.deliberate(held, [registration])
    match = await school.etag(url)
    tomorrow = (date.today() + timedelta(days=2)).isoformat()  # noqa: DTZ011 - two days are ahead in any time zone
    member, outsider = await school.enter_juror(), str(uuid4())

    async with school.unchanged():
        for code, by, details in [
            ("forbidden", school.juror(held.jury[1]), {}),
            ("forbidden", school.juror(held.president, Role.JURY_MEMBER), {}),
            ("forbidden", school.staff, {}),
            ("forbidden", school.juror(held.president, Role.ADMINISTRATOR), {}),
            ("not_found", school.juror(elsewhere.president), {}),
            ("not_found", school.another().staff, {}),
            ("deliberation_date", president, {"deliberated_on": "2024-06-16"}),
            ("deliberation_date", president, {"deliberated_on": tomorrow}),
            ("deliberation_date", president, {"deliberated_on": "9999-12-31"}),
            ("not_on_jury", president, {"present": []}),
            ("not_on_jury", president, {"present": list(held.jury[1:])}),
            ("not_on_jury", president, {"present": [*held.jury, member]}),
            ("not_on_jury", president, {"present": [*held.jury, outsider]}),
            ("jury_unfit", president, {"present": list(held.jury[:2])}),
            ("jury_unfit", president, {"present": [held.president] * 3}),
            ("invalid", president, {"present": ["nobody"]}),
            ("invalid", president, {"deliberated_on": "2024-02-30"}),
        ]:
            body = {"state": "closed", **details}
            await school.refuses(code, "PUT", f"{url}/state", body, by=by, match=match)
    school.done(await school.lead(held, "closed", by=president, present=[*held.jury, held.president]))
    await school.refuses(
        "illegal_step", "PUT", f"{url}/state", {"state": "closed"}, by=president, match=await school.etag(url)
    )


async def test_a_tie_is_declared_once_and_before_the_juror_signs(school: "School") -> None:
    enrolment = await school.enrol(1)
    held = await school.plan("M1")
    (registration,) = await school.run(held, (enrolment, "M1"))
    await school.sign(registration, held.jury[0])
    school.done(await school.write(registration, held.jury[1]))
    url, other = "/v1/conflicts_of_interest", school.another()

    def tie(juror: str, kind: str = "employs", enrolled: str = enrolment) -> dict[str, str]:
        return {"juror_id": juror, "enrolment_id": enrolled, "kind": kind}

    await school.refuses("juror_has_graded", "POST", url, tie(held.jury[0]))
    await school.refuses("not_found", "POST", url, tie(await other.enter_juror()))
    await school.refuses("not_found", "POST", url, tie(held.jury[2], enrolled=await other.enrol()))
    await school.refuses("invalid", "POST", url, tie(held.jury[2], "envies"))
    school.done(await school.call("POST", url, tie(held.jury[1])))
    await school.refuses("conflict_declared", "POST", url, tie(held.jury[1], "related"))
    await school.sign(registration, held.jury[2])
    school.done(await school.lead(held, "deliberating"))
    school.done(await school.lead(held, "closed"))
    school.done(await school.call("POST", url, tie(held.jury[0])))


async def test_conflicts_that_leave_too_few_jurors_stop_the_session(school: "School") -> None:
    enrolment, url = await school.enrol(1), "/v1/conflicts_of_interest"
    first, second = await school.plan("M1"), await school.plan("M1")
    for held in (first, second):
        await school.register(held, enrolment, "M1")
        school.done(await school.lead(held, "open"))
    for juror in first.jury[:2]:
        tie = {"juror_id": juror, "enrolment_id": enrolment, "kind": "trained"}
        school.done(await school.call("POST", url, tie))
    state = f"/v1/sessions/{first.id}/state"
    await school.refuses("too_few_graders", "PUT", state, {"state": "running"}, match='"2"')

    school.done(await school.lead(second, "running"))
    (registration,) = (await school.get(f"/v1/registrations?session_id={second.id}"))["items"]
    registration = await school.attend(registration)
    for juror in second.jury:
        await school.swear(second, juror)
    await school.sign(registration, second.jury[0])
    for juror in second.jury[1:]:
        tie = {"juror_id": juror, "enrolment_id": enrolment, "kind": "trained"}
        school.done(await school.call("POST", url, tie))
    state = f"/v1/sessions/{second.id}/state"
    await school.refuses("too_few_graders", "PUT", state, {"state": "deliberating"}, match='"3"')
    await school.attend(registration, "excused")
    school.done(await school.lead(second, "deliberating"))


async def test_a_login_names_one_juror(school: "School") -> None:
    claire = await school.enter_juror(subject="claire")
    other = await school.enter_juror()
    entry = {"first_name": "Ada", "last_name": "Roux", "quality": "teacher", "external": True}
    async with school.unchanged():
        for taken in ("claire", other):
            problem = await school.refuses("subject_taken", "POST", "/v1/jurors", {**entry, "subject": taken})
            assert (claire if taken == "claire" else other) in problem["detail"]
    url = f"/v1/jurors/{other}"
    await school.refuses("subject_taken", "PUT", url, {**entry, "subject": "claire"}, match='"1"')
    school.done(await school.put(url, {**entry, "subject": "ada"}))
    assert school.done(await school.put(url, entry))["subject"] == other
    await school.another().enter_juror(subject="claire")
