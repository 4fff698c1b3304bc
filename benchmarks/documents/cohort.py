"""What the documents service hears of a session: its candidates, decided and awarded, and its minutes."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from parchemin.common.ids import new_id
from parchemin.contracts.envelope import Event
from parchemin.contracts.events import candidates as people
from parchemin.contracts.events import evaluations as facts
from parchemin.contracts.referential import Competency, Referential
from parchemin.contracts.vocabulary import Attendance, CompetencyOutcome, CriterionLevel, JurorQuality, Sex
from parchemin.evaluations.referential.service import REGISTERED

CANDIDATES = 24
DOCUMENTS = 5 * CANDIDATES + 1
"""Of each candidate a diploma, three attestations and a notice; and the session's minutes."""
DAY = date(2026, 7, 2)
SCHOOL = new_id()
JURY = [new_id() for _ in range(3)]

FIRST_NAMES = ("Zoé", "Lucas", "Inès", "Gaël", "Anaïs", "Noël", "Maëlys", "Théo")
LAST_NAMES = ("Lefèvre", "Bensaïd", "D'Angelo", "Müller", "Nguyễn", "Roux-Étienne", "Marchand", "Le Goff")


def referential() -> Referential:
    """The registered one."""
    return Referential.model_validate_json(REGISTERED.read_text(encoding="utf-8"))


def known() -> list[Event]:
    """The school, its referential and its jury."""
    jurors = [
        facts.JurorIdentifiedV1(
            juror_id=juror,
            organisation_id=SCHOOL,
            pii=facts.JurorIdentity(
                first_name=FIRST_NAMES[rank],
                last_name=LAST_NAMES[rank],
                quality=JurorQuality.PROFESSIONAL,
                external=rank > 0,
            ),
        )
        for rank, juror in enumerate(JURY)
    ]
    school = people.OrganisationRegisteredV1(organisation_id=SCHOOL, code="IMI", name="Institut des métiers de l'image")
    return [school, facts.ReferentialPublishedV1(referential=referential()), *jurors]


def session(number: int) -> Iterator[Event]:
    """All that is told of one session, in which everybody gets everything; no two sessions print the same."""
    version = referential()
    session_id = new_id()
    enrolled = [(new_id(), new_id(), number * CANDIDATES + rank) for rank in range(CANDIDATES)]
    for candidate, enrolment, rank in enrolled:
        yield _identified(candidate, rank)
        yield from _decided(version, session_id, candidate, enrolment, rank)
    yield _closed(version, session_id, [(candidate, enrolment) for candidate, enrolment, _ in enrolled])


def _identified(candidate: UUID, rank: int) -> Event:
    identity = people.Identity(
        birth_name=f"{LAST_NAMES[rank % len(LAST_NAMES)]}",
        used_name=None,
        first_names=(FIRST_NAMES[rank // len(LAST_NAMES) % len(FIRST_NAMES)], "Camille"),
        sex=Sex.FEMALE,
        birth_date=date(1990 + rank % 15, 1 + rank % 12, 1 + rank % 28),
        birth_city="Paris 12e",
        birth_country="FR",
    )
    return people.CandidateIdentifiedV1(candidate_id=candidate, organisation_id=SCHOOL, pii=identity)


def _decided(version: Referential, session_id: UUID, candidate: UUID, enrolment: UUID, rank: int) -> Iterator[Event]:
    who: dict[str, Any] = {
        "enrolment_id": enrolment,
        "candidate_id": candidate,
        "organisation_id": SCHOOL,
        "referential_version": version.version,
    }
    for block in version.blocks:
        yield facts.BlockValidatedV1(
            **who,
            validation_id=new_id(),
            block=block.number,
            session_id=session_id,
            validated_on=DAY,
            competencies=_results(version.competencies_of_block(block.number), with_criteria=False),
        )
    numbers = tuple(block.number for block in version.blocks)
    yield facts.CertificationAwardedV1(
        **who,
        award_id=new_id(),
        register_number=f"2026-{rank + 1:04}",
        awarded_on=DAY,
        session_id=session_id,
        blocks=tuple(facts.AwardedBlock(block=block, validated_on=DAY, session_id=session_id) for block in numbers),
    )
    yield facts.ResultsDecidedV1(
        **who,
        session_id=session_id,
        session_date=DAY,
        decided_on=DAY,
        place="Paris",
        modalities=_modalities(version),
        blocks_enrolled=numbers,
        blocks_validated=numbers,
        register_number=f"2026-{rank + 1:04}",
    )


def _closed(version: Referential, session_id: UUID, enrolled: Sequence[tuple[UUID, UUID]]) -> Event:
    modalities = _modalities(version)
    return facts.DeliberationClosedV1(
        session_id=session_id,
        organisation_id=SCHOOL,
        referential_version=version.version,
        policy="default",
        place="Paris",
        session_date=DAY,
        deliberated_on=DAY,
        modalities=tuple(modality.code for modality in version.modalities),
        jury=tuple(
            facts.SeatedJuror(juror_id=juror, president=rank == 0, present=True) for rank, juror in enumerate(JURY)
        ),
        registrations=tuple(
            facts.MinutesRegistration(candidate_id=candidate, enrolment_id=enrolment, result=result, overrides=())
            for candidate, enrolment in enrolled
            for result in modalities
        ),
        validations=tuple(
            facts.MinutesValidation(
                candidate_id=candidate, enrolment_id=enrolment, blocks=(1, 2, 3), register_number=f"2026-{rank + 1:04}"
            )
            for rank, (candidate, enrolment) in enumerate(enrolled)
        ),
    )


def _modalities(version: Referential) -> tuple[facts.ModalityResult, ...]:
    return tuple(
        facts.ModalityResult(
            registration_id=new_id(),
            modality=modality.code,
            attendance=Attendance.PRESENT,
            competencies=_results(version.competencies_of_modality(modality.code), with_criteria=True),
        )
        for modality in version.modalities
    )


def _results(competencies: Sequence[Competency], *, with_criteria: bool) -> tuple[facts.CompetencyResult, ...]:
    return tuple(
        facts.CompetencyResult(
            code=competency.code,
            outcome=CompetencyOutcome.ACQUIRED,
            criteria=tuple(
                facts.AssessedCriterion(code=criterion.code, level=CriterionLevel.MET)
                for criterion in competency.criteria
            )
            if with_criteria
            else (),
        )
        for competency in competencies
    )
