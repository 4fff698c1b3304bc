"""HTTP of the register as a chain: its head, and the whole of it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import StreamingResponse

from parchemin.common.auth import Access, Principal
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute
from parchemin.contracts.vocabulary import Role
from parchemin.evaluations.access import ReadingRegister
from parchemin.evaluations.register import service
from parchemin.evaluations.register.export import written
from parchemin.evaluations.register.schemas import MEDIA_TYPES, ExportFormat, HeadView

router = APIRouter(prefix="/v1/register", tags=["awards"], route_class=TransactionalRoute)

HoldingRegister = Annotated[Principal, Depends(Access(Role.CERTIFIER, scope="evaluations:read"))]
"""Who holds the register of all schools."""
Format = Annotated[ExportFormat, Query(alias="format", description="`csv` (RFC 4180) or `jsonl` (JSON lines)")]


@router.get("/head")
async def read_register_head(session: Reading, _certifier: HoldingRegister) -> HeadView:
    """The end of the chain, to be noted where this installation cannot change it.

    `parchemin register verify --expect-head POSITION:HASH` later proves that all up to there stands as it did.
    """
    head = await service.head_of(session)
    return HeadView(position=head.position, hash=head.hash)


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={
        200: {
            "description": "The entries in the order of the register",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/jsonl": {"schema": {"type": "string"}},
            },
        }
    },
)
async def export_register(
    request: Request, principal: ReadingRegister, format: Format = ExportFormat.CSV
) -> StreamingResponse:
    """All entries of the register that the caller may see, as a file that is sent while it is read.

    Ids, numbers, dates, salts and hashes: whoever holds them can check each hash. Names stand in no entry.
    """
    body = written(request.app.state.database, format, principal.organisation_id)
    disposition = {"Content-Disposition": f'attachment; filename="register.{format}"'}
    return StreamingResponse(body, media_type=MEDIA_TYPES[format], headers=disposition)
