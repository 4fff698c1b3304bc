"""Erasure over HTTP: asked for, approved, done; and what is left of the person then."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from parchemin.candidates.accommodations.models import Accommodation
from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.identity.models import Candidate, CandidateName
from parchemin.common.bus import Message
from parchemin.common.tables import outbox
from parchemin.common.vault import Purpose
from parchemin.contracts.envelope import Event, wrap
from parchemin.contracts.events.appeals import CertificationRevokedV1
from parchemin.contracts.events.erasure import CandidateErasedV1
from parchemin.contracts.events.evaluations import CertificationAwardedV1, ResultsDecidedV1
from parchemin.contracts.vocabulary import Role

TODAY = datetime.now(UTC).date()


async def tell(school: Any, event: Event) -> None:
    body = wrap(event, event_id=uuid4(), at=datetime.now(UTC)).to_bytes()
    await school.app.state.service.consumer.deliver(Message(event.topic, event.key, body))


def award(school: Any, candidate: str, enrolment: str, number: str = "2026-0001") -> CertificationAwardedV1:
    return CertificationAwardedV1(
        enrolment_id=UUID(enrolment),
        candidate_id=UUID(candidate),
        organisation_id=school.id,
        referential_version="t1",
        award_id=UUID(int=77),
        register_number=number,
        awarded_on=date(2026, 6, 30),
        session_id=UUID(int=5),
        blocks=(),
    )


def results(school: Any, candidate: str, enrolment: str, decided_on: date) -> ResultsDecidedV1:
    return ResultsDecidedV1(
        enrolment_id=UUID(enrolment),
        candidate_id=UUID(candidate),
        organisation_id=school.id,
        referential_version="t1",
        session_id=UUID(int=5),
        session_date=decided_on,
        decided_on=decided_on,
        place="Paris",
        modalities=(),
        blocks_enrolled=(1,),
        blocks_validated=(),
        register_number=None,
    )


async def enrolled(school: Any) -> tuple[str, str]:
    enrolment = await school.followed(subject="zoe", email="zoe.lefevre@example.org")
    candidate = (await school.client.get(f"/v1/enrolments/{enrolment}")).json()["candidate_id"]
    return candidate, enrolment


async def approved(school: Any, candidate: str, headers: dict[str, str] | None = None) -> str:
    asked = await school.client.post(f"/v1/candidates/{candidate}/erasure", headers=headers or {})
    assert asked.status_code == 201, asked.text
    erasure = str(asked.json()["id"])
    answer = await school.client.put(
        f"/v1/erasures/{erasure}/decision",
        json={"decision": "approved"},
        headers={"If-Match": asked.headers["etag"]},
    )
    assert answer.status_code == 200, answer.text
    return erasure


@pytest.mark.asyncio
async def test_who_holds_a_certification_stays_in_the_register_and_nowhere_else(school: Any) -> None:
    zoe = school.bearer(Role.CANDIDATE, organisation=school.id, subject="zoe")
    candidate, enrolment = await enrolled(school)
    measure = {"enrolment_id": enrolment, "measures": [{"kind": "extra_time", "percent": 33}]}
    await school.client.post("/v1/accommodations", json=measure, headers=school.officer)
    await school.proposal(enrolment, "C.1")
    await tell(school, award(school, candidate, enrolment))
    await tell(school, award(school, candidate, enrolment))
    corrected = school.person(birth_name="Lefebvre", email="zoe.lefevre@example.org", subject="zoe")
    await school.client.put(f"/v1/candidates/{candidate}", json=corrected, headers={"If-Match": '"1"'})

    preview = (await school.client.get(f"/v1/candidates/{candidate}/erasure", headers=zoe)).json()
    assert "register_identity" in [one["what"] for one in preview["stays"]]
    erasure = await approved(school, candidate, zoe)
    await school.app.state.eraser.erase_due()

    assert (await school.client.get(f"/v1/erasures/{erasure}")).json()["state"] == "done"
    gone = await school.client.get(f"/v1/candidates/{candidate}")
    assert (gone.status_code, gone.json()["code"]) == (410, "candidate_erased")
    assert (await school.client.get(f"/v1/candidates/{candidate}", headers=zoe)).status_code == 404
    assert (await school.client.get("/v1/candidates")).json()["items"] == []
    again = await school.client.post(f"/v1/candidates/{candidate}/erasure")
    assert (again.status_code, again.json()["id"]) == (200, erasure)
    anew = {"candidate_id": candidate, "access_path": "vae", "blocks": [1]}
    assert (await school.client.post("/v1/enrolments", json=anew)).status_code == 410
    assert (await school.client.get(f"/v1/enrolments/{enrolment}")).status_code == 200, "the fact stays"

    await tell(school, CertificationRevokedV1(
        enrolment_id=UUID(enrolment), candidate_id=UUID(candidate), organisation_id=school.id, referential_version="t1",
        award_id=UUID(int=77), register_number="2026-0001", revoked_on=date(2026, 9, 1),
    ))  # fmt: skip
    found = await school.client.get(
        "/v1/certified_holders", params={"register_number": "2026-0001"}, headers=school.certifier
    )
    [holder] = found.json()["items"]
    kept = (await school.client.get(f"/v1/certified_holders/{holder['id']}", headers=school.certifier)).json()
    assert kept["identity"] == {
        "birth_name": "Lefebvre",
        "first_names": ["Zoé"],
        "sex": "F",
        "birth_date": "1999-06-17",
        "birth_city": "Paris 12e",
        "birth_country": "FR",
        "birth_insee_code": "75112",
        "birth_postal_code": None,
    }
    assert kept["revoked_on"] == "2026-09-01"
    assert (await school.client.get("/v1/certified_holders")).status_code == 403

    async with school.database.reading() as session:
        row = await session.get_one(Candidate, UUID(candidate))
        assert (row.person, row.subject_digest) == (b"", None)
        assert list(await session.scalars(select(CandidateName.token))) == []
        assert list(await session.scalars(select(Accommodation.id))) == []
        assert list(await session.scalars(select(Exemption.argument))) == [None]
        told = list(await session.scalars(select(outbox.c.type).where(outbox.c.key == candidate)))
    assert told[-1:] == [CandidateErasedV1.type]


@pytest.mark.asyncio
async def test_of_who_holds_nothing_no_key_is_left(school: Any) -> None:
    candidate, _ = await enrolled(school)
    await approved(school, candidate)
    assert await school.app.state.eraser.erase_due() == 1
    assert await school.app.state.eraser.erase_due() == 0
    vault = school.app.state.vault
    async with school.database.reading() as session:
        for purpose in Purpose:
            assert await vault.ciphers(session, [UUID(candidate)], purpose) == {}


@pytest.mark.asyncio
async def test_an_approved_erasure_waits_for_the_appeal_and_can_still_be_refused(school: Any) -> None:
    candidate, enrolment = await enrolled(school)
    await tell(school, results(school, candidate, enrolment, TODAY - timedelta(days=10)))
    preview = (await school.client.get(f"/v1/candidates/{candidate}/erasure")).json()
    until = (TODAY + timedelta(days=80)).isoformat()
    assert [(one["reason"], one["until"]) for one in preview["waits_for"]] == [("appeal_period", until)]
    erasure = await approved(school, candidate)
    assert await school.app.state.eraser.erase_due() == 0
    waiting = await school.client.get(f"/v1/erasures/{erasure}")
    assert waiting.json()["state"] == "approved"
    ruling = {"decision": "refused", "refusal_ground": "withdrawn"}
    path, match = f"/v1/erasures/{erasure}/decision", {"If-Match": waiting.headers["etag"]}
    refused = await school.client.put(path, json=ruling, headers=match)
    assert refused.json()["state"] == "refused"
    late = await school.client.put(path, json=ruling, headers={"If-Match": refused.headers["etag"]})
    assert (late.status_code, late.json()["code"]) == (409, "illegal_erasure_step")
    assert (await school.client.get(f"/v1/candidates/{candidate}")).status_code == 200
    assert (await school.client.post(f"/v1/candidates/{candidate}/erasure")).status_code == 201, "asked for anew"


@pytest.mark.asyncio
async def test_a_candidate_asks_for_themselves_and_does_not_decide(school: Any, stranger: Any) -> None:
    candidate, _ = await enrolled(school)
    zoe = school.bearer(Role.CANDIDATE, organisation=school.id, subject="zoe")
    noe = school.bearer(Role.CANDIDATE, organisation=school.id, subject="noe")
    assert (await school.client.post(f"/v1/candidates/{candidate}/erasure", headers=noe)).status_code == 404
    asked = await school.client.post(f"/v1/candidates/{candidate}/erasure", headers=zoe)
    path = f"/v1/erasures/{asked.json()['id']}"
    assert (await school.client.get(path, headers=zoe)).json()["origin"] == "person"
    for headers in (noe, stranger(Role.ADMINISTRATOR)):
        assert (await school.client.get(path, headers=headers)).status_code == 404
    ruling, match = {"decision": "approved"}, {"If-Match": asked.headers["etag"]}
    decided = await school.client.put(f"{path}/decision", json=ruling, headers={**zoe, **match})
    assert decided.status_code == 403
    groundless = await school.client.put(f"{path}/decision", json={"decision": "refused"}, headers=match)
    assert groundless.status_code == 422
