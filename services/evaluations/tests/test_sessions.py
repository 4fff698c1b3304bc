"""From the plan of a session to the award, over HTTP, on both engines."""

from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from parchemin.contracts.events.candidates import EnrolmentBlocksExtendedV1, Measure, MeasuresGrantedV1
from parchemin.contracts.events.evaluations import (
    BlockValidatedV1,
    CertificationAwardedV1,
    DeliberationClosedV1,
    ResultsDecidedV1,
)
from parchemin.contracts.vocabulary import AccessPath, MeasureKind, MeasureScope, Role

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio

OF_M4 = ("C.19", "C.20", "C.21", "C.22")


async def test_a_candidate_is_certified_after_a_retake(school: "School") -> None:
    enrolment = await school.enrol()
    first = await school.decide(enrolment, "M1", "M2", "M3", "M4", on="2024-06-17", C1_1="not_met", C1_2="not_met")
    assert await school.blocks(enrolment) == [2, 3]
    assert await school.award(enrolment) is None

    retake = await school.plan("M1", held_on="2025-01-10")
    (registration,) = await school.run(retake, (enrolment, "M1"))
    assert registration["assessed_competencies"] == ["C.1"]
    assert all(code.startswith("C1.") for code in registration["assessed_criteria"])
    await school.deliberate(retake, [registration])
    school.done(await school.lead(retake, "closed", deliberated_on="2025-01-12"))

    award = await school.award(enrolment)
    assert award is not None
    assert (award["register_number"], award["awarded_on"]) == ("2025-0001", "2025-01-12")
    assert award["session_id"] == retake.id
    assert await school.get(f"/v1/awards/{award['id']}") == award
    results = (await school.get(f"/v1/registrations/{registration['id']}"))["results"]
    assert {result["outcome"] for result in results} == {"acquired", "kept"}
    blocks = [(fact.block, str(fact.session_id)) for fact in await school.facts(BlockValidatedV1)]
    assert blocks == [(2, first.id), (3, first.id), (1, retake.id)]
    (awarded,) = await school.facts(CertificationAwardedV1)
    assert awarded.register_number == "2025-0001"
    assert [block.block for block in awarded.blocks] == [1, 2, 3]


async def test_the_minutes_and_the_results_tell_all(school: "School") -> None:
    enrolment, absent = await school.enrol(1), await school.enrol(1)
    held = await school.plan("M1")
    present, missing = await school.run(held, (enrolment, "M1"), (absent, "M1"))
    await school.attend(missing, "excused")
    await school.deliberate(held, [present], C3_1="partly_met")
    school.done(await school.lead(held, "closed", present=[held.president, *held.jury[1:]]))
    (minutes,) = await school.facts(DeliberationClosedV1)
    assert next((str(seat.juror_id), seat.president, seat.present) for seat in minutes.jury) == (
        held.president,
        True,
        True,
    )
    assert [line.result.attendance for line in minutes.registrations] == ["present", "excused"]
    assert [(str(line.enrolment_id), line.blocks) for line in minutes.validations] == [(enrolment, (1,))]
    results = {str(fact.enrolment_id): fact for fact in await school.facts(ResultsDecidedV1)}
    assert results[enrolment].blocks_validated == (1,)
    assert results[absent].blocks_validated == ()
    levels = {
        criterion.code: criterion.level
        for competency in results[enrolment].modalities[0].competencies
        for criterion in competency.criteria
    }
    assert levels["C3.1"] == "partly_met"
    assert results[absent].modalities[0].competencies[0].criteria == ()


