"""A candidate is erased: what is written about them goes, what was decided stays and still follows from its history."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.common.storage.erasing import FileEraser
from parchemin.contracts.events.erasure import CandidateErasedV1
from parchemin.evaluations.enrolments.models import KnownCandidate, KnownEnrolment
from parchemin.evaluations.erasure.service import is_needed
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.incidents.models import Incident
from parchemin.evaluations.register.rules import ChainCheck
from parchemin.evaluations.register.service import head_of, verify
from parchemin.evaluations.replay.service import Replay, replay
from parchemin.evaluations.settings import Settings
from parchemin.evaluations.submissions.models import Deposit

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio


async def erase(school: "School", candidate: UUID) -> None:
    await school.tell(CandidateErasedV1(candidate_id=candidate, organisation_id=school.id, erased_at=utc_now()))


async def erase_files(school: "School") -> int:
    store = school.app.state.store
    return await FileEraser(school.app.state.database, store.delete, is_needed).erase_all()


def deposit(school: "School", candidate: UUID, registration: dict[str, Any], content: bytes) -> Deposit:
    return Deposit(
        organisation_id=school.id,
        registration_id=UUID(registration["id"]),
        candidate_id=candidate,
        deliverable=1,
        size=len(content),
        sha256=school.app.state.store.put(content),
        part_size=8_000_000,
        expires_at=utc_now(),
        state="accepted",
        media_type="text/plain",
        number=1,
        received_at=utc_now(),
    )


async def test_a_file_goes_with_its_person_unless_somebody_else_handed_in_the_same(school: "School") -> None:
    zoe, ali = new_id(), new_id()
    held = await school.plan("M1")
    hers = await school.register(held, await school.enrol(1, candidate=zoe), "M1")
    his = await school.register(held, await school.enrol(1, candidate=ali), "M1")
    shared, own = deposit(school, zoe, hers, b"shared"), deposit(school, zoe, hers, b"own")
    own.deliverable = 2
    other = deposit(school, ali, his, b"shared")
    async with school.app.state.database.transaction() as session:
        session.add_all([shared, own, other])
    store = school.app.state.store
    await erase(school, zoe)
    await erase_files(school)
    assert store.get(other.sha256) == b"shared"
    assert not store._path(own.sha256).exists()
    gone = await school.call("GET", f"/v1/submission_files/{own.id}/content")
    assert (gone.status_code, gone.json()["code"]) == (410, "submission_erased")
    await erase(school, ali)
    await erase_files(school)
    assert not store._path(other.sha256).exists()


async def test_login_measures_and_descriptions_go(school: "School") -> None:
    zoe = new_id()
    held = await school.plan("M1")
    enrolment = await school.enrol(1, candidate=zoe)
    await school.identify(zoe, "zoe")
    registration = await school.register(held, enrolment, "M1")
    async with school.app.state.database.transaction() as session:
        incident = Incident(
            organisation_id=school.id,
            session_id=UUID(held.id),
            registration_id=UUID(registration["id"]),
            kind="incident",
            state="recorded",
            sealed_for=zoe,
            description=b"sealed",
            occurred_at=utc_now(),
            reported_by="someone",
        )
        session.add(incident)
    await erase(school, zoe)
    await school.identify(zoe, "zoe")  # late
    async with school.app.state.database.reading() as session:
        assert (await session.execute(select(KnownCandidate))).all() == []
        assert (await session.get_one(Incident, incident.id)).description is None
        assert (await session.get_one(KnownEnrolment, UUID(enrolment))).measures == []


async def test_a_signed_sheet_loses_its_comments_once_and_nothing_else_ever(school: "School") -> None:
    zoe = new_id()
    held = await school.plan("M1")
    registration = await school.register(held, await school.enrol(1, candidate=zoe), "M1")
    sheet = Sheet(
        organisation_id=school.id,
        session_id=UUID(held.id),
        registration_id=UUID(registration["id"]),
        juror_id=UUID(held.jury[0]),
        state="signed",
        levels=[{"criterion": "C1.1", "level": "not_met", "comment": "Zoé n'a pas répondu."}],
        opinions=[{"competency": "C.1", "opinion": "favourable"}],
        signed_at=utc_now(),
        digest="0" * 64,
    )
    database = school.app.state.database
    async with database.transaction() as session:
        session.add(sheet)
    await erase(school, zoe)
    async with database.reading() as session:
        kept = await session.get_one(Sheet, sheet.id)
    assert kept.levels == [{"criterion": "C1.1", "level": "not_met"}]
    assert (kept.opinions, kept.digest, kept.comments_erased_at is None) == (sheet.opinions, sheet.digest, False)
    for change in ("levels = '[]'", "opinions = '[]'", "comments_erased_at = NULL", "digest = NULL"):
        with pytest.raises(Exception, match=r"a signed sheet does not change"):
            async with database.transaction() as session:
                await session.execute(text(f"UPDATE sheets SET {change}"))  # noqa: S608 - constants


async def test_nothing_is_written_about_who_was_erased(school: "School") -> None:
    zoe = new_id()
    held = await school.plan("M1")
    registration = await school.register(held, await school.enrol(1, candidate=zoe), "M1")
    await erase(school, zoe)
    upload = {"registration_id": registration["id"], "deliverable": 1, "file_name": "a.txt", "size": 1}
    await school.refuses("person_erased", "POST", "/v1/uploads", {**upload, "sha256": "0" * 64})


async def test_the_register_verifies_and_every_outcome_follows_from_what_is_left(school: "School") -> None:
    zoe = new_id()
    enrolment = await school.enrol(candidate=zoe)
    for modality in ("M1", "M2", "M3", "M4"):
        await school.decide(enrolment, modality)
    appeal = await school.overturn(enrolment, "M1", C_1=False)
    assert appeal["grounds"] == "Temps majoré oublié."
    database = school.app.state.database
    async with database.reading() as session:
        noted = await head_of(session)
    await erase(school, zoe)
    check, done = ChainCheck(noted), Replay()
    async with database.reading() as session:
        assert [fault async for fault in verify(session, check)] == []
    assert [difference async for difference in replay(database, Settings().default_policy, done)] == []
    assert done.enrolments == 1
    told = await school.get(f"/v1/appeals/{appeal['id']}")
    assert (told["grounds"], told["report"], told["state"]) == (None, None, "upheld")
