"""Convocations: who is told what, once for each change."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from services.evaluations.tests.conftest import HELD_ON
from services.evaluations.tests.planning.building import (
    DAY,
    EXTRA_THIRD,
    enter_place,
    enter_room,
    grant,
    plan_slots,
    set_timetable,
    slots_of,
    timetable,
)

from parchemin.contracts.events.sessions import CandidateConvenedV1

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import Held, School

pytestmark = pytest.mark.asyncio


async def convene(school: "School", held: "Held", **entry: object) -> Any:
    return school.done(await school.call("POST", f"/v1/sessions/{held.id}/convocations", entry))


async def refused(school: "School", code: str, held: "Held", **entry: object) -> Any:
    return await school.refuses(code, "POST", f"/v1/sessions/{held.id}/convocations", entry)


async def test_a_candidate_is_convened_to_all_of_their_modalities_at_once(school: "School") -> None:
    room = await enter_room(school, await enter_place(school, access_notes="Sonner à « Studio »."))
    held = await school.plan("M1", "M2")
    one, other = await school.enrol(), await school.enrol()
    await grant(school, one, EXTRA_THIRD)
    for enrolment, modality in ((one, "M1"), (one, "M2"), (other, "M1")):
        await school.register(held, enrolment, modality)
    lengths = [
        {"modality": "M1", "preparation_minutes": 10, "evaluation_minutes": 20},
        {"modality": "M2", "evaluation_minutes": 30},
    ]
    await refused(school, "wrong_state", held)
    school.done(await school.lead(held, "open"))
    await refused(school, "time_missing", held)
    await set_timetable(school, held, timetable(room, durations=lengths))
    problem = await refused(school, "plan_outdated", held)
    assert problem["faults"] == ["no_slot"] * 3
    await plan_slots(school, held)
    await refused(school, "time_twice", held, starts_at=f"{DAY}T09:00:00Z")
    assert await convene(school, held, bring="Votre dossier.") == {"convened": 2, "unchanged": 0}
    facts = {str(fact.enrolment_id): fact for fact in await school.facts(CandidateConvenedV1)}
    slots = await slots_of(school, held)
    told = facts[one]
    assert [part.modality for part in told.appointments] == [
        slot["modality"] for slot in slots if slot["enrolment_id"] == one
    ]
    assert (told.number, told.bring, told.time_zone) == (1, "Votre dossier.", "Europe/Paris")
    assert [measure.percent for measure in told.measures] == [33]
    longer = next(part for part in told.appointments if part.modality == "M1")
    assert longer.preparation_starts_at is not None
    assert (longer.starts_at - longer.preparation_starts_at).seconds == 14 * 60
    where = longer.where
    assert (where.place, where.room, where.postal_code, where.city) == ("Studio", "Salle 1", "75017", "Paris")
    assert next(part for part in told.appointments if part.modality == "M2").preparation_starts_at is None


async def test_convening_again_tells_only_what_changed_with_the_next_number(school: "School") -> None:
    room = await enter_room(school, await enter_place(school))
    held = await school.plan("M1")
    for _ in range(3):
        await school.register(held, await school.enrol(1), "M1")
    await set_timetable(school, held, timetable(room))
    await plan_slots(school, held)
    school.done(await school.lead(held, "open"))
    assert await convene(school, held) == {"convened": 3, "unchanged": 0}
    assert await convene(school, held) == {"convened": 0, "unchanged": 3}
    last = (await slots_of(school, held))[2]
    move = {"room_id": room, "preparation_starts_at": f"{DAY}T11:00:00+02:00"}
    school.done(await school.call("PUT", f"/v1/slots/{last['id']}", move, match='"1"'))
    assert await convene(school, held) == {"convened": 1, "unchanged": 2}
    *_, fact = await school.facts(CandidateConvenedV1)
    assert (str(fact.enrolment_id), fact.number) == (last["enrolment_id"], 2)
    assert fact.appointments[0].starts_at == datetime(2026, 6, 15, 9, 20, tzinfo=UTC)
    listed = (await school.get(f"/v1/sessions/{held.id}/convocations"))["items"]
    assert sorted(row["number"] for row in listed) == [1, 1, 1, 2]
    assert all(row["convened_by"] for row in listed)
    away = {"juror_id": held.jury[1], "starts_at": f"{DAY}T09:00:00+02:00", "ends_at": f"{DAY}T10:00:00+02:00"}
    school.done(await school.call("POST", "/v1/unavailabilities", away))
    problem = await refused(school, "plan_outdated", held)
    assert set(problem["faults"]) == {"juror_away"}


async def test_a_measure_outside_its_dates_lengthens_no_slot_and_is_not_printed(school: "School") -> None:
    room = await enter_room(school, await enter_place(school))
    held = await school.plan("M1")
    enrolment = await school.enrol(1)
    await school.register(held, enrolment, "M1")
    await set_timetable(school, held, timetable(room))
    school.done(await school.lead(held, "open"))
    day = date.fromisoformat(HELD_ON)
    for valid_until, minutes, printed in ((day, 40, [33]), (day - timedelta(days=1), 30, [])):
        await grant(school, enrolment, EXTRA_THIRD.model_copy(update={"valid_until": valid_until}))
        await plan_slots(school, held)
        assert await convene(school, held) == {"convened": 1, "unchanged": 0}
        *_, fact = await school.facts(CandidateConvenedV1)
        assert [measure.percent for measure in fact.measures] == printed
        assert {measure.valid_until for measure in fact.measures} <= {None}
        (part,) = fact.appointments
        assert part.ends_at is not None
        assert (part.ends_at - part.starts_at) == timedelta(minutes=minutes)
    later = EXTRA_THIRD.model_copy(update={"valid_until": day + timedelta(days=9)})
    await grant(school, enrolment, later)
    await plan_slots(school, held)
    await convene(school, held)
    await grant(school, enrolment, EXTRA_THIRD.model_copy(update={"valid_until": day + timedelta(days=99)}))
    assert await convene(school, held) == {"convened": 0, "unchanged": 1}  # what is done that day is as before


async def test_a_session_without_a_timetable_is_convened_at_one_time(school: "School") -> None:
    held = await school.plan("M1")
    enrolment = await school.enrol(1)
    await school.register(held, enrolment, "M1")
    school.done(await school.lead(held, "open"))
    assert await convene(school, held, starts_at=f"{DAY}T09:00:00+02:00") == {"convened": 1, "unchanged": 0}
    (fact,) = await school.facts(CandidateConvenedV1)
    (part,) = fact.appointments
    assert (part.starts_at, part.ends_at, part.where.place) == (datetime(2026, 6, 15, 7, tzinfo=UTC), None, "Paris")
    assert fact.bring is not None  # the setting's
    assert await convene(school, held, starts_at=f"{DAY}T10:00:00+02:00") == {"convened": 1, "unchanged": 0}


async def test_of_two_who_convene_at_once_one_tells(school: "School") -> None:

    held = await school.plan("M1")
    await school.register(held, await school.enrol(1), "M1")
    school.done(await school.lead(held, "open"))
    told = await asyncio.gather(*(convene(school, held, starts_at=f"{DAY}T09:00:00Z") for _ in range(3)))
    assert sorted(answer["convened"] for answer in told) == [0, 0, 1]
    assert len(await school.facts(CandidateConvenedV1)) == 1
