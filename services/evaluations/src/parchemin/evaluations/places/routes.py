"""HTTP of places and rooms."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlmodel import col

from parchemin.common.http.conditions import ExpectedVersion, tag
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.ownership import find, owned
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.evaluations.access import Planning
from parchemin.evaluations.places import service
from parchemin.evaluations.places.models import Closure, Place, Room
from parchemin.evaluations.places.schemas import (
    ClosureView,
    NewClosure,
    PlaceEntry,
    PlaceView,
    RoomEntry,
    RoomView,
)

router = APIRouter(prefix="/v1", tags=["places"], route_class=TransactionalRoute)


@router.post("/places", status_code=201)
async def enter_place(entry: PlaceEntry, session: Writing, principal: Planning, response: Response) -> PlaceView:
    """Add a building where sessions are held."""
    place = await service.enter_place(session, principal, entry)
    tag(response, place.version)
    return PlaceView.model_validate(place)


@router.get("/places")
async def list_places(session: Reading, principal: Planning, paging: Paging) -> Page[PlaceView]:
    """The organisation's places."""
    return await page(session, owned(Place, principal), Place, paging, PlaceView.model_validate)


@router.get("/places/{place_id}")
async def read_place(place_id: UUID, session: Reading, principal: Planning, response: Response) -> PlaceView:
    """One place."""
    place = await find(session, Place, place_id, principal)
    tag(response, place.version)
    return PlaceView.model_validate(place)


@router.put("/places/{place_id}")
async def change_place(
    place_id: UUID,
    entry: PlaceEntry,
    session: Writing,
    principal: Planning,
    expected: ExpectedVersion,
    response: Response,
) -> PlaceView:
    """Replace what is known of a place; `active: false` keeps it out of new plans."""
    place = await service.change_place(session, principal, place_id, entry, expected)
    await session.flush()
    tag(response, place.version)
    return PlaceView.model_validate(place)


@router.delete("/places/{place_id}", status_code=204, responses=documented(service.PlaceInUse))
async def delete_place(place_id: UUID, session: Writing, principal: Planning, expected: ExpectedVersion) -> None:
    """Forget a place that has no rooms."""
    await service.delete_place(session, principal, place_id, expected)


@router.post("/rooms", status_code=201, responses=documented(NotFound, service.RoomNameTaken))
async def enter_room(entry: RoomEntry, session: Writing, principal: Planning, response: Response) -> RoomView:
    """Add a room to a place."""
    room = await service.enter_room(session, principal, entry)
    tag(response, room.version)
    return RoomView.model_validate(room)


@router.get("/rooms")
async def list_rooms(
    session: Reading,
    principal: Planning,
    paging: Paging,
    place_id: Annotated[UUID | None, Query(description="Only this place's")] = None,
) -> Page[RoomView]:
    """The organisation's rooms."""
    statement = owned(Room, principal)
    if place_id is not None:
        statement = statement.where(col(Room.place_id) == place_id)
    return await page(session, statement, Room, paging, RoomView.model_validate)


@router.get("/rooms/{room_id}")
async def read_room(room_id: UUID, session: Reading, principal: Planning, response: Response) -> RoomView:
    """One room."""
    room = await find(session, Room, room_id, principal)
    tag(response, room.version)
    return RoomView.model_validate(room)


@router.put("/rooms/{room_id}", responses=documented(service.RoomNameTaken))
async def change_room(
    room_id: UUID,
    entry: RoomEntry,
    session: Writing,
    principal: Planning,
    expected: ExpectedVersion,
    response: Response,
) -> RoomView:
    """Replace what is known of a room; `active: false` keeps it out of new plans. Slots stay until planned again."""
    room = await service.change_room(session, principal, room_id, entry, expected)
    await session.flush()
    tag(response, room.version)
    return RoomView.model_validate(room)


@router.delete("/rooms/{room_id}", status_code=204, responses=documented(service.RoomInUse))
async def delete_room(room_id: UUID, session: Writing, principal: Planning, expected: ExpectedVersion) -> None:
    """Forget a room that no plan names."""
    await service.delete_room(session, principal, room_id, expected)


@router.post("/closures", status_code=201, responses=documented(NotFound))
async def close_room(new: NewClosure, session: Writing, principal: Planning) -> ClosureView:
    """Say when a room cannot be used. Slots in it stay until the session is planned again."""
    return ClosureView.model_validate(await service.close_room(session, principal, new))


@router.get("/closures")
async def list_closures(
    session: Reading,
    principal: Planning,
    paging: Paging,
    room_id: Annotated[UUID | None, Query(description="Only this room's")] = None,
) -> Page[ClosureView]:
    """When rooms cannot be used."""
    statement = owned(Closure, principal)
    if room_id is not None:
        statement = statement.where(col(Closure.room_id) == room_id)
    return await page(session, statement, Closure, paging, ClosureView.model_validate)


@router.delete("/closures/{closure_id}", status_code=204)
async def delete_closure(closure_id: UUID, session: Writing, principal: Planning) -> None:
    """The room can be used after all. A closure never changes, so no version is asked for."""
    await service.delete_closure(session, principal, closure_id)
