"""How a candidate's identity is kept: sealed under the person's key, found by keyed digests."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.candidates.duplicates.rules import blocking_keys
from parchemin.candidates.identity import rules
from parchemin.candidates.identity.models import Candidate, CandidateName
from parchemin.candidates.identity.person import Person
from parchemin.common.language import Text
from parchemin.common.problems import Gone
from parchemin.common.statements import among, insert_many, table_of
from parchemin.common.vault import BlindIndex, Purpose, Vault

_names = table_of(CandidateName)


class CandidateErased(Gone):
    """The person had everything about them erased."""

    code = "candidate_erased"
    detail = Text("Les données de cette personne ont été effacées.", "This person's data was erased.")


class CandidateMerged(Gone):
    """The record was the duplicate of another one, which was kept."""

    code = "candidate_merged"
    detail = Text(
        "Cette fiche était le doublon d'une autre, conservée : {candidate_id}.",
        "This record was the duplicate of another one, which was kept: {candidate_id}.",
    )
    members = ("candidate_id",)


def refuse_merged(candidate: Candidate) -> None:
    """`CandidateMerged`, which names the record that was kept, where the candidate is a duplicate."""
    if candidate.merged_into is not None:
        raise CandidateMerged(candidate_id=candidate.merged_into)


async def keep(session: AsyncSession, vault: Vault, persons: Sequence[tuple[Candidate, Person]]) -> None:
    """Seal these identities into their candidates. Where one is new it is not in the session yet; `index_names` follows
    once all are in the database."""
    index = await vault.index(session)
    ciphers = await vault.ciphers(session, [candidate.id for candidate, _ in persons], Purpose.IDENTITY, create=True)
    for candidate, person in persons:
        if candidate.id not in ciphers:
            raise CandidateErased
        candidate.person = ciphers[candidate.id].seal(person.model_dump_json(), place=person_place(candidate.id))
        candidate.fingerprint = fingerprint(index, candidate.organisation_id, person)
        candidate.subject_digest = subject_digest(index, candidate.organisation_id, person.subject)


async def index_names(session: AsyncSession, vault: Vault, persons: Sequence[tuple[Candidate, Person]]) -> None:
    """Have these candidates found by their names and by what they share with their likes, and by no earlier ones."""
    index = await vault.index(session)
    ids = [candidate.id for candidate, _ in persons]
    await session.flush()
    await session.execute(delete(_names).where(among(session, _names.c.candidate_id, ids)))
    begun = [(candidate, person, rules.beginnings(person_names(person))) for candidate, person in persons]
    tokens: dict[UUID, dict[str, int]] = {}
    for candidate, _, beginnings in begun:  # many names begin alike: each beginning is digested once
        known = tokens.setdefault(candidate.organisation_id, {})
        known |= _tokens(index, candidate.organisation_id, [one for one in beginnings if one not in known])
    rows: list[dict[str, Any]] = [
        {"token": token, "candidate_id": candidate.id}
        for candidate, person, beginnings in begun
        for token in {tokens[candidate.organisation_id][beginning] for beginning in beginnings}
        | blocking_tokens(index, candidate.organisation_id, person)
    ]
    rows.sort(key=lambda row: row["token"])  # in the order of the index: each of its pages is written once
    await insert_many(session, _names, rows)


async def persons_of(session: AsyncSession, vault: Vault, candidates: Iterable[Candidate]) -> dict[UUID, Person]:
    """Who these candidates are; whoever was erased is not among them."""
    known = {candidate.id: candidate for candidate in candidates}
    ciphers = await vault.ciphers(session, list(known), Purpose.IDENTITY)
    return {
        candidate_id: Person.model_validate_json(
            cipher.open(known[candidate_id].person, place=person_place(candidate_id))
        )
        for candidate_id, cipher in ciphers.items()
    }


async def person_of(session: AsyncSession, vault: Vault, candidate: Candidate) -> Person:
    """Who the candidate is; `CandidateErased` where nobody can tell any more."""
    persons: Mapping[UUID, Person] = await persons_of(session, vault, [candidate])
    if candidate.id not in persons:
        raise CandidateErased
    return persons[candidate.id]


def person_names(person: Person) -> list[str]:
    """All by which somebody may look for the person."""
    return [name for name in (person.birth_name, person.used_name, *person.first_names) if name]


def fingerprint(index: BlindIndex, organisation_id: UUID, person: Person) -> bytes:
    """What two entries of one person have in common, however they were typed; another in each organisation."""
    said = rules.likeness(person.birth_name, person.first_names, person.birth_date, person.birth_place.city)
    return index.digest(f"candidates.fingerprint:{organisation_id}", said)


def subject_digest(index: BlindIndex, organisation_id: UUID, subject: str | None) -> bytes | None:
    """What finds a login; it means something within its organisation only."""
    return None if subject is None else index.digest(f"candidates.subject:{organisation_id}", subject)


def name_tokens(index: BlindIndex, organisation_id: UUID, beginnings: Iterable[str]) -> set[int]:
    """What stands for these beginnings of words in `candidate_names`."""
    return set(_tokens(index, organisation_id, beginnings).values())


def _tokens(index: BlindIndex, organisation_id: UUID, beginnings: Iterable[str]) -> dict[str, int]:
    place = f"candidate_names.token:{organisation_id}"
    return {beginning: int.from_bytes(index.digest(place, beginning)[:8], signed=True) for beginning in beginnings}


def blocking_tokens(index: BlindIndex, organisation_id: UUID, person: Person) -> set[int]:
    """What stands for the keys that a record shares with those that resemble it, in `candidate_names` too."""
    place = f"candidate_names.blocking:{organisation_id}"
    return {int.from_bytes(index.digest(place, key)[:8], signed=True) for key in blocking_keys(person)}


def tokens_of(index: BlindIndex, organisation_id: UUID, person: Person) -> set[int]:
    """All by which a candidate's row is found."""
    names = name_tokens(index, organisation_id, rules.beginnings(person_names(person)))
    return names | blocking_tokens(index, organisation_id, person)


def person_place(candidate_id: UUID) -> str:
    return f"candidates.person:{candidate_id}"
