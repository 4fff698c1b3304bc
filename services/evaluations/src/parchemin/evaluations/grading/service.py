"""Use cases about sheets: a juror's own, saved bit by bit, signed once, corrected by a new version.

A tablet may send the same thing twice, or late: what would leave the sheet as it stands is answered as if it had been
the first time, whatever happened to the session meanwhile, and nothing is written.
"""

from collections.abc import Callable, Collection, Sequence
from typing import NoReturn
from uuid import UUID

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.ownership import one, owned
from parchemin.common.problems import Conflict, Forbidden
from parchemin.evaluations.grading.assessment import assessment
from parchemin.evaluations.grading.contents import (
    Content,
    Outcome,
    content_of,
    entry_content,
    outcome,
    patched,
)
from parchemin.evaluations.grading.faults import (
    SheetChanged,
    SheetExists,
    SheetNotSigned,
    SheetSigned,
    by_code,
    by_place,
    refused,
    require_faultless,
)
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.grading.rules import SheetState, may_become
from parchemin.evaluations.grading.schemas import Correction, NewSheet, SheetEntry, SheetPatch, SheetView
from parchemin.evaluations.grading.storage import (
    OwnSheet,
    own_sheet,
    standing_sheet,
    supersede,
    update_draft,
)
from parchemin.evaluations.grading.writing import FIRST_VERSION, enter, tell_if_signed, written
from parchemin.evaluations.jurors.service import calling_juror, juror_ids_of
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.sessions.service import visible_sessions

Saved = tuple[SheetView, int]
"""A sheet and its version."""


async def save_new(session: AsyncSession, principal: Principal, new: NewSheet) -> Saved:
    """The caller's sheet for a registration of a session they sit in."""
    content = entry_content(new)
    try:
        assessed = await assessment(session, principal, new.registration_id)
    except Conflict:
        standing = await standing_sheet(session, principal, new.registration_id)
        if standing is not None and standing.content.says_the_same(content):
            return standing.view, standing.version
        raise
    if assessed.sheet_id is not None:
        return await _standing(session, principal, new.registration_id, content)
    require_faultless(content, assessed)
    entered = await enter(session, assessed, content)
    if entered is None:
        return await _standing(session, principal, new.registration_id, content)
    return entered, FIRST_VERSION


async def save(session: AsyncSession, principal: Principal, sheet_id: UUID, entry: SheetEntry, expected: int) -> Saved:
    """Replace the caller's draft, or sign it."""
    wanted = entry_content(entry)
    return await _save(session, principal, sheet_id, lambda _stored: wanted, expected, by_place)


async def amend(session: AsyncSession, principal: Principal, sheet_id: UUID, patch: SheetPatch, expected: int) -> Saved:
    """Change a part of the caller's draft, or sign it with that change."""
    return await _save(session, principal, sheet_id, lambda stored: patched(stored, patch), expected, by_code)


async def _save(
    session: AsyncSession,
    principal: Principal,
    sheet_id: UUID,
    change: Callable[[Content], Content],
    expected: int,
    pointer: Callable[[str, int, str], str],
) -> Saved:
    sheet = await own_sheet(session, principal, sheet_id)
    if sheet is None:
        return await _refuse(session, principal, sheet_id)
    wanted = change(sheet.content)
    found = outcome(sheet.content, wanted, version=sheet.version, expected=expected)
    if found is Outcome.REPEATED:
        return sheet.view, sheet.version
    assessed = await assessment(session, principal, sheet.row["registration_id"], sheet.held)
    if found is Outcome.STALE:
        raise refused(SheetChanged, sheet.id, sheet.version)
    if found is Outcome.SIGNED:
        raise refused(SheetSigned, sheet.id, sheet.version)
    require_faultless(wanted, assessed, pointer)
    changes = {"version": sheet.version + 1, **written(wanted, assessed, sheet.row["number"], None, utc_now())}
    if not await update_draft(session, sheet, changes):
        return await _overtaken(session, principal, sheet.id, change)
    saved = SheetView.model_validate({**sheet.row, **changes})
    await tell_if_signed(session, assessed, saved)
    return saved, sheet.version + 1


