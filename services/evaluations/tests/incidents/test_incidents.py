"""Incidents and procedures over HTTP, on both engines."""

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from parchemin.common.tables import audit_entries
from parchemin.contracts.events.evaluations import BlockValidatedV1, ResultsDecidedV1
from parchemin.contracts.events.sessions import IncidentDecidedV1
from parchemin.contracts.vocabulary import Role
from parchemin.evaluations.incidents.consequences import incidents_for_minutes

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School
    from services.evaluations.tests.incidents.conftest import Procedures

pytestmark = pytest.mark.asyncio


async def test_who_is_excluded_acquires_nothing_and_needs_no_sheet(school: "School", procedures: "Procedures") -> None:
    held = await school.plan("M1")
    cheat, honest = await school.run(held, (await school.enrol(1), "M1"), (await school.enrol(1), "M1"))
    await school.sign(cheat, held.president)
    suspicion = await procedures.suspect(held, cheat)
    assert (suspicion["state"], suspicion["reported_by"]) == ("reported", "someone")
    await procedures.lead(suspicion, "suspended")
    sheet = {"levels": [], "registration_id": cheat["id"], "state": "draft"}
    member = school.juror(held.jury[1])
    await school.refuses("grading_suspended", "POST", "/v1/sheets", sheet, by=member)
    decided = await procedures.decide(held, suspicion, "excluded", hearing="did_not_come")
    assert (decided["state"], decided["outcome"], decided["hearing"]) == ("decided", "excluded", "did_not_come")
    await school.refuses("grading_suspended", "POST", "/v1/sheets", sheet, by=member)

    for juror in held.jury:
        await school.sign(honest, juror)
    school.done(await school.lead(held, "deliberating"))
    proposals = {
        one["registration_id"]: one for one in (await school.get(f"/v1/sessions/{held.id}/proposals"))["items"]
    }
    excluded = proposals[cheat["id"]]["competencies"]
    assert {(one["grounds"]["ground"], one["proposed"]) for one in excluded} == {("excluded", "not_acquired")}
    assert excluded[0]["explanation"] == "C.1 non acquise : le candidat a été exclu pour fraude."
    url = f"/v1/registrations/{cheat['id']}"
    departure = {"acquired": True, "reason": "L'oral l'a établi."}
    await school.refuses(
        "not_assessed",
        "PUT",
        f"{url}/overrides/C.1",
        departure,
        by=school.juror(held.president),
        match=await school.etag(url),
    )
    school.done(await school.lead(held, "closed"))
    (validated,) = await school.facts(BlockValidatedV1)
    assert str(validated.enrolment_id) == honest["enrolment_id"]
    results = {str(fact.enrolment_id): fact for fact in await school.facts(ResultsDecidedV1)}
    outcomes = {one.outcome for one in results[cheat["enrolment_id"]].modalities[0].competencies}
    assert outcomes == {"not_acquired"}


async def test_what_is_decided_is_told_by_ids_and_kinds(school: "School", procedures: "Procedures") -> None:
    held = await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(1), "M1"))
    suspicion = await procedures.suspect(held, registration)
    assert await school.facts(IncidentDecidedV1) == []
    await procedures.decide(held, suspicion, "warning")
    (fact,) = await school.facts(IncidentDecidedV1)
    assert fact == IncidentDecidedV1(
        incident_id=suspicion["id"],
        session_id=UUID(held.id),
        registration_id=registration["id"],
        enrolment_id=registration["enrolment_id"],
        organisation_id=school.id,
        kind="fraud_suspicion",
        outcome="warning",
    )
    for juror in held.jury:
        await school.sign(registration, juror)
    school.done(await school.lead(held, "deliberating"))


async def test_the_jury_does_not_meet_while_a_procedure_is_open(school: "School", procedures: "Procedures") -> None:
    held = await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(1), "M1"))
    for juror in held.jury:
        await school.sign(registration, juror)
    unfounded = await procedures.suspect(held, registration)
    founded = await procedures.suspect(held, registration)
    noise = await procedures.report(held, description="Travaux dans la rue.")
    url = f"/v1/sessions/{held.id}"

    async def refused(*incidents: "dict[str, object]", wanted: str = "deliberating") -> None:
        by = school.juror(held.president) if wanted == "closed" else None
        match = await school.etag(url)
        problem = await school.refuses("incidents_open", "PUT", f"{url}/state", {"state": wanted}, by=by, match=match)
        assert [fault["detail"] for fault in problem["errors"]] == [f"Incident {one['id']}." for one in incidents]

    await refused(unfounded, founded)
    await procedures.lead(unfounded, "dismissed", reason="Le téléphone était celui du jury.")
    await refused(founded)
    await procedures.decide(held, founded, "dismissed")
    school.done(
        await school.put(f"/v1/incidents/{noise['id']}/blocking", {"blocking": True}, of=f"/v1/incidents/{noise['id']}")
    )
    await refused(noise)
    await procedures.lead(noise, "settled")
    school.done(await school.lead(held, "deliberating"))
    late = await procedures.suspect(held, registration)
    await refused(late, wanted="closed")
    await procedures.decide(held, late, "excluded")
    school.done(await school.lead(held, "closed"))
    assert await school.blocks(registration["enrolment_id"]) == []
    async with school.app.state.database.reading() as session:
        printed = await incidents_for_minutes(session, UUID(held.id))
    found = [(str(one.incident_id), one.kind, one.outcome, one.reason) for one in printed]
    assert found == [
        (founded["id"], "fraud_suspicion", "dismissed", "Fait établi."),
        (noise["id"], "incident", None, None),
        (late["id"], "fraud_suspicion", "excluded", "Fait établi."),
    ]
    assert [one.enrolment_id and str(one.enrolment_id) for one in printed] == [
        registration["enrolment_id"],
        None,
        registration["enrolment_id"],
    ]