async def test_an_exemption_known_before_the_deliberation_completes_the_block(school: "School") -> None:
    enrolment = await school.enrol(1)
    held = await school.plan("M1")
    (registration,) = await school.run(held, (enrolment, "M1"))
    await school.exempt(enrolment, "C.2")
    assessed = await school.get(f"/v1/registrations/{registration['id']}")
    assert "C.2" not in assessed["assessed_competencies"]
    for juror in held.jury:
        await school.sign(assessed, juror)
    school.done(await school.lead(held, "deliberating"))
    proposal = (await school.get(f"/v1/sessions/{held.id}/proposals"))["items"][0]
    assert proposal["blocks_to_validate"] == [1]
    assert [c["proposed"] for c in proposal["competencies"] if c["competency"] == "C.2"] == ["exempt"]
    school.done(await school.lead(held, "closed"))
    (validated,) = await school.facts(BlockValidatedV1)
    assert [c.outcome for c in validated.competencies if c.code == "C.2"] == ["exempt"]


async def test_an_exemption_known_after_the_deliberation_completes_the_block_by_itself(school: "School") -> None:
    enrolment = await school.enrol()
    held = await school.decide(enrolment, "M1", "M2", "M3")
    assert await school.blocks(enrolment) == [1, 2]
    for competency in (*OF_M4, *OF_M4):
        await school.exempt(enrolment, competency)
    assert await school.blocks(enrolment) == [1, 2, 3]
    assert len(await school.facts(BlockValidatedV1)) == 3
    (awarded,) = await school.facts(CertificationAwardedV1)
    assert (str(awarded.session_id), awarded.register_number) == (held.id, "2024-0001")
    assert await school.parked() == []


async def test_what_was_graded_stays_graded_whatever_exemption_arrives_after_it(school: "School") -> None:
    """The exemption was granted while a juror signed: the first sheet that says something of the competency wins."""
    enrolment = await school.enrol(1)
    held = await school.plan("M1")
    (registration,) = await school.run(held, (enrolment, "M1"))
    await school.sign(registration, held.jury[0], C2_1="not_met")
    await school.exempt(enrolment, "C.2")
    assessed = await school.get(f"/v1/registrations/{registration['id']}")
    assert "C.2" in assessed["assessed_competencies"]
    for juror in held.jury[1:]:
        await school.sign(assessed, juror, C2_1="not_met")
    school.done(await school.lead(held, "deliberating"))
    school.done(await school.lead(held, "closed"))
    for competency in ("C.2", "C.1"):  # not acquired, acquired: neither is exempt any more
        await school.exempt(enrolment, competency)
    (results,) = await school.facts(ResultsDecidedV1)
    told = {one.code: one.outcome for one in results.modalities[0].competencies}
    assert (told["C.1"], told["C.2"]) == ("acquired", "not_acquired")
    assert await school.blocks(enrolment) == []
    assert await school.parked() == []


async def test_a_block_taken_in_later_opens_its_modality(school: "School") -> None:
    enrolment = await school.enrol(1)
    held = await school.plan("M1", "M2")
    body = {"session_id": held.id, "enrolment_id": enrolment, "modality": "M2"}
    refused = await school.call("POST", "/v1/registrations", body)
    assert (refused.status_code, refused.json()["code"]) == (409, "block_not_enrolled")
    await school.tell(
        EnrolmentBlocksExtendedV1(enrolment_id=UUID(enrolment), organisation_id=school.id, blocks=(1, 2, 3))
    )
    await school.register(held, enrolment, "M2")
    await school.decide(enrolment, "M1", "M3", "M4")
    assert await school.blocks(enrolment) == [1, 3]
    assert await school.parked() == []


