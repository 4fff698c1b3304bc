"""HTTP of exemptions."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlmodel import col

from parchemin.candidates.exemptions import obstacles, service
from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.exemptions.rules import ExemptionState
from parchemin.candidates.exemptions.schemas import ExemptionRuling, ExemptionSummary, ExemptionView, NewExemption
from parchemin.common.auth import Access, Principal
from parchemin.common.database import Database
from parchemin.common.http.conditions import ExpectedVersion, is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import find, owned
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.common.vault import FieldCipher
from parchemin.contracts.vocabulary import Role

router = APIRouter(prefix="/v1/exemptions", tags=["exemptions"], route_class=TransactionalRoute)

Proposing = Annotated[Principal, Depends(Access(Role.DISABILITY_OFFICER, scope="candidates:write"))]
Deciding = Annotated[Principal, Depends(Access(Role.CERTIFIER, scope="candidates:write"))]
Consulting = Annotated[Principal, Depends(Access(Role.DISABILITY_OFFICER, Role.CERTIFIER, scope="candidates:read"))]


async def installed_cipher(request: Request) -> FieldCipher:
    """What seals and opens the texts."""
    cipher: FieldCipher = request.app.state.cipher
    return cipher


Cipher = Annotated[FieldCipher, Depends(installed_cipher)]


@router.post(
    "",
    status_code=201,
    responses=documented(
        NotFound,
        obstacles.CompetencyUnknown,
        obstacles.CompetencyNotEnrolled,
        obstacles.ExemptionExists,
        obstacles.ExemptionEmptiesBlock,
    ),
)
async def propose_exemption(
    new: NewExemption, session: Writing, principal: Proposing, cipher: Cipher, response: Response
) -> ExemptionSummary:
    """Argue for an exemption of one competency; the certifier decides. The answer, which may be stored for an
    idempotent repeat, does not say the texts again."""
    exemption = await service.propose_exemption(session, principal, cipher, new)
    tag(response, exemption.version)
    return ExemptionSummary.model_validate(exemption)


@router.get("")
async def list_exemptions(
    session: Reading,
    principal: Consulting,
    paging: Paging,
    enrolment_id: Annotated[UUID | None, Query(description="Only this enrolment's")] = None,
    state: Annotated[ExemptionState | None, Query(description="Only those in this state")] = None,
) -> Page[ExemptionSummary]:
    """Exemptions without their texts: the organisation's; for a certifier, those of all organisations."""
    statement = owned(Exemption, principal)
    if enrolment_id is not None:
        statement = statement.where(col(Exemption.enrolment_id) == enrolment_id)
    if state is not None:
        statement = statement.where(col(Exemption.state) == state)
    return await page(session, statement, Exemption, paging, ExemptionSummary.model_validate)


@router.get("/{exemption_id}", response_model=ExemptionView)
async def read_exemption(
    exemption_id: UUID, principal: Consulting, cipher: Cipher, request: Request, response: Response
) -> ExemptionView | Response:
    """One exemption with its texts. Each reading is recorded."""
    database: Database = request.app.state.database
    async with database.transaction() as session:
        exemption = await find(session, Exemption, exemption_id, principal)
        if is_unchanged(request, exemption.version):
            return not_modified(exemption.version)
        view = await service.read_exemption(session, principal, cipher, exemption)
    tag(response, exemption.version)
    return view


@router.put(
    "/{exemption_id}/decision",
    responses=documented(obstacles.AlreadyDecided, obstacles.SamePerson, obstacles.ExemptionEmptiesBlock),
)
async def decide_exemption(
    exemption_id: UUID,
    ruling: ExemptionRuling,
    session: Writing,
    principal: Deciding,
    cipher: Cipher,
    expected: ExpectedVersion,
    response: Response,
) -> ExemptionSummary:
    """Grant or refuse an exemption, with a reason. Final."""
    exemption = await service.decide_exemption(session, principal, cipher, exemption_id, ruling, expected)
    await session.flush()
    tag(response, exemption.version)
    return ExemptionSummary.model_validate(exemption)
