"""Planning a session: what is made, what is kept, what is refused."""

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

import pytest
from services.evaluations.tests.planning.building import (
    ACCESSIBLE,
    DAY,
    EXTRA_THIRD,
    clock,
    enter_place,
    enter_room,
    grant,
    plan_slots,
    set_timetable,
    slots_of,
    timetable,
)

from parchemin.contracts.vocabulary import Role

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import Held, School

pytestmark = pytest.mark.asyncio


async def session_with(school: "School", candidates: int, **changes: object) -> tuple["Held", list[str], str]:
    """A draft with a room, a timetable, and candidates for M1."""
    room = await enter_room(school, await enter_place(school))
    held = await school.plan("M1")
    enrolments = [await school.enrol(1) for _ in range(candidates)]
    for enrolment in enrolments:
        await school.register(held, enrolment, "M1")
    await set_timetable(school, held, timetable(room, **changes))
    return held, enrolments, room


async def test_everyone_gets_a_slot_with_their_extra_time(school: "School") -> None:
    held, (enrolment, _, _), room = await session_with(school, 3)
    await grant(school, enrolment, EXTRA_THIRD)
    assert await plan_slots(school, held) == {"slots": 3, "kept": 0, "moved": 0, "added": 3}
    slots = await slots_of(school, held)
    assert [clock(slot) for slot in slots] == [
        ["07:00", "07:27", "08:07"],  # 20 min + 33 % and 30 min + 33 %, rounded up; nine o'clock in Paris
        ["08:07", "08:27", "08:57"],
        ["08:57", "09:17", "09:47"],
    ]
    assert slots[0]["enrolment_id"] == enrolment
    assert {slot["where"]["room_id"] for slot in slots} == {room}
    assert all(sorted(held.jury) == slot["panel"] for slot in slots)
    assert await plan_slots(school, held) == {"slots": 3, "kept": 3, "moved": 0, "added": 0}
    assert await slots_of(school, held) == slots


async def test_planning_again_moves_only_what_a_closed_room_or_a_juror_away_takes(school: "School") -> None:
    day = [{"date": DAY, "opens": "09:00", "closes": "12:30"}]
    held, _, room = await session_with(school, 3, days=day)
    await plan_slots(school, held)
    before = await slots_of(school, held)
    closed = {"room_id": room, "starts_at": f"{DAY}T09:00:00+02:00", "ends_at": f"{DAY}T09:10:00+02:00"}
    school.done(await school.call("POST", "/v1/closures", closed))
    assert await plan_slots(school, held) == {"slots": 3, "kept": 2, "moved": 1, "added": 0}
    after = {slot["id"]: slot for slot in await slots_of(school, held)}
    assert [after[slot["id"]] == slot for slot in before] == [False, True, True]
    assert clock(after[before[0]["id"]]) == ["09:30", "09:50", "10:20"]
    assert await school.etag(f"/v1/slots/{before[0]['id']}") == '"2"'
    assert await school.etag(f"/v1/slots/{before[1]['id']}") == '"1"'
    away = {"juror_id": held.jury[2], "starts_at": f"{DAY}T11:50:00+02:00", "ends_at": f"{DAY}T18:00:00+02:00"}
    school.done(await school.call("POST", "/v1/unavailabilities", away))
    late = await school.enrol(1)
    await school.register(held, late, "M1")
    answer = await school.refuses("plan_impossible", "POST", f"/v1/sessions/{held.id}/slots/plan")
    assert set(answer["faults"]) == {"no_slot_left"}


async def test_an_impossible_plan_names_each_clash_in_the_client_s_language(school: "School") -> None:
    held, (one, other), room = await session_with(school, 2)
    registrations = {item["enrolment_id"]: item["id"] for item in (await school.get("/v1/registrations"))["items"]}
    await grant(school, one, ACCESSIBLE)
    for juror in held.jury[:2]:
        tie = {"juror_id": juror, "enrolment_id": other, "kind": "trained"}
        school.done(await school.call("POST", "/v1/conflicts_of_interest", tie))
    url = f"/v1/sessions/{held.id}/slots/plan"
    problem = await school.refuses("plan_impossible", "POST", url)
    errors = {error["code"]: error for error in problem["errors"]}
    assert set(errors) == {"no_accessible_room", "too_few_graders"}
    assert errors["no_accessible_room"] == {
        "pointer": f"/registrations/{registrations[one]}",
        "code": "no_accessible_room",
        "detail": f"Inscription {registrations[one]} : aucune salle accessible.",
    }
    assert all(juror in errors["too_few_graders"]["detail"] for juror in held.jury[:2])
    english = await school.call("POST", url, by={**school.staff, "Accept-Language": "en"})
    assert "no accessible room" in english.text
    assert (await slots_of(school, held)) == []
    entry = {"place_id": str(uuid4()), "name": "Salle 1", "capacity": 1, "accessible": True}
    entry["place_id"] = (await school.get(f"/v1/rooms/{room}"))["place_id"]
    school.done(await school.put(f"/v1/rooms/{room}", entry))
    assert (await school.refuses("plan_impossible", "POST", url))["faults"] == ["too_few_graders"]


