"""A candidate is erased: what is left of them here is what the register and the minutes have to keep.

What stays is pseudonymous: ids, levels, outcomes, dates, and the reasons of decisions, which the minutes print. The
table in docs/erasure.md has it column by column.
"""

from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.clock import utc_now
from parchemin.common.erasure import forget
from parchemin.common.storage.erasing import doom
from parchemin.contracts.events.erasure import CandidateErasedV1
from parchemin.evaluations.appeals.models import Appeal
from parchemin.evaluations.calendars.models import CalendarFeed
from parchemin.evaluations.enrolments.models import KnownCandidate, KnownEnrolment
from parchemin.evaluations.follow_up.models import FollowUp
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.incidents.models import Incident
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.submissions.models import Deposit

STAGED = "staged:"
"""Before the id of an upload, among the files that are to go: its parts."""


async def forget_candidate(session: AsyncSession, event: CandidateErasedV1) -> None:
    """Delete or blank what is about the person, destroy their keys, and give their files up."""
    now, candidate_id = utc_now(), event.candidate_id
    enrolments = list(
        await session.scalars(select(col(KnownEnrolment.id)).where(col(KnownEnrolment.candidate_id) == candidate_id))
    )
    registrations = list(
        await session.scalars(select(col(Registration.id)).where(col(Registration.enrolment_id).in_(enrolments)))
    )
    deposits = await _forget_deposits(session, candidate_id)
    appeals = list(await session.scalars(select(col(Appeal.id)).where(col(Appeal.sealed_for) == candidate_id)))
    incidents = list(await session.scalars(select(col(Incident.id)).where(col(Incident.sealed_for) == candidate_id)))
    changed = {"updated_at": now}
    await session.execute(
        update(Appeal)
        .where(col(Appeal.id).in_(appeals))
        .values(grounds=None, report=None, version=col(Appeal.version) + 1, **changed)
    )
    await session.execute(
        update(Incident)
        .where(col(Incident.id).in_(incidents))
        .values(description=None, version=col(Incident.version) + 1, **changed)
    )
    await session.execute(
        update(KnownEnrolment)
        .where(col(KnownEnrolment.id).in_(enrolments))
        .values(measures=[], version=col(KnownEnrolment.version) + 1, **changed)
    )
    await _blank_comments(session, registrations)
    unanswered = (col(FollowUp.candidate_id) == candidate_id) & (col(FollowUp.state) != "answered")
    await session.execute(delete(FollowUp).where(unanswered))
    await session.execute(delete(CalendarFeed).where(col(CalendarFeed.candidate_id) == candidate_id))
    await session.execute(delete(KnownCandidate).where(col(KnownCandidate.candidate_id) == candidate_id))
    await forget(session, candidate_id, related=[*enrolments, *registrations, *deposits, *appeals, *incidents])


async def _forget_deposits(session: AsyncSession, candidate_id: UUID) -> list[UUID]:
    """That something was handed in, when, and with which digest, is kept; its name and its content are not."""
    now = utc_now()
    theirs = select(Deposit).where(col(Deposit.candidate_id) == candidate_id).with_for_update()
    deposits = (await session.execute(theirs)).scalars().all()
    for deposit in deposits:
        deposit.file_name, deposit.erased_at, deposit.updated_at = None, now, now
    files = {deposit.sha256 for deposit in deposits if deposit.snapshot_id is None}
    await doom(session, [*sorted(files), *(f"{STAGED}{deposit.id}" for deposit in deposits)])
    return [deposit.id for deposit in deposits]


async def is_needed(session: AsyncSession, name: str) -> bool:
    """Whether somebody else handed in the very same content."""
    other = select(col(Deposit.id)).where(col(Deposit.sha256) == name, col(Deposit.erased_at).is_(None)).limit(1)
    return await session.scalar(other) is not None


async def _blank_comments(session: AsyncSession, registration_ids: list[UUID]) -> None:
    """Sheets keep their levels and opinions. Of one that was signed, the digest does not follow from what is left: that
    its comments were erased, and when, explains it."""
    commented = col(Sheet.comments_erased_at).is_(None)
    about = select(Sheet).where(col(Sheet.registration_id).in_(registration_ids), commented)
    for sheet in (await session.execute(about)).scalars():
        sheet.levels = [{name: said for name, said in level.items() if name != "comment"} for level in sheet.levels]
        sheet.reason = None
        sheet.comments_erased_at = sheet.updated_at = utc_now()
