"""HTTP of tables of equivalences."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from sqlalchemy import select
from sqlmodel import col

from parchemin.candidates.enrolments.schemas import Version
from parchemin.candidates.equivalences import service
from parchemin.candidates.equivalences.models import BlockEquivalence
from parchemin.candidates.equivalences.schemas import BlockEquivalenceView, NewBlockEquivalence
from parchemin.candidates.referentials.service import ReferentialUnknown
from parchemin.common.auth import Access, Principal
from parchemin.common.http.conditions import tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.contracts.vocabulary import Role

router = APIRouter(prefix="/v1/block_equivalences", tags=["block_equivalences"], route_class=TransactionalRoute)

Publishing = Annotated[Principal, Depends(Access(Role.CERTIFIER, scope="candidates:write"))]
Consulting = Annotated[
    Principal,
    Depends(Access(Role.CERTIFIER, Role.ADMINISTRATOR, Role.CLIENT, Role.CANDIDATE, scope="candidates:read")),
]


@router.post("", status_code=201, responses=documented(service.EquivalencesFaulty, ReferentialUnknown))
async def publish_block_equivalences(
    new: NewBlockEquivalence, session: Writing, _certifier: Publishing, response: Response
) -> BlockEquivalenceView:
    """Publish which blocks of one version stand for which of another. What candidates have validated on the one is
    recognised at once in their enrolments on the other."""
    table = await service.publish_table(session, new)
    tag(response, table.version)
    return BlockEquivalenceView.model_validate(table)


@router.get("")
async def list_block_equivalences(
    session: Reading,
    _reader: Consulting,
    paging: Paging,
    from_version: Annotated[Version | None, Query(description="Only from this version")] = None,
    to_version: Annotated[Version | None, Query(description="Only to this version")] = None,
) -> Page[BlockEquivalenceView]:
    """All editions of all tables: they are the certifier's, the same for every organisation."""
    statement = select(BlockEquivalence)
    if from_version is not None:
        statement = statement.where(col(BlockEquivalence.from_version) == from_version)
    if to_version is not None:
        statement = statement.where(col(BlockEquivalence.to_version) == to_version)
    return await page(session, statement, BlockEquivalence, paging, BlockEquivalenceView.model_validate)


@router.get("/{block_equivalence_id}", responses=documented(NotFound))
async def read_block_equivalence(
    block_equivalence_id: UUID, session: Reading, _reader: Consulting, response: Response
) -> BlockEquivalenceView:
    """One edition of a table."""
    table = await session.get(BlockEquivalence, block_equivalence_id)
    if table is None:
        raise NotFound
    tag(response, table.version)
    return BlockEquivalenceView.model_validate(table)
