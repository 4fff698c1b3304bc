"""Follow-ups over HTTP, on both engines: asked for or opened on a consent, recorded in, withdrawn."""

import asyncio
import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.follow_ups.merging import move_disability
from parchemin.candidates.follow_ups.models import FollowUpEntry
from parchemin.candidates.follow_ups.schemas import NEED
from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.common.tables import audit_entries, outbox, person_keys
from parchemin.common.vault import Purpose
from parchemin.contracts.events.sessions import CandidateConvenedV1
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio

PATH = "/v1/disability_follow_ups"
REQUESTS = "/v1/disability_requests"
SCOPES = ["candidates:read", "candidates:write"]
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


def as_candidate(school: Any, subject: str = "zoe") -> dict[str, str]:
    header: dict[str, str] = school.bearer(Role.CANDIDATE, organisation=school.id, subject=subject, scopes=SCOPES)
    return header


async def audited(school: Any) -> list[tuple[str, str]]:
    async with school.database.reading() as session:
        rows = await session.execute(select(audit_entries).order_by(audit_entries.c.position))
        return [(row.actor, row.action) for row in rows]


async def post(school: Any, url: str, body: Any, by: dict[str, str], **headers: str) -> Any:
    return await school.client.post(url, json=body, headers={**by, **headers})


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


async def test_who_withdraws_the_consent_takes_everything_along_but_what_was_done(
    school: Any, stranger: Callable[..., dict[str, str]]
) -> None:
    candidate = await school.candidate(subject="zoe")
    body = {"candidate_id": candidate, "access_path": "apprenticeship", "blocks": [1, 2]}
    enrolment = (await school.client.post("/v1/enrolments", json=body)).json()["id"]
    follow_up = await school.follow_up(candidate)
    url = f"{PATH}/{follow_up}"
    await post(school, f"{url}/entries", {"content": NEED}, school.officer)
    waiting, granted = await school.proposal(enrolment, "C.3"), await school.proposal(enrolment, "C.4")
    await school.decision(granted)
    today = utc_now().date()
    later = (today + timedelta(days=30)).isoformat()
    measures = [
        {"kind": "extra_time", "percent": 33, "applies_to": ["evaluation"], "valid_until": later},
        {"kind": "accessible_premises", "valid_from": later},
        {"kind": "equipment", "detail": "écran", "valid_until": "2026-01-31"},
    ]
    plan = await post(school, "/v1/accommodations", {"enrolment_id": enrolment, "measures": measures}, school.officer)
    assert plan.status_code == 201, plan.text

    unproven = await post(school, f"{url}/withdrawal", {}, school.officer)
    assert (unproven.status_code, unproven.json()["code"]) == (422, "withdrawal_unproven")
    for header in (school.administrator, school.certifier):
        assert (await post(school, f"{url}/withdrawal", {}, header)).status_code == 403
    for header in (as_candidate(school, "max"), stranger(Role.DISABILITY_OFFICER)):
        assert (await post(school, f"{url}/withdrawal", {"reference": "X"}, header)).status_code == 404
    withdrawn = await post(school, f"{url}/withdrawal", {}, as_candidate(school))
    assert (withdrawn.status_code, withdrawn.json()["state"]) == (200, "withdrawn"), withdrawn.text
    again = await post(school, f"{url}/withdrawal", {}, as_candidate(school))
    assert (again.status_code, again.json()["code"]) == (409, "follow_up_illegal_step")

    listed = await school.client.get(f"{url}/entries", headers=school.officer)
    assert listed.json()["items"] == []
    async with school.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(FollowUpEntry)) == 0
        keys = select(person_keys.c.wrapped).where(person_keys.c.purpose == Purpose.DISABILITY)
        assert (await session.execute(keys)).scalars().all() == []
        told = select(outbox.c.body).where(outbox.c.type.endswith("measures_granted.v1"))
        events = [json.loads(each)["data"] for each in (await session.execute(told)).scalars()]
    left = [(one["kind"], one["valid_until"]) for one in events[-1]["measures"]]
    assert left == [("extra_time", today.isoformat()), ("equipment", "2026-01-31")]
    states = {}
    for exemption in (waiting, granted):
        read = (await school.client.get(f"/v1/exemptions/{exemption.json()['id']}", headers=school.certifier)).json()
        assert {read[name] for name in ("argument", "working_conditions", "reason", "integrity")} == {None}
        states[read["competency"]] = read["state"]
    assert states == {"C.3": "withdrawn", "C.4": "granted"}
    match = {"If-Match": '"2"'}
    put = await school.client.put(
        f"/v1/accommodations/{plan.json()['id']}", json={"measures": measures[:1]}, headers={**school.officer, **match}
    )
    assert (put.status_code, put.json()["code"]) == (409, "consent_missing")
    await school.follow_up(candidate)  # they may consent anew: under a new key
    assert (await school.proposal(enrolment, "C.3")).status_code == 201


async def test_a_withdrawal_waits_for_what_is_being_recorded_and_takes_it_out(school: Any) -> None:
    candidate = await school.candidate(subject="zoe")
    url = f"{PATH}/{await school.follow_up(candidate)}"
    answers = await asyncio.gather(
        *(post(school, f"{url}/entries", {"content": NEED}, school.officer) for _ in range(3)),
        post(school, f"{url}/withdrawal", {}, as_candidate(school)),
        *(post(school, f"{url}/entries", {"content": NEED}, school.officer) for _ in range(3)),
    )
    assert {answer.status_code for answer in answers} <= {200, 201, 409}
    assert answers[3].status_code == 200
    async with school.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(FollowUpEntry)) == 0
        assert await session.scalar(select(func.count()).where(person_keys.c.purpose == Purpose.DISABILITY)) == 0


