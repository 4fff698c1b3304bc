"""Use cases about what is recorded in a follow-up. Each entry is sealed whole, and opened for who may read it."""

from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.follow_ups import rules
from parchemin.candidates.follow_ups.models import FollowUp, FollowUpEntry
from parchemin.candidates.follow_ups.rules import FollowUpState
from parchemin.candidates.follow_ups.schemas import EntryContent, EntrySummary, EntryView, Exchange
from parchemin.candidates.privacy.access_log.rules import AccessKind
from parchemin.candidates.privacy.access_log.service import record_access
from parchemin.candidates.sealing import opened, opening_cipher, sealing_cipher
from parchemin.common import audit
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.ids import new_id
from parchemin.common.language import Text
from parchemin.common.ownership import find, one, owned
from parchemin.common.problems import Conflict, FieldFault, Unprocessable
from parchemin.common.vault import Vault

_CONTENT: TypeAdapter[EntryContent] = TypeAdapter(EntryContent)


class FollowUpNotOpen(Conflict):
    """What is not open any more, or not yet, records nothing."""

    code = "follow_up_not_open"
    detail = Text("Ce suivi est « {state} ».", "This follow-up is {state}.")


class ResourceUnknown(Unprocessable):
    """The exchange names a resource that this follow-up does not have."""

    code = "resource_unknown"


async def record_entry(
    session: AsyncSession, vault: Vault, principal: Principal, follow_up_id: UUID, content: EntryContent
) -> FollowUpEntry:
    """Record a need, a resource, an exchange, a piece of evidence."""
    follow_up = await _open(session, principal, follow_up_id)
    await _require_resource(session, follow_up, content)
    entry_id = new_id()
    cipher = await sealing_cipher(session, vault, follow_up.candidate_id)
    entry = FollowUpEntry(
        id=entry_id,
        organisation_id=follow_up.organisation_id,
        follow_up_id=follow_up.id,
        kind=content.kind,
        content=cipher.seal(content.model_dump_json(), place=place_of_entry(entry_id)),
    )
    session.add(entry)
    await audit.record(session, principal, "follow_up_entry.recorded", entry)
    return entry


async def replace_entry(
    session: AsyncSession,
    vault: Vault,
    principal: Principal,
    follow_up_id: UUID,
    entry_id: UUID,
    content: EntryContent,
    expected: int,
) -> FollowUpEntry:
    """Say it anew."""
    follow_up = await _open(session, principal, follow_up_id)
    entry = await _entry(session, principal, follow_up, entry_id)
    require_version(entry, expected)
    await _require_resource(session, follow_up, content)
    cipher = await sealing_cipher(session, vault, follow_up.candidate_id)
    entry.kind = content.kind
    entry.content = cipher.seal(content.model_dump_json(), place=place_of_entry(entry.id))
    entry.updated_at = utc_now()
    await audit.record(session, principal, "follow_up_entry.replaced", entry)
    return entry


async def delete_entry(
    session: AsyncSession, principal: Principal, follow_up_id: UUID, entry_id: UUID, expected: int
) -> None:
    """Take out what should not be there."""
    follow_up = await find(session, FollowUp, follow_up_id, principal, for_update=True)
    entry = await _entry(session, principal, follow_up, entry_id)
    require_version(entry, expected)
    await audit.record(session, principal, "follow_up_entry.deleted", entry)
    await session.delete(entry)


async def read_entry(
    session: AsyncSession, vault: Vault, principal: Principal, follow_up: FollowUp, entry: FollowUpEntry
) -> EntryView:
    """The entry with what it says; that it was read is recorded."""
    cipher = await opening_cipher(session, vault, follow_up.candidate_id)
    await audit.record(session, principal, "follow_up_entry.read", entry)
    person = follow_up.organisation_id, follow_up.candidate_id
    await record_access(session, principal, AccessKind.DISABILITY_CASE, person)
    said = opened(cipher, entry.content, place=place_of_entry(entry.id))
    return EntryView(
        **EntrySummary.model_validate(entry).model_dump(),
        content=None if said is None else _CONTENT.validate_json(said),
    )


async def _open(session: AsyncSession, principal: Principal, follow_up_id: UUID) -> FollowUp:
    """Locked: a withdrawal of the consent waits for what is being recorded, and then takes it out."""
    follow_up = await find(session, FollowUp, follow_up_id, principal, for_update=True)
    if not rules.may_record(FollowUpState(follow_up.state)):
        raise FollowUpNotOpen(state=follow_up.state)
    return follow_up


async def _entry(session: AsyncSession, principal: Principal, follow_up: FollowUp, entry_id: UUID) -> FollowUpEntry:
    entries = owned(FollowUpEntry, principal).where(col(FollowUpEntry.follow_up_id) == follow_up.id)
    return await one(session, entries.with_for_update(), FollowUpEntry, entry_id)


async def _require_resource(session: AsyncSession, follow_up: FollowUp, content: EntryContent) -> None:
    if not isinstance(content, Exchange) or content.resource_id is None:
        return
    known = await session.scalar(
        select(col(FollowUpEntry.id)).where(
            col(FollowUpEntry.id) == content.resource_id,
            col(FollowUpEntry.follow_up_id) == follow_up.id,
            col(FollowUpEntry.kind) == "resource",
        )
    )
    if known is None:
        text = Text("Ce suivi n'a pas cette ressource.", "This follow-up has no such resource.")
        raise ResourceUnknown(faults=[FieldFault("/content/resource_id", "resource_unknown", text)])


def place_of_entry(entry_id: UUID) -> str:
    """What a sealed entry belongs to."""
    return f"follow_up_entries.content:{entry_id}"