async def test_the_jury_departs_from_the_proposal_both_ways_and_comes_back(school: "School") -> None:
    enrolment = await school.enrol(1)
    held = await school.plan("M1")
    (registration,) = await school.run(held, (enrolment, "M1"))
    await school.deliberate(held, [registration], C1_1="not_met", C1_2="not_met")
    url = f"/v1/registrations/{registration['id']}"
    president = school.juror(held.president)

    async def decide(competency: str, acquired: bool) -> list[tuple[str, bool]]:
        entry = {"acquired": acquired, "reason": "L'oral l'a établi."}
        view = school.done(await school.put(f"{url}/overrides/{competency}", entry, of=url, by=president))
        return sorted((one["competency"], one["acquired"]) for one in view["overrides"])

    assert await decide("C.1", True) == [("C.1", True)]
    assert await decide("C.3", False) == [("C.1", True), ("C.3", False)]
    assert await decide("C.1", True) == [("C.1", True), ("C.3", False)]
    assert await decide("C.3", True) == [("C.1", True)]
    proposal = (await school.get(f"/v1/sessions/{held.id}/proposals"))["items"][0]
    assert proposal["blocks_to_validate"] == [1]
    assert {(c["competency"], c["proposed"], c["decided"]) for c in proposal["competencies"]} >= {
        ("C.1", "not_acquired", "acquired"),
        ("C.3", "acquired", "acquired"),
    }
    school.done(await school.lead(held, "closed"))
    (minutes,) = await school.facts(DeliberationClosedV1)
    (printed,) = minutes.registrations[0].overrides
    assert (printed.competency, printed.proposed, printed.decided) == ("C.1", "not_acquired", "acquired")
    assert printed.reason == "L'oral l'a établi."
    assert await school.blocks(enrolment) == [1]


async def test_a_correction_counts_instead_of_the_sheet_it_corrects(school: "School") -> None:
    enrolment = await school.enrol(1)
    held = await school.plan("M1")
    (registration,) = await school.run(held, (enrolment, "M1"))
    sheets = [await school.sign(registration, juror, C1_1="not_met") for juror in held.jury]
    for sheet, juror in zip(sheets[:2], held.jury, strict=False):
        levels = [{"criterion": each["criterion"], "level": "met"} for each in sheet["levels"]]
        correction = {"levels": levels, "reason": "Erreur de saisie."}
        url = f"/v1/sheets/{sheet['id']}"
        corrected = school.done(await school.call("POST", f"{url}/corrections", correction, by=school.juror(juror)))
        assert (corrected["number"], corrected["state"], corrected["reason"]) == (2, "signed", "Erreur de saisie.")
        old = await school.get(url, by=school.juror(juror))
        assert (old["state"], old["levels"]) == ("corrected", sheet["levels"])
    school.done(await school.lead(held, "deliberating"))
    proposal = (await school.get(f"/v1/sessions/{held.id}/proposals"))["items"][0]
    agreed = {c["criterion"]: c for each in proposal["competencies"] for c in each["criteria"]}
    assert (agreed["C1.1"]["agreed"], agreed["C1.1"]["given"]) == ("met", ["not_met", "met", "met"])


async def test_a_juror_in_conflict_does_not_grade_and_is_not_waited_for(school: "School") -> None:
    enrolment = await school.enrol(1)
    held = await school.plan("M1")
    tie = {"juror_id": held.jury[2], "enrolment_id": enrolment, "kind": "trained"}
    declared = school.done(await school.call("POST", "/v1/conflicts_of_interest", tie))
    assert (await school.get("/v1/conflicts_of_interest"))["items"] == [declared]
    (registration,) = await school.run(held, (enrolment, "M1"))
    refused = await school.write(registration, held.jury[2])
    assert (refused.status_code, refused.json()["code"]) == (409, "juror_in_conflict")
    for juror in held.jury[:2]:
        await school.sign(registration, juror)
    school.done(await school.lead(held, "deliberating"))
    school.done(await school.lead(held, "closed"))
    assert await school.blocks(enrolment) == [1]


async def test_two_schools_and_all_access_paths_share_one_register(school: "School") -> None:
    other = school.another()
    numbers = []
    for where, path in ((school, AccessPath.VAE), (other, AccessPath.APPRENTICESHIP)):
        enrolment = await where.enrol(path=path)
        await where.decide(enrolment, "M1", "M2", "M3", "M4")
        award = await where.award(enrolment)
        assert award is not None
        numbers.append(award["register_number"])
    assert numbers == ["2024-0001", "2024-0002"]
    certifier = school.bearer(Role.CERTIFIER)
    assert len((await school.get("/v1/awards", by=certifier))["items"]) == 2
    assert len((await school.get("/v1/awards"))["items"]) == 1


