"""Use cases about candidates' identities."""

from datetime import date
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.identity import rules
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.person import Person
from parchemin.candidates.identity.schemas import CandidateEntry
from parchemin.candidates.identity.storage import index_names, keep, subject_digest
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.ownership import find, owned
from parchemin.common.problems import Conflict, FieldFault, Unprocessable
from parchemin.common.vault import Vault
from parchemin.contracts.events.candidates import CandidateIdentifiedV1, Identity
from parchemin.contracts.vocabulary import Role


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


async def visible_candidates(session: AsyncSession, vault: Vault, principal: Principal) -> Select[Candidate]:
    """The organisation's candidates; for a candidate, the own record only."""
    if principal.has(Role.ADMINISTRATOR, Role.CLIENT, Role.DISABILITY_OFFICER):
        return owned(Candidate, principal)
    return await own_candidates(session, vault, principal)


async def own_candidates(session: AsyncSession, vault: Vault, principal: Principal) -> Select[Candidate]:
    """The record of the candidate whom the caller's token names."""
    login = subject_digest(await vault.index(session), principal.organisation, principal.subject)
    return owned(Candidate, principal).where(col(Candidate.subject_digest) == login)


async def record_candidate(
    session: AsyncSession, vault: Vault, principal: Principal, entry: CandidateEntry
) -> tuple[Candidate, Person]:
    """Enter a person whom the organisation presents."""
    _refuse_implausible(entry)
    candidate, person = new_candidate(principal.organisation), entry.person()
    await keep(session, vault, [(candidate, person)])
    await _refuse_second_entry(session, candidate)
    session.add(candidate)
    await index_names(session, vault, [(candidate, person)])
    await publish(session, identified(candidate, person))
    return candidate, person


async def correct_candidate(
    session: AsyncSession, vault: Vault, principal: Principal, candidate_id: UUID, entry: CandidateEntry, expected: int
) -> tuple[Candidate, Person]:
    """Replace the record; documents made from now on carry the corrected identity."""
    candidate = await find(session, Candidate, candidate_id, principal, for_update=True)
    require_version(candidate, expected)
    _refuse_implausible(entry)
    person = entry.person()
    await keep(session, vault, [(candidate, person)])
    candidate.updated_at = utc_now()
    await _refuse_second_entry(session, candidate)
    await index_names(session, vault, [(candidate, person)])
    await publish(session, identified(candidate, person))
    return candidate, person


async def _refuse_second_entry(session: AsyncSession, candidate: Candidate) -> None:
    with session.no_autoflush:
        other = await session.scalar(
            select(col(Candidate.id)).where(
                col(Candidate.organisation_id) == candidate.organisation_id,
                col(Candidate.fingerprint) == candidate.fingerprint,
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


def new_candidate(organisation_id: UUID) -> Candidate:
    """The row of a candidate, whose identity is to be kept in it before it goes into a session."""
    return Candidate(organisation_id=organisation_id, person=b"", fingerprint=b"")


def identified(candidate: Candidate, person: Person) -> CandidateIdentifiedV1:
    """The fact that this identity was recorded or corrected."""
    place = person.birth_place
    return CandidateIdentifiedV1(
        candidate_id=candidate.id,
        organisation_id=candidate.organisation_id,
        pii=Identity(
            birth_name=person.birth_name,
            used_name=person.used_name,
            first_names=person.first_names,
            sex=person.sex,
            birth_date=person.birth_date,
            birth_city=place.city,
            birth_country=place.country,
            subject=person.subject,
        ),
    )
