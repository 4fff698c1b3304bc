"""Use cases about accommodations."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.accommodations.models import Accommodation
from parchemin.candidates.accommodations.rules import PlannedMeasure, measure_faults
from parchemin.candidates.accommodations.schemas import MeasureEntry, NewAccommodation
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.service import own_candidates
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.ownership import find, owned
from parchemin.common.problems import Conflict, FieldFault, Unprocessable
from parchemin.common.vault import Vault
from parchemin.contracts.events.candidates import Measure, MeasuresGrantedV1
from parchemin.contracts.vocabulary import Role


class AccommodationExists(Conflict):
    """The enrolment has a plan; it is replaced, not doubled."""

    code = "accommodation_exists"
    detail = Text(
        "Cette inscription a déjà ses aménagements : {accommodation_id}.",
        "This enrolment has its accommodations already: {accommodation_id}.",
    )


class MeasuresFaulty(Unprocessable):
    """A measure lacks what its kind needs, or says what it does not take."""

    code = "measures_faulty"
    detail = Text("Les mesures contiennent des erreurs.", "The measures contain errors.")


FAULT_TEXTS = {
    "percent_missing": Text("Un temps majoré a un pourcentage, de 1 à 100.", "Extra time has a percentage, 1 to 100."),
    "percent_unexpected": Text("Seul un temps majoré a un pourcentage.", "Only extra time has a percentage."),
    "scope_missing": Text(
        "Un temps majoré vaut pour la préparation, l'épreuve, ou les deux.",
        "Extra time applies to the preparation, the evaluation, or both.",
    ),
    "detail_missing": Text("Cette mesure demande une précision.", "This measure takes a detail."),
    "measure_twice": Text("Cette mesure figure deux fois.", "This measure is named twice."),
}


async def visible_accommodations(session: AsyncSession, vault: Vault, principal: Principal) -> Select[Accommodation]:
    """The organisation's plans; for a candidate, the own ones only."""
    statement = owned(Accommodation, principal)
    if not principal.has(Role.DISABILITY_OFFICER, Role.ADMINISTRATOR):
        candidates = (await own_candidates(session, vault, principal)).with_only_columns(col(Candidate.id))
        own = select(col(Enrolment.id)).where(col(Enrolment.candidate_id).in_(candidates))
        statement = statement.where(col(Accommodation.enrolment_id).in_(own))
    return statement


async def grant(session: AsyncSession, principal: Principal, new: NewAccommodation) -> Accommodation:
    """Grant an enrolment its measures."""
    _check(new.measures)
    enrolment = await find(session, Enrolment, new.enrolment_id, principal, for_update=True)
    known = await session.scalar(select(col(Accommodation.id)).where(col(Accommodation.enrolment_id) == enrolment.id))
    if known is not None:
        raise AccommodationExists(accommodation_id=known)
    accommodation = Accommodation(
        organisation_id=enrolment.organisation_id, enrolment_id=enrolment.id, measures=_stored(new.measures)
    )
    session.add(accommodation)
    await publish(session, _granted(accommodation))
    return accommodation


async def replace(
    session: AsyncSession,
    principal: Principal,
    accommodation_id: UUID,
    measures: Sequence[MeasureEntry],
    expected: int,
) -> Accommodation:
    """Replace the measures; those who organise hear of it."""
    _check(measures)
    accommodation = await find(session, Accommodation, accommodation_id, principal, for_update=True)
    require_version(accommodation, expected)
    accommodation.measures = _stored(measures)
    accommodation.updated_at = utc_now()
    await publish(session, _granted(accommodation))
    return accommodation


def _check(measures: Sequence[MeasureEntry]) -> None:
    planned = [
        PlannedMeasure(measure.kind, measure.percent, frozenset(measure.applies_to), measure.detail)
        for measure in measures
    ]
    faults = measure_faults(planned)
    if faults:
        raise MeasuresFaulty(
            faults=[
                FieldFault(f"/measures/{fault.index}/{fault.member}", fault.code, FAULT_TEXTS[fault.code])
                for fault in faults
            ]
        )


def _stored(measures: Sequence[MeasureEntry]) -> list[dict[str, object]]:
    return [measure.model_dump(mode="json") for measure in measures]


def _granted(accommodation: Accommodation) -> MeasuresGrantedV1:
    return MeasuresGrantedV1(
        enrolment_id=accommodation.enrolment_id,
        organisation_id=accommodation.organisation_id,
        measures=tuple(Measure.model_validate(measure) for measure in accommodation.measures),
    )
