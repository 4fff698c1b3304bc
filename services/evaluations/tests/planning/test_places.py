"""Places, rooms, closures; jurors who are away."""

from typing import TYPE_CHECKING

import pytest
from services.evaluations.tests.planning.building import enter_place, enter_room, set_timetable, timetable

from parchemin.contracts.vocabulary import Role

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio
MORNING = {"starts_at": "2026-06-15T09:00:00+02:00", "ends_at": "2026-06-15T12:00:00+02:00"}


async def test_a_place_and_its_rooms_are_entered_changed_and_forgotten(school: "School") -> None:
    place = await enter_place(school)
    room = await enter_room(school, place, floor="2e étage", capacity=2)
    await school.refuses(
        "place_in_use", "DELETE", f"/v1/places/{place}", match=await school.etag(f"/v1/places/{place}")
    )
    entry = {"place_id": place, "name": "Salle 1", "capacity": 4, "accessible": True, "active": False}
    changed = school.done(await school.put(f"/v1/rooms/{room}", entry))
    assert (changed["capacity"], changed["accessible"], changed["floor"], changed["active"]) == (4, True, None, False)
    await school.refuses("stale_version", "PUT", f"/v1/rooms/{room}", entry, match='"1"')
    await school.refuses("room_name_taken", "POST", "/v1/rooms", entry)
    second = await enter_room(school, place, "Salle 2")
    await school.refuses(
        "room_name_taken", "PUT", f"/v1/rooms/{second}", entry, match=await school.etag(f"/v1/rooms/{second}")
    )
    assert len((await school.get(f"/v1/rooms?place_id={place}"))["items"]) == 2
    for url in (f"/v1/rooms/{second}", f"/v1/rooms/{room}", f"/v1/places/{place}"):
        assert (await school.call("DELETE", url, match=await school.etag(url))).status_code == 204
        await school.refuses("not_found", "GET", url)


async def test_a_room_that_a_timetable_names_is_deactivated_not_deleted(school: "School") -> None:
    room = await enter_room(school, await enter_place(school))
    await set_timetable(school, await school.plan("M1"), timetable(room))
    await school.refuses("room_in_use", "DELETE", f"/v1/rooms/{room}", match=await school.etag(f"/v1/rooms/{room}"))


async def test_a_room_is_closed_for_a_while_and_open_again(school: "School") -> None:
    room = await enter_room(school, await enter_place(school))
    closure = school.done(await school.call("POST", "/v1/closures", {"room_id": room, **MORNING}))
    assert closure["starts_at"] == "2026-06-15T07:00:00Z"
    assert [found["id"] for found in (await school.get(f"/v1/closures?room_id={room}"))["items"]] == [closure["id"]]
    backwards = {"room_id": room, "starts_at": MORNING["ends_at"], "ends_at": MORNING["starts_at"]}
    assert (await school.refuses("invalid", "POST", "/v1/closures", backwards))["faults"] == ["ends_before"]
    naive = {"room_id": room, "starts_at": "2026-06-15T09:00:00", "ends_at": 12}
    assert (await school.refuses("invalid", "POST", "/v1/closures", naive))["faults"] == [
        "datetime_parsing",
        "timezone_aware",
    ]
    assert (await school.call("DELETE", f"/v1/closures/{closure['id']}")).status_code == 204
    assert (await school.get("/v1/closures"))["items"] == []
    room_url = f"/v1/rooms/{room}"
    school.done(await school.call("POST", "/v1/closures", {"room_id": room, **MORNING}))
    assert (await school.call("DELETE", room_url, match=await school.etag(room_url))).status_code == 204


async def test_jurors_say_when_they_are_away_themselves_and_see_no_other_s(school: "School") -> None:
    juror, other = await school.enter_juror(), await school.enter_juror()
    token = school.juror(juror, Role.JURY_MEMBER)
    own = school.done(await school.call("POST", "/v1/unavailabilities", MORNING, by=token))
    assert own["juror_id"] == juror
    theirs = school.done(await school.call("POST", "/v1/unavailabilities", {"juror_id": other, **MORNING}))
    await school.refuses("not_found", "POST", "/v1/unavailabilities", {"juror_id": other, **MORNING}, by=token)
    await school.refuses("not_found", "DELETE", f"/v1/unavailabilities/{theirs['id']}", by=token)
    seen = (await school.get("/v1/unavailabilities", by=token))["items"]
    assert [away["id"] for away in seen] == [own["id"]]
    assert len((await school.get("/v1/unavailabilities"))["items"]) == 2
    assert len((await school.get(f"/v1/unavailabilities?juror_id={other}"))["items"]) == 1
    assert (await school.call("DELETE", f"/v1/unavailabilities/{own['id']}", by=token)).status_code == 204
    await school.refuses("forbidden", "POST", "/v1/unavailabilities", MORNING)