async def test_a_suspension_that_is_lifted_lets_the_jurors_grade_again(
    school: "School", procedures: "Procedures"
) -> None:
    held = await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(1), "M1"))
    sheet = await school.sign(registration, held.president)
    draft = school.done(await school.write(registration, held.jury[1]))
    suspicion = await procedures.suspect(held, registration)
    await school.sign(registration, held.jury[2])  # a report alone stops nothing
    await procedures.lead(suspicion, "suspended")
    correction = {"levels": sheet["levels"], "reason": "Erreur de saisie."}
    president, member = school.juror(held.president), school.juror(held.jury[1])
    await school.refuses("grading_suspended", "POST", f"/v1/sheets/{sheet['id']}/corrections", correction, by=president)
    signing = {"levels": sheet["levels"], "state": "signed"}
    await school.refuses("grading_suspended", "PUT", f"/v1/sheets/{draft['id']}", signing, by=member, match='"1"')
    await procedures.lead(suspicion, "heard", hearing="heard")
    await school.refuses("grading_suspended", "PUT", f"/v1/sheets/{draft['id']}", signing, by=member, match='"1"')
    await procedures.lead(suspicion, "decided", by=president, outcome="dismissed", reason="Rien n'est établi.")
    school.done(await school.call("PUT", f"/v1/sheets/{draft['id']}", signing, by=member, match='"1"'))


async def test_who_does_what_in_which_order(school: "School", procedures: "Procedures") -> None:
    held = await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(1), "M1"))
    president, member = school.juror(held.president), school.juror(held.jury[1], Role.JURY_MEMBER)
    other = await school.plan("M1")
    elsewhere = school.juror(other.president)
    both = school.juror(held.jury[1])  # may preside elsewhere, and sits here as a member
    suspicion = await procedures.report(held, "fraud_suspicion", by=member, registration_id=registration["id"])
    url = f"/v1/incidents/{suspicion['id']}/state"
    decision = {"state": "decided", "outcome": "excluded", "reason": "Fait établi."}
    hearing = {"state": "heard", "hearing": "heard"}
    async with school.unchanged():
        for code, body, by in [
            ("forbidden", {"state": "suspended"}, president),
            ("forbidden", {"state": "suspended"}, member),
            ("forbidden", hearing, president),
            ("forbidden", decision, school.staff),
            ("forbidden", decision, both),
            ("not_found", decision, elsewhere),
            ("illegal_incident_step", decision, president),
            ("illegal_incident_step", {"state": "settled"}, None),
            ("step_faulty", {"state": "heard"}, None),
            ("step_faulty", {"state": "suspended", "reason": "Flagrant délit."}, None),
            ("step_faulty", {"state": "dismissed"}, None),
            ("invalid", {"state": "reported"}, None),
            ("invalid", {**hearing, "hearing": "perhaps"}, None),
            ("invalid", {**decision, "reason": " "}, None),
        ]:
            await school.refuses(code, "PUT", url, body, by=by, match='"1"')
        await school.refuses("stale_version", "PUT", url, hearing, match='"7"')
        await school.refuses("precondition_required", "PUT", url, hearing)
        await school.refuses(
            "nothing_to_hold_back", "PUT", url.replace("state", "blocking"), {"blocking": True}, match='"1"'
        )
    await procedures.lead(suspicion, "heard", hearing="heard")
    async with school.unchanged():
        for code, body, by in [
            ("illegal_incident_step", {"state": "dismissed", "reason": "Sans suite."}, None),
            ("illegal_incident_step", {"state": "suspended"}, None),
            ("step_faulty", {"state": "decided", "outcome": "warning"}, president),
        ]:
            await school.refuses(code, "PUT", url, body, by=by, match='"2"')
    await procedures.lead(suspicion, "decided", by=president, outcome="warning", reason="Fait établi.")
    await school.refuses("illegal_incident_step", "PUT", url, decision, by=president, match='"3"')
    done = select(audit_entries.c.actor, audit_entries.c.action).where(
        audit_entries.c.object_id == UUID(suspicion["id"])
    )
    async with school.app.state.database.reading() as session:
        entries = [tuple(entry) for entry in await session.execute(done.order_by(audit_entries.c.at))]
    assert entries == [
        (held.jury[1], "incident.reported"),
        ("someone", "incident.heard"),
        (held.president, "incident.decided"),
    ]


