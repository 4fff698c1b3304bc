"""What goes with the consent, and what goes along with a person."""

import asyncio
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from services.candidates.tests.follow_ups.calling import PATH, REQUESTS, as_candidate, post
from sqlalchemy import func, select, update

from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.follow_ups.merging import move_disability
from parchemin.candidates.follow_ups.models import FollowUpEntry
from parchemin.candidates.follow_ups.schemas import NEED
from parchemin.common.clock import utc_now
from parchemin.common.tables import outbox, person_keys
from parchemin.common.vault import Purpose
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio


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
    former, candidate = await school.candidate(), await school.candidate(birth_name="Roux", first_names=["Max"])
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