async def test_measures_reach_the_jury_and_never_their_cause(school: "School") -> None:
    enrolment = await school.enrol(1)
    held = await school.plan("M1")
    registration = await school.register(held, enrolment, "M1")
    measure = Measure(kind=MeasureKind.EXTRA_TIME, percent=33, applies_to=(MeasureScope.EVALUATION,))
    await school.tell(MeasuresGrantedV1(enrolment_id=UUID(enrolment), organisation_id=school.id, measures=(measure,)))
    seen = await school.get(f"/v1/registrations/{registration['id']}", by=school.juror(held.president))
    assert seen["measures"] == [{"kind": "extra_time", "percent": 33, "applies_to": ["evaluation"], "detail": None}]


async def test_an_app_that_synchronises_meets_what_changed_around_a_registration(school: "School") -> None:
    enrolment = await school.enrol(1)
    held = await school.plan("M1")
    (registration,) = await school.run(held, (enrolment, "M1"))

    async def changed() -> bool:
        nonlocal registration
        since = registration["updated_at"].replace("+", "%2B")
        (item,) = (await school.get(f"/v1/registrations?updated_since={since}"))["items"]
        new = item["updated_at"] > registration["updated_at"]
        registration = item
        return new

    assert not await changed()
    await school.tell(MeasuresGrantedV1(enrolment_id=UUID(enrolment), organisation_id=school.id, measures=()))
    assert await changed()
    await school.exempt(enrolment, "C.2")
    assert await changed()
    await school.deliberate(held, [registration])
    school.done(await school.lead(held, "closed"))
    assert await changed()
    assert registration["results"]


async def test_two_enrolments_of_one_candidate_end_in_one_award(school: "School") -> None:
    person = UUID(int=42)
    enrolments = [await school.enrol(candidate=person) for _ in range(2)]
    held = await school.plan("M1", "M2", "M3", "M4")
    who = [(enrolment, modality) for enrolment in enrolments for modality in ("M1", "M2", "M3", "M4")]
    await school.deliberate(held, await school.run(held, *who))
    school.done(await school.lead(held, "closed"))
    assert [await school.blocks(enrolment) for enrolment in enrolments] == [[1, 2, 3]] * 2
    (awarded,) = await school.facts(CertificationAwardedV1)
    assert (awarded.candidate_id, awarded.register_number) == (person, "2024-0001")


async def test_a_cancelled_session_frees_its_candidates(school: "School") -> None:
    enrolment = await school.enrol(1)
    held = await school.plan("M1")
    await school.register(held, enrolment, "M1")
    school.done(await school.lead(held, "open"))
    school.done(await school.lead(held, "cancelled"))
    await school.decide(enrolment, "M1")
    assert await school.blocks(enrolment) == [1]


async def test_a_repeated_or_unknown_message_changes_nothing(school: "School") -> None:
    enrolment = await school.enrol(1)
    held = await school.decide(enrolment, "M1", C2_1="not_met")
    assert held.id
    extended = EnrolmentBlocksExtendedV1(enrolment_id=UUID(enrolment), organisation_id=school.id, blocks=(1, 2))
    await school.tell(extended, UUID(int=1))
    before = await school.state()
    await school.tell(extended, UUID(int=1))
    assert await school.state() == before
    await school.tell(EnrolmentBlocksExtendedV1(enrolment_id=UUID(int=9), organisation_id=school.id, blocks=(1,)))
    after = await school.state()
    assert len(after.pop("outbox")) == len(before.pop("outbox")) + 1  # a dead letter is told of
    assert after == before
    assert await school.parked() == ["unexpected: NoResultFound"]
