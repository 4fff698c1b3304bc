"""HTTP of what was accepted: a file is always saved, never shown, under a name made here."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from sqlalchemy import select
from sqlmodel import col
from starlette.concurrency import iterate_in_threadpool

from parchemin.common.http.conditions import etag, is_unchanged, not_modified
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute
from parchemin.common.language import Text
from parchemin.common.ownership import one
from parchemin.common.problems import Forbidden, Gone
from parchemin.common.problems.http import ServerFault, Unavailable
from parchemin.common.problems.representation import documented
from parchemin.common.storage.store import ContentDamaged, ContentStore
from parchemin.evaluations.access import Concerned
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.submissions.inspection.kinds import EXTENSIONS
from parchemin.evaluations.submissions.models import Deposit
from parchemin.evaluations.submissions.problems import RangeUnfit
from parchemin.evaluations.submissions.visibility import is_in_conflict, visible_files

router = APIRouter(prefix="/v1/submission_files", tags=["submissions"], route_class=TransactionalRoute)

_RANGE = re.compile(r"^bytes=([0-9]{0,15})-([0-9]{0,15})$")


class JurorInConflict(Forbidden):
    """The juror trained, employs or is related to the candidate."""

    code = "juror_has_a_tie"
    detail = Text(
        "Un conflit d'intérêts est déclaré avec ce candidat.", "A conflict of interest with this candidate is declared."
    )


class SubmissionErased(Gone):
    """The person was erased, and the file with them."""

    code = "submission_erased"
    detail = Text(
        "Ce fichier a été effacé avec les données de la personne.", "This file was erased with the data of the person."
    )


@router.get(
    "/{file_id}/content",
    response_class=StreamingResponse,
    responses={
        **documented(JurorInConflict, SubmissionErased, RangeUnfit, ServerFault, Unavailable),
        200: {
            "description": "The file",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        },
        206: {
            "description": "The bytes that `Range` asks for",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        },
        304: {"description": "The client holds it already (`If-None-Match`)"},
    },
)
async def read_submission_file(file_id: UUID, session: Reading, principal: Concerned, request: Request) -> Response:
    """The content of an accepted version, to be saved. One `Range` of bytes may be asked for. A juror with a declared
    conflict of interest does not get it."""
    deposit = await one(session, visible_files(principal), Deposit, file_id)
    if deposit.erased_at is not None:
        raise SubmissionErased
    if await is_in_conflict(session, principal, deposit.registration_id):
        raise JurorInConflict
    modality = select(col(Registration.modality)).where(col(Registration.id) == deposit.registration_id)
    name = _name(deposit, (await session.execute(modality)).scalar_one())
    await session.close()  # the store may take its time, and others want the connection
    if is_unchanged(request, deposit.sha256):
        return not_modified(deposit.sha256)
    asked = _range(request.headers.get("range"), deposit.size)
    start, end = asked or (0, deposit.size)
    store: ContentStore = request.app.state.store
    pieces = store.stream(deposit.sha256, start, end) if asked else store.stream(deposit.sha256)
    try:
        first = await asyncio.to_thread(next, pieces, b"")
    except ContentDamaged as error:
        raise ServerFault from error
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(end - start),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Accept-Ranges": "bytes",
        "ETag": etag(deposit.sha256),
        **({"Content-Range": f"bytes {start}-{end - 1}/{deposit.size}"} if asked else {}),
    }
    return StreamingResponse(
        _all(first, pieces), status_code=206 if asked else 200, media_type="application/octet-stream", headers=headers
    )


async def _all(first: bytes, pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in iterate_in_threadpool(pieces):
        yield piece


def _name(deposit: Deposit, modality: str) -> str:
    extension = EXTENSIONS[deposit.media_type or "text/plain"]
    return f"{modality}-{deposit.deliverable}-v{deposit.number}-{str(deposit.registration_id)[-12:]}.{extension}"


def _range(header: str | None, size: int) -> tuple[int, int] | None:
    """The bytes that are asked for, the last one excluded; None for all: also of what is no single range (RFC 9110
    §14.2)."""
    found = _RANGE.match((header or "").replace(" ", ""))
    if found is None or found.groups() == ("", ""):
        return None
    first, last = found.groups()
    if not first:
        start, end = max(0, size - int(last)), size
    else:
        start, end = int(first), min(size, int(last) + 1) if last else size
    if start >= end:
        raise RangeUnfit(size=size, headers={"Content-Range": f"bytes */{size}"})
    return start, end