async def test_a_report_is_of_a_session_that_runs_and_of_its_list(school: "School", procedures: "Procedures") -> None:
    held, draft = await school.plan("M1"), await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(1), "M1"))
    foreign = await school.register(draft, await school.enrol(1), "M1")
    member = school.juror(held.jury[1], Role.JURY_MEMBER)
    about = {"registration_id": registration["id"]}
    async with school.unchanged():
        for code, kind, details in [
            ("report_faulty", "fraud_suspicion", {}),
            ("report_faulty", "incident", {"occurred_at": "2999-06-17T10:20:00Z"}),
            ("report_faulty", "incident", {"occurred_at": "2024-06-16T10:20:00Z"}),
            ("not_found", "fraud_suspicion", {"registration_id": foreign["id"]}),
            ("not_found", "incident", {"registration_id": str(uuid4())}),
            ("invalid", "fraud", about),
            ("invalid", "fraud_suspicion", {**about, "description": ""}),
            ("invalid", "fraud_suspicion", {**about, "occurred_at": "2024-06-17T10:20:00"}),
            ("invalid", "fraud_suspicion", {**about, "state": "decided"}),
        ]:
            url, body = procedures.report_request(held, kind, **details)
            await school.refuses(code, "POST", url, body, by=member)
        url, body = procedures.report_request(draft, "incident")
        await school.refuses("wrong_state", "POST", url, body)
        await school.refuses("not_found", "POST", url, body, by=member)


async def test_what_was_reported_is_seen_by_those_who_judge_of_it_alone(
    school: "School", procedures: "Procedures"
) -> None:
    held = await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(1), "M1"))
    suspicion = await procedures.suspect(held, registration)
    url = f"/v1/incidents/{suspicion['id']}"
    certifier = school.bearer(Role.CERTIFIER)
    member = school.juror(held.jury[1], Role.JURY_MEMBER)
    for reader in (school.staff, member, certifier):
        assert await school.get(url, by=reader) == suspicion
        assert (await school.get(f"/v1/incidents?session_id={held.id}", by=reader))["items"] == [suspicion]
    stranger = school.juror(await school.enter_juror(), Role.JURY_MEMBER)
    program = school.bearer(
        Role.CLIENT, Role.JURY_MEMBER, organisation=school.id, subject="a program", scopes=["evaluations:read"]
    )
    for reader in (stranger, program, school.another().staff):
        await school.refuses("not_found", "GET", url, by=reader)
        assert (await school.get("/v1/incidents", by=reader))["items"] == []
    for role in (Role.CLIENT, Role.CANDIDATE, Role.DISABILITY_OFFICER):
        await school.refuses("forbidden", "GET", url, by=school.bearer(role, organisation=school.id))
    for reader in (school.staff, member):
        by_registration = f"/v1/incidents?registration_id={registration['id']}&state=reported"
        assert (await school.get(by_registration, by=reader))["items"] == [suspicion]
    assert (await school.get("/v1/incidents?state=heard"))["items"] == []


async def test_a_sheet_is_signed_before_the_suspension_or_not_at_all(
    school: "School", procedures: "Procedures"
) -> None:
    held = await school.plan("M1")
    listed = await school.run(held, *[(await school.enrol(1), "M1") for _ in range(6)])
    suspicions = [await procedures.suspect(held, registration) for registration in listed]

    async def sign(index: int) -> tuple[int, str]:
        answer = await school.write(listed[index], held.jury[1], state="signed")
        return answer.status_code, answer.json().get("signed_at") or answer.json()["code"]

    async def suspend(index: int) -> str:
        return str((await procedures.lead(suspicions[index], "suspended"))["suspended_at"])

    pairs = await asyncio.gather(*(asyncio.gather(sign(index), suspend(index)) for index in range(len(listed))))
    for (status, told), suspended_at in pairs:
        assert told < suspended_at if status == 201 else (status, told) == (409, "grading_suspended")


async def test_of_two_presidents_tokens_one_decides(school: "School", procedures: "Procedures") -> None:
    held = await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(1), "M1"))
    suspicion = await procedures.suspect(held, registration)
    await procedures.lead(suspicion, "heard", hearing="heard")
    url, by = f"/v1/incidents/{suspicion['id']}/state", school.juror(held.president)
    bodies = [{"state": "decided", "outcome": outcome, "reason": "Fait établi."} for outcome in ("warning", "excluded")]
    answers = await asyncio.gather(*(school.call("PUT", url, body, by=by, match='"2"') for body in bodies * 2))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert len(await school.facts(IncidentDecidedV1)) == 1
