"""What evaluations does about the life of an enrolment: its states, blocks recognised, a change of school."""

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from parchemin.common.ids import new_id
from parchemin.contracts.events.enrolments import (
    BlockRecognisedV1,
    EnrolmentStateChangedV1,
    EnrolmentTransferredV1,
    Provenance,
)
from parchemin.contracts.events.evaluations import BlockValidatedV1, CertificationAwardedV1, ResultsDecidedV1
from parchemin.contracts.events.sessions import SessionCancelledV1
from parchemin.contracts.vocabulary import EnrolmentState, RecognitionGround
from parchemin.evaluations.replay.service import Replay, replay

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio

RECOGNISED_ON = date(2026, 9, 7)


def changed(school: "School", enrolment: str, state: EnrolmentState) -> EnrolmentStateChangedV1:
    return EnrolmentStateChangedV1(
        enrolment_id=UUID(enrolment), organisation_id=school.id, state=state, changed_on=date(2026, 9, 1)
    )


def recognised(
    school: "School", enrolment: str, block: int, ground: RecognitionGround, provenance: Provenance
) -> BlockRecognisedV1:
    return BlockRecognisedV1(
        enrolment_id=UUID(enrolment),
        organisation_id=school.id,
        recognition_id=new_id(),
        block=block,
        ground=ground,
        decided_on=RECOGNISED_ON,
        provenance=provenance,
    )


def proved(school: "School", enrolment: str, block: int) -> BlockRecognisedV1:
    return recognised(school, enrolment, block, RecognitionGround.PROOF, Provenance(document_date=date(2024, 7, 1)))


async def test_who_is_not_admitted_or_has_left_is_not_registered_and_stays_where_they_were(school: "School") -> None:
    enrolment = await school.enrol()
    draft, later = await school.plan("M1"), await school.plan("M2")
    await school.register(draft, enrolment, "M1")
    body = {"session_id": later.id, "enrolment_id": enrolment, "modality": "M2"}
    for state in (EnrolmentState.APPLIED, EnrolmentState.WITHDRAWN, EnrolmentState.EXPIRED):
        await school.tell(changed(school, enrolment, state))
        await school.refuses("enrolment_not_open", "POST", "/v1/registrations", body)
    assert len((await school.get(f"/v1/registrations?enrolment_id={enrolment}"))["items"]) == 1
    await school.tell(changed(school, enrolment, EnrolmentState.ADMITTED))
    await school.register(later, enrolment, "M2")


async def test_a_recognised_block_is_not_assessed_and_completes_the_certification(school: "School") -> None:
    enrolment = await school.enrol()
    held = await school.decide(enrolment, "M1", "M3", "M4")
    waiting = await school.plan("M2")
    before = await school.register(waiting, enrolment, "M2")
    await school.tell(proved(school, enrolment, 2))
    await school.tell(proved(school, enrolment, 2))
    after = await school.get(f"/v1/registrations/{before['id']}")
    assert after["assessed_competencies"] == []
    award = await school.award(enrolment)
    assert award is not None
    assert (award["awarded_on"], award["session_id"]) == (str(RECOGNISED_ON), held.id)
    assert award["register_number"].startswith("2026-")
    [told] = await school.facts(CertificationAwardedV1)
    assert [block.block for block in told.blocks] == [1, 3]
    assert [(block.block, block.recognised_on, block.ground) for block in told.recognised] == [
        (2, RECOGNISED_ON, RecognitionGround.PROOF)
    ]
    assert {fact.block for fact in await school.facts(BlockValidatedV1)} == {1, 3}
    again = await school.plan("M2")
    body = {"session_id": again.id, "enrolment_id": enrolment, "modality": "M2"}
    await school.refuses("nothing_to_assess", "POST", "/v1/registrations", body)


async def test_what_was_recognised_while_the_session_ran_is_kept_and_the_replay_says_so(school: "School") -> None:
    enrolment = await school.enrol()
    held = await school.plan("M1", "M2", "M3", "M4")
    registrations = await school.run(held, *((enrolment, code) for code in ("M1", "M2", "M3", "M4")))
    await school.deliberate(held, registrations, C1_1="not_met")
    await school.tell(proved(school, enrolment, 1))
    school.done(await school.lead(held, "closed"))
    assert await school.blocks(enrolment) == [2, 3]
    assert await school.award(enrolment) is not None
    [results] = await school.facts(ResultsDecidedV1)
    first = next(each for each in results.modalities if each.modality == "M1")
    assert {each.outcome for each in first.competencies} == {"kept"}
    done, state = Replay(), school.app.state
    assert [found async for found in replay(state.database, state.settings.default_policy, done)] == []
    assert done.stored.digest() == done.rebuilt.digest()


async def test_equivalent_blocks_of_an_earlier_enrolment_give_the_award_the_session_of_their_jury(
    school: "School",
) -> None:
    earlier, later = await school.enrol(1, 2), await school.enrol(3)
    held = await school.decide(earlier, "M1", "M2")
    for block in (1, 2, 3):  # the third was proved: no jury of this enrolment has a part in it
        source = Provenance(source_enrolment_id=UUID(earlier), source_version="1.0", source_blocks=(block,))
        fact = recognised(school, later, block, RecognitionGround.EQUIVALENCE, source)
        await school.tell(fact if block < 3 else proved(school, later, 3))
    award = await school.award(later)
    assert award is not None
    assert award["session_id"] == held.id
    assert await school.blocks(later) == []


async def test_a_transferred_enrolment_is_the_new_schools_and_its_past_stays_with_the_old_one(
    school: "School",
) -> None:
    candidate, there, other = new_id(), new_id(), school.another()
    enrolment = await school.enrol(candidate=candidate)
    await school.decide(enrolment, "M1")
    await school.tell(
        EnrolmentTransferredV1(
            enrolment_id=UUID(enrolment),
            organisation_id=other.id,
            transfer_id=new_id(),
            candidate_id=there,
            former_organisation_id=school.id,
            former_candidate_id=candidate,
            transferred_on=date(2026, 9, 1),
        )
    )
    [past] = (await school.get(f"/v1/registrations?enrolment_id={enrolment}"))["items"]
    assert past["candidate_id"] == str(candidate)
    assert await school.blocks(enrolment) == [1]
    here, body = await school.plan("M2"), {"enrolment_id": enrolment, "modality": "M2"}
    await school.refuses("not_found", "POST", "/v1/registrations", {"session_id": here.id, **body})
    assert (await other.get(f"/v1/registrations?enrolment_id={enrolment}"))["items"] == []
    held = await other.decide(enrolment, "M2", "M3", "M4")
    award = await other.award(enrolment)
    assert award is not None
    assert (award["candidate_id"], award["session_id"]) == (str(there), held.id)
    assert await school.award(enrolment) is None


async def test_a_cancelled_session_is_told_of(school: "School") -> None:
    held = await school.plan("M1")
    school.done(await school.lead(held, "cancelled"))
    assert [str(fact.session_id) for fact in await school.facts(SessionCancelledV1)] == [held.id]
