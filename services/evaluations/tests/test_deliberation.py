"""Departures from the proposal that are refused, and proposals at the wrong time."""

from typing import TYPE_CHECKING

import pytest
from services.evaluations.tests.test_referentials import TOTALS, version

from parchemin.contracts.events.evaluations import DeliberationClosedV1, ResultsDecidedV1
from parchemin.contracts.vocabulary import Role

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio


async def test_the_president_departs_from_what_was_assessed_with_a_reason(school: "School") -> None:
    enrolment, absent = await school.enrol(), await school.enrol()
    await school.exempt(enrolment, "C.2")
    held = await school.plan("M1")
    elsewhere = await school.plan("M1")
    one, two = await school.run(held, (enrolment, "M1"), (absent, "M1"))
    await school.attend(two, "absent")
    url = f"/v1/registrations/{one['id']}"
    entry = {"acquired": False, "reason": "Oral insuffisant."}
    president = school.juror(held.president)
    proposals = f"/v1/sessions/{held.id}/proposals"
    await school.refuses("wrong_state", "GET", proposals)
    await school.refuses(
        "wrong_state", "PUT", f"{url}/overrides/C.1", entry, by=president, match=await school.etag(url)
    )
    await school.deliberate(held, [one])
    match = await school.etag(url)
    missing = f"/v1/registrations/{two['id']}"
    async with school.unchanged():
        for code, where, body, by in [
            ("not_assessed", f"{url}/overrides/C.2", entry, president),
            ("not_assessed", f"{missing}/overrides/C.1", entry, president),
            ("not_found", f"{url}/overrides/C.10", entry, president),
            ("not_found", f"{url}/overrides/C.999", entry, president),
            ("invalid", f"{url}/overrides/C.1x", entry, president),
            ("invalid", f"{url}/overrides/C.1", {"acquired": False}, president),
            ("invalid", f"{url}/overrides/C.1", {**entry, "reason": " "}, president),
            ("invalid", f"{url}/overrides/C.1", {**entry, "acquired": "no"}, president),
            ("forbidden", f"{url}/overrides/C.1", entry, school.juror(held.jury[1])),
            ("forbidden", f"{url}/overrides/C.1", entry, school.juror(held.president, Role.JURY_MEMBER)),
            ("forbidden", f"{url}/overrides/C.1", entry, school.staff),
            ("not_found", f"{url}/overrides/C.1", entry, school.juror(elsewhere.president)),
        ]:
            current = await school.etag(missing) if where.startswith(missing) else match
            await school.refuses(code, "PUT", where, body, by=by, match=current)
    await school.refuses("precondition_required", "PUT", f"{url}/overrides/C.1", entry, by=president)
    school.done(await school.call("PUT", f"{url}/overrides/C.1", entry, by=president, match=match))
    await school.refuses("stale_version", "PUT", f"{url}/overrides/C.3", entry, by=president, match=match)
    await school.refuses("not_found", "GET", proposals, by=school.juror(elsewhere.president))

    school.done(await school.lead(held, "closed"))
    await school.refuses("wrong_state", "GET", proposals)
    await school.refuses(
        "wrong_state", "PUT", f"{url}/overrides/C.1", entry, by=president, match=await school.etag(url)
    )
    results = {result["competency"]: result for result in (await school.get(url))["results"]}
    assert (results["C.1"]["outcome"], results["C.1"]["reason"]) == ("not_acquired", "Oral insuffisant.")
    assert {result["outcome"] for result in (await school.get(missing))["results"]} == {"not_acquired"}


