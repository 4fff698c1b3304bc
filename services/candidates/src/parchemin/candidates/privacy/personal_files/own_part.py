"""What the candidates service itself knows of a person, for the copy of their file."""

import json
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.accommodations.models import Accommodation
from parchemin.candidates.enrolments.funding import funding_place
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.exemptions.texts import open_texts
from parchemin.candidates.follow_ups.entries import place_of_entry
from parchemin.candidates.follow_ups.models import FollowUp, FollowUpEntry
from parchemin.candidates.follow_ups.service import place_of_request
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.storage import person_of
from parchemin.candidates.privacy.access_log.models import RecordAccess
from parchemin.candidates.privacy.consents.models import ConsentEntry
from parchemin.candidates.privacy.erasures.models import Erasure
from parchemin.candidates.privacy.holders.models import CertifiedHolder
from parchemin.candidates.recognitions.models import Recognition
from parchemin.candidates.recognitions.service import text_place
from parchemin.candidates.sealing import opened, opening_cipher
from parchemin.common.personal_files import Piece, json_piece
from parchemin.common.vault import Purpose, Vault

Row = dict[str, Any]
_OF_STAFF = {"proposer_issuer", "proposer_subject", "decider_issuer", "decider_subject"}
_LOGINS = {"recorder", "requester", "decider", "actor_issuer", "actor_subject", "role"}
"""Who of the staff it was is not the person's data; the access log tells in which role."""


async def own_pieces(
    session: AsyncSession, vault: Vault, candidate: Candidate, *, with_disability: bool
) -> list[Piece]:
    """Identity, enrolments, consents, readings, erasures, and the register's line. What concerns a disability only for
    the person's own eyes."""
    person = await person_of(session, vault, candidate)
    of_candidate = "candidate_id", [candidate.id]
    own = (await vault.ciphers(session, [candidate.id], Purpose.IDENTITY)).get(candidate.id)

    def enrolment(row: Enrolment) -> Row:
        funding = opened(own, row.funding, place=funding_place(row.id))
        return row.model_dump() | {"funding": None if funding is None else json.loads(funding)}

    def claim(row: Recognition) -> Row:
        texts = {name: opened(own, getattr(row, name), place=text_place(name, row.id)) for name in ("proof", "reason")}
        return _without(row.model_dump(), {"claimant", "decider"}) | texts

    enrolments = await _rows(session, Enrolment, of_candidate, enrolment)
    pieces = [
        json_piece(
            "candidats/identite.json",
            {"id": candidate.id, "organisation_id": candidate.organisation_id, **person.model_dump(mode="json")},
        ),
        json_piece("candidats/parcours.json", enrolments),
        json_piece("candidats/reconnaissances.json", await _rows(session, Recognition, of_candidate, claim)),
        json_piece("candidats/consentements.json", await _rows(session, ConsentEntry, of_candidate)),
        json_piece("candidats/consultations.json", await _rows(session, RecordAccess, of_candidate, _readings)),
        json_piece("candidats/effacements.json", await _rows(session, Erasure, of_candidate)),
        json_piece("candidats/registre.json", await _rows(session, CertifiedHolder, of_candidate, _holding)),
    ]
    if with_disability:
        pieces += await _disability(session, vault, candidate, [enrolment["id"] for enrolment in enrolments])
    return pieces


async def _disability(
    session: AsyncSession, vault: Vault, candidate: Candidate, enrolment_ids: list[UUID]
) -> list[Piece]:
    """Measures, exemptions and follow-ups, their texts opened."""
    cipher = await opening_cipher(session, vault, candidate.id)
    of_enrolments = "enrolment_id", enrolment_ids

    def exemption(row: Exemption) -> Row:
        return _without(row.model_dump(), _OF_STAFF) | dict(open_texts(cipher, row))

    def follow_up(row: FollowUp) -> Row:
        request = opened(cipher, row.request, place=place_of_request(row.id))
        return _without(row.model_dump(), {"consent_recorded_by"}) | {"request": request}

    def entry(row: FollowUpEntry) -> Row:
        text = opened(cipher, row.content, place=place_of_entry(row.id))
        return row.model_dump() | {"content": None if text is None else json.loads(text)}

    follow_ups = await _rows(session, FollowUp, ("candidate_id", [candidate.id]), follow_up)
    of_follow_ups = "follow_up_id", [one["id"] for one in follow_ups]
    return [
        json_piece("candidats/amenagements.json", await _rows(session, Accommodation, of_enrolments)),
        json_piece("candidats/dispenses.json", await _rows(session, Exemption, of_enrolments, exemption)),
        json_piece("candidats/suivis.json", follow_ups),
        json_piece("candidats/suivis_contenu.json", await _rows(session, FollowUpEntry, of_follow_ups, entry)),
    ]


async def _rows(
    session: AsyncSession,
    model: type[Any],
    about: tuple[str, Sequence[UUID]],
    present: Callable[[Any], Row] | None = None,
) -> list[Row]:
    name, ids = about
    columns: Any = model
    found = await session.scalars(select(model).where(getattr(columns, name).in_(ids)).order_by(col(columns.id)))
    return [present(row) if present else _without(row.model_dump(), _LOGINS) for row in found]


def _readings(access: RecordAccess) -> Row:
    return {"at": access.created_at, "kind": access.kind, "role": access.role}


def _holding(holder: CertifiedHolder) -> Row:
    return _without(holder.model_dump(), {"identity"})


def _without(row: Row, names: set[str]) -> Row:
    return {name: value for name, value in row.items() if name not in names}
