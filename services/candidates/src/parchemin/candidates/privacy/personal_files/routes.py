"""HTTP of copies of persons' files."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from parchemin.candidates.identity.storage import CandidateErased
from parchemin.candidates.privacy.access import Consulting, Exercising
from parchemin.candidates.privacy.access_log.rules import AccessKind
from parchemin.candidates.privacy.access_log.service import record_access
from parchemin.candidates.privacy.personal_files import service
from parchemin.candidates.privacy.personal_files.models import PersonalFile
from parchemin.candidates.privacy.personal_files.rules import PersonalFileState
from parchemin.candidates.privacy.personal_files.schemas import PersonalFileView
from parchemin.common import audit
from parchemin.common.database import Database
from parchemin.common.http.conditions import tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, page
from parchemin.common.personal_files.sealing import decrypted
from parchemin.common.problems import Forbidden, NotFound
from parchemin.common.problems.representation import documented

of_candidates = APIRouter(
    prefix="/v1/candidates/{candidate_id}/personal_files", tags=["privacy"], route_class=TransactionalRoute
)
router = APIRouter(prefix="/v1/personal_files", tags=["privacy"], route_class=TransactionalRoute)


@of_candidates.post("", status_code=202, responses=documented(NotFound, CandidateErased))
async def request_personal_file(
    candidate_id: UUID,
    session: Writing,
    vault: InstalledVault,
    principal: Exercising,
    request: Request,
    response: Response,
) -> PersonalFileView:
    """Ask for a copy of all that is known of the person, from all services: JSON, files handed in, documents.

    It is gathered behind this answer: read `/v1/personal_files/{id}` until it is `ready`. What concerns a disability is
    in it only where the person asks with their own token. One that is under way is not begun twice.
    """
    file = await service.request_file(session, vault, principal, candidate_id, request.app.state.settings)
    await session.flush()
    tag(response, file.version)
    return PersonalFileView.model_validate(file)


@router.get("")
async def list_personal_files(
    session: Reading, vault: InstalledVault, principal: Consulting, paging: Paging
) -> Page[PersonalFileView]:
    """Copies that were asked for: the organisation's, or of one's own data."""
    files = await service.visible_files(session, vault, principal)
    return await page(session, files, PersonalFile, paging, PersonalFileView.model_validate)


@router.get("/{personal_file_id}")
async def read_personal_file(
    personal_file_id: UUID, session: Reading, vault: InstalledVault, principal: Consulting, response: Response
) -> PersonalFileView:
    """Where a copy stands."""
    files = await service.visible_files(session, vault, principal)
    file = await one(session, files, PersonalFile, personal_file_id)
    tag(response, file.version)
    return PersonalFileView.model_validate(file)


@router.get(
    "/{personal_file_id}/archive",
    response_class=StreamingResponse,
    responses={
        **documented(service.PersonalFileNotReady),
        200: {"content": {"application/zip": {}}, "description": "The archive"},
    },
)
async def fetch_archive(
    personal_file_id: UUID, vault: InstalledVault, principal: Consulting, request: Request
) -> StreamingResponse:
    """The archive (ZIP), for the person or the administrator who asked for it. Each fetching is recorded."""
    database: Database = request.app.state.database
    async with database.transaction() as session:
        files = await service.visible_files(session, vault, principal)
        file = await one(session, files, PersonalFile, personal_file_id)
        if not service.may_fetch(principal, file):
            raise Forbidden
        secret = await service.secret_of(session, vault, file)
        if file.state != PersonalFileState.READY or file.archive_key is None or secret is None:
            raise service.PersonalFileNotReady(state=file.state)
        await audit.record(session, principal, "personal_file.fetched", file)
        await record_access(session, principal, AccessKind.PERSONAL_FILE, (file.organisation_id, file.candidate_id))
    content = decrypted(request.app.state.exchange.stream(file.archive_key), secret)
    return StreamingResponse(
        content,
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="donnees-{file.id}.zip"',
            "Content-Length": str(file.archive_size),
            "Cache-Control": "no-store",
        },
    )
