"""HTTP of candidates."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import col

from parchemin.candidates.identity import service
from parchemin.candidates.identity.by_name import InstalledNameKeys, TooManyToSort, rows_by_name
from parchemin.candidates.identity.listing import CandidateOrder, Filters, candidate_filters, filtered
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.schemas import CandidateEntry, CandidateView
from parchemin.candidates.identity.storage import CandidateErased, CandidateMerged, person_of, persons_of
from parchemin.candidates.privacy.access_log.journal import Journal, reading_of_a_person
from parchemin.candidates.privacy.access_log.rules import AccessKind
from parchemin.candidates.privacy.access_log.service import record_access
from parchemin.common.auth import Access, Principal
from parchemin.common.fields import Chosen, Fields, sparse
from parchemin.common.http.conditions import ExpectedVersion, is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.paging import Order, Page, Paging, cut, page_rows
from parchemin.common.problems.representation import documented
from parchemin.contracts.vocabulary import Role

router = APIRouter(prefix="/v1/candidates", tags=["candidates"], route_class=TransactionalRoute)

Recording = Annotated[Principal, Depends(Access(Role.ADMINISTRATOR, Role.CLIENT, scope="candidates:write"))]
Consulting = Annotated[
    Principal,
    Depends(
        Access(
            Role.ADMINISTRATOR,
            Role.CLIENT,
            Role.DISABILITY_OFFICER,
            Role.CANDIDATE,
            scope="candidates:read",
        )
    ),
]


@router.post(
    "",
    status_code=201,
    responses=documented(service.CandidateExists, service.CandidateResembles, service.IdentityImplausible),
)
async def record_candidate(
    entry: CandidateEntry,
    session: Writing,
    vault: InstalledVault,
    principal: Recording,
    response: Response,
    distinct: Annotated[
        bool, Query(description="The person is nobody of those whom they resemble (409 `candidate_resembles`)")
    ] = False,
) -> CandidateView:
    """Enter a person whom the organisation presents, with the identity that a diploma will carry. Who resembles a
    candidate (names swapped or mistyped, a date that may be the same) is refused at first: the problem's
    `candidate_ids` say whom."""
    candidate, person = await service.record_candidate(session, vault, principal, entry, distinct=distinct)
    tag(response, candidate.version)
    return CandidateView.of(candidate, person)


_fields = Fields(CandidateView)


@router.get("", response_model=_fields.answer, responses=documented(TooManyToSort))
async def list_candidates(
    session: Reading,
    vault: InstalledVault,
    name_keys: InstalledNameKeys,
    principal: Consulting,
    paging: Paging,
    journal: Journal,
    filters: Annotated[Filters, Depends(candidate_filters)],
    fields: Annotated[Chosen, Depends(_fields)],
    sort: Annotated[CandidateOrder, Query(description="Order of the list")] = CandidateOrder.UPDATED,
) -> Page[CandidateView] | Response:
    """The organisation's candidates; a candidate sees the own record only. To follow the list with `updated_since`,
    keep to the order of last change."""
    visible = (await service.visible_candidates(session, vault, principal)).where(col(Candidate.erased_at).is_(None))
    asked = await filtered(session, vault, principal, visible, filters)
    order = Order.of(sort)
    if sort.is_by_name:
        rows = await rows_by_name(session, vault, name_keys, visible, asked, paging, order)
    else:
        rows = await page_rows(session, asked, Candidate, paging, order)
    persons = await persons_of(session, vault, rows)
    await journal.listed(principal, rows[: paging.limit])
    listed = cut(rows, paging, lambda candidate: (candidate, persons.get(candidate.id)), order)
    items = [CandidateView.of(candidate, person) for candidate, person in listed.items if person is not None]
    return sparse(Page(items=items, next_cursor=listed.next_cursor), fields)


@router.get("/{candidate_id}", response_model=CandidateView, responses=documented(CandidateErased, CandidateMerged))
async def read_candidate(
    candidate_id: UUID, vault: InstalledVault, principal: Consulting, request: Request, response: Response
) -> CandidateView | Response:
    """One candidate; the problem of one that was merged has the id of the record that was kept. That somebody else than
    the person read it is recorded in the same transaction."""
    async with reading_of_a_person(request, principal) as session:
        candidate = await service.visible_candidate(session, vault, principal, candidate_id)
        if is_unchanged(request, candidate.version):
            return not_modified(candidate.version)
        view = CandidateView.of(candidate, await person_of(session, vault, candidate))
        await record_access(session, principal, AccessKind.RECORD, candidate)
    tag(response, candidate.version)
    return view


@router.put(
    "/{candidate_id}",
    responses=documented(service.CandidateExists, service.IdentityImplausible, CandidateErased, CandidateMerged),
)
async def correct_candidate(
    candidate_id: UUID,
    entry: CandidateEntry,
    session: Writing,
    vault: InstalledVault,
    principal: Recording,
    expected: ExpectedVersion,
    response: Response,
) -> CandidateView:
    """Replace the record with a corrected one."""
    candidate, person = await service.correct_candidate(session, vault, principal, candidate_id, entry, expected)
    await session.flush()
    tag(response, candidate.version)
    return CandidateView.of(candidate, person)