async def correct(session: AsyncSession, principal: Principal, sheet_id: UUID, correction: Correction) -> Saved:
    """A new, signed version of a signed sheet; the old one stays, and counts no more."""
    sheet = await own_sheet(session, principal, sheet_id)
    if sheet is None:
        return await _refuse(session, principal, sheet_id)
    content = content_of(correction, "signed")
    if sheet.state == "corrected":
        return await _corrected(session, principal, sheet, content, correction.reason)
    assessed = await assessment(session, principal, sheet.row["registration_id"], sheet.held)
    if not may_become(SheetState(sheet.state), SheetState.CORRECTED):
        raise SheetNotSigned
    require_faultless(content, assessed)
    if not await supersede(session, sheet, utc_now()):
        return await _corrected(session, principal, sheet, content, correction.reason)
    entered = await enter(session, assessed, content, number=sheet.row["number"] + 1, reason=correction.reason)
    if entered is None:
        raise SheetNotSigned
    return entered, FIRST_VERSION


def visible_sheets(principal: Principal) -> Select[Sheet]:
    """The caller's own; and of a registration for which theirs is signed, the other jurors' signed ones."""
    mine = juror_ids_of(principal)
    own = aliased(Sheet)
    signed_mine = exists().where(
        col(own.registration_id) == col(Sheet.registration_id),
        col(own.juror_id).in_(mine),
        col(own.state) == "signed",
    )
    sessions = visible_sessions(principal).with_only_columns(col(EvaluationSession.id))
    return (
        owned(Sheet, principal)
        .where(col(Sheet.session_id).in_(sessions))
        .where(or_(col(Sheet.juror_id).in_(mine), (col(Sheet.state) != "draft") & signed_mine))
    )


async def _refuse(session: AsyncSession, principal: Principal, sheet_id: UUID) -> NoReturn:
    """Say why this is no sheet of the caller's: there is none that they may know of, or it is another juror's."""
    await calling_juror(session, principal)
    await one(session, visible_sheets(principal), Sheet, sheet_id)
    raise Forbidden


async def _standing(session: AsyncSession, principal: Principal, registration_id: UUID, wanted: Content) -> Saved:
    """The sheet that stands, where it is the one that was to be written; else the two are in each other's way."""
    standing = await standing_sheet(session, principal, registration_id)
    if standing is None:
        raise Conflict
    if standing.content.says_the_same(wanted):
        return standing.view, standing.version
    raise refused(SheetExists, standing.id, standing.version)


async def _corrected(
    session: AsyncSession, principal: Principal, sheet: OwnSheet, wanted: Content, reason: str
) -> Saved:
    """The correction that took the sheet's place, where it is the one that was to be written."""
    standing = await standing_sheet(session, principal, sheet.row["registration_id"])
    if standing is None or not standing.content.says_the_same(wanted):
        raise SheetNotSigned
    if (standing.row["number"], standing.row["reason"]) != (sheet.row["number"] + 1, reason):
        raise SheetNotSigned
    return standing.view, standing.version


async def _overtaken(
    session: AsyncSession, principal: Principal, sheet_id: UUID, change: Callable[[Content], Content]
) -> Saved:
    """Another request changed the sheet between our reading and our writing."""
    now: OwnSheet | None = await own_sheet(session, principal, sheet_id)
    if now is None:
        raise Conflict
    if now.content.says_the_same(change(now.content)):
        return now.view, now.version
    raise refused(SheetChanged, now.id, now.version)


async def signed_sheets(session: AsyncSession, registration_ids: Collection[UUID]) -> Sequence[Sheet]:
    """The sheets of these registrations that count at the deliberation."""
    statement = select(Sheet).where(col(Sheet.registration_id).in_(registration_ids), col(Sheet.state) == "signed")
    return (await session.execute(statement)).scalars().all()
