"""HTTP of uploads: parts in any order, each with its digest, then one moment at which the file is handed in."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.http.conditions import tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.language import preferred_language
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, cut, page_rows
from parchemin.common.problems import NotFound
from parchemin.common.problems.http import BodyTooLarge, Unavailable
from parchemin.common.problems.representation import documented
from parchemin.evaluations.access import Depositing
from parchemin.evaluations.submissions import problems, uploads
from parchemin.evaluations.submissions.inspection.verdicts import VERDICTS
from parchemin.evaluations.submissions.models import Deposit
from parchemin.evaluations.submissions.names import file_names
from parchemin.evaluations.submissions.rules import part_count
from parchemin.evaluations.submissions.schemas import NewUpload, UploadView
from parchemin.evaluations.submissions.visibility import handled_uploads

router = APIRouter(prefix="/v1/uploads", tags=["submissions"], route_class=TransactionalRoute)

PARTS_PATH = r"/v1/uploads/[0-9a-fA-F-]{32,36}/parts/[0-9]{1,7}"
"""The paths whose bodies are parts."""
_PART = {
    "requestBody": {
        "required": True,
        "description": "The bytes of this part: `part_size` of them, the last part what is left",
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_TIMES = (problems.PreparationNotOpen, problems.DeadlinePassed, problems.SubmissionFrozen)


async def _views(session: AsyncSession, deposits: Sequence[Deposit], request: Request) -> dict[UUID, UploadView]:
    language = preferred_language(request.headers.get("accept-language"))
    missing = await uploads.missing_parts(session, deposits)
    names = await file_names(session, deposits)
    return {
        deposit.id: UploadView(
            **deposit.model_dump(include=set(UploadView.model_fields) - {"file_name"}),
            file_name=names[deposit.id],
            part_count=part_count(deposit.size, deposit.part_size),
            missing_parts=missing[deposit.id],
            verdict_text=VERDICTS[deposit.verdict].say(language) if deposit.verdict else None,
        )
        for deposit in deposits
    }


async def _view(session: AsyncSession, deposit: Deposit, request: Request) -> UploadView:
    return (await _views(session, [deposit], request))[deposit.id]


@router.post(
    "",
    status_code=201,
    responses=documented(
        NotFound,
        *_TIMES,
        problems.QuotaExceeded,
        problems.DeliverableUnknown,
        problems.FileTooLarge,
        problems.FileNameRefused,
    ),
)
async def open_upload(
    new: NewUpload, session: Writing, principal: Depositing, request: Request, response: Response
) -> UploadView:
    """Announce a file for a deliverable: its name, size and SHA-256. The answer says how to cut it into parts."""
    deposit = await uploads.open_upload(session, principal, new, request.app.state.settings)
    await session.flush()
    tag(response, deposit.version)
    return await _view(session, deposit, request)


@router.get("")
async def list_uploads(
    session: Reading,
    principal: Depositing,
    paging: Paging,
    request: Request,
    registration_id: Annotated[UUID | None, Query(description="Only this registration's")] = None,
) -> Page[UploadView]:
    """Uploads, also those under way: what to send again after a crash is in `missing_parts` of each."""
    statement = handled_uploads(principal)
    if registration_id is not None:
        statement = statement.where(col(Deposit.registration_id) == registration_id)
    rows = await page_rows(session, statement, Deposit, paging)
    views = await _views(session, rows[: paging.limit], request)
    return cut(rows, paging, lambda row: views[row.id])


@router.get("/{upload_id}")
async def read_upload(
    upload_id: UUID, session: Reading, principal: Depositing, request: Request, response: Response
) -> UploadView:
    """One upload: which parts are missing and, once it was handed in and examined, the verdict."""
    deposit = await one(session, handled_uploads(principal), Deposit, upload_id)
    tag(response, deposit.version)
    return await _view(session, deposit, request)


@router.put(
    "/{upload_id}/parts/{number}",
    status_code=204,
    openapi_extra=_PART,
    responses=documented(
        problems.DigestInvalid, problems.UploadConcluded, problems.PartUnfit, BodyTooLarge, Unavailable
    ),
)
async def put_part(
    upload_id: UUID,
    number: Annotated[int, Path(ge=1, le=9_999_999, description="From 1")],
    principal: Depositing,
    request: Request,
    content_digest: Annotated[
        str | None, Header(description="`sha-256=:<base64>:` of these bytes (RFC 9530)", max_length=500)
    ] = None,
) -> Response:
    """Send a part, in any order; sending it again does no harm."""
    state = request.app.state
    content = await request.body()
    await uploads.put_part(state.database, state.store, principal, upload_id, number, content, content_digest)
    return Response(status_code=204)


@router.post(
    "/{upload_id}/completion",
    status_code=202,
    responses=documented(problems.PartsMissing, problems.UploadConcluded, *_TIMES),
)
async def complete_upload(
    upload_id: UUID, session: Writing, principal: Depositing, request: Request, response: Response
) -> UploadView:
    """Hand the file in: this moment is its time. It is examined from then on; ask for the upload to learn the verdict.
    A repeat does nothing."""
    deposit = await uploads.hand_in(session, principal, upload_id, request.app.state.settings)
    await session.flush()
    tag(response, deposit.version)
    return await _view(session, deposit, request)
