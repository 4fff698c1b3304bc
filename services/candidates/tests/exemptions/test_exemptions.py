"""Exemptions over HTTP, on both engines: proposed by the officer, decided by the certifier, and no other path."""

import asyncio
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from parchemin.common.ids import new_id
from parchemin.common.tables import audit_entries, outbox
from parchemin.contracts.events.evaluations import ResultsDecidedV1, SheetSignedV1
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio

SCOPES = ["candidates:read", "candidates:write"]


async def told(school: Any) -> list[dict[str, Any]]:
    """What events told of exemptions, in order."""
    async with school.database.reading() as session:
        statement = select(outbox.c.body).where(outbox.c.type.endswith("exemption_granted.v1"))
        return [json.loads(body)["data"] for body in (await session.execute(statement)).scalars()]


async def audited(school: Any) -> list[tuple[str, str]]:
    async with school.database.reading() as session:
        rows = await session.execute(select(audit_entries).order_by(audit_entries.c.position))
        return [(row.actor, row.action) for row in rows]


async def test_an_exemption_is_proposed_then_granted_and_told(school: Any) -> None:
    enrolment = await school.followed()
    proposed = await school.proposal(enrolment, "C.3")
    assert (proposed.status_code, proposed.json()["state"]) == (201, "proposed"), proposed.text
    assert await told(school) == []
    granted = await school.decision(proposed)
    assert (granted.status_code, granted.json()["state"]) == (200, "granted"), granted.text
    assert await told(school) == [
        {
            "enrolment_id": enrolment,
            "organisation_id": str(school.id),
            "exemption_id": proposed.json()["id"],
            "competency": "C.3",
            "granted_on": datetime.now(UTC).date().isoformat(),
        }
    ]
    assert (await audited(school))[-2:] == [("officer", "exemption.proposed"), ("certifier", "exemption.granted")]
    final = await school.decision(granted, "refused")
    assert (final.status_code, final.json()["code"]) == (409, "already_decided")
    again = await school.proposal(enrolment, "C.3")
    assert (again.status_code, again.json()["code"]) == (409, "exemption_exists")


async def test_a_refused_exemption_is_told_to_nobody_and_may_be_proposed_anew(school: Any) -> None:
    enrolment = await school.followed()
    first = await school.proposal(enrolment, "C.3")
    assert (await school.proposal(enrolment, "C.3")).json()["code"] == "exemption_exists"
    refused = await school.decision(first, "refused")
    assert refused.json()["state"] == "refused"
    assert await told(school) == []
    assert (await school.proposal(enrolment, "C.3")).status_code == 201


async def test_what_cannot_be_proposed(school: Any, stranger: Callable[..., dict[str, str]]) -> None:
    enrolment = await school.followed(blocks=(1,))
    unknown = await school.proposal(enrolment, "C.99")
    assert (unknown.status_code, unknown.json()["code"]) == (422, "competency_unknown")
    elsewhere = await school.proposal(enrolment, "C.3")
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (422, "competency_not_enrolled")
    await school.decision(await school.proposal(enrolment, "C.1"))
    last = await school.proposal(enrolment, "C.2")
    assert (last.status_code, last.json()["code"]) == (409, "exemption_empties_block")
    body = {"enrolment_id": enrolment, "competency": "C.2", "argument": "x", "working_conditions": "y"}
    officer = stranger(Role.DISABILITY_OFFICER)
    assert (await school.client.post("/v1/exemptions", json=body, headers=officer)).status_code == 404


async def test_a_proposal_and_a_grant_are_argued_in_full(school: Any) -> None:
    enrolment = await school.followed()
    unargued = await school.proposal(enrolment, "C.3", working_conditions=None)
    assert (unargued.status_code, unargued.json()["errors"][0]["pointer"]) == (422, "/working_conditions")
    proposed = await school.proposal(enrolment, "C.3")
    url = f"/v1/exemptions/{proposed.json()['id']}/decision"
    match = {**school.certifier, "If-Match": proposed.headers["etag"]}
    grant = await school.client.put(url, json={"decision": "granted", "reason": "Vu."}, headers=match)
    assert (grant.status_code, grant.json()["errors"][0]["code"]) == (422, "integrity_missing")
    refusal = await school.client.put(url, json={"decision": "refused", "reason": "Vu."}, headers=match)
    assert refusal.status_code == 200


async def test_the_officer_takes_back_what_waits_and_nothing_else(school: Any) -> None:
    enrolment = await school.followed()
    proposed = await school.proposal(enrolment, "C.3")
    url = f"/v1/exemptions/{proposed.json()['id']}/withdrawal"
    match = {"If-Match": proposed.headers["etag"]}
    assert (await school.client.put(url, headers={**school.certifier, **match})).status_code == 403
    assert (await school.client.put(url, headers=school.officer)).status_code == 428
    withdrawn = await school.client.put(url, headers={**school.officer, **match})
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn"), withdrawn.text
    late = await school.decision(withdrawn)
    assert (late.status_code, late.json()["code"]) == (409, "already_decided")
    granted = await school.decision(await school.proposal(enrolment, "C.3"))
    url = f"/v1/exemptions/{granted.json()['id']}/withdrawal"
    match = {"If-Match": granted.headers["etag"]}
    refused = await school.client.put(url, headers={**school.officer, **match})
    assert (refused.status_code, refused.json()["code"]) == (409, "already_decided")


