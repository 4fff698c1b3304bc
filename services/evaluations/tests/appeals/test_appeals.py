"""Appeals: filed in time, instructed, ruled on; what follows and what falls."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4

import pytest

from parchemin.common.clock import utc_now
from parchemin.contracts.events.appeals import AppealRuledV1, BlockValidationRevokedV1, CertificationRevokedV1
from parchemin.contracts.events.evaluations import BlockValidatedV1, CertificationAwardedV1
from parchemin.contracts.vocabulary import Role
from parchemin.evaluations.register import service as register
from parchemin.evaluations.register.rules import ChainCheck

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio

MODALITIES = ("M1", "M2", "M3", "M4")
SCOPES = ["evaluations:read", "evaluations:write"]
Json = dict[str, Any]


async def contested(school: "School", enrolment: str, modality: str) -> str:
    found = (await school.get(f"/v1/registrations?enrolment_id={enrolment}"))["items"]
    return str(next(one["id"] for one in found if one["modality"] == modality))


def appeal_of(registration: str, *competencies: str) -> Json:
    return {"registration_id": registration, "competencies": competencies, "grounds": "Temps majoré oublié."}


async def step(school: "School", appeal: Json, name: str, body: object = None, *, by: Any = None) -> Json:
    url = f"/v1/appeals/{appeal['id']}"
    match = await school.etag(url)
    return dict(school.done(await school.call("PUT", f"{url}/{name}", body, by=by, match=match)))


async def ruled(school: "School", appeal: Json, **decisions: bool) -> Json:
    certifier = school.bearer(Role.CERTIFIER, scopes=SCOPES)
    told = [{"competency": code.replace("_", "."), "acquired": acquired} for code, acquired in decisions.items()]
    body = {"ruling": "upheld", "reason": "La majoration a été oubliée.", "decisions": told}
    return await step(school, appeal, "ruling", body, by=certifier)


async def register_faults(school: "School") -> list[Any]:
    async with school.app.state.database.reading() as session:
        return [fault async for fault in register.verify(session, ChainCheck())]


async def test_an_appeal_that_is_upheld_completes_the_certification(school: "School") -> None:
    enrolment = await school.enrol()
    await school.decide(enrolment, *MODALITIES, C2_1="not_met")
    assert await school.award(enrolment) is None
    registration = await contested(school, enrolment, "M1")
    appeal = school.done(await school.call("POST", "/v1/appeals", appeal_of(registration, "C.2")))
    assert (appeal["state"], [each["outcome"] for each in appeal["decisions"]]) == ("filed", ["not_acquired"])
    await step(school, appeal, "instruction", {"report": "En cours."})
    await step(school, appeal, "instruction", {"report": "La majoration n'a pas été appliquée."})
    answered = await ruled(school, appeal, C_2=True)
    assert answered["state"] == "upheld"
    assert [(each["number"], each["outcome"], each["standing"]) for each in answered["decisions"]] == [
        (1, "not_acquired", False),
        (2, "acquired", True),
    ]
    results = (await school.get(f"/v1/registrations/{registration}"))["results"]
    new = next(result for result in results if result["competency"] == "C.2")
    assert (new["outcome"], new["number"], new["reason"]) == ("acquired", 2, "La majoration a été oubliée.")
    assert await school.blocks(enrolment) == [1, 2, 3]
    assert len(await school.facts(CertificationAwardedV1)) == 1
    (fact,) = await school.facts(AppealRuledV1)
    assert [(one.competency, one.before, one.now) for one in fact.decisions] == [("C.2", "not_acquired", "acquired")]
    assert "grounds" not in fact.model_dump()
    assert await register_faults(school) == []


async def test_an_award_that_falls_is_revoked_and_its_number_is_never_given_again(school: "School") -> None:
    enrolment = await school.enrol()
    await school.decide(enrolment, *MODALITIES)
    first = await school.award(enrolment)
    assert first is not None
    registration = await contested(school, enrolment, "M1")
    appeal = school.done(await school.call("POST", "/v1/appeals", appeal_of(registration, "C.1", "C.2")))
    await step(school, appeal, "instruction", {"report": "Erreur de saisie de deux jurés."})
    await ruled(school, appeal, C_1=False)
    (revoked,) = await school.facts(CertificationRevokedV1)
    assert (str(revoked.award_id), revoked.register_number) == (first["id"], first["register_number"])
    assert [fact.block for fact in await school.facts(BlockValidationRevokedV1)] == [1]
    entry = await school.get(f"/v1/awards/{first['id']}")
    assert entry["revoked_at"] is not None
    validations = (await school.get(f"/v1/block_validations?enrolment_id={enrolment}"))["items"]
    assert [each["block"] for each in validations if each["revoked_at"] is not None] == [1]

    await school.decide(enrolment, "M1", on="2024-09-10")  # the retake assesses C.1 alone
    (again,) = [one for one in (await school.get("/v1/awards"))["items"] if one["revoked_at"] is None]
    assert (first["register_number"], again["register_number"]) == ("2024-0001", "2024-0002")
    assert [fact.block for fact in await school.facts(BlockValidatedV1)] == [1, 2, 3, 1]
    assert await register_faults(school) == []


async def test_an_appeal_goes_step_by_step(school: "School") -> None:
    enrolment = await school.enrol(1)
    await school.decide(enrolment, "M1", C2_1="not_met")
    registration = await contested(school, enrolment, "M1")
    body, certifier = appeal_of(registration, "C.2"), school.bearer(Role.CERTIFIER, scopes=SCOPES)
    async with school.unchanged():
        for code, wrong in [
            ("not_contestable", {**body, "competencies": ["C.10"]}),
            ("not_contestable", {**body, "competencies": ["C.2", "C.2"]}),
            ("not_found", {**body, "registration_id": str(uuid4())}),
            ("invalid", {**body, "competencies": []}),
            ("invalid", {**body, "grounds": " "}),
        ]:
            await school.refuses(code, "POST", "/v1/appeals", wrong)
    appeal = school.done(await school.call("POST", "/v1/appeals", body))
    await school.refuses("appeal_open", "POST", "/v1/appeals", body)
    url, match = f"/v1/appeals/{appeal['id']}", '"1"'
    answer = {"ruling": "rejected", "reason": "Rien ne l'établit."}
    decision = {"competency": "C.2", "acquired": True}
    async with school.unchanged():
        for code, wrong in [
            ("illegal_appeal_step", answer),
            ("illegal_appeal_step", {**answer, "ruling": "upheld", "decisions": [decision]}),
            ("invalid", {**answer, "decisions": [decision]}),
            ("invalid", {**answer, "ruling": "upheld"}),
        ]:
            await school.refuses(code, "PUT", f"{url}/ruling", wrong, by=certifier, match=match)
        await school.refuses("stale_version", "PUT", f"{url}/withdrawal", match='"7"')
    await step(school, appeal, "instruction", {"report": "Vu les fiches."})
    match = await school.etag(url)
    async with school.unchanged():
        for code, wrong in [
            ("illegal_appeal_step", {**answer, "ruling": "inadmissible"}),
            ("not_contestable", {**answer, "ruling": "upheld", "decisions": [{**decision, "competency": "C.1"}]}),
            ("not_contestable", {**answer, "ruling": "upheld", "decisions": [{**decision, "acquired": False}]}),
            ("not_contestable", {**answer, "ruling": "upheld", "decisions": [decision, decision]}),
        ]:
            await school.refuses(code, "PUT", f"{url}/ruling", wrong, by=certifier, match=match)
    await step(school, appeal, "ruling", answer, by=certifier)
    match = await school.etag(url)
    await school.refuses("illegal_appeal_step", "PUT", f"{url}/withdrawal", match=match)
    second = school.done(await school.call("POST", "/v1/appeals", body))
    assert (await step(school, second, "withdrawal"))["state"] == "withdrawn"
    third = school.done(await school.call("POST", "/v1/appeals", body))
    await step(school, third, "ruling", {**answer, "ruling": "inadmissible"}, by=certifier)
    assert [one["state"] for one in (await school.get("/v1/appeals", by=certifier))["items"]] == [
        "rejected",
        "withdrawn",
        "inadmissible",
    ]


async def test_what_a_later_session_acquired_is_not_granted_again(school: "School") -> None:
    enrolment = await school.enrol(1)
    await school.decide(enrolment, "M1", C2_1="not_met")
    registration = await contested(school, enrolment, "M1")
    await school.decide(enrolment, "M1", on="2024-09-10")
    appeal = school.done(await school.call("POST", "/v1/appeals", appeal_of(registration, "C.2")))
    await step(school, appeal, "instruction", {"report": "Vu."})
    url = f"/v1/appeals/{appeal['id']}"
    body = {"ruling": "upheld", "reason": "Oui.", "decisions": [{"competency": "C.2", "acquired": True}]}
    certifier = school.bearer(Role.CERTIFIER, scopes=SCOPES)
    match = await school.etag(url)
    await school.refuses("acquired_elsewhere", "PUT", f"{url}/ruling", body, by=certifier, match=match)


async def test_the_time_limit_runs_from_the_publication(school: "School", monkeypatch: pytest.MonkeyPatch) -> None:
    enrolment = await school.enrol(1)
    held = await school.plan("M1")
    registrations = await school.run(held, (enrolment, "M1"))
    await school.deliberate(held, registrations, C2_1="not_met")
    later = (utc_now() + timedelta(days=3)).isoformat()
    school.done(await school.lead(held, "closed", publish_at=later))
    body, url = appeal_of(registrations[0]["id"], "C.2"), f"/v1/sessions/{held.id}"
    await school.refuses("results_not_published", "POST", "/v1/appeals", body)
    now = {"publish_at": utc_now().isoformat()}
    school.done(await school.put(f"{url}/publication", now, of=url))
    limit = school.app.state.settings.appeal_days
    ahead = utc_now() + timedelta(days=limit + 1)
    monkeypatch.setattr("parchemin.evaluations.appeals.service.utc_now", lambda: ahead)
    await school.refuses("appeal_too_late", "POST", "/v1/appeals", body)
    last = utc_now() + timedelta(days=limit)
    monkeypatch.setattr("parchemin.evaluations.appeals.service.utc_now", lambda: last)
    school.done(await school.call("POST", "/v1/appeals", body))


async def test_a_candidate_appeals_for_themselves_alone(school: "School") -> None:
    person, other = uuid4(), uuid4()
    mine, theirs = await school.enrol(1, candidate=person), await school.enrol(1, candidate=other)
    await school.identify(person, "zoe")
    zoe = school.bearer(Role.CANDIDATE, organisation=school.id, subject="zoe", scopes=SCOPES)
    for enrolment in (mine, theirs):
        await school.decide(enrolment, "M1", C2_1="not_met")
    own, foreign = [await contested(school, enrolment, "M1") for enrolment in (mine, theirs)]
    appeal = school.done(await school.call("POST", "/v1/appeals", appeal_of(own, "C.2"), by=zoe))
    await school.refuses("not_found", "POST", "/v1/appeals", appeal_of(foreign, "C.2"), by=zoe)
    other_appeal = school.done(await school.call("POST", "/v1/appeals", appeal_of(foreign, "C.2")))
    await school.refuses("not_found", "GET", f"/v1/appeals/{other_appeal['id']}", by=zoe)
    assert [one["id"] for one in (await school.get("/v1/appeals", by=zoe))["items"]] == [appeal["id"]]
    await step(school, appeal, "instruction", {"report": "La majoration n'a pas été appliquée."})
    assert (await school.get(f"/v1/appeals/{appeal['id']}", by=zoe))["report"] is None
    await ruled(school, appeal, C_2=True)
    assert (await school.get(f"/v1/appeals/{appeal['id']}", by=zoe))["report"] is not None
    assert UUID(appeal["enrolment_id"]) == UUID(mine)
