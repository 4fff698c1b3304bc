"""Use cases about places, rooms, and the times at which rooms or jurors cannot be had."""

from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.ownership import find, one, owned
from parchemin.common.problems import Conflict, NotFound
from parchemin.evaluations.access import is_only_juror
from parchemin.evaluations.jurors.models import Juror
from parchemin.evaluations.jurors.service import calling_juror, juror_ids_of
from parchemin.evaluations.places.models import Closure, Place, Room, Unavailability
from parchemin.evaluations.places.schemas import NewClosure, NewUnavailability, PlaceEntry, RoomEntry
from parchemin.evaluations.planning.models import Slot, TimetableRoom


class RoomNameTaken(Conflict):
    """The place has a room of this name."""

    code = "room_name_taken"
    detail = Text("Ce lieu a déjà une salle de ce nom.", "The place has a room of this name already.")


class PlaceInUse(Conflict):
    """The place has rooms."""

    code = "place_in_use"
    detail = Text(
        "Ce lieu a des salles : désactivez-le plutôt que de le supprimer.",
        "This place has rooms: deactivate it rather than delete it.",
    )


class RoomInUse(Conflict):
    """A plan names the room."""

    code = "room_in_use"
    detail = Text(
        "Un plan nomme cette salle : désactivez-la plutôt que de la supprimer.",
        "A plan names this room: deactivate it rather than delete it.",
    )


async def enter_place(session: AsyncSession, principal: Principal, entry: PlaceEntry) -> Place:
    """Add a place."""
    place = Place(organisation_id=principal.organisation, **entry.model_dump())
    session.add(place)
    return place


async def change_place(
    session: AsyncSession, principal: Principal, place_id: UUID, entry: PlaceEntry, expected: int
) -> Place:
    """Replace what is known of a place."""
    place = await find(session, Place, place_id, principal, for_update=True)
    require_version(place, expected)
    for name, value in entry.model_dump().items():
        setattr(place, name, value)
    place.updated_at = utc_now()
    return place


async def delete_place(session: AsyncSession, principal: Principal, place_id: UUID, expected: int) -> None:
    """Forget a place that has no rooms."""
    place = await find(session, Place, place_id, principal, for_update=True)
    require_version(place, expected)
    if await session.scalar(select(col(Room.id)).where(col(Room.place_id) == place.id).limit(1)) is not None:
        raise PlaceInUse
    await session.delete(place)


async def enter_room(session: AsyncSession, principal: Principal, entry: RoomEntry) -> Room:
    """Add a room to a place."""
    place = await find(session, Place, entry.place_id, principal, for_update=True)
    await _require_free_name(session, entry, None)
    room = Room(organisation_id=place.organisation_id, **entry.model_dump())
    session.add(room)
    return room


async def change_room(
    session: AsyncSession, principal: Principal, room_id: UUID, entry: RoomEntry, expected: int
) -> Room:
    """Replace what is known of a room. Slots in it stay until they are planned again."""
    await find(session, Place, entry.place_id, principal, for_update=True)
    room = await find(session, Room, room_id, principal, for_update=True)
    require_version(room, expected)
    await _require_free_name(session, entry, room.id)
    for name, value in entry.model_dump().items():
        setattr(room, name, value)
    room.updated_at = utc_now()
    return room


async def delete_room(session: AsyncSession, principal: Principal, room_id: UUID, expected: int) -> None:
    """Forget a room that no plan names."""
    room = await find(session, Room, room_id, principal, for_update=True)
    require_version(room, expected)
    for used in (col(Slot.room_id), col(TimetableRoom.room_id)):
        if await session.scalar(select(used).where(used == room.id).limit(1)) is not None:
            raise RoomInUse
    for closure in (await session.execute(select(Closure).where(col(Closure.room_id) == room.id))).scalars():
        await session.delete(closure)
    await session.flush()
    await session.delete(room)


async def close_room(session: AsyncSession, principal: Principal, new: NewClosure) -> Closure:
    """Say when a room cannot be used. Slots in it stay until they are planned again."""
    room = await find(session, Room, new.room_id, principal)
    closure = Closure(organisation_id=room.organisation_id, **new.model_dump())
    session.add(closure)
    return closure


async def delete_closure(session: AsyncSession, principal: Principal, closure_id: UUID) -> None:
    """The room can be used after all."""
    await session.delete(await find(session, Closure, closure_id, principal, for_update=True))


def visible_unavailabilities(principal: Principal) -> Select[Unavailability]:
    """The organisation's; for a juror, their own."""
    statement = owned(Unavailability, principal)
    if is_only_juror(principal):
        statement = statement.where(col(Unavailability.juror_id).in_(juror_ids_of(principal)))
    return statement


async def declare_unavailability(session: AsyncSession, principal: Principal, new: NewUnavailability) -> Unavailability:
    """Say when a juror is away: the staff of anyone, a juror of themselves."""
    if is_only_juror(principal) or new.juror_id is None:
        juror = await calling_juror(session, principal)
        if new.juror_id not in (None, juror.id):
            raise NotFound
    else:
        juror = await find(session, Juror, new.juror_id, principal)
    away = Unavailability(
        organisation_id=juror.organisation_id, juror_id=juror.id, starts_at=new.starts_at, ends_at=new.ends_at
    )
    session.add(away)
    return away


async def delete_unavailability(session: AsyncSession, principal: Principal, unavailability_id: UUID) -> None:
    """The juror is there after all."""
    visible = visible_unavailabilities(principal).with_for_update()
    await session.delete(await one(session, visible, Unavailability, unavailability_id))


async def _require_free_name(session: AsyncSession, entry: RoomEntry, own: UUID | None) -> None:
    statement = select(col(Room.id)).where(col(Room.place_id) == entry.place_id, col(Room.name) == entry.name)
    if await session.scalar(statement) not in (None, own):
        raise RoomNameTaken