async def test_an_erased_persons_texts_are_gone_and_nothing_fails(school: Any) -> None:
    candidate = await school.candidate(subject="zoe")
    asked = await post(school, REQUESTS, {"consent": True, "text": "Un écran."}, as_candidate(school))
    url = f"{PATH}/{asked.json()['id']}"
    step = {**school.officer, "If-Match": '"1"'}
    await school.client.put(f"{url}/state", json={"state": "open"}, headers=step)
    entry = (await post(school, f"{url}/entries", {"content": NEED}, school.officer)).json()["id"]
    async with school.database.transaction() as session:
        await school.app.state.vault.erase(session, UUID(candidate))
    assert (await school.client.get(url, headers=school.officer)).json()["request"] is None
    assert (await school.client.get(f"{url}/entries/{entry}", headers=school.officer)).json()["content"] is None
    gone = await post(school, f"{url}/entries", {"content": NEED}, school.officer)
    assert gone.status_code == 410


async def test_of_two_records_of_a_person_one_keeps_the_follow_ups_of_both(school: Any) -> None:
    former, candidate = await school.candidate(), await school.candidate(birth_name="Lefebvre")
    enrolment = {"candidate_id": former, "access_path": "apprenticeship", "blocks": [1, 2]}
    enrolment_id = (await school.client.post("/v1/enrolments", json=enrolment)).json()["id"]
    moved, own = await school.follow_up(former), await school.follow_up(candidate)
    entry = (await post(school, f"{PATH}/{moved}/entries", {"content": NEED}, school.officer)).json()["id"]
    proposed = await school.proposal(enrolment_id, "C.3")
    async with school.database.transaction() as session:
        await move_disability(session, school.app.state.vault, UUID(former), UUID(candidate))
        await session.execute(update(Enrolment).values(candidate_id=UUID(candidate)))
    listed = await school.client.get(f"{PATH}?candidate_id={candidate}", headers=school.officer)
    assert {item["id"]: item["state"] for item in listed.json()["items"]} == {moved: "closed", own: "open"}
    read = await school.client.get(f"{PATH}/{moved}/entries/{entry}", headers=school.officer)
    assert read.json()["content"] == NEED
    texts = await school.client.get(f"/v1/exemptions/{proposed.json()['id']}", headers=school.certifier)
    assert texts.json()["argument"] == "Parce que."
    async with school.database.reading() as session:
        keys = select(person_keys.c.person_id).where(person_keys.c.purpose == Purpose.DISABILITY)
        assert (await session.execute(keys)).scalars().all() == [UUID(candidate)]


async def test_a_session_asks_for_a_review_of_the_measures_until_there_is_one(school: Any) -> None:
    enrolment = await school.followed()
    session_id, day = new_id(), utc_now().date() + timedelta(days=20)
    await school.tell(convened(school, enrolment, session_id, day))
    await school.tell(convened(school, enrolment, new_id(), utc_now().date() - timedelta(days=9)))  # over
    due = "/v1/accommodations/reviews/due"
    assert (await school.client.get(due, headers=school.officer)).json()["items"] == []
    plan = {"enrolment_id": enrolment, "measures": [{"kind": "accessible_premises"}]}
    granted = await post(school, "/v1/accommodations", plan, school.officer)
    (item,) = (await school.client.get(due, headers=school.officer)).json()["items"]
    assert (item["session_id"], item["held_on"]) == (str(session_id), day.isoformat())
    assert item["accommodation_id"] == granted.json()["id"]
    await school.tell(convened(school, enrolment, session_id, day + timedelta(days=1)))
    (item,) = (await school.client.get(due, headers=school.officer)).json()["items"]
    assert item["held_on"] == (day + timedelta(days=1)).isoformat()
    url = f"/v1/accommodations/{granted.json()['id']}/reviews"
    match = {**school.officer, "If-Match": granted.headers["etag"]}
    assert (await school.client.put(f"{url}/{session_id}", json={}, headers=school.administrator)).status_code == 403
    confirmed = await school.client.put(f"{url}/{session_id}", json={}, headers=match)
    assert (confirmed.status_code, confirmed.json()["outcome"]) == (200, "confirmed"), confirmed.text
    assert (await school.client.get(due, headers=school.officer)).json()["items"] == []
    adjusted = await school.client.put(
        f"{url}/{session_id}", json={"measures": [{"kind": "equipment", "detail": "écran"}]}, headers=match
    )
    assert (adjusted.json()["outcome"], adjusted.headers["etag"]) == ("adjusted", '"2"')
    stale = await school.client.put(f"{url}/{session_id}", json={}, headers=match)
    assert stale.status_code == 412
    (review,) = (await school.client.get(url, headers=school.officer)).json()["items"]
    assert review["reviewed_on"] == utc_now().date().isoformat()
    known = await school.client.get(f"/v1/accommodations/{granted.json()['id']}", headers=school.officer)
    assert [measure["kind"] for measure in known.json()["measures"]] == ["equipment"]


def convened(school: Any, enrolment: str, session_id: UUID, day: date) -> Any:
    appointment = {
        "registration_id": str(new_id()),
        "modality": "M1",
        "starts_at": f"{day}T09:00:00+02:00",
        "where": {"place": "Paris"},
    }
    return CandidateConvenedV1.model_validate(
        {
            "convocation_id": new_id(),
            "enrolment_id": enrolment,
            "candidate_id": new_id(),
            "organisation_id": school.id,
            "referential_version": "t1",
            "session_id": session_id,
            "number": 1,
            "convened_on": day,
            "time_zone": "Europe/Paris",
            "appointments": [appointment],
            "measures": [],
            "bring": None,
        }
    )