async def test_what_a_juror_signed_on_cannot_be_exempt_any_more(school: Any) -> None:
    enrolment = await school.followed()
    waiting, granted = await school.proposal(enrolment, "C.4"), await school.proposal(enrolment, "C.3")
    await school.decision(granted)
    await school.tell(signed(school, enrolment, "M2"))
    await school.tell(signed(school, str(new_id()), "M2"))  # of an enrolment that was not opened here
    late = await school.decision(waiting)
    assert (late.status_code, late.json()["code"]) == (409, "competency_graded")
    assert (await school.decision(waiting, "refused")).status_code == 200
    proposed = await school.proposal(enrolment, "C.5")
    assert (proposed.status_code, proposed.json()["code"]) == (409, "competency_graded")
    assert (await school.proposal(enrolment, "C.1")).status_code == 201
    assert (await school.proposal(await school.followed(birth_name="Roux"), "C.5")).status_code == 201


async def test_an_exemption_that_came_too_late_to_the_jury_is_overtaken_by_its_results(school: Any) -> None:
    enrolment = await school.followed()
    for competency in ("C.1", "C.3", "C.4"):
        await school.decision(await school.proposal(enrolment, competency))
    async with school.database.transaction() as session:  # one of before grants said anything of the integrity
        await session.execute(text("UPDATE exemptions SET integrity = NULL WHERE competency = 'C.1'"))
    await school.tell(
        decided(school, enrolment, {"C.1": "acquired", "C.3": "exempt", "C.4": "acquired", "C.5": "not_acquired"})
    )
    listed = (await school.client.get("/v1/exemptions", headers=school.officer)).json()["items"]
    states = {item["competency"]: item["state"] for item in listed}
    assert states == {"C.1": "granted", "C.3": "granted", "C.4": "overtaken"}
    assert (await school.proposal(enrolment, "C.4")).json()["code"] == "competency_graded"
    assert (await school.proposal(enrolment, "C.5")).status_code == 201  # who was not there was not graded


def signed(school: Any, enrolment: str, modality: str) -> SheetSignedV1:
    return SheetSignedV1(
        sheet_id=new_id(),
        registration_id=new_id(),
        enrolment_id=UUID(enrolment),
        session_id=new_id(),
        organisation_id=school.id,
        juror_id=new_id(),
        modality=modality,
        number=1,
        signed_at=datetime.now(UTC),
    )


def decided(school: Any, enrolment: str, outcomes: dict[str, str]) -> ResultsDecidedV1:
    results = [{"code": code, "outcome": outcome} for code, outcome in outcomes.items()]
    modality = {"registration_id": new_id(), "modality": "M2", "attendance": "present", "competencies": results}
    today = datetime.now(UTC).date()
    return ResultsDecidedV1.model_validate(
        {
            "enrolment_id": enrolment,
            "candidate_id": new_id(),
            "organisation_id": school.id,
            "referential_version": "t1",
            "session_id": new_id(),
            "session_date": today,
            "decided_on": today,
            "place": "Paris",
            "modalities": [modality],
            "blocks_enrolled": [1, 2],
            "blocks_validated": [],
            "register_number": None,
        }
    )


async def test_only_the_officer_proposes_and_only_the_certifier_decides(school: Any) -> None:
    enrolment = await school.followed()
    body = {"enrolment_id": enrolment, "competency": "C.3", "argument": "x", "working_conditions": "y"}
    proposed = await school.proposal(enrolment, "C.4")
    for role in Role:
        header = school.bearer(role, organisation=school.id, scopes=SCOPES, subject="x")
        if role is not Role.DISABILITY_OFFICER:
            assert (await school.client.post("/v1/exemptions", json=body, headers=header)).status_code == 403, role
        if role is not Role.CERTIFIER:
            assert (await school.decision(proposed, by=header)).status_code == 403, role
    weak = school.bearer(Role.CERTIFIER, scopes=["candidates:read"])
    assert (await school.decision(proposed, by=weak)).status_code == 403
    homeless = school.bearer(Role.CERTIFIER, Role.DISABILITY_OFFICER, scopes=SCOPES)
    assert (await school.client.post("/v1/exemptions", json=body, headers=homeless)).status_code == 403


async def test_who_proposed_cannot_decide_whatever_other_role_they_have(school: Any) -> None:
    proposed = await school.proposal(await school.followed(), "C.3")
    both = school.bearer(Role.CERTIFIER, Role.DISABILITY_OFFICER, organisation=school.id, subject="officer")
    answer = await school.decision(proposed, by=both)
    assert (answer.status_code, answer.json()["code"]) == (409, "same_person")


