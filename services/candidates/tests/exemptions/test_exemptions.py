"""Exemptions over HTTP, on both engines: proposed by the officer, decided by the certifier, and no other path."""

import asyncio
import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError

from parchemin.candidates.models import Base
from parchemin.common.ids import new_id
from parchemin.common.tables import audit_entries, metadata, outbox
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio

SCOPES = ["candidates:read", "candidates:write"]
SECRETS = {"argument": "ARGUMENT-CONFIDENTIEL", "working_conditions": "CONDITIONS-CONFIDENTIELLES"}
REASON, INTEGRITY = "MOTIF-CONFIDENTIEL", "INTEGRITE-CONFIDENTIELLE"


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


async def test_who_sees_exemptions(school: Any, stranger: Callable[..., dict[str, str]]) -> None:
    enrolment = await school.followed()
    proposed = await school.proposal(enrolment, "C.3", **SECRETS)
    url = f"/v1/exemptions/{proposed.json()['id']}"
    for header in (school.administrator, school.bearer(Role.CANDIDATE, organisation=school.id)):
        assert (await school.client.get("/v1/exemptions", headers=header)).status_code == 403
        assert (await school.client.get(url, headers=header)).status_code == 403
    assert (await school.client.get(url, headers=stranger(Role.DISABILITY_OFFICER))).status_code == 404
    listed = await school.client.get("/v1/exemptions", headers=stranger(Role.DISABILITY_OFFICER))
    assert listed.json()["items"] == []
    for header in (school.officer, school.certifier):
        listed = await school.client.get("/v1/exemptions?state=proposed", headers=header)
        assert [item["id"] for item in listed.json()["items"]] == [proposed.json()["id"]]
        assert "CONFIDENTIEL" not in listed.text
    none = await school.client.get("/v1/exemptions?state=granted", headers=school.certifier)
    assert none.json()["items"] == []


async def test_each_reading_of_the_texts_is_recorded(school: Any) -> None:
    proposed = await school.proposal(await school.followed(), "C.3", **SECRETS)
    url = f"/v1/exemptions/{proposed.json()['id']}"
    read = await school.client.get(url, headers=school.officer)
    assert {name: read.json()[name] for name in SECRETS} == SECRETS
    assert read.json()["reason"] is None
    await school.client.get(url, headers=school.certifier)
    held = {**school.certifier, "If-None-Match": read.headers["etag"]}
    assert (await school.client.get(url, headers=held)).status_code == 304
    await school.client.get("/v1/exemptions", headers=school.certifier)
    await school.client.get(f"/v1/exemptions/{new_id()}", headers=school.certifier)
    readings = [entry for entry in await audited(school) if entry[1] == "exemption.argument_read"]
    assert readings == [("officer", "exemption.argument_read"), ("certifier", "exemption.argument_read")]


async def test_the_texts_are_nowhere_in_clear(school: Any) -> None:
    body = {"enrolment_id": await school.followed(), "competency": "C.3", **SECRETS}
    headers = {**school.officer, "Idempotency-Key": "a-key"}
    proposed = await school.client.post("/v1/exemptions", json=body, headers=headers)
    answer = await school.client.put(
        f"/v1/exemptions/{proposed.json()['id']}/decision",
        json={"decision": "granted", "reason": REASON, "integrity": INTEGRITY},
        headers={**school.certifier, "If-Match": proposed.headers["etag"]},
    )
    assert answer.status_code == 200
    read = await school.client.get(f"/v1/exemptions/{proposed.json()['id']}", headers=school.officer)
    assert (read.json()["reason"], read.json()["integrity"]) == (REASON, INTEGRITY)
    async with school.database.reading() as session:
        for table in [*metadata.sorted_tables, *Base.metadata.sorted_tables]:
            rows = (await session.execute(select(table))).all()
            assert "CONFIDENTIEL" not in repr(rows), table.name
    if school.database.is_sqlite:
        file = Path(str(make_url(school.database.url).database))
        for part in file.parent.glob(f"{file.name}*"):
            assert b"CONFIDENTIEL" not in part.read_bytes(), part.suffix


@pytest.mark.parametrize("seed", range(4))
async def test_no_sequence_of_calls_grants_but_by_officer_then_certifier(school: Any, seed: int) -> None:
    """Anybody proposes and decides anything in any order; what is granted passed both hands, in order."""
    chance = random.Random(seed)
    enrolment = await school.followed()
    callers = {
        role: school.bearer(role, organisation=school.id, scopes=SCOPES, subject=f"the {role}")
        for role in (Role.ADMINISTRATOR, Role.DISABILITY_OFFICER, Role.CERTIFIER, Role.CANDIDATE, Role.CLIENT)
    }
    proposed_by: dict[str, Role] = {}
    granted_by: dict[str, Role] = {}
    for _ in range(50):
        role = chance.choice(list(callers))
        if chance.random() < 0.5 or not proposed_by:
            texts = {"argument": "x", "working_conditions": "y"}
            body = {"enrolment_id": enrolment, "competency": f"C.{chance.randint(1, 6)}", **texts}
            answer = await school.client.post("/v1/exemptions", json=body, headers=callers[role])
            if answer.status_code == 201:
                proposed_by[answer.json()["id"]] = role
        else:
            known = chance.choice([*proposed_by, str(new_id())])
            answer = await school.client.put(
                f"/v1/exemptions/{known}/decision",
                json={"decision": chance.choice(["granted", "refused"]), "reason": "x", "integrity": "y"},
                headers={**callers[role], "If-Match": f'"{chance.randint(1, 2)}"'},
            )
            if answer.status_code == 200 and answer.json()["state"] == "granted":
                granted_by[known] = role
    assert set(proposed_by.values()) <= {Role.DISABILITY_OFFICER}
    assert set(granted_by.values()) <= {Role.CERTIFIER}
    listed = await school.client.get("/v1/exemptions?state=granted", headers=callers[Role.CERTIFIER])
    granted = listed.json()["items"]
    assert {item["id"] for item in granted} == set(granted_by)
    assert {item["competency"] for item in granted}.isdisjoint({"C.6"})
    assert {fact["exemption_id"] for fact in await told(school)} == set(granted_by)