async def test_two_sessions_share_neither_a_room_nor_a_juror_nor_a_candidate_at_once(school: "School") -> None:
    held, (enrolment, _), room = await session_with(school, 2)
    await plan_slots(school, held)
    second = await school.plan("M2", jury=held.jury)
    await school.register(second, await school.enrol(2), "M2")
    length = [{"modality": "M2", "evaluation_minutes": 30}]
    await set_timetable(school, second, timetable(room, durations=length))
    await plan_slots(school, second)
    assert [clock(slot) for slot in await slots_of(school, second)] == [["08:40", "08:40", "09:10"]]
    elsewhere = await enter_room(school, await enter_place(school))
    third = await school.plan("M1")
    await school.register(third, enrolment, "M1")
    morning = [{"date": DAY, "opens": "09:00", "closes": "09:50"}]
    await set_timetable(school, third, timetable(elsewhere, days=morning))
    problem = await school.refuses("plan_impossible", "POST", f"/v1/sessions/{third.id}/slots/plan")
    assert problem["faults"] == ["candidate_elsewhere"]
    school.done(await school.lead(held, "cancelled"))
    await plan_slots(school, third)


async def test_plans_made_at_once_do_not_book_a_room_twice(school: "School") -> None:
    room = await enter_room(school, await enter_place(school))
    sessions = []
    for _ in range(4):
        held = await school.plan("M1")
        await school.register(held, await school.enrol(1), "M1")
        days = [{"date": DAY, "opens": "09:00", "closes": "10:40"}]
        await set_timetable(school, held, timetable(room, days=days))
        sessions.append(held)
    answers = await asyncio.gather(*(school.call("POST", f"/v1/sessions/{held.id}/slots/plan") for held in sessions))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 409, 409]
    slots = [slot for held in sessions for slot in await slots_of(school, held)]
    assert sorted(clock(slot)[0] for slot in slots) == ["07:00", "07:50"]


async def test_a_slot_is_moved_by_hand_within_the_same_rules(school: "School") -> None:
    held, _, room = await session_with(school, 2)
    await plan_slots(school, held)
    first, second = await slots_of(school, held)
    url = f"/v1/slots/{first['id']}"
    there = {"room_id": room, "preparation_starts_at": second["preparation_starts_at"]}
    problem = await school.refuses("slot_clashes", "PUT", url, there, match='"1"')
    assert set(problem["faults"]) == {"juror_double_booked", "room_full"}
    assert str(second["registration_id"]) in str(problem["errors"])
    late = {"room_id": room, "preparation_starts_at": f"{DAY}T11:30:00+02:00"}
    assert (await school.refuses("slot_clashes", "PUT", url, late, match='"1"'))["faults"] == ["outside_opening"]
    stranger = {**late, "room_id": str(uuid4()), "panel": [held.jury[0], str(uuid4())]}
    assert set((await school.refuses("slot_clashes", "PUT", url, stranger, match='"1"'))["faults"]) == {
        "outside_opening",
        "room_not_planned",
        "panel_too_small",
        "juror_not_seated",
    }
    good = {"room_id": room, "preparation_starts_at": f"{DAY}T11:10:00+02:00"}
    moved = school.done(await school.call("PUT", url, good, match='"1"'))
    assert clock(moved) == ["09:10", "09:30", "10:00"]
    await school.refuses("stale_version", "PUT", url, good, match='"1"')
    again = await school.call("PUT", url, good, match='"2"')
    assert again.headers["etag"] == '"2"'  # it is there already
    odd = {"room_id": room, "preparation_starts_at": f"{DAY}T11:10:30+02:00"}
    assert (await school.refuses("invalid", "PUT", url, odd, match='"2"'))["faults"] == ["whole_minutes"]


