"""An enrolment goes from one school to another, with the candidate's consent."""

from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from services.candidates.tests.enrolments.telling import Story, in_year, told
from sqlalchemy import select

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.organisations.models import Organisation
from parchemin.candidates.transfers.rules import (
    FIRST_STATES,
    NEXT_STATES,
    OPEN,
    STEPS,
    Case,
    Obstacle,
    Party,
    TransferState,
    may_become,
    obstacle,
)
from parchemin.contracts.events.candidates import CandidateIdentifiedV1
from parchemin.contracts.events.enrolments import EnrolmentTransferredV1
from parchemin.contracts.vocabulary import EnrolmentState, Role

if TYPE_CHECKING:
    from services.candidates.tests.conftest import School

BOTH = ["candidates:read", "candidates:write"]


@given(st.lists(st.tuples(st.sampled_from(TransferState), st.sampled_from(Party)), max_size=8))
def test_nothing_is_completed_without_the_consent_of_one_and_the_acceptance_of_another(
    steps: list[tuple[TransferState, Party]],
) -> None:
    state, [_] = TransferState.PROPOSED, FIRST_STATES
    done: list[tuple[TransferState, Party]] = []
    for wanted, party in steps:
        if may_become(state, wanted, party):
            state = wanted
            done.append((wanted, party))
    if state is TransferState.COMPLETED:
        assert done[-2][0] is TransferState.CONSENTED
        assert done[-2][1] is not Party.RECEIVER
        assert done[-1] == (TransferState.COMPLETED, Party.RECEIVER)
    assert (state in OPEN) == bool(NEXT_STATES[state])


def test_whoever_has_a_say_may_end_it() -> None:
    for state in OPEN:
        for party in Party:
            ends = [wanted for wanted in NEXT_STATES[state] - OPEN if party in STEPS[wanted]]
            assert ends, (state, party)


@given(st.sampled_from(EnrolmentState), st.booleans(), st.booleans())
def test_who_is_expected_at_a_session_stays(state: EnrolmentState, expected: bool, same: bool) -> None:
    here, there = UUID(int=1), UUID(int=2)
    found = obstacle(Case(here, state, expected), here if same else there)
    transferable = state in {EnrolmentState.APPLIED, EnrolmentState.ADMITTED, EnrolmentState.ACTIVE}
    assert (found is None) == (not same and transferable and not expected)
    assert found is not Obstacle.UNDER_WAY


class Neighbour:
    """Another school at the same service."""

    def __init__(self, school: "School") -> None:
        self.school, self.id = school, uuid4()
        self.administrator = school.bearer(Role.ADMINISTRATOR, organisation=self.id, subject="neighbour")
        self.officer = school.bearer(Role.DISABILITY_OFFICER, organisation=self.id, subject="their officer")

    @classmethod
    async def of(cls, school: "School") -> "Neighbour":
        other = cls(school)
        async with school.database.transaction() as session:
            session.add(Organisation(id=school.id, organisation_id=school.id, code="HERE", name="Ici"))
            session.add(Organisation(id=other.id, organisation_id=other.id, code="THERE", name="Là-bas"))
        return other

    async def get(self, url: str) -> httpx.Response:
        return await self.school.client.get(url, headers=self.administrator)


async def propose(school: "School", enrolment: str, code: str = "THERE") -> httpx.Response:
    return await school.client.post("/v1/transfers", json={"enrolment_id": enrolment, "to_organisation": code})


async def step(
    school: "School", of: httpx.Response, state: str, by: dict[str, str] | None = None, **more: object
) -> httpx.Response:
    headers = {**(by or school.administrator), "If-Match": of.headers["etag"]}
    url = f"/v1/transfers/{of.json()['id']}/state"
    return await school.client.put(url, json={"state": state, **more}, headers=headers)


