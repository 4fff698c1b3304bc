"""Use cases about candidates' identities."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.duplicates.history import Change, remember
from parchemin.candidates.duplicates.resemblance import resembling
from parchemin.candidates.geography.countries import countries
from parchemin.candidates.identity.checks import implausibilities
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.person import Person
from parchemin.candidates.identity.schemas import CandidateEntry
from parchemin.candidates.identity.storage import index_names, keep, person_of, refuse_merged, subject_digest
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.ownership import find, one, owned
from parchemin.common.problems import Conflict, Unprocessable
from parchemin.common.vault import Vault
from parchemin.contracts.envelope import Event
from parchemin.contracts.events.candidates import CandidateIdentifiedV1, Identity
from parchemin.contracts.events.identities import CandidateIdentifiedV2, IdentityV2
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


class CandidateResembles(Conflict):
    """The organisation has candidates who may be this person."""

    code = "candidate_resembles"
    detail = Text(
        "Cette personne ressemble à : {candidate_ids}. Si c'est quelqu'un d'autre, répétez l'envoi avec distinct=true.",
        "This person resembles: {candidate_ids}. If it is somebody else, send it again with distinct=true.",
    )
    members = ("candidate_ids",)


async def visible_candidates(session: AsyncSession, vault: Vault, principal: Principal) -> Select[Candidate]:
    """The organisation's candidates, each person once; for a candidate, the own record only."""
    visible = await _records(session, vault, principal)
    return visible.where(col(Candidate.merged_into).is_(None))


async def visible_candidate(session: AsyncSession, vault: Vault, principal: Principal, candidate_id: UUID) -> Candidate:
    """One of these; `CandidateMerged` where it was another's duplicate."""
    candidate = await one(session, await _records(session, vault, principal), Candidate, candidate_id)
    refuse_merged(candidate)
    return candidate


async def _records(session: AsyncSession, vault: Vault, principal: Principal) -> Select[Candidate]:
    if principal.has(Role.ADMINISTRATOR, Role.CLIENT, Role.DISABILITY_OFFICER):
        return owned(Candidate, principal)
    return await own_candidates(session, vault, principal)


async def own_candidates(session: AsyncSession, vault: Vault, principal: Principal) -> Select[Candidate]:
    """The record of the candidate whom the caller's token names."""
    login = subject_digest(await vault.index(session), principal.organisation, principal.subject)
    return owned(Candidate, principal).where(col(Candidate.subject_digest) == login)


async def record_candidate(
    session: AsyncSession, vault: Vault, principal: Principal, entry: CandidateEntry, *, distinct: bool = False
) -> tuple[Candidate, Person]:
    """Enter a person whom the organisation presents; one who resembles another only as somebody `distinct`."""
    refuse_implausible(entry)
    candidate, person = new_candidate(principal.organisation), entry.person()
    await keep(session, vault, [(candidate, person)])
    await refuse_second_entry(session, candidate)
    if not distinct:
        (alike,) = await resembling(session, vault, candidate.organisation_id, [person])
        if alike:
            raise CandidateResembles(candidate_ids=", ".join(str(other.candidate_id) for other in alike))
    session.add(candidate)
    await index_names(session, vault, [(candidate, person)])
    await announce(session, candidate, person)
    return candidate, person


async def correct_candidate(
    session: AsyncSession, vault: Vault, principal: Principal, candidate_id: UUID, entry: CandidateEntry, expected: int
) -> tuple[Candidate, Person]:
    """Replace the record; documents made from now on carry the corrected identity."""
    candidate = await find(session, Candidate, candidate_id, principal, for_update=True)
    refuse_merged(candidate)
    require_version(candidate, expected)
    refuse_implausible(entry)
    person, before = entry.person(), await person_of(session, vault, candidate)
    await remember(session, vault, principal, candidate, Change(before=before))
    await keep(session, vault, [(candidate, person)])
    candidate.updated_at = utc_now()
    await refuse_second_entry(session, candidate)
    await index_names(session, vault, [(candidate, person)])
    await announce(session, candidate, person)
    return candidate, person


async def refuse_second_entry(session: AsyncSession, candidate: Candidate) -> None:
    """`CandidateExists` where the organisation has this person in another record."""
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


def refuse_implausible(entry: CandidateEntry | Person) -> None:
    """`IdentityImplausible` with all that no civil register holds."""
    place = entry.birth_place
    faults = implausibilities(
        birth_date=entry.birth_date,
        country=place.country,
        insee_code=place.insee_code,
        postal_code=place.postal_code,
        city=place.city,
    )
    if faults:
        raise IdentityImplausible(faults=faults)


def new_candidate(organisation_id: UUID) -> Candidate:
    """The row of a candidate, whose identity is to be kept in it before it goes into a session."""
    return Candidate(organisation_id=organisation_id, person=b"", fingerprint=b"")


def identified(candidate: Candidate, person: Person) -> list[Event]:
    """The facts about this identity, under the candidate's own id."""
    return identified_as(candidate.id, candidate.organisation_id, person)


def identified_as(candidate_id: UUID, organisation_id: UUID, person: Person) -> list[Event]:
    """The fact that this identity was recorded or corrected, in every version of it that can say so.

    The one that says more comes last: of facts with one key, the compacted topic keeps the last.
    """
    place = person.birth_place
    country = countries().get(place.country)
    who = {"candidate_id": candidate_id, "organisation_id": organisation_id}
    said: dict[str, Any] = {
        **person.model_dump(include={"birth_name", "used_name", "first_names", "sex", "subject"}),
        "birth_city": place.city,
        "birth_country": place.country,
    }
    facts: list[Event] = []
    if (whole := person.birth_date.whole) is not None:
        facts.append(CandidateIdentifiedV1(**who, pii=Identity(**said, birth_date=whole)))
    pii = IdentityV2(
        **said,
        birth_date=person.birth_date,
        birth_insee_code=place.insee_code,
        birth_postal_code=place.postal_code,
        birth_country_insee_code=country.insee_code if country is not None else None,
        nationalities=person.nationalities,
    )
    return [*facts, CandidateIdentifiedV2(**who, pii=pii)]


async def announce(session: AsyncSession, candidate: Candidate, person: Person) -> None:
    """Tell everybody who the candidate is, under the ids of the duplicates too: something may still name them."""
    for known_as in await ids_of_person(session, candidate.id):
        for fact in identified_as(known_as, candidate.organisation_id, person):
            await publish(session, fact)


async def ids_of_person(session: AsyncSession, candidate_id: UUID) -> list[UUID]:
    """The candidate's id, and those of the duplicates that were merged into it."""
    duplicates = select(col(Candidate.id)).where(col(Candidate.merged_into) == candidate_id)
    return [candidate_id, *(await session.scalars(duplicates.order_by(col(Candidate.id))))]
