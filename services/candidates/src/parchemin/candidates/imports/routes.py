"""HTTP of imports."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from parchemin.candidates.identity.routes import Recording
from parchemin.candidates.imports import service
from parchemin.candidates.imports.reading import MOST_ROWS, FileRefused
from parchemin.candidates.imports.schemas import ImportReport
from parchemin.candidates.referentials.service import ReferentialUnknown
from parchemin.common.http.unit_of_work import TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.language import preferred_language
from parchemin.common.problems import Conflict
from parchemin.common.problems.http import UnsupportedMediaType
from parchemin.common.problems.representation import documented

router = APIRouter(prefix="/v1/candidate_imports", tags=["candidates"], route_class=TransactionalRoute)

_MEDIA_TYPES = ("text/csv", "application/octet-stream")
_EXAMPLE = """Nom de naissance;Prénoms;Sexe;Date de naissance;Commune de naissance;Code INSEE;Pays de naissance;\
Voie d'accès;Blocs
Lefèvre;Zoé;F;17/06/1999;Paris 12e;75112;France;apprentissage;tous
"""
_BODY = {
    "requestBody": {
        "required": True,
        "description": f"CSV with a header line and at most {MOST_ROWS} rows; UTF-8 or Windows-1252; `;`, `,` or tab",
        "content": {
            "text/csv": {"schema": {"type": "string"}, "example": _EXAMPLE},
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@router.post(
    "",
    status_code=201,
    openapi_extra=_BODY,
    responses={
        **documented(Conflict, UnsupportedMediaType, FileRefused, ReferentialUnknown),
        200: {"model": ImportReport, "description": "Nothing was written: the report says why"},
    },
)
async def import_candidates(
    request: Request,
    session: Writing,
    vault: InstalledVault,
    principal: Recording,
    response: Response,
    all_or_nothing: Annotated[bool, Query(description="Write nothing where one row is bad")] = False,
) -> ImportReport:
    """Enter a cohort from a spreadsheet's CSV. With an access path and blocks, candidates are enrolled too, on the
    latest referential. Bad rows are reported, each with all its faults; good ones go in."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in _MEDIA_TYPES:
        raise UnsupportedMediaType(expected=", ".join(_MEDIA_TYPES))
    reading = await asyncio.to_thread(service.read_candidates, await request.body())
    outcome = await service.import_candidates(
        session, vault, principal.organisation, reading, all_or_nothing=all_or_nothing
    )
    language = preferred_language(request.headers.get("accept-language"))
    response.headers["Content-Language"] = language
    if not outcome.candidates:
        response.status_code = 200
    return ImportReport.of(outcome, language)
