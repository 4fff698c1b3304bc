"""HTTP of the pool of jurors."""

from uuid import UUID

from fastapi import APIRouter, Response

from parchemin.common.http.conditions import ExpectedVersion, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import find, owned
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems.representation import documented
from parchemin.evaluations.access import Planning
from parchemin.evaluations.jurors import service
from parchemin.evaluations.jurors.models import Juror
from parchemin.evaluations.jurors.schemas import JurorEntry, JurorView

router = APIRouter(prefix="/v1/jurors", tags=["jurors"], route_class=TransactionalRoute)


@router.post("", status_code=201, responses=documented(service.SubjectTaken))
async def enter_juror(entry: JurorEntry, session: Writing, principal: Planning, response: Response) -> JurorView:
    """Add a person to the organisation's pool of jurors."""
    juror = await service.enter_juror(session, principal, entry)
    tag(response, juror.version)
    return JurorView.model_validate(juror)


@router.get("")
async def list_jurors(session: Reading, principal: Planning, paging: Paging) -> Page[JurorView]:
    """The organisation's pool of jurors."""
    return await page(session, owned(Juror, principal), Juror, paging, JurorView.model_validate)


@router.get("/{juror_id}")
async def read_juror(juror_id: UUID, session: Reading, principal: Planning, response: Response) -> JurorView:
    """One juror."""
    juror = await find(session, Juror, juror_id, principal)
    tag(response, juror.version)
    return JurorView.model_validate(juror)


@router.put("/{juror_id}", responses=documented(service.SubjectTaken))
async def correct_juror(
    juror_id: UUID,
    entry: JurorEntry,
    session: Writing,
    principal: Planning,
    expected: ExpectedVersion,
    response: Response,
) -> JurorView:
    """Replace what is known of a juror; minutes made from now on print it so."""
    juror = await service.correct_juror(session, principal, juror_id, entry, expected)
    await session.flush()
    tag(response, juror.version)
    return JurorView.model_validate(juror)
