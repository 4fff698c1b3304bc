"""Rows of sheets, by statements that are built once and run on the connection.

The mapper would cost as much as all else that is done for a sheet, and read twice what one statement reads.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, RowMapping, bindparam, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.auth import Principal
from parchemin.common.statements import is_sqlite, table_of
from parchemin.evaluations.grading.assessment import HELD, caller_of
from parchemin.evaluations.grading.contents import Content, stored_content
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.grading.schemas import SheetView

_sheets = table_of(Sheet)


@dataclass(frozen=True, slots=True)
class OwnSheet:
    """The caller's own sheet, as it was when it was read."""

    row: Mapping[str, Any]
    version: int
    content: Content
    held: RowMapping
    """The caller and the session, held until the end of the transaction; see `assessment`."""

    @property
    def id(self) -> UUID:
        return cast(UUID, self.row["id"])

    @property
    def state(self) -> str:
        return self.content.state

    @property
    def view(self) -> SheetView:
        return SheetView.model_validate(self.row)


_AS_SHEET = "sheet_"
_OWN = HELD.add_columns(*(column.label(f"{_AS_SHEET}{column.name}") for column in _sheets.c)).join(
    _sheets,
    (_sheets.c.registration_id == HELD.selected_columns.registration_id)
    & (_sheets.c.juror_id == HELD.selected_columns.juror_id),
)
_BY_ID = _OWN.where(_sheets.c.id == bindparam("sheet_id"))
_STANDING = _OWN.where(
    _sheets.c.registration_id == bindparam("registration_id"),
    _sheets.c.state != "corrected",
)
"""The sheet itself is not locked: whoever changes it names the version that they read."""


async def own_sheet(session: AsyncSession, principal: Principal, sheet_id: UUID) -> OwnSheet | None:
    """This sheet, if it is the caller's own."""
    return await _read(session, principal, _BY_ID, {"sheet_id": sheet_id})


async def standing_sheet(session: AsyncSession, principal: Principal, registration_id: UUID) -> OwnSheet | None:
    """The caller's sheet for this registration that counts."""
    return await _read(session, principal, _STANDING, {"registration_id": registration_id})


async def _read(session: AsyncSession, principal: Principal, statement: Any, which: dict[str, Any]) -> OwnSheet | None:
    connection = await session.connection()
    found = (await connection.execute(statement, {**caller_of(principal), **which})).mappings().one_or_none()
    if found is None:
        return None
    row = {column.name: found[f"{_AS_SHEET}{column.name}"] for column in _sheets.c}
    return OwnSheet(row, row["version"], stored_content(row), found)


_INSERT = {
    "sqlite": sqlite.insert(_sheets).on_conflict_do_nothing(),
    "postgresql": postgresql.insert(_sheets).on_conflict_do_nothing(),
}
_SAVE = (
    update(_sheets)
    .where(
        _sheets.c.id == bindparam("sheet_id"),
        _sheets.c.version == bindparam("expected"),
        _sheets.c.state == "draft",
    )
    .values(
        {
            name: bindparam(name)
            for name in ("version", "updated_at", "levels", "opinions", "state", "signed_at", "digest")
        }
    )
)
_SUPERSEDE = (
    update(_sheets)
    .where(
        _sheets.c.id == bindparam("sheet_id"),
        _sheets.c.version == bindparam("expected"),
        _sheets.c.state == "signed",
    )
    .values(version=_sheets.c.version + 1, updated_at=bindparam("updated_at"), state="corrected")
)


async def insert_sheet(session: AsyncSession, row: Mapping[str, Any]) -> bool:
    """Add a row; false where another sheet of the juror for this registration stands, written at the same moment."""
    return await _one(session, _INSERT["sqlite" if is_sqlite(session) else "postgresql"], row)


async def update_draft(session: AsyncSession, sheet: OwnSheet, changes: Mapping[str, Any]) -> bool:
    """Write to a draft; false where it is not any more what was read."""
    return await _one(session, _SAVE, {"sheet_id": sheet.id, "expected": sheet.version, **changes})


async def supersede(session: AsyncSession, sheet: OwnSheet, at: datetime) -> bool:
    """Let a signed sheet count no more; false where it was superseded since it was read."""
    return await _one(session, _SUPERSEDE, {"sheet_id": sheet.id, "expected": sheet.version, "updated_at": at})


async def _one(session: AsyncSession, statement: Any, parameters: Mapping[str, Any]) -> bool:
    result = await (await session.connection()).execute(statement, dict(parameters))
    return cast("CursorResult[Any]", result).rowcount == 1
