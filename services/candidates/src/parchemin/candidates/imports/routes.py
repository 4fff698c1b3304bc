"""HTTP of imports."""

import asyncio
import re
from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from sqlmodel import col

from parchemin.candidates.identity.routes import Recording
from parchemin.candidates.imports import service
from parchemin.candidates.imports.models import CandidateImport, CandidateImportRow
from parchemin.candidates.imports.preparing import read_candidates
from parchemin.candidates.imports.reading import MOST_ROWS, FileRefused
from parchemin.candidates.imports.rules import RowOutcome
from parchemin.candidates.imports.schemas import CandidateImportView, ImportReport, ImportRowView
from parchemin.candidates.referentials.service import ReferentialUnknown
from parchemin.candidates.settings import Settings
from parchemin.common.http.conditions import ExpectedVersion, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.language import Language, preferred_language
from parchemin.common.ownership import find, owned
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import Conflict, NotFound
from parchemin.common.problems.http import UnsupportedMediaType
from parchemin.common.problems.representation import documented

router = APIRouter(prefix="/v1/candidate_imports", tags=["candidates"], route_class=TransactionalRoute)

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MEDIA_TYPES = ("text/csv", _XLSX, "application/zip", "application/octet-stream")
_EXAMPLE = """Identifiant externe;Nom de naissance;Prénoms;Sexe;Date de naissance;Commune de naissance;Code INSEE;\
Pays de naissance;Voie d'accès;Blocs
E-1042;Lefèvre;Zoé;F;17/06/1999;Paris 12e;75112;France;apprentissage;tous
"""
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_BODY = {
    "requestBody": {
        "required": True,
        "description": f"At most {MOST_ROWS} rows under a header: CSV (UTF-8 or Windows-1252; `;`, `,` or tab), XLSX, "
        "or a OneRoster 1.2 archive. The content says which it is",
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": _EXAMPLE},
            **dict.fromkeys(_MEDIA_TYPES[1:], _BINARY),
        },
    }
}
_ASYNC = re.compile(r"(^|[,;\s])respond-async($|[,;\s])", re.IGNORECASE)


def _language(request: Request, response: Response) -> Language:
    language = preferred_language(request.headers.get("accept-language"))
    response.headers["Content-Language"] = language
    return language


@router.post(
    "",
    status_code=201,
    openapi_extra=_BODY,
    responses={
        **documented(Conflict, UnsupportedMediaType, FileRefused, ReferentialUnknown),
        200: {"model": ImportReport, "description": "Nothing was written: a preview, or the report says why"},
        202: {"model": CandidateImportView, "description": "The import waits for its turn: follow its `Location`"},
    },
    response_model=ImportReport,
)
async def import_candidates(
    request: Request,
    session: Writing,
    vault: InstalledVault,
    principal: Recording,
    response: Response,
    preview: Annotated[bool, Query(description="Report what the file would do, and do nothing")] = False,
    all_or_nothing: Annotated[bool, Query(description="Write nothing where one row is bad")] = False,
    source: Annotated[
        str | None,
        Query(
            pattern=r"^[A-Za-z0-9._-]{1,100}$",
            description="System whose identifiers the rows have; `file`, or what a OneRoster manifest says, where it "
            "is left out",
        ),
    ] = None,
    class_id: Annotated[
        str | None, Query(max_length=255, description="Of a OneRoster archive: the students of this class only")
    ] = None,
    prefer: Annotated[
        str | None, Header(description="`respond-async` (RFC 7240): have a small import wait for its turn, too")
    ] = None,
) -> ImportReport | Response:
    """Enter a cohort, or bring it up to date. A row is known by its identifier in the source, or else by the person's
    names, birth date and birth place; the same row again changes nothing. With an access path and blocks, candidates
    are enrolled too, on the latest referential. Bad rows are reported, each with all its faults; good ones go in."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES:
        raise UnsupportedMediaType(expected=", ".join(_MEDIA_TYPES))
    settings: Settings = request.app.state.settings
    content = await request.body()
    reading = await asyncio.to_thread(read_candidates, content, class_id)
    asked = service.Asked(preview, all_or_nothing, source, class_id)
    record = service.new_import(principal, reading, asked)
    language = _language(request, response)
    response.headers["Location"] = f"{router.prefix}/{record.id}"
    if len(reading.rows) > settings.import_rows_at_once or _ASYNC.search(prefer or ""):
        await service.queue(session, vault, record, content)
        view = CandidateImportView.of(record, language)
        headers = {name: response.headers[name] for name in ("Location", "Content-Language")}
        return Response(view.model_dump_json(), 202, headers, media_type="application/json")
    rejected_for = timedelta(hours=settings.import_rejected_hours)
    decisions = await service.import_at_once(session, vault, record, reading, rejected_for=rejected_for)
    report = ImportReport.of(record, reading, decisions, language)
    if not report.committed:
        response.status_code = 200
    return report


@router.get("")
async def list_imports(
    request: Request, session: Reading, principal: Recording, paging: Paging, response: Response
) -> Page[CandidateImportView]:
    """The organisation's imports."""
    language = _language(request, response)
    return await page(
        session,
        owned(CandidateImport, principal),
        CandidateImport,
        paging,
        lambda record: CandidateImportView.of(record, language),
    )


@router.get("/{import_id}", response_model=CandidateImportView)
async def read_import(
    import_id: UUID, request: Request, session: Reading, principal: Recording, response: Response
) -> CandidateImportView:
    """One import and how far it is. Its ETag stands for its state: progress alone does not change it."""
    record = await find(session, CandidateImport, import_id, principal)
    tag(response, record.version)
    return CandidateImportView.of(record, _language(request, response))


@router.get("/{import_id}/rows")
async def list_import_rows(
    import_id: UUID,
    request: Request,
    session: Reading,
    principal: Recording,
    paging: Paging,
    response: Response,
    outcome: Annotated[RowOutcome | None, Query(description="Only the rows of which this became")] = None,
) -> Page[ImportRowView]:
    """What became of the rows, in the order of the file."""
    record = await find(session, CandidateImport, import_id, principal)
    rows = owned(CandidateImportRow, principal).where(col(CandidateImportRow.import_id) == record.id)
    if outcome is not None:
        rows = rows.where(col(CandidateImportRow.outcome) == outcome)
    language = _language(request, response)
    return await page(session, rows, CandidateImportRow, paging, lambda row: ImportRowView.of(row, language))


@router.get(
    "/{import_id}/rejected",
    response_class=Response,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}, "description": "A CSV for French spreadsheets"},
        **documented(NotFound),
    },
)
async def download_rejected_rows(
    import_id: UUID, session: Reading, vault: InstalledVault, principal: Recording
) -> Response:
    """The rejected rows as the file had them, each with what is wrong with it in a last column: correct, and send
    again. For who brought the file, and for some days."""
    content = await service.rejected_rows(session, vault, principal, import_id)
    headers = {"Content-Disposition": 'attachment; filename="lignes-refusees.csv"', "Cache-Control": "no-store"}
    return Response(content, headers=headers, media_type="text/csv; charset=utf-8")


@router.put("/{import_id}/cancellation", responses=documented(service.IllegalImportStep))
async def cancel_import(
    import_id: UUID,
    request: Request,
    session: Writing,
    vault: InstalledVault,
    principal: Recording,
    expected: ExpectedVersion,
    response: Response,
) -> CandidateImportView:
    """Stop an import that waits or runs. What went in stays."""
    record = await service.cancel(session, vault, principal, import_id, expected)
    await session.flush()
    tag(response, record.version)
    return CandidateImportView.of(record, _language(request, response))