async def test_a_decision_is_taken_on_what_was_read(school: Any) -> None:
    proposed = await school.proposal(await school.followed(), "C.3")
    url = f"/v1/exemptions/{proposed.json()['id']}/decision"
    body = {"decision": "granted", "reason": "Vu.", "integrity": "Vu."}
    assert (await school.client.put(url, json=body, headers=school.certifier)).status_code == 428
    stale = {**school.certifier, "If-Match": '"7"'}
    assert (await school.client.put(url, json=body, headers=stale)).status_code == 412


async def test_of_two_grants_at_once_that_would_empty_a_block_one_passes(school: Any) -> None:
    enrolment = await school.followed(blocks=(1,))
    first, second = await school.proposal(enrolment, "C.1"), await school.proposal(enrolment, "C.2")
    answers = await asyncio.gather(school.decision(first), school.decision(second))
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (loser,) = (answer for answer in answers if answer.status_code == 409)
    assert loser.json()["code"] == "exemption_empties_block"
    assert len(await told(school)) == 1


async def test_of_two_proposals_at_once_one_stands(school: Any) -> None:
    enrolment = await school.followed()
    answers = await asyncio.gather(*(school.proposal(enrolment, "C.3") for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_two_decisions_at_once_on_one_exemption_make_one(school: Any) -> None:
    proposed = await school.proposal(await school.followed(), "C.3")
    answers = await asyncio.gather(school.decision(proposed), school.decision(proposed, "refused"))
    assert sorted(answer.status_code for answer in answers) == [200, 412]


@pytest.mark.parametrize(
    "assignment",
    [
        "state = 'overtaken'",
        "argument = NULL",
        "state = 'granted'",
        "competency = 'C.4'",
        "state = 'granted', decided_at = updated_at, reason = argument,"
        " decider_issuer = proposer_issuer, decider_subject = proposer_subject",
    ],
)
async def test_the_database_holds_the_rules_too(school: Any, assignment: str) -> None:
    enrolment = await school.followed()
    await school.proposal(enrolment, "C.4")
    await school.proposal(enrolment, "C.3")
    statement = text(f"UPDATE exemptions SET {assignment} WHERE competency = 'C.3'")  # noqa: S608 - our own text
    with pytest.raises(IntegrityError):
        async with school.database.transaction() as session:
            await session.execute(statement)


@pytest.mark.parametrize("seed", range(3))
async def test_no_sequence_of_calls_grants_but_by_officer_then_certifier(school: Any, seed: int) -> None:
    """Anybody proposes, withdraws and decides anything in any order, while jurors sign: what is granted passed both
    hands, in order, before anything was graded."""
    chance = random.Random(seed)
    enrolment = await school.followed()
    callers = {role: school.bearer(role, organisation=school.id, scopes=SCOPES, subject=f"the {role}") for role in Role}
    hands: dict[str, list[tuple[str, Role]]] = {}
    graded_after: set[str] | None = None
    for step in range(60):
        role = chance.choice([Role.DISABILITY_OFFICER, Role.CERTIFIER, *Role])
        if step == 45:
            await school.tell(signed(school, enrolment, "M2"))
            graded_after = set(hands)
        known = chance.choice([*hands, str(new_id())])
        headers = {**callers[role], "If-Match": f'"{chance.randint(1, 2)}"'}
        match chance.choice(["propose", "propose", "decide", "withdraw"]):
            case "propose":
                texts = {"argument": "x", "working_conditions": "y"}
                body = {"enrolment_id": enrolment, "competency": f"C.{chance.randint(1, 6)}", **texts}
                answer = await school.client.post("/v1/exemptions", json=body, headers=callers[role])
                if answer.status_code == 201:
                    hands[answer.json()["id"]] = [("proposed", role)]
                    assert graded_after is None or answer.json()["competency"] in {"C.1", "C.2"}
            case "decide":
                ruling = {"decision": chance.choice(["granted", "refused"]), "reason": "x", "integrity": "y"}
                answer = await school.client.put(f"/v1/exemptions/{known}/decision", json=ruling, headers=headers)
                if answer.status_code == 200:
                    hands[known].append((answer.json()["state"], role))
            case _:
                answer = await school.client.put(f"/v1/exemptions/{known}/withdrawal", headers=headers)
                if answer.status_code == 200:
                    hands[known].append(("withdrawn", role))
    possible = (
        [("proposed", Role.DISABILITY_OFFICER)],
        [("proposed", Role.DISABILITY_OFFICER), ("withdrawn", Role.DISABILITY_OFFICER)],
        [("proposed", Role.DISABILITY_OFFICER), ("refused", Role.CERTIFIER)],
        [("proposed", Role.DISABILITY_OFFICER), ("granted", Role.CERTIFIER)],
    )
    assert all(passed in possible for passed in hands.values())
    listed = await school.client.get("/v1/exemptions?state=granted", headers=callers[Role.CERTIFIER])
    granted = listed.json()["items"]
    assert {item["id"] for item in granted} == {one for one, passed in hands.items() if passed == possible[-1]}
    assert {item["competency"] for item in granted}.isdisjoint({"C.6"})
    assert {fact["exemption_id"] for fact in await told(school)} == {item["id"] for item in granted}
