"""Forgetting one person: what goes, in one transaction, and what stays of them."""

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.accommodations.models import Accommodation, AccommodationReview
from parchemin.candidates.duplicates.models import CandidateChange
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.candidates.follow_ups.withdrawal import forget_disability
from parchemin.candidates.identity.models import Candidate, CandidateName
from parchemin.candidates.identity.service import ids_of_person
from parchemin.candidates.imports import service as imports
from parchemin.candidates.photos.models import CandidatePhoto
from parchemin.candidates.privacy.holders.service import refresh_holder
from parchemin.candidates.privacy.personal_files.models import PersonalFile
from parchemin.common.erasure import forget
from parchemin.common.outbox import publish
from parchemin.common.vault import Purpose, Vault
from parchemin.contracts.events.erasure import CandidateErasedV1


async def forget_candidate(session: AsyncSession, vault: Vault, candidate: Candidate, now: datetime) -> None:
    """Make the person unreadable here, and have everybody hear of it. The candidate is locked by the caller.

    Keys are destroyed, but for the register's where the person holds or held a certification; beside, what no duty
    holds is deleted, so that nothing depends on the keys alone. The row stays, and says nothing but when.
    """
    enrolments = list(
        await session.scalars(select(col(Enrolment.id)).where(col(Enrolment.candidate_id) == candidate.id))
    )
    certified = await refresh_holder(session, vault, candidate.id)
    await session.flush()
    await session.execute(delete(CandidateName).where(col(CandidateName.candidate_id) == candidate.id))
    await forget_accessibility(session, vault, candidate.id, now)
    await session.execute(
        update(PersonalFile)
        .where(col(PersonalFile.candidate_id) == candidate.id)
        .values(secret=None, expires_at=now, updated_at=now)
        .execution_options(synchronize_session=False)
    )
    candidate.person = b""
    candidate.fingerprint = hashlib.sha256(b"erased " + candidate.id.bytes).digest()
    candidate.subject_digest = None
    candidate.erased_at = candidate.updated_at = now
    await imports.forget_candidate(session, vault, candidate.id)
    await session.execute(delete(CandidateChange).where(col(CandidateChange.candidate_id) == candidate.id))
    await session.execute(delete(CandidatePhoto).where(col(CandidatePhoto.candidate_id) == candidate.id))
    for known_as in await ids_of_person(session, candidate.id):
        keep = (Purpose.REGISTER,) if certified and known_as == candidate.id else ()
        await forget(session, known_as, related=enrolments, keep=keep)
        await publish(
            session,
            CandidateErasedV1(candidate_id=known_as, organisation_id=candidate.organisation_id, erased_at=now),
        )


async def forget_accessibility(session: AsyncSession, vault: Vault, candidate_id: UUID, now: datetime) -> None:
    """Follow-ups, reasons of exemptions and the key to them, as at a withdrawn consent; and the plans of measures, too.
    That a competency was exempt is a fact of the enrolment, and stays without a word of why."""
    await forget_disability(session, vault, candidate_id, now.date())
    await session.flush()
    enrolments = select(col(Enrolment.id)).where(col(Enrolment.candidate_id) == candidate_id)
    plans = select(col(Accommodation.id)).where(col(Accommodation.enrolment_id).in_(enrolments))
    reviews = delete(AccommodationReview).where(col(AccommodationReview.accommodation_id).in_(plans))
    await session.execute(reviews.execution_options(synchronize_session=False))
    gone = delete(Accommodation).where(col(Accommodation.enrolment_id).in_(enrolments))
    await session.execute(gone.execution_options(synchronize_session=False))
