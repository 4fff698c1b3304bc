"""HTTP of sheets."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Body, Query, Response
from sqlmodel import col

from parchemin.common.http.conditions import ExpectedVersion, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.merge_patch import MERGE_PATCH
from parchemin.common.ownership import one
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.evaluations.access import Grading, ReadingSheets
from parchemin.evaluations.grading import service
from parchemin.evaluations.grading.assessment import CandidateNotPresent, JurorInConflict, StatementMissing
from parchemin.evaluations.grading.faults import SheetExists, SheetFaulty, SheetNotSigned, SheetSigned
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.grading.schemas import Correction, NewSheet, SheetEntry, SheetPatch, SheetView
from parchemin.evaluations.incidents.consequences import GradingSuspended
from parchemin.evaluations.sessions.service import WrongState

router = APIRouter(prefix="/v1/sheets", tags=["sheets"], route_class=TransactionalRoute)

GRADING_ERRORS = (
    WrongState,
    CandidateNotPresent,
    StatementMissing,
    JurorInConflict,
    GradingSuspended,
    SheetFaulty,
)


@router.post("", status_code=201, responses=documented(NotFound, SheetExists, *GRADING_ERRORS))
async def write_sheet(new: NewSheet, session: Writing, principal: Grading, response: Response) -> SheetView:
    """Write the caller's sheet for a candidate who is present: one per juror and registration.

    A draft may be incomplete. A signed sheet gives a level to every assessed criterion, with a comment where it
    is not met, and does not change any more.

    Sent again, the same sheet is answered again, with its current ETag. Where the juror has a sheet that says
    something else, the problem names it (`sheet_id`) and its ETag.
    """
    sheet, version = await service.save_new(session, principal, new)
    tag(response, version)
    return sheet


@router.get("")
async def list_sheets(
    session: Reading,
    principal: ReadingSheets,
    paging: Paging,
    registration_id: Annotated[UUID | None, Query(description="Only this registration's")] = None,
    session_id: Annotated[UUID | None, Query(description="Only this session's")] = None,
) -> Page[SheetView]:
    """The caller's sheets, and the other jurors' where the caller has signed the own one."""
    statement = service.visible_sheets(principal)
    if registration_id is not None:
        statement = statement.where(col(Sheet.registration_id) == registration_id)
    if session_id is not None:
        statement = statement.where(col(Sheet.session_id) == session_id)
    return await page(session, statement, Sheet, paging, SheetView.model_validate)


@router.get("/{sheet_id}")
async def read_sheet(sheet_id: UUID, session: Reading, principal: ReadingSheets, response: Response) -> SheetView:
    """One sheet, if the caller may read it."""
    sheet = await one(session, service.visible_sheets(principal), Sheet, sheet_id)
    tag(response, sheet.version)
    return SheetView.model_validate(sheet)


@router.put("/{sheet_id}", responses=documented(SheetSigned, *GRADING_ERRORS))
async def save_sheet(
    sheet_id: UUID,
    entry: SheetEntry,
    session: Writing,
    principal: Grading,
    expected: ExpectedVersion,
    response: Response,
) -> SheetView:
    """Save the caller's draft anew, or sign it.

    What would leave the sheet as it stands is answered with its current ETag, whatever `If-Match` says: a repeat is no
    conflict. Otherwise a stale `If-Match` is a 412 that names the sheet (`sheet_id`) and its current ETag.
    """
    sheet, version = await service.save(session, principal, sheet_id, entry, expected)
    tag(response, version)
    return sheet


@router.patch(
    "/{sheet_id}",
    responses=documented(SheetSigned, *GRADING_ERRORS),
    openapi_extra={
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/SheetPatch"}}}}
    },
)
async def amend_sheet(
    sheet_id: UUID,
    patch: Annotated[SheetPatch, Body(media_type=MERGE_PATCH)],
    session: Writing,
    principal: Grading,
    expected: ExpectedVersion,
    response: Response,
) -> SheetView:
    """Save a part of the caller's draft, as an app does while the juror works: a JSON merge patch (RFC 7396).

    `levels` and `opinions` are objects keyed by code here. What is not named stays as it is; `null` takes it away.
    With `state: signed` the sheet is signed as it results. Repeats and a stale `If-Match` are answered as by PUT.
    """
    sheet, version = await service.amend(session, principal, sheet_id, patch, expected)
    tag(response, version)
    return sheet


@router.post("/{sheet_id}/corrections", status_code=201, responses=documented(SheetNotSigned, *GRADING_ERRORS))
async def correct_sheet(
    sheet_id: UUID, correction: Correction, session: Writing, principal: Grading, response: Response
) -> SheetView:
    """Correct a signed sheet by a new signed version, with the reason; the old one stays readable.

    Sent again, the same correction is answered again.
    """
    sheet, version = await service.correct(session, principal, sheet_id, correction)
    tag(response, version)
    return sheet
