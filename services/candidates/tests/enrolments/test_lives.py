"""The life of an enrolment over HTTP: its states, dates and funding."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from services.candidates.tests.enrolments.telling import Story, parked, put, state_of, told
from sqlalchemy import select

from parchemin.candidates.enrolments.expiry import Expiry
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.contracts.events.enrolments import EnrolmentStateChangedV1
from parchemin.contracts.vocabulary import Role

if TYPE_CHECKING:
    from services.candidates.tests.conftest import School

pytestmark = pytest.mark.asyncio


async def opened(school: "School", **members: object) -> str:
    """The URL of a new enrolment."""
    body = {"candidate_id": await school.candidate(), "access_path": "vae", "blocks": [1], **members}
    answer = await school.client.post("/v1/enrolments", json=body)
    assert answer.status_code == 201, answer.text
    return f"/v1/enrolments/{answer.json()['id']}"


async def test_an_enrolment_is_active_at_once_unless_it_is_said_otherwise(school: "School") -> None:
    assert (await school.client.get(f"/v1/enrolments/{await school.enrolment()}")).json()["state"] == "active"
    assert await told(school, EnrolmentStateChangedV1) == []


async def test_a_life_from_the_application_to_a_withdrawal_and_back(school: "School") -> None:
    url = await opened(school, state="applied")
    refused = await put(school, f"{url}/state", {"state": "active"}, of=url)
    assert (refused.status_code, refused.json()["code"]) == (409, "illegal_enrolment_step")
    for state in ("admitted", "active"):
        assert (await put(school, f"{url}/state", {"state": state}, of=url)).json()["state"] == state
    for wrong in ({"state": "withdrawn"}, {"state": "withdrawn", "reason": None}):
        answer = await put(school, f"{url}/state", wrong, of=url)
        assert (answer.status_code, answer.json()["code"]) == (422, "withdrawal_reason_amiss")
    left = await put(school, f"{url}/state", {"state": "withdrawn", "reason": "employment"}, of=url)
    assert (left.json()["state"], left.json()["withdrawal_reason"]) == ("withdrawn", "employment")
    back = await put(school, f"{url}/state", {"state": "admitted"}, of=url)
    assert (back.json()["state"], back.json()["withdrawal_reason"]) == ("admitted", None)
    states = [str(fact.state) for fact in await told(school, EnrolmentStateChangedV1)]
    assert states == ["applied", "admitted", "active", "withdrawn", "admitted"]
    by_candidate = school.bearer(Role.CANDIDATE, organisation=school.id, scopes=["candidates:read", "candidates:write"])
    assert (
        await school.client.put(f"{url}/state", json={"state": "active"}, headers={**by_candidate, "If-Match": '"1"'})
    ).status_code == 403


async def test_an_enrolment_expires_after_its_last_day_where_the_school_is(school: "School") -> None:
    url = await opened(school, training_started_on="2030-01-07", ends_on="2030-06-30")
    now = datetime(2030, 6, 30, 21, 59, tzinfo=UTC)
    expiry = Expiry(school.database, time_zone="Europe/Paris", poll_seconds=1, clock=lambda: now)
    assert await expiry.expire_due() == 0
    now = datetime(2030, 6, 30, 22, 1, tzinfo=UTC)  # after midnight in Paris
    assert (await expiry.expire_due(), await expiry.expire_due()) == (1, 0)
    expired = (await school.client.get(url)).json()
    assert (expired["state"], expired["state_since"], expired["training_started_on"]) == (
        "expired",
        "2030-07-01",
        "2030-01-07",
    )
    [fact] = await told(school, EnrolmentStateChangedV1)
    assert (fact.state, str(fact.changed_on)) == ("expired", "2030-07-01")


async def test_who_comes_back_after_the_end_needs_a_new_one(school: "School") -> None:
    dates = {"entry_on": "2020-01-01", "ends_on": "2020-06-30"}
    url = await opened(school, **dates)
    await Expiry(school.database, time_zone="Europe/Paris", poll_seconds=1).expire_due()
    again = await put(school, f"{url}/state", {"state": "admitted"}, of=url)
    assert (again.status_code, again.json()["code"]) == (409, "enrolment_ended")
    wrong = await put(school, f"{url}/dates", {"entry_on": "2031-01-01", "ends_on": "2030-01-01"}, of=url)
    assert [fault["pointer"] for fault in wrong.json()["errors"]] == ["/entry_on"]
    assert (await put(school, f"{url}/dates", {**dates, "ends_on": "2099-06-30"}, of=url)).status_code == 200
    assert (await put(school, f"{url}/state", {"state": "admitted"}, of=url)).json()["state"] == "admitted"


async def test_what_is_decided_completes_an_enrolment_and_takes_it_back(school: "School") -> None:
    enrolment = await school.enrolment(blocks=(1,))
    story, award, validation = Story(school, enrolment), uuid4(), uuid4()
    await school.tell(story.validated(1, validation))
    assert await state_of(school, enrolment) == "completed"
    url = f"/v1/enrolments/{enrolment}"
    await put(school, f"{url}/blocks", {"blocks": [1, 2]}, of=url)
    assert await state_of(school, enrolment) == "active"
    left = await put(school, f"{url}/state", {"state": "withdrawn", "reason": "personal"}, of=url)
    assert left.status_code == 200
    await school.tell(story.awarded(award))  # of a session that was sat before
    assert await state_of(school, enrolment) == "completed"
    await school.tell(story.award_revoked(award))
    await school.tell(story.validation_revoked(validation))
    assert await state_of(school, enrolment) == "active"
    changes = [str(fact.state) for fact in await told(school, EnrolmentStateChangedV1)]
    assert changes == ["completed", "active", "withdrawn", "completed", "active"]
    assert await parked(school) == []


async def test_funding_is_sealed_validated_and_never_a_social_security_number(school: "School") -> None:
    url = f"/v1/enrolments/{await school.enrolment()}"
    assert (await school.client.get(f"{url}/funding")).json()["funding"] is None
    entry = {"kind": "cpf", "cpf_file_number": "26110012345", "contract_number": "CV-2026/118"}
    answer = await put(school, f"{url}/funding", entry, of=url)
    assert answer.status_code == 204, answer.text
    assert (await school.client.get(f"{url}/funding")).json()["funding"] == {**entry, "name": None}
    async with school.database.reading() as session:
        [sealed] = (await session.execute(select(Enrolment.funding))).scalars()
    assert sealed is not None
    assert b"26110012345" not in sealed
    for member, value in (("cpf_file_number", "1990675112005"), ("contract_number", "1 99 06 75 112 005 07")):
        refused = await put(school, f"{url}/funding", {"kind": "self", member: value}, of=url)
        assert refused.status_code == 422
        assert [fault["pointer"] for fault in refused.json()["errors"]] == [f"/{member}"]
    officer = await school.client.get(f"{url}/funding", headers=school.officer)
    assert officer.status_code == 403


async def test_enrolments_are_listed_by_state_path_and_version(school: "School") -> None:
    enrolment = await school.enrolment()
    for query, found in (
        ("state=active", True),
        ("state=withdrawn", False),
        ("access_path=apprenticeship&referential_version=t1", True),
        ("access_path=vae", False),
        ("referential_version=t2", False),
    ):
        items = (await school.client.get(f"/v1/enrolments?{query}")).json()["items"]
        assert [item["id"] for item in items] == ([enrolment] if found else []), query