@pytest.mark.asyncio
async def test_a_transfer_from_the_proposal_to_the_new_school(school: "School") -> None:
    other, enrolment = await Neighbour.of(school), await school.followed(subject="zoe")
    plan = {"enrolment_id": enrolment, "measures": [{"kind": "accessible_premises"}]}
    await school.client.post("/v1/accommodations", json=plan, headers=school.officer)
    await school.decision(await school.proposal(enrolment, "C.4"))
    proposed = await propose(school, enrolment)
    assert proposed.status_code == 201, proposed.text
    url = f"/v1/transfers/{proposed.json()['id']}"
    assert (await propose(school, enrolment)).json()["code"] == "transfer_under_way"
    assert (await other.get(url)).status_code == 404, "the candidate has not consented"
    zoe = school.bearer(Role.CANDIDATE, organisation=school.id, subject="zoe", scopes=BOTH)
    lea = school.bearer(Role.CANDIDATE, organisation=school.id, subject="lea", scopes=BOTH)
    assert (await step(school, proposed, "consented", lea)).status_code == 404
    assert (await step(school, proposed, "completed")).json()["code"] == "illegal_transfer_step"
    consented = await step(school, proposed, "consented", zoe)
    assert (consented.json()["state"], consented.json()["consent"]) == ("consented", "own")
    seen = (await other.get(url)).json()
    assert "Lefèvre" not in str(seen)
    assert "candidate_id" not in seen
    assert (await other.get(f"/v1/enrolments/{enrolment}")).status_code == 404
    completed = await step(school, consented, "completed", other.administrator)
    assert completed.json()["state"] == "completed", completed.text

    assert (await school.client.get(f"/v1/enrolments/{enrolment}")).status_code == 404
    there = (await other.get(f"/v1/enrolments/{enrolment}")).json()
    candidate = (await other.get(f"/v1/candidates/{there['candidate_id']}")).json()
    assert candidate["birth_name"] == "Lefèvre"
    view = (await other.get(f"/v1/enrolments/{enrolment}/progress")).json()
    assert {each["code"]: each["status"] for each in view["competencies"]}["C.4"] == "exempt"
    exemptions = await school.client.get("/v1/exemptions", headers=other.officer)
    assert exemptions.json()["items"] == [], "what the officer argued stays with the officer"
    [kept] = (await school.client.get("/v1/exemptions", headers=school.officer)).json()["items"]
    assert kept["state"] == "granted"
    plans = (await other.get("/v1/accommodations")).json()["items"]
    assert [plan["measures"][0]["kind"] for plan in plans] == ["accessible_premises"]

    [fact] = await told(school, EnrolmentTransferredV1)
    assert (fact.organisation_id, fact.former_organisation_id) == (other.id, school.id)
    assert str(fact.candidate_id) == there["candidate_id"]
    identities = await told(school, CandidateIdentifiedV1)
    assert [one.organisation_id for one in identities] == [school.id, other.id]


@pytest.mark.asyncio
async def test_a_person_whom_the_new_school_knows_is_not_entered_twice(school: "School") -> None:
    other, enrolment = await Neighbour.of(school), await school.enrolment()
    known = await school.client.post("/v1/candidates", json=school.person(), headers=other.administrator)
    paper = {"given_on": "2026-08-30", "sha256": "ab" * 32}
    proposed = await propose(school, enrolment)
    assert (await step(school, proposed, "consented")).json()["code"] == "consent_amiss"
    consented = await step(school, proposed, "consented", recorded_consent=paper)
    assert (consented.json()["consent"], consented.json()["consented_on"]) == ("recorded", "2026-08-30")
    completed = await step(school, consented, "completed", other.administrator)
    assert completed.status_code == 200, completed.text
    assert (await other.get(f"/v1/enrolments/{enrolment}")).json()["candidate_id"] == known.json()["id"]
    async with school.database.reading() as session:
        assert len((await session.execute(select(Candidate.id))).all()) == 2


@pytest.mark.asyncio
async def test_nobody_is_transferred_whom_a_session_expects_or_who_is_there(school: "School") -> None:
    other, enrolment = await Neighbour.of(school), await school.enrolment()
    story, held = Story(school, enrolment), uuid4()
    assert (await propose(school, enrolment, "NOWHERE")).json()["code"] == "receiver_unknown"
    assert (await propose(school, enrolment, "HERE")).json()["code"] == "transfer_to_itself"
    await school.tell(story.convened(held, 1, in_year(2026)))
    assert (await propose(school, enrolment)).json()["code"] == "session_pending"
    await school.tell(story.results(held, C_1="not_acquired"))
    proposed = await propose(school, enrolment)
    paper = {"given_on": "2026-08-30", "sha256": "ab" * 32}
    consented = await step(school, proposed, "consented", recorded_consent=paper)
    known = await school.client.post("/v1/candidates", json=school.person(), headers=other.administrator)
    body = {"candidate_id": known.json()["id"], "access_path": "vae", "blocks": [1]}
    await school.client.post("/v1/enrolments", json=body, headers=other.administrator)
    refused = await step(school, consented, "completed", other.administrator)
    assert (refused.status_code, refused.json()["code"]) == (409, "enrolled_there_already")
    declined = await step(school, consented, "declined", other.administrator)
    assert declined.json()["state"] == "declined"
    assert (await school.client.get(f"/v1/enrolments/{enrolment}")).status_code == 200


@pytest.mark.asyncio
async def test_a_candidate_declines_and_the_other_school_never_hears_of_it(school: "School") -> None:
    other, enrolment = await Neighbour.of(school), await school.followed(subject="zoe")
    proposed = await propose(school, enrolment)
    zoe = school.bearer(Role.CANDIDATE, organisation=school.id, subject="zoe", scopes=BOTH)
    assert (await step(school, proposed, "declined", zoe)).json()["state"] == "declined"
    assert (await other.get("/v1/transfers")).json()["items"] == []
    assert (await propose(school, enrolment)).status_code == 201, "another may be proposed"
