"""Follow-ups over HTTP, on both engines: asked for or opened on a consent, recorded in, withdrawn."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from services.candidates.tests.follow_ups.calling import PATH, REQUESTS, SCOPES, as_candidate, post
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from parchemin.candidates.follow_ups.schemas import NEED
from parchemin.common.clock import utc_now
from parchemin.common.tables import audit_entries
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio

RESOURCE = {
    "kind": "resource",
    "body": "agefiph_rhf",
    "name": "Ressource Handicap Formation Île-de-France",
    "contact": {"name": "Claire Petit", "email": "rhf@example.org", "phone": "+33 1 23 45 67 89"},
    "sought": "Avis sur le matériel de lecture.",
}
EVIDENCE = {
    "kind": "evidence",
    "evidence": "mdph_decision",
    "dated": "2025-11-03",
    "reference": "Décision 2025-1187",
    "supports": ["extra_time"],
}


async def audited(school: Any) -> list[tuple[str, str]]:
    async with school.database.reading() as session:
        rows = await session.execute(select(audit_entries).order_by(audit_entries.c.position))
        return [(row.actor, row.action) for row in rows]


async def test_a_candidate_asks_for_a_follow_up_with_their_consent_and_the_officer_takes_it_up(school: Any) -> None:
    candidate = await school.candidate(subject="zoe")
    zoe = as_candidate(school)
    refused = await post(school, REQUESTS, {"consent": False, "text": "Bonjour"}, zoe)
    assert refused.status_code == 422
    asked = await post(school, REQUESTS, {"consent": True, "text": "Un écran contrasté."}, zoe)
    assert asked.status_code == 201, asked.text
    assert (asked.json()["candidate_id"], asked.json()["state"]) == (candidate, "requested")
    assert asked.json()["consent"]["form"] == "online"
    assert "contrasté" not in asked.text
    again = await post(school, REQUESTS, {"consent": True}, zoe)
    assert (again.status_code, again.json()["code"]) == (409, "follow_up_exists")
    url = f"{PATH}/{asked.json()['id']}"
    early = await post(school, f"{url}/entries", {"content": NEED}, school.officer)
    assert (early.status_code, early.json()["code"]) == (409, "follow_up_not_open")
    for reader in (school.officer, zoe):
        read = await school.client.get(url, headers=reader)
        assert read.json()["request"] == "Un écran contrasté."
    step = {**school.officer, "If-Match": read.headers["etag"]}
    taken = await school.client.put(f"{url}/state", json={"state": "open"}, headers=step)
    assert (taken.status_code, taken.json()["state"]) == (200, "open"), taken.text
    match = {"If-Match": taken.headers["etag"]}
    closed = await school.client.put(f"{url}/state", json={"state": "closed"}, headers={**school.officer, **match})
    match = {"If-Match": closed.headers["etag"]}
    back = await school.client.put(f"{url}/state", json={"state": "open"}, headers={**school.officer, **match})
    assert (back.status_code, back.json()["code"]) == (409, "follow_up_illegal_step")
    assert (await post(school, REQUESTS, {"consent": True}, zoe)).status_code == 201  # another one, on its own consent
    nobody = await post(school, REQUESTS, {"consent": True}, as_candidate(school, "stranger"))
    assert nobody.status_code == 404


async def test_the_officer_opens_on_a_signed_consent_and_on_no_other(school: Any) -> None:
    candidate = await school.candidate()
    tomorrow = (utc_now().date() + timedelta(days=2)).isoformat()
    for consent, code in (
        ({"given_on": tomorrow, "reference": "RH-1"}, "consent_implausible"),
        ({"reference": "dyslexie de Zoé"}, "invalid"),
        (None, "invalid"),
    ):
        answer = await post(school, PATH, {"candidate_id": candidate, "consent": consent}, school.officer)
        assert (answer.status_code, answer.json()["code"]) == (422, code)
    body = {"candidate_id": candidate, "consent": {"given_on": "2026-01-12", "reference": "RH-1"}}
    answers = await asyncio.gather(*(post(school, PATH, body, school.officer) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    with pytest.raises(IntegrityError):
        async with school.database.transaction() as session:
            await session.execute(text("UPDATE follow_ups SET consent_reference = NULL"))


async def test_nothing_rests_on_no_consent(school: Any) -> None:
    """Neither measures nor proposals: the officer is told what comes first."""
    enrolment = await school.enrolment()
    plan = {"enrolment_id": enrolment, "measures": [{"kind": "accessible_premises"}]}
    granted = await post(school, "/v1/accommodations", plan, school.officer)
    assert (granted.status_code, granted.json()["code"]) == (409, "consent_missing")
    proposed = await school.proposal(enrolment, "C.3")
    assert (proposed.status_code, proposed.json()["code"]) == (409, "consent_missing")


async def test_needs_resources_exchanges_and_evidence_are_recorded_read_changed_and_taken_out(school: Any) -> None:
    follow_up = await school.follow_up(await school.candidate(subject="zoe"))
    entries = f"{PATH}/{follow_up}/entries"
    made = {}
    for content in (NEED, RESOURCE, EVIDENCE):
        answer = await post(
            school, entries, {"content": content}, school.officer, **{"Idempotency-Key": content["kind"]}
        )
        assert answer.status_code == 201, answer.text
        made[content["kind"]] = answer.json()["id"]
    exchange = {"kind": "exchange", "on": "2026-02-01", "direction": "sent", "channel": "letter", "text": "Demande."}
    known = {"content": {**exchange, "resource_id": made["resource"]}}
    assert (await post(school, entries, known, school.officer)).status_code == 201
    unknown = {"content": {**exchange, "resource_id": made["need"]}}
    assert (await post(school, entries, unknown, school.officer)).json()["code"] == "resource_unknown"
    listed = await school.client.get(entries, headers=school.officer)
    assert [item["kind"] for item in listed.json()["items"]] == ["need", "resource", "evidence", "exchange"]
    assert "écran" not in listed.text
    url = f"{entries}/{made['need']}"
    for reader in (school.officer, as_candidate(school)):
        read = await school.client.get(url, headers=reader)
        assert read.json()["content"] == NEED
    match = {**school.officer, "If-Match": read.headers["etag"]}
    other = {**NEED, "domain": "reception"}
    changed = await school.client.put(url, json={"content": other}, headers=match)
    assert changed.status_code == 200, changed.text
    assert (await school.client.get(url, headers=school.officer)).json()["content"]["domain"] == "reception"
    assert (await school.client.delete(url, headers=match)).status_code == 412
    match["If-Match"] = changed.headers["etag"]
    assert (await school.client.delete(url, headers=match)).status_code == 204
    assert (await school.client.get(url, headers=school.officer)).status_code == 404


async def test_who_reads_a_follow_up_and_that_each_reading_is_recorded(
    school: Any, stranger: Callable[..., dict[str, str]]
) -> None:
    follow_up = await school.follow_up(await school.candidate(subject="zoe"))
    url = f"{PATH}/{follow_up}"
    entry = (await post(school, f"{url}/entries", {"content": NEED}, school.officer)).json()["id"]
    paths = (PATH, url, f"{url}/entries", f"{url}/entries/{entry}")
    before = len(await audited(school))
    for role in Role:
        if role not in {Role.DISABILITY_OFFICER, Role.CANDIDATE}:
            header = school.bearer(role, organisation=school.id, scopes=SCOPES)
            assert {(await school.client.get(path, headers=header)).status_code for path in paths} == {403}, role
    for header in (stranger(Role.DISABILITY_OFFICER), as_candidate(school, "max"), stranger(Role.CANDIDATE)):
        assert (await school.client.get(PATH, headers=header)).json()["items"] == []
        assert {(await school.client.get(path, headers=header)).status_code for path in paths[1:]} == {404}
    assert len(await audited(school)) == before
    for reader in (school.officer, as_candidate(school)):
        for path in paths:
            assert (await school.client.get(path, headers=reader)).status_code == 200
    actions = ["follow_up.listed", "follow_up.read", "follow_up.entries_listed", "follow_up_entry.read"]
    recorded = (await audited(school))[before:]
    assert recorded == [(actor, action) for actor in ("officer", "zoe") for action in actions]