async def test_who_sees_which_slots(school: "School") -> None:
    held, (enrolment, _), _ = await session_with(school, 2)
    await plan_slots(school, held)
    candidate = UUID((await school.get(f"/v1/registrations?enrolment_id={enrolment}"))["items"][0]["candidate_id"])
    own = await school.identify(candidate, "zoe")
    assert await slots_of(school, held, by=own) == []  # a draft is nobody's business yet
    school.done(await school.lead(held, "open"))
    (slot,) = await slots_of(school, held, by=own)
    assert (slot["enrolment_id"], slot["panel"]) == (enrolment, None)
    other = next(s for s in await slots_of(school, held) if s["id"] != slot["id"])
    await school.refuses("not_found", "GET", f"/v1/slots/{other['id']}", by=own)
    assert (await school.get("/v1/slots", by=own))["items"] == [slot]
    assert len(await slots_of(school, held, by=school.juror(held.jury[1]))) == 2
    outside = school.juror(await school.enter_juror())
    assert await slots_of(school, held, by=outside) == []
    program = school.bearer(Role.CLIENT, organisation=school.id)
    found = (await school.get(f"/v1/slots?registration_id={slot['registration_id']}", by=program))["items"]
    assert [item["id"] for item in found] == [slot["id"]]


async def test_sub_panels_share_the_candidates(school: "School") -> None:
    room = await enter_room(school, await enter_place(school), capacity=2)
    jury = [await school.enter_juror() for _ in range(4)]
    held = await school.plan("M1", jury=jury)
    for _ in range(4):
        await school.register(held, await school.enrol(1), "M1")
    await set_timetable(school, held, timetable(room, panel_size=2))
    await plan_slots(school, held)
    slots = await slots_of(school, held)
    assert [clock(slot)[0] for slot in slots] == ["07:00", "07:00", "07:50", "07:50"]
    assert {len(slot["panel"]) for slot in slots} == {2}
    assert set(slots[0]["panel"]) | set(slots[1]["panel"]) == set(jury)


async def test_a_timetable_with_errors_is_refused_with_each_of_them(school: "School") -> None:
    held = await school.plan("M1")
    room = await enter_room(school, await enter_place(school))
    await school.refuses("timetable_missing", "POST", f"/v1/sessions/{held.id}/slots/plan")
    url = f"/v1/sessions/{held.id}"
    days = [
        {"date": "2026-03-29", "opens": "02:30", "closes": "12:00"},
        {"date": "2026-10-25", "opens": "00:00", "closes": "12:00", "breaks": [{"starts": "02:00", "ends": "04:00"}]},
    ]
    lengths = [{"modality": "M2", "evaluation_minutes": 30}]
    entry = timetable(room, str(uuid4()), durations=lengths, panel_size=1)
    match = await school.etag(url)
    problem = await school.refuses("timetable_faulty", "PUT", f"{url}/timetable", entry, match=match)
    assert problem["faults"] == ["modality_not_held", "too_few_graders", "unknown_room"]
    for day, code in zip(days, ["local_time_missing", "local_time_twice"], strict=True):
        entry = timetable(room, days=[day])
        problem = await school.refuses("timetable_faulty", "PUT", f"{url}/timetable", entry, match=match)
        assert problem["faults"] == [code]
    both = timetable(room, room)
    assert (await school.refuses("invalid", "PUT", f"{url}/timetable", both, match=match))["faults"] == ["named_twice"]
    far = timetable(room, days=[{"date": day, "opens": "09:00", "closes": "12:00"} for day in (DAY, "2026-10-01")])
    await school.refuses("invalid", "PUT", f"{url}/timetable", far, match=match)
    kept = await set_timetable(school, held, timetable(room, rest_minutes=15))
    assert await school.get(f"{url}/timetable") == kept
    assert (kept["rest_minutes"], kept["time_zone"]) == (15, "Europe/Paris")
    await school.refuses("stale_version", "PUT", f"{url}/timetable", timetable(room), match=match)


@pytest.mark.parametrize(("day", "first"), [("2026-03-29", "07:00"), ("2026-10-25", "08:00")])
async def test_nine_o_clock_is_nine_o_clock_on_days_when_clocks_change(school: "School", day: str, first: str) -> None:
    held, _, _ = await session_with(school, 1, day=day)
    await plan_slots(school, held)
    (slot,) = await slots_of(school, held)
    assert (slot["preparation_starts_at"][:10], clock(slot)[0]) == (day, first)


async def test_a_modality_without_a_length_is_named(school: "School") -> None:
    held = await school.plan("M1", "M2")
    room = await enter_room(school, await enter_place(school))
    await set_timetable(school, held, timetable(room))
    await school.register(held, await school.enrol(), "M2")
    problem = await school.refuses("plan_impossible", "POST", f"/v1/sessions/{held.id}/slots/plan")
    assert problem["faults"] == ["duration_missing"]
