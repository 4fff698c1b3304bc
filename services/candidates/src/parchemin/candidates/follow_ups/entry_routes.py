"""HTTP of what is recorded in a follow-up."""

from uuid import UUID

from fastapi import APIRouter, Request, Response
from sqlmodel import col

from parchemin.candidates.follow_ups import entries, service
from parchemin.candidates.follow_ups.models import FollowUpEntry
from parchemin.candidates.follow_ups.routes import Consulting, Following
from parchemin.candidates.follow_ups.schemas import Entry, EntrySummary, EntryView
from parchemin.candidates.recorded import RecordedReading
from parchemin.common import audit
from parchemin.common.http.conditions import ExpectedVersion, is_unchanged, not_modified, tag
from parchemin.common.http.unit_of_work import TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import one, owned
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import Gone, NotFound
from parchemin.common.problems.representation import documented

router = APIRouter(
    prefix="/v1/disability_follow_ups/{follow_up_id}/entries",
    tags=["disability_follow_ups"],
    route_class=TransactionalRoute,
)


@router.post(
    "", status_code=201, responses=documented(NotFound, Gone, entries.FollowUpNotOpen, entries.ResourceUnknown)
)
async def record_follow_up_entry(
    follow_up_id: UUID,
    entry: Entry,
    session: Writing,
    vault: InstalledVault,
    principal: Following,
    response: Response,
) -> EntrySummary:
    """Record a need, an outside resource, an exchange or a piece of evidence. The answer, which may be stored for an
    idempotent repeat, does not say it again."""
    recorded = await entries.record_entry(session, vault, principal, follow_up_id, entry.content)
    tag(response, recorded.version)
    return EntrySummary.model_validate(recorded)


@router.get("")
async def list_follow_up_entries(
    follow_up_id: UUID, session: RecordedReading, vault: InstalledVault, principal: Consulting, paging: Paging
) -> Page[EntrySummary]:
    """What is recorded, without what it says. The reading is recorded."""
    follow_up = await service.visible_follow_up(session, vault, principal, follow_up_id)
    await audit.record(session, principal, "follow_up.entries_listed", follow_up)
    statement = owned(FollowUpEntry, principal).where(col(FollowUpEntry.follow_up_id) == follow_up.id)
    return await page(session, statement, FollowUpEntry, paging, EntrySummary.model_validate)


@router.get("/{entry_id}", response_model=EntryView)
async def read_follow_up_entry(
    follow_up_id: UUID,
    entry_id: UUID,
    session: RecordedReading,
    vault: InstalledVault,
    principal: Consulting,
    request: Request,
    response: Response,
) -> EntryView | Response:
    """One entry: for the disability officer, and for the candidate whom it is about. Each reading is recorded."""
    follow_up = await service.visible_follow_up(session, vault, principal, follow_up_id)
    known = owned(FollowUpEntry, principal).where(col(FollowUpEntry.follow_up_id) == follow_up.id)
    entry = await one(session, known, FollowUpEntry, entry_id)
    if is_unchanged(request, entry.version):
        return not_modified(entry.version)
    view = await entries.read_entry(session, vault, principal, follow_up, entry)
    tag(response, entry.version)
    return view


@router.put("/{entry_id}", responses=documented(Gone, entries.FollowUpNotOpen, entries.ResourceUnknown))
async def replace_follow_up_entry(
    follow_up_id: UUID,
    entry_id: UUID,
    entry: Entry,
    session: Writing,
    vault: InstalledVault,
    principal: Following,
    expected: ExpectedVersion,
    response: Response,
) -> EntrySummary:
    """Say an entry anew."""
    changed = await entries.replace_entry(session, vault, principal, follow_up_id, entry_id, entry.content, expected)
    await session.flush()
    tag(response, changed.version)
    return EntrySummary.model_validate(changed)


@router.delete("/{entry_id}", status_code=204)
async def delete_follow_up_entry(
    follow_up_id: UUID, entry_id: UUID, session: Writing, principal: Following, expected: ExpectedVersion
) -> None:
    """Take an entry out, for good."""
    await entries.delete_entry(session, principal, follow_up_id, entry_id, expected)
