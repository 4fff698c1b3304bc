"""Use cases about copies of persons' files: asked for, gathered, fetched."""

from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.service import visible_candidates
from parchemin.candidates.identity.storage import CandidateErased
from parchemin.candidates.privacy.personal_files.models import PersonalFile, PersonalFilePart
from parchemin.candidates.privacy.personal_files.rules import SERVICES, PersonalFileState
from parchemin.candidates.privacy.persons import acts_for_themselves, visible_candidate
from parchemin.candidates.settings import Settings
from parchemin.common import audit
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.database import announce
from parchemin.common.ids import new_id
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.ownership import owned
from parchemin.common.personal_files.sealing import new_key
from parchemin.common.problems import Conflict
from parchemin.common.statements import insert_if_absent, table_of
from parchemin.common.vault import Purpose, Vault
from parchemin.contracts.events import privacy as events

log = structlog.get_logger()

GATHERED = "personal_files"
"""Announced when a part has come; the assembler waits for it."""
UNDER_WAY = (PersonalFileState.REQUESTED, PersonalFileState.GATHERING)


class PersonalFileNotReady(Conflict):
    """There is nothing to fetch yet, or not any more."""

    code = "personal_file_not_ready"
    detail = Text(
        "Cette copie est {state} : elle ne peut pas être téléchargée.", "This copy is {state}: it cannot be fetched."
    )


async def visible_files(session: AsyncSession, vault: Vault, principal: Principal) -> Select[PersonalFile]:
    """The organisation's; for a candidate, those of their own data."""
    statement = owned(PersonalFile, principal)
    if acts_for_themselves(principal):
        own = (await visible_candidates(session, vault, principal)).with_only_columns(col(Candidate.id))
        statement = statement.where(col(PersonalFile.candidate_id).in_(own))
    return statement


def may_fetch(principal: Principal, file: PersonalFile) -> bool:
    """The person, and the administrator who asked: a copy for the person's own eyes is nobody else's."""
    asked = (file.requester_issuer, file.requester) == (principal.issuer, principal.subject)
    return acts_for_themselves(principal) or (asked and not file.by_the_person)


async def request_file(
    session: AsyncSession, vault: Vault, principal: Principal, candidate_id: UUID, settings: Settings
) -> PersonalFile:
    """Have every service give its part. One that is under way for the same eyes is answered as it is."""
    candidate = await visible_candidate(session, vault, principal, candidate_id, for_update=True)
    if candidate.erased_at is not None:
        raise CandidateErased
    by_the_person = acts_for_themselves(principal)
    under_way = select(PersonalFile).where(
        col(PersonalFile.candidate_id) == candidate.id,
        col(PersonalFile.by_the_person) == by_the_person,
        col(PersonalFile.state).in_(UNDER_WAY),
    )
    known: PersonalFile | None = (await session.execute(under_way)).scalar_one_or_none()
    if known is not None:
        return known
    now, file_id = utc_now(), new_id()
    secret, public = new_key()
    cipher = await vault.cipher(session, candidate.id, Purpose.FILE)
    file = PersonalFile(
        id=file_id,
        organisation_id=candidate.organisation_id,
        candidate_id=candidate.id,
        by_the_person=by_the_person,
        requester=principal.subject,
        requester_issuer=principal.issuer,
        recipient=public,
        secret=cipher.seal(secret, place=secret_place(file_id)),
        due_at=now + timedelta(hours=settings.personal_file_due_hours),
        expires_at=now + timedelta(hours=settings.personal_file_due_hours, days=settings.personal_file_days),
    )
    session.add(file)
    await publish(
        session,
        events.PersonalFileRequestedV1(
            request_id=file.id,
            candidate_id=file.candidate_id,
            organisation_id=file.organisation_id,
            recipient=public,
            services=tuple(sorted(SERVICES)),
            due_at=file.due_at,
        ),
    )
    await audit.record(session, principal, "personal_file.requested", file)
    return file


async def learn_part(session: AsyncSession, event: events.PersonalFilePart) -> None:
    """A service's part lies in the exchange. One that comes too late is kept for no more than its deletion."""
    rows = select(PersonalFile).where(col(PersonalFile.id) == event.request_id).with_for_update()
    file: PersonalFile | None = (await session.execute(rows)).scalar_one_or_none()
    if file is None:
        log.warning("personal_file_unknown", request_id=str(event.request_id))
        return
    part = {
        "personal_file_id": file.id,
        "service": event.type.split(".")[1],
        "content_key": event.content_key,
        "size": event.size,
    }
    await insert_if_absent(session, table_of(PersonalFilePart), part)
    if file.state == PersonalFileState.REQUESTED:
        file.state, file.updated_at = PersonalFileState.GATHERING, utc_now()
    announce(session, GATHERED)


async def secret_of(session: AsyncSession, vault: Vault, file: PersonalFile) -> str | None:
    """What opens the parts and the archive; None once the copy has expired, or the person was erased."""
    cipher = (await vault.ciphers(session, [file.candidate_id], Purpose.FILE)).get(file.candidate_id)
    if cipher is None or file.secret is None:
        return None
    return cipher.open(file.secret, place=secret_place(file.id))


def secret_place(file_id: UUID) -> str:
    """Where the sealed half of the key belongs."""
    return f"personal_files.secret:{file_id}"
