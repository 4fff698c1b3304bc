"""Use cases about reviews: each session to which somebody is convened asks whether their measures still fit."""

from collections.abc import Collection
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.accommodations.models import Accommodation, AccommodationReview, KnownConvocation
from parchemin.candidates.accommodations.rules import ReviewOutcome
from parchemin.candidates.accommodations.schemas import DueReview, ReviewEntry
from parchemin.candidates.accommodations.service import check, consented, set_measures
from parchemin.candidates.enrolments.models import Enrolment
from parchemin.common import audit
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.common.ownership import owned
from parchemin.common.statements import table_of, upsert
from parchemin.contracts.events.sessions import CandidateConvenedV1


async def learn_convocation(session: AsyncSession, event: CandidateConvenedV1) -> None:
    """Keep who is convened to which session, and for when; a later convocation to it replaces the day."""
    enrolment = await session.get(Enrolment, event.enrolment_id)
    if enrolment is None:
        return  # not opened here: there is nothing to review
    first = min(part.preparation_starts_at or part.starts_at for part in event.appointments)
    now = utc_now()
    known = {
        "id": new_id(),
        "version": 1,
        "organisation_id": enrolment.organisation_id,
        "enrolment_id": enrolment.id,
        "session_id": event.session_id,
        "held_on": first.astimezone(ZoneInfo(event.time_zone)).date(),
        "created_at": now,
        "updated_at": now,
    }
    await upsert(session, table_of(KnownConvocation), known, key=["enrolment_id", "session_id"])


async def review(
    session: AsyncSession,
    principal: Principal,
    accommodation_id: UUID,
    session_id: UUID,
    entry: ReviewEntry,
    expected: int,
    medical_stems: Collection[str],
) -> tuple[AccommodationReview, Accommodation]:
    """Confirm or adjust the measures for a session, dated; again for the same session replaces what was found."""
    if entry.measures is not None:
        check(entry.measures, medical_stems)
    accommodation = await consented(session, principal, accommodation_id, expected)
    found = select(AccommodationReview).where(
        col(AccommodationReview.accommodation_id) == accommodation.id,
        col(AccommodationReview.session_id) == session_id,
    )
    reviewed = (await session.execute(found)).scalar_one_or_none()
    outcome = ReviewOutcome.CONFIRMED if entry.measures is None else ReviewOutcome.ADJUSTED
    now = utc_now()
    if reviewed is None:
        reviewed = AccommodationReview(
            organisation_id=accommodation.organisation_id,
            accommodation_id=accommodation.id,
            session_id=session_id,
            outcome=outcome,
            reviewed_on=now.date(),
            reviewed_by=principal.subject,
        )
        session.add(reviewed)
    else:
        reviewed.outcome, reviewed.reviewed_on, reviewed.reviewed_by = outcome, now.date(), principal.subject
        reviewed.updated_at = now
    if entry.measures is not None:
        await set_measures(session, accommodation, entry.measures)
    await session.flush()
    await audit.record(session, principal, f"accommodation_review.{outcome}", reviewed)
    return reviewed, accommodation


def due_reviews(principal: Principal, today: date) -> Select[KnownConvocation]:
    """Sessions from today on, of enrolments with measures that were not reviewed for them."""
    of_plan = col(Accommodation.enrolment_id) == col(KnownConvocation.enrolment_id)
    reviewed = (
        exists()
        .where(col(AccommodationReview.accommodation_id) == col(Accommodation.id))
        .where(col(AccommodationReview.session_id) == col(KnownConvocation.session_id))
    )
    return (
        owned(KnownConvocation, principal)
        .join(Accommodation, of_plan)
        .where(col(KnownConvocation.held_on) >= today, ~reviewed)
    )


async def present_due(session: AsyncSession, rows: Collection[KnownConvocation]) -> dict[UUID, DueReview]:
    """What is due, with the plan that it is about."""
    plans = select(Accommodation).where(col(Accommodation.enrolment_id).in_({row.enrolment_id for row in rows}))
    by_enrolment = {plan.enrolment_id: plan.id for plan in (await session.execute(plans)).scalars()}
    return {
        row.id: DueReview(
            **row.model_dump(include=set(DueReview.model_fields)), accommodation_id=by_enrolment[row.enrolment_id]
        )
        for row in rows
    }
