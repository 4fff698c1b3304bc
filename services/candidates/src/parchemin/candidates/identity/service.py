"""Use cases about candidates' identities."""

from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.identity import rules
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.schemas import CandidateEntry
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.ownership import find, owned
from parchemin.common.problems import Conflict, FieldFault, Unprocessable
from parchemin.contracts.events.candidates import CandidateIdentifiedV1, Identity
from parchemin.contracts.vocabulary import Role, Sex


class CandidateExists(Conflict):
    """The organisation has this person already."""

    code = "candidate_exists"
    detail = Text(
        "Cette personne est déjà enregistrée : {candidate_id}.",
        "This person is recorded already: {candidate_id}.",
    )


class IdentityImplausible(Unprocessable):
    """A birth date or place that no civil register holds."""

    code = "identity_implausible"


def visible_candidates(principal: Principal) -> Select[Candidate]:
    """The organisation's candidates; for a candidate, the own record only."""
    statement = owned(Candidate, principal)
    if not principal.has(Role.ADMINISTRATOR, Role.CLIENT, Role.DISABILITY_OFFICER):
        statement = statement.where(col(Candidate.subject) == principal.subject)
    return statement


async def record_candidate(session: AsyncSession, principal: Principal, entry: CandidateEntry) -> Candidate:
    """Enter a person whom the organisation presents."""
    _refuse_implausible(entry)
    candidate = new_candidate(entry, principal.organisation)
    await _refuse_second_entry(session, candidate)
    session.add(candidate)
    await publish(session, identified(candidate))
    return candidate


async def correct_candidate(
    session: AsyncSession, principal: Principal, candidate_id: UUID, entry: CandidateEntry, expected: int
) -> Candidate:
    """Replace the record; documents made from now on carry the corrected identity."""
    candidate = await find(session, Candidate, candidate_id, principal, for_update=True)
    require_version(candidate, expected)
    _refuse_implausible(entry)
    for name, value in _columns(entry).items():
        setattr(candidate, name, value)
    candidate.updated_at = utc_now()
    await _refuse_second_entry(session, candidate)
    await publish(session, identified(candidate))
    return candidate


async def _refuse_second_entry(session: AsyncSession, candidate: Candidate) -> None:
    with session.no_autoflush:
        other = await session.scalar(
            select(col(Candidate.id)).where(
                col(Candidate.organisation_id) == candidate.organisation_id,
                col(Candidate.person_key) == candidate.person_key,
                col(Candidate.id) != candidate.id,
            )
        )
    if other is not None:
        raise CandidateExists(candidate_id=other)


def implausibilities(
    *, birth_date: date | None, country: str | None, insee_code: str | None, postal_code: str | None
) -> list[FieldFault]:
    """What no civil register holds; of a member that is not known, nothing is said."""
    faults = []
    if birth_date is not None and not rules.birth_date_is_plausible(birth_date, utc_now().date()):
        text = Text("Date de naissance invraisemblable.", "Implausible birth date.")
        faults.append(FieldFault("/birth_date", "birth_date_implausible", text))
    if country is not None and not rules.birth_codes_fit_country(country, insee_code, postal_code):
        text = Text(
            "Un code INSEE ou postal ne vaut que pour une naissance en France.",
            "A commune or postal code is only for a birth in France.",
        )
        faults.append(FieldFault("/birth_place", "birth_code_abroad", text))
    return faults


def _refuse_implausible(entry: CandidateEntry) -> None:
    place = entry.birth_place
    faults = implausibilities(
        birth_date=entry.birth_date,
        country=place.country,
        insee_code=place.insee_code,
        postal_code=place.postal_code,
    )
    if faults:
        raise IdentityImplausible(faults=faults)


def new_candidate(entry: CandidateEntry, organisation_id: UUID) -> Candidate:
    """The row of an entry, not yet in any session."""
    return Candidate(organisation_id=organisation_id, **_columns(entry))


def _columns(entry: CandidateEntry) -> dict[str, Any]:
    place = entry.birth_place
    return {
        **entry.model_dump(exclude={"birth_place"}),
        "birth_city": place.city,
        "birth_country": place.country,
        "birth_insee_code": place.insee_code,
        "birth_postal_code": place.postal_code,
        "person_key": rules.person_key(entry.birth_name, entry.first_names, entry.birth_date, place.city),
    }


def identified(candidate: Candidate) -> CandidateIdentifiedV1:
    """The fact that this identity was recorded or corrected."""
    return CandidateIdentifiedV1(
        candidate_id=candidate.id,
        organisation_id=candidate.organisation_id,
        pii=Identity(
            birth_name=candidate.birth_name,
            used_name=candidate.used_name,
            first_names=tuple(candidate.first_names),
            sex=Sex(candidate.sex),
            birth_date=candidate.birth_date,
            birth_city=candidate.birth_city,
            birth_country=candidate.birth_country,
            subject=candidate.subject,
        ),
    )
