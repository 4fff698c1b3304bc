"""HTTP of exemptions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import col

from parchemin.candidates.exemptions import obstacles, service
from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.exemptions.rules import ExemptionState
from parchemin.candidates.exemptions.schemas import ExemptionRuling, ExemptionSummary, ExemptionView, NewExemption
from parchemin.candidates.follow_ups.service import ConsentMissing
from parchemin.candidates.recorded import RecordedReading
from parchemin.common import audit
from parchemin.common.auth import Access, Principal
from parchemin.common.http.conditions import ExpectedVersion, is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import find, owned
from parchemin.common.paging import Page, Paging, cut, page_rows
from parchemin.common.problems import Gone, NotFound
from parchemin.common.problems.representation import documented
from parchemin.contracts.vocabulary import Role

router = APIRouter(prefix="/v1/exemptions", tags=["exemptions"], route_class=TransactionalRoute)

Proposing = Annotated[Principal, Depends(Access(Role.DISABILITY_OFFICER, scope="candidates:write"))]
Deciding = Annotated[Principal, Depends(Access(Role.CERTIFIER, scope="candidates:write"))]
Consulting = Annotated[Principal, Depends(Access(Role.DISABILITY_OFFICER, Role.CERTIFIER, scope="candidates:read"))]


@router.post(
    "",
    status_code=201,
    responses=documented(
        NotFound,
        obstacles.CompetencyUnknown,
        obstacles.CompetencyNotEnrolled,
        obstacles.ExemptionExists,
        obstacles.ExemptionEmptiesBlock,
        obstacles.CompetencyGraded,
        ConsentMissing,
        Gone,
    ),
)
async def propose_exemption(
    new: NewExemption, session: Writing, principal: Proposing, vault: InstalledVault, response: Response
) -> ExemptionSummary:
    """Argue for an exemption of one competency; the certifier decides. The answer, which may be stored for an
    idempotent repeat, does not say the texts again."""
    exemption = await service.propose_exemption(session, vault, principal, new)
    tag(response, exemption.version)
    return ExemptionSummary.model_validate(exemption)


@router.get("")
async def list_exemptions(
    session: RecordedReading,
    principal: Consulting,
    paging: Paging,
    enrolment_id: Annotated[UUID | None, Query(description="Only this enrolment's")] = None,
    state: Annotated[ExemptionState | None, Query(description="Only those in this state")] = None,
) -> Page[ExemptionSummary]:
    """Exemptions without their texts: the organisation's; for a certifier, those of all organisations. Each reading is
    recorded."""
    statement = owned(Exemption, principal)
    if enrolment_id is not None:
        statement = statement.where(col(Exemption.enrolment_id) == enrolment_id)
    if state is not None:
        statement = statement.where(col(Exemption.state) == state)
    rows = await page_rows(session, statement, Exemption, paging)
    await audit.record_all(session, principal, "exemption.listed", rows[: paging.limit])
    return cut(rows, paging, ExemptionSummary.model_validate)


@router.get("/{exemption_id}", response_model=ExemptionView)
async def read_exemption(
    exemption_id: UUID,
    session: RecordedReading,
    principal: Consulting,
    vault: InstalledVault,
    request: Request,
    response: Response,
) -> ExemptionView | Response:
    """One exemption with its texts, for the officer and for the certifier to whom they are addressed. Each reading is
    recorded."""
    exemption = await find(session, Exemption, exemption_id, principal)
    if is_unchanged(request, exemption.version):
        return not_modified(exemption.version)
    view = await service.read_exemption(session, vault, principal, exemption)
    tag(response, exemption.version)
    return view


@router.put("/{exemption_id}/withdrawal", responses=documented(obstacles.AlreadyDecided))
async def withdraw_exemption(
    exemption_id: UUID, session: Writing, principal: Proposing, expected: ExpectedVersion, response: Response
) -> ExemptionSummary:
    """Take a proposal back, before the certifier answers it."""
    exemption = await service.withdraw_exemption(session, principal, exemption_id, expected)
    await session.flush()
    tag(response, exemption.version)
    return ExemptionSummary.model_validate(exemption)


@router.put(
    "/{exemption_id}/decision",
    responses=documented(
        Gone,
        obstacles.AlreadyDecided,
        obstacles.SamePerson,
        obstacles.ExemptionEmptiesBlock,
        obstacles.CompetencyGraded,
    ),
)
async def decide_exemption(
    exemption_id: UUID,
    ruling: ExemptionRuling,
    session: Writing,
    principal: Deciding,
    vault: InstalledVault,
    expected: ExpectedVersion,
    response: Response,
) -> ExemptionSummary:
    """Grant or refuse an exemption, with a reason. Final."""
    exemption = await service.decide_exemption(session, vault, principal, exemption_id, ruling, expected)
    await session.flush()
    tag(response, exemption.version)
    return ExemptionSummary.model_validate(exemption)
