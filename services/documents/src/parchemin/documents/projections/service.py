"""Learning from events, and looking up what was learnt."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel

from parchemin.common.statements import table_of, upsert
from parchemin.contracts.events.candidates import CandidateIdentifiedV1, OrganisationRegisteredV1
from parchemin.contracts.events.evaluations import JurorIdentifiedV1, JurorIdentity, ReferentialPublishedV1
from parchemin.contracts.events.identities import CandidateIdentifiedV2, IdentityV2
from parchemin.contracts.referential import Referential
from parchemin.documents.composition.knowledge import Knowledge, Needs, OrganisationName
from parchemin.documents.projections.models import (
    KnownCandidate,
    KnownJuror,
    KnownOrganisation,
    KnownReferential,
)


async def learn_organisation(session: AsyncSession, event: OrganisationRegisteredV1) -> None:
    """Keep the name of a school."""
    await _keep(session, KnownOrganisation(id=event.organisation_id, code=event.code, name=event.name), key="id")


async def learn_candidate(session: AsyncSession, event: CandidateIdentifiedV1 | CandidateIdentifiedV2) -> None:
    """Keep what is printed of a candidate's identity; documents made from now on carry it."""
    identity = event.pii.model_dump(mode="json", exclude={"subject"})
    await _keep(session, KnownCandidate(id=event.candidate_id, identity=identity), key="id")


async def learn_juror(session: AsyncSession, event: JurorIdentifiedV1) -> None:
    """Keep a juror's identity; minutes made from now on carry it."""
    await _keep(session, KnownJuror(id=event.juror_id, identity=event.pii.model_dump(mode="json")), key="id")


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
    return Knowledge(
        organisations={row.id: OrganisationName(row.code, row.name) for row in organisations},
        candidates={row.id: IdentityV2.model_validate(row.identity) for row in candidates},
        jurors={row.id: JurorIdentity.model_validate(row.identity) for row in jurors},
        referentials={row.version: Referential.model_validate(row.body) for row in referentials},
    )


async def _keep(session: AsyncSession, row: SQLModel, *, key: str) -> None:
    table = table_of(type(row))
    await upsert(session, table, row.model_dump(), key=[key])


async def _rows(session: AsyncSession, model: type[Any], column: Any, wanted: Collection[UUID | str]) -> list[Any]:
    if not wanted:
        return []
    return list((await session.execute(select(model).where(column.in_(wanted)))).scalars())
