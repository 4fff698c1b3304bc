"""Each session asks for a review of the measures."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from services.candidates.tests.follow_ups.calling import post

from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.contracts.events.sessions import CandidateConvenedV1

pytestmark = pytest.mark.asyncio


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
