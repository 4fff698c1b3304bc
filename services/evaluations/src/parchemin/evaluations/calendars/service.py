"""Use cases about calendar feeds."""

import hashlib
import secrets
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.language import Text
from parchemin.common.ownership import find, one, owned
from parchemin.common.problems import Forbidden, NotFound, Unprocessable
from parchemin.contracts.vocabulary import Role, SessionState
from parchemin.evaluations.access import JURY
from parchemin.evaluations.calendars.ics import Entry, calendar
from parchemin.evaluations.calendars.models import CalendarFeed
from parchemin.evaluations.calendars.schemas import NewFeed
from parchemin.evaluations.enrolments.candidates import own_enrolments
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.jurors.models import Juror
from parchemin.evaluations.jurors.service import calling_juror, juror_ids_of
from parchemin.evaluations.places.models import Place, Room
from parchemin.evaluations.planning.models import Slot, SlotJuror
from parchemin.evaluations.planning.reading import rooms_by_id
from parchemin.evaluations.sessions.models import EvaluationSession

SHOWN = 500
"""Slots in a feed, the latest ones: years of them for a juror."""


class OneOwner(Unprocessable):
    """A feed is one juror's or one candidate's."""

    code = "one_owner"
    detail = Text("Un flux appartient à un juré ou à un candidat.", "A feed is a juror's or a candidate's.")


async def open_feed(session: AsyncSession, principal: Principal, new: NewFeed) -> tuple[CalendarFeed, str]:
    """Make a feed and its secret, which is told now and never again."""
    juror_id, candidate_id = await _owner(session, principal, new)
    secret = secrets.token_urlsafe(32)
    feed = CalendarFeed(
        organisation_id=principal.organisation,
        juror_id=juror_id,
        candidate_id=candidate_id,
        language=new.language,
        secret_hash=_hashed(secret),
    )
    session.add(feed)
    await session.flush()
    return feed, secret


def visible_feeds(principal: Principal) -> Select[CalendarFeed]:
    """The organisation's, for the staff; for others, their own."""
    statement = owned(CalendarFeed, principal)
    if principal.has(Role.ADMINISTRATOR):
        return statement
    own: list[ColumnElement[bool]] = []
    if principal.has(*JURY):
        own.append(col(CalendarFeed.juror_id).in_(juror_ids_of(principal)))
    if principal.has(Role.CANDIDATE):
        own.append(col(CalendarFeed.candidate_id).in_(_own_candidate(principal)))
    return statement.where(or_(*own))


async def revoke_feed(session: AsyncSession, principal: Principal, feed_id: UUID) -> None:
    """Close a feed: its address opens nothing any more."""
    await session.delete(await one(session, visible_feeds(principal).with_for_update(), CalendarFeed, feed_id))


async def read_feed(session: AsyncSession, secret: str, time_zone: str) -> bytes:
    """The calendar that the secret opens; 404 for any other."""
    statement = select(CalendarFeed).where(col(CalendarFeed.secret_hash) == _hashed(secret))
    feed = (await session.execute(statement)).scalar_one_or_none()
    if feed is None:
        raise NotFound
    return calendar(await _entries(session, feed), language=feed.language, time_zone=time_zone)


async def _entries(session: AsyncSession, feed: CalendarFeed) -> list[Entry]:
    """The owner's slots in sessions that are no drafts."""
    if feed.juror_id is not None:
        statement = (
            select(Slot, EvaluationSession, col(SlotJuror.sits))
            .join(SlotJuror, col(SlotJuror.slot_id) == col(Slot.id))
            .where(col(SlotJuror.juror_id) == feed.juror_id)
        )
    else:
        statement = (
            select(Slot, EvaluationSession, col(EvaluationSession.id).is_not(None))
            .join(KnownEnrolment, col(KnownEnrolment.id) == col(Slot.enrolment_id))
            .where(col(KnownEnrolment.candidate_id) == feed.candidate_id)
        )
    statement = (
        statement.join(EvaluationSession, col(EvaluationSession.id) == col(Slot.session_id))
        .where(
            col(Slot.organisation_id) == feed.organisation_id,
            col(EvaluationSession.state) != SessionState.DRAFT,
        )
        .order_by(col(Slot.evaluation_starts_at).desc(), col(Slot.id).desc())
        .limit(SHOWN)
    )
    found = (await session.execute(statement)).all()[::-1]
    rooms = await rooms_by_id(session, {slot.room_id for slot, _, _ in found})
    return [
        Entry(
            slot_id=slot.id,
            enrolment_id=slot.enrolment_id,
            modality=slot.modality,
            preparation_starts_at=slot.preparation_starts_at,
            evaluation_starts_at=slot.evaluation_starts_at,
            ends_at=slot.ends_at,
            where=_where(*rooms[slot.room_id]),
            for_juror=feed.juror_id is not None,
            cancelled=held.state == SessionState.CANCELLED or not sits,
            sequence=slot.version - 1 + (held.state == SessionState.CANCELLED),
            changed_at=max(slot.updated_at, held.updated_at)
            if held.state == SessionState.CANCELLED
            else slot.updated_at,
        )
        for slot, held, sits in found
    ]


async def _owner(session: AsyncSession, principal: Principal, new: NewFeed) -> tuple[UUID | None, UUID | None]:
    if new.juror_id is not None and new.candidate_id is not None:
        raise OneOwner
    if principal.has(Role.ADMINISTRATOR) and new.juror_id is not None:
        return (await find(session, Juror, new.juror_id, principal)).id, None
    if principal.has(Role.ADMINISTRATOR) and new.candidate_id is not None:
        known = owned(KnownEnrolment, principal).where(col(KnownEnrolment.candidate_id) == new.candidate_id).limit(1)
        if (await session.execute(known)).first() is None:
            raise NotFound
        return None, new.candidate_id
    if principal.has(*JURY) and new.candidate_id is None:
        juror = await calling_juror(session, principal)
        if new.juror_id not in (None, juror.id):
            raise NotFound
        return juror.id, None
    if principal.has(Role.CANDIDATE) and new.juror_id is None:
        own = await session.scalar(_own_candidate(principal).limit(1))
        if own is None or new.candidate_id not in (None, own):
            raise NotFound
        return None, own
    if principal.has(Role.ADMINISTRATOR):
        raise OneOwner
    raise Forbidden


def _own_candidate(principal: Principal) -> Select[UUID]:
    own = col(KnownEnrolment.id).in_(own_enrolments(principal))
    return select(col(KnownEnrolment.candidate_id)).where(own)


def _where(room: Room, place: Place) -> str:
    parts = (room.name, room.floor, place.name, *place.address_lines, f"{place.postal_code} {place.city}")
    return ", ".join(part for part in parts if part)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