async def test_what_another_session_acquired_meanwhile_is_kept(school: "School") -> None:
    """Two sessions assess the same competencies at once; the one that closes first decides them."""
    enrolment = await school.enrol(1)
    first, second = await school.plan("M1"), await school.plan("M1")
    (one,) = await school.run(first, (enrolment, "M1"))
    (two,) = await school.run(second, (enrolment, "M1"))
    await school.deliberate(first, [one], C1_1="not_met", C1_2="not_met")
    await school.deliberate(second, [two])
    url = f"/v1/registrations/{two['id']}"
    departs = {"acquired": False, "reason": "Oral insuffisant."}
    president = school.juror(second.president)
    school.done(await school.put(f"{url}/overrides/C.3", departs, of=url, by=president))
    school.done(await school.lead(first, "closed"))
    (proposal,) = (await school.get(f"/v1/sessions/{second.id}/proposals"))["items"]
    proposed = {each["competency"]: each["decided"] for each in proposal["competencies"]}
    assert (proposed["C.1"], proposed["C.3"]) == ("acquired", "kept")
    kept = next(each for each in proposal["competencies"] if each["competency"] == "C.3")
    assert kept["grounds"] == {
        "ground": "kept",
        "criteria": [],
        "of": 0,
        "partly_met_at_most": None,
        "score": None,
    }
    assert kept["explanation"] == "C.3 acquise lors d'une session antérieure."
    assert proposal["blocks_to_validate"] == [1]
    school.done(await school.lead(second, "closed"))
    assert await school.blocks(enrolment) == [1]


async def test_a_proposal_says_why_in_the_language_of_its_reader(school: "School") -> None:
    enrolment = await school.enrol(1)
    held = await school.plan("M1")
    (registration,) = await school.run(held, (enrolment, "M1"))
    await school.deliberate(held, [registration], C1_1="not_met", C2_1="partly_met")
    url = f"/v1/sessions/{held.id}/proposals"
    told = {}
    for language in ("fr", "en"):
        answer = await school.call("GET", url, by={**school.staff, "Accept-Language": language})
        assert (answer.headers["content-language"], answer.headers["vary"]) == (language, "Accept-Language")
        (proposal,) = answer.json()["items"]
        told[language] = {each["competency"]: each for each in proposal["competencies"]}
    for code, ground in (("C.1", "not_met"), ("C.3", "met")):
        french, english = told["fr"][code], told["en"][code]
        assert french["grounds"] == english["grounds"]
        assert french["grounds"]["ground"] == ground
        assert french["explanation"] != english["explanation"]
        assert french["explanation"].startswith(code)
    assert told["fr"]["C.1"]["grounds"]["criteria"] == ["C1.1"]
    assert told["fr"]["C.2"]["grounds"]["criteria"] == ["C2.1"]


async def test_a_version_with_a_policy_of_its_own_is_decided_by_it(school: "School") -> None:
    """Two of three points are needed: half of them in part would not do by the default."""
    policy = {"rule": "points", "met": 2, "partly_met": 1, "threshold": "1/2", "eliminatory": ["C3.1"]}
    body = {"referential": version("2.0", policy=policy), "totals": TOTALS}
    published = await school.call("POST", "/v1/referentials", body, by=school.bearer(Role.CERTIFIER))
    assert published.json()["policy"] == policy
    decided = {}
    for name in ("1.0", "2.0"):
        held = await school.plan("M1", referential_version=name)
        (registration,) = await school.run(held, (await school.enrol(1, version=name), "M1"))
        criteria = {code: "partly_met" for code in registration["assessed_criteria"] if code.startswith("C1.")}
        levels = {code.replace(".", "_"): level for code, level in {**criteria, "C3.1": "not_met"}.items()}
        await school.deliberate(held, [registration], **levels)
        (proposal,) = (await school.get(f"/v1/sessions/{held.id}/proposals"))["items"]
        decided[name] = {each["competency"]: each for each in proposal["competencies"]}
        school.done(await school.lead(held, "closed"))

    count = len(criteria)
    assert decided["1.0"]["C.1"]["proposed"] == "not_acquired"
    own = decided["2.0"]["C.1"]
    assert (own["proposed"], own["grounds"]["ground"]) == ("acquired", "enough_points")
    assert own["grounds"]["score"] == {"points": count, "needed": count, "most": 2 * count}
    assert own["explanation"] == f"C.1 acquise : {count} points sur {2 * count}, il en faut {count}."
    eliminated = decided["2.0"]["C.3"]
    assert (eliminated["proposed"], eliminated["grounds"]["criteria"]) == ("not_acquired", ["C3.1"])
    assert "éliminatoire" in eliminated["explanation"]
    for kind in (DeliberationClosedV1, ResultsDecidedV1):
        assert [fact.policy for fact in await school.facts(kind)] == ["default", "points"]
