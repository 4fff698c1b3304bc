"""Learning from events, and looking up what was learnt."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from parchemin.common.database import vault_of
from parchemin.common.erasure import is_forgotten
from parchemin.common.statements import table_of, upsert
from parchemin.common.vault import KeyDestroyed, Purpose
from parchemin.contracts.events.candidates import CandidateIdentifiedV1, OrganisationRegisteredV1
from parchemin.contracts.events.evaluations import JurorIdentifiedV1, JurorIdentity, ReferentialPublishedV1
from parchemin.contracts.events.identities import CandidateIdentifiedV2, IdentityV2
from parchemin.contracts.partial_dates import PartialDate
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import Sex
from parchemin.documents.composition.knowledge import Knowledge, Needs, OrganisationName
from parchemin.documents.projections.models import (
    KnownCandidate,
    KnownJuror,
    KnownOrganisation,
    KnownReferential,
)

ERASED = IdentityV2(
    birth_name="(identité effacée)",
    used_name=None,
    first_names=(),
    sex=Sex.FEMALE,
    birth_date=PartialDate(1),
    birth_city="",
    birth_country="",
)
"""In minutes that are made once somebody whom they name was erased. No document is made about that person."""


async def learn_organisation(session: AsyncSession, event: OrganisationRegisteredV1) -> None:
    """Keep the name of a school."""
    await _keep(session, KnownOrganisation(id=event.organisation_id, code=event.code, name=event.name), key="id")


async def learn_candidate(session: AsyncSession, event: CandidateIdentifiedV1 | CandidateIdentifiedV2) -> None:
    """Keep what is printed of a candidate's identity; documents made from now on carry it. Of who was erased nothing
    is learnt any more."""
    identity = event.pii.model_dump_json(exclude={"subject"})
    await _keep_identity(session, KnownCandidate, event.candidate_id, identity)


async def learn_juror(session: AsyncSession, event: JurorIdentifiedV1) -> None:
    """Keep a juror's identity; minutes made from now on carry it."""
    await _keep_identity(session, KnownJuror, event.juror_id, event.pii.model_dump_json())


async def learn_referential(session: AsyncSession, event: ReferentialPublishedV1) -> None:
    """Keep a published version."""
    body = event.referential.model_dump(mode="json")
    await _keep(session, KnownReferential(version=event.referential.version, body=body), key="version")


async def look_up(session: AsyncSession, needs: Needs) -> Knowledge:
    """What is known of all that is needed: one query for each kind, however many documents there are."""
    organisations = await _rows(session, KnownOrganisation, KnownOrganisation.id, needs.organisations)
    candidates = await _rows(session, KnownCandidate, KnownCandidate.id, needs.candidates)
    jurors = await _rows(session, KnownJuror, KnownJuror.id, needs.jurors)
    referentials = await _rows(session, KnownReferential, KnownReferential.version, needs.referentials)
    unknown = needs.candidates - {row.id for row in candidates}
    return Knowledge(
        organisations={row.id: OrganisationName(row.code, row.name) for row in organisations},
        candidates={
            person_id: IdentityV2.model_validate_json(identity)
            for person_id, identity in (await _opened(session, KnownCandidate, candidates)).items()
        }
        | {person_id: ERASED for person_id in unknown if await is_forgotten(session, person_id)},
        jurors={
            person_id: JurorIdentity.model_validate_json(identity)
            for person_id, identity in (await _opened(session, KnownJuror, jurors)).items()
        },
        referentials={row.version: Referential.model_validate(row.body) for row in referentials},
    )


async def _keep(session: AsyncSession, row: SQLModel, *, key: str) -> None:
    table = table_of(type(row))
    await upsert(session, table, row.model_dump(), key=[key])


async def _keep_identity(
    session: AsyncSession, model: type[KnownCandidate | KnownJuror], person_id: UUID, identity: str
) -> None:
    try:
        cipher = await vault_of(session).cipher(session, person_id, Purpose.IDENTITY)
    except KeyDestroyed:
        return
    sealed = cipher.seal(identity, place=_place(model, person_id))
    await _keep(session, model(id=person_id, identity=sealed), key="id")


async def _opened(
    session: AsyncSession, model: type[KnownCandidate | KnownJuror], rows: Sequence[KnownCandidate | KnownJuror]
) -> dict[UUID, str]:
    """The identities of these rows, by person; one query for their keys."""
    ciphers = await vault_of(session).ciphers(session, [row.id for row in rows], Purpose.IDENTITY)
    return {
        row.id: ciphers[row.id].open(row.identity, place=_place(model, row.id)) for row in rows if row.id in ciphers
    }


def _place(model: type[KnownCandidate | KnownJuror], person_id: UUID) -> str:
    return f"{table_of(model).name}.identity:{person_id}"


async def _rows(session: AsyncSession, model: type[Any], column: Any, wanted: Collection[UUID | str]) -> list[Any]:
    if not wanted:
        return []
    return list((await session.execute(select(model).where(column.in_(wanted)))).scalars())
