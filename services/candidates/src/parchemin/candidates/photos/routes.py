"""HTTP of photos: a part of the candidate's record, with its ETag."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.service import visible_candidate
from parchemin.candidates.identity.storage import CandidateErased, CandidateMerged, refuse_merged
from parchemin.candidates.photos import service
from parchemin.common.auth import Access, Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import ExpectedVersion, require_version, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import find
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.contracts.vocabulary import Role

router = APIRouter(prefix="/v1/candidates/{candidate_id}/photo", tags=["candidates"], route_class=TransactionalRoute)

Recording = Annotated[Principal, Depends(Access(Role.ADMINISTRATOR, Role.CLIENT, scope="candidates:write"))]
Looking = Annotated[
    Principal, Depends(Access(Role.ADMINISTRATOR, Role.CLIENT, Role.CANDIDATE, scope="candidates:read"))
]
_BINARY = {"schema": {"type": "string", "format": "binary"}}


@router.put(
    "",
    status_code=204,
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": "A portrait: 100 pixels a side at least, 25 million pixels and 5 MB at most",
            "content": {"image/jpeg": _BINARY, "image/png": _BINARY},
        }
    },
    responses=documented(service.PhotoRefused, CandidateErased, CandidateMerged),
)
async def put_photo(
    candidate_id: UUID,
    request: Request,
    session: Writing,
    vault: InstalledVault,
    principal: Recording,
    expected: ExpectedVersion,
    response: Response,
) -> None:
    """Keep a photo of the candidate, in place of an earlier one. Kept is the picture as a JPEG of at most 1200 pixels a
    side, sealed, without anything that a camera wrote into the file. `If-Match` is the candidate's."""
    candidate = await _changing(session, principal, candidate_id, expected)
    await service.put_photo(session, vault, candidate, await request.body())
    await session.flush()
    tag(response, candidate.version)


@router.get(
    "",
    response_class=Response,
    responses={200: {"content": {"image/jpeg": {}}}, **documented(NotFound, CandidateErased, CandidateMerged)},
)
async def read_photo(candidate_id: UUID, session: Reading, vault: InstalledVault, principal: Looking) -> Response:
    """The photo, a JPEG."""
    candidate = await visible_candidate(session, vault, principal, candidate_id)
    picture = await service.photo_of(session, vault, candidate)
    return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "private, no-store"})


@router.delete("", status_code=204, responses=documented(CandidateMerged))
async def delete_photo(
    candidate_id: UUID, session: Writing, principal: Recording, expected: ExpectedVersion, response: Response
) -> None:
    """Take the photo away."""
    candidate = await _changing(session, principal, candidate_id, expected)
    await service.delete_photo(session, candidate)
    await session.flush()
    tag(response, candidate.version)


async def _changing(session: Writing, principal: Principal, candidate_id: UUID, expected: int) -> Candidate:
    candidate = await find(session, Candidate, candidate_id, principal, for_update=True)
    refuse_merged(candidate)
    require_version(candidate, expected)
    candidate.updated_at = utc_now()
    return candidate
