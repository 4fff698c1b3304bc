"""Slots as callers may see them."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.ownership import owned
from parchemin.contracts.vocabulary import Role, SessionState
from parchemin.evaluations.access import JURY, STAFF
from parchemin.evaluations.enrolments.candidates import own_enrolments
from parchemin.evaluations.jurors.service import juror_ids_of
from parchemin.evaluations.places.models import Place, Room
from parchemin.evaluations.planning.gathering import panels_of
from parchemin.evaluations.planning.models import Slot
from parchemin.evaluations.planning.schemas import SlotPlace, SlotView
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat


def visible_slots(principal: Principal) -> Select[Slot]:
    """The organisation's slots; for a juror those of the sessions they sit in, for a candidate their own, once the
    session is no draft any more."""
    statement = owned(Slot, principal)
    if principal.has(*STAFF):
        return statement
    allowed: list[ColumnElement[bool]] = []
    if principal.has(*JURY):
        seats = select(col(JurySeat.session_id)).where(col(JurySeat.juror_id).in_(juror_ids_of(principal)))
        allowed.append(col(Slot.session_id).in_(seats))
    if principal.has(Role.CANDIDATE):
        drafts = select(col(EvaluationSession.id)).where(col(EvaluationSession.state) == SessionState.DRAFT)
        allowed.append(col(Slot.enrolment_id).in_(own_enrolments(principal)) & col(Slot.session_id).not_in(drafts))
    return statement.where(or_(*allowed))


async def rooms_by_id(session: AsyncSession, room_ids: set[UUID]) -> dict[UUID, tuple[Room, Place]]:
    """These rooms with their places."""
    statement = select(Room, Place).join(Place, col(Place.id) == col(Room.place_id)).where(col(Room.id).in_(room_ids))
    return {room.id: (room, place) for room, place in await session.execute(statement)}


async def present(session: AsyncSession, principal: Principal, slots: Sequence[Slot]) -> list[SlotView]:
    """These slots as the API shows them; a fixed number of statements."""
    rooms = await rooms_by_id(session, {slot.room_id for slot in slots})
    panels = await panels_of(session, [slot.id for slot in slots])
    tells_panel = principal.has(*STAFF, *JURY)
    views = []
    for slot in slots:
        room, place = rooms[slot.room_id]
        views.append(
            SlotView(
                **slot.model_dump(include=set(SlotView.model_fields)),
                where=SlotPlace(
                    place_id=place.id,
                    place=place.name,
                    room_id=room.id,
                    room=room.name,
                    floor=room.floor,
                    accessible=room.accessible,
                ),
                panel=list(panels.get(slot.id, ())) if tells_panel else None,
            )
        )
    return views
