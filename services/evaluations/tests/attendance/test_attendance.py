"""The attendance sheet over HTTP, on both engines."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

import pytest

from parchemin.contracts.vocabulary import Role

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import Json, School

pytestmark = pytest.mark.asyncio

DIGEST = "9f86d081884c7d659a2feaa0c55ad015" * 2
SIGNED = {
    "attendance": "present",
    "arrived_at": "2024-06-17T08:55:00+02:00",
    "proof": {"method": "tablet", "sha256": DIGEST},
}


async def attend(school: "School", registration: "Json", **entry: object) -> "Json":
    url = f"/v1/registrations/{registration['id']}"
    return dict(school.done(await school.put(f"{url}/attendance", entry, of=url)))


async def test_a_correction_keeps_what_was_recorded_before(school: "School") -> None:
    held = await school.plan("M1")
    registration = await school.register(held, await school.enrol(1), "M1")
    assert (registration["attendance"], registration["counts_as_attempt"]) == (None, None)
    school.done(await school.lead(held, "open"))
    school.done(await school.lead(held, "running"))
    missing = await attend(school, registration, attendance="absent")
    assert (missing["counts_as_attempt"], missing["arrived_at"], missing["late"]) == (True, None, None)
    excused = await attend(school, registration, attendance="excused", justification="documented")
    assert excused["counts_as_attempt"] is False
    present = await attend(school, registration, **SIGNED)
    assert (present["counts_as_attempt"], present["arrived_at"]) == (True, "2024-06-17T06:55:00Z")

    url = f"/v1/registrations/{registration['id']}/attendance_records"
    records = (await school.get(url))["items"]
    assert [(one["number"], one["attendance"], one["justification"]) for one in records] == [
        (1, "absent", None),
        (2, "excused", "documented"),
        (3, "present", None),
    ]
    assert {one["recorded_by"] for one in records} == {"someone"}
    assert [one["proof"] for one in records] == [None, None, {"method": "tablet", "sha256": DIGEST}]
    first = await school.get(f"{url}?limit=1")
    rest = await school.get(f"{url}?cursor={first['next_cursor']}")
    assert first["items"] + rest["items"] == records

    for juror in held.jury:
        await school.swear(held, juror)
    await school.sign(registration, held.president)
    for juror in held.jury[1:]:
        await school.sign(registration, juror)
    school.done(await school.lead(held, "deliberating"))
    match = await school.etag(url.removesuffix("/attendance_records"))
    await school.refuses("wrong_state", "PUT", url.replace("_records", ""), {"attendance": "absent"}, match=match)


async def test_the_sheet_tells_jurors_who_was_there_and_not_why_others_were_not(school: "School") -> None:
    held = await school.plan("M1", "M2")
    here, away = await school.enrol(), await school.enrol()
    first, second = await school.run(held, (here, "M1"), (away, "M2"))
    await attend(school, first, **SIGNED)
    await attend(school, second, attendance="excused", justification="undocumented")
    url = f"/v1/sessions/{held.id}/attendance"
    sheet = {line["registration_id"]: line for line in (await school.get(url))["items"]}
    assert [sheet[one["id"]]["justification"] for one in (first, second)] == [None, "undocumented"]
    assert [sheet[one["id"]]["candidate_id"] for one in (first, second)] == [
        first["candidate_id"],
        second["candidate_id"],
    ]
    juror = school.juror(held.jury[1], Role.JURY_MEMBER)
    seen = {line["registration_id"]: line for line in (await school.get(url, by=juror))["items"]}
    assert seen[first["id"]] == sheet[first["id"]]
    assert seen[second["id"]] == {**sheet[second["id"]], "justification": None}
    page = await school.get(f"{url}?limit=1", by=juror)
    assert (len(page["items"]), bool(page["next_cursor"])) == (1, True)
    stranger = school.juror(await school.enter_juror(), Role.JURY_MEMBER)
    await school.refuses("not_found", "GET", url, by=stranger)
    await school.refuses("forbidden", "GET", f"/v1/registrations/{first['id']}/attendance_records", by=juror)
    view = await school.get(f"/v1/registrations/{second['id']}", by=juror)
    assert "justification" not in view


async def test_an_entry_that_contradicts_itself_is_refused(school: "School") -> None:
    held = await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(1), "M1"))
    url = f"/v1/registrations/{registration['id']}"
    match = await school.etag(url)
    async with school.unchanged():
        for faults, entry in [
            (["arrived_but_away", "signed_but_away"], {**SIGNED, "attendance": "absent"}),
            (["justified_but_present"], {**SIGNED, "justification": "documented"}),
            (["arrived_in_the_future"], {**SIGNED, "arrived_at": "2999-06-17T08:55:00Z"}),
            (["arrived_on_another_day"], {**SIGNED, "arrived_at": "2024-06-17T00:30:00+04:00"}),
        ]:
            problem = await school.refuses("sign_in_contradictory", "PUT", f"{url}/attendance", entry, match=match)
            assert problem["faults"] == faults
        for change in [
            {"arrived_at": "2024-06-17T08:55:00"},
            {"arrived_at": 1718607300},
            {"proof": {"method": "fingerprint"}},
            {"proof": {"method": "paper", "sha256": DIGEST.upper()}},
            {"proof": {"method": "paper", "image": "iVBORw0KGgo="}},
            {"justification": "medical"},
        ]:
            await school.refuses("invalid", "PUT", f"{url}/attendance", {**SIGNED, **change}, match=match)


async def test_who_is_late_is_flagged_and_let_in(school_with: Callable[..., Awaitable["School"]]) -> None:
    school = await school_with(late_arrival_minutes=15, call_time="08:30")
    held = await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(1), "M1"))
    for at, late in [("08:45:00", False), ("08:45:01", True), ("18:00:00", True)]:
        entry = {**SIGNED, "arrived_at": f"2024-06-17T{at}+02:00"}
        assert (await attend(school, registration, **entry))["late"] is late
    assert (await attend(school, registration, attendance="present"))["late"] is None
    await school.sign(registration, held.president)


async def test_rehearsals_date_arrivals_freely(school_with: Callable[..., Awaitable["School"]]) -> None:
    school = await school_with(accept_future_dates=True)
    held = await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(1), "M1"))
    await attend(school, registration, **{**SIGNED, "arrived_at": "2999-06-17T08:55:00Z"})


async def test_attempts_come_to_an_end(school_with: Callable[..., Awaitable["School"]]) -> None:
    school = await school_with(max_attempts=2)
    enrolment = await school.enrol(1)

    async def miss(attendance: str) -> None:
        held = await school.plan("M1")
        (registration,) = await school.run(held, (enrolment, "M1"))
        await school.attend(registration, attendance)

    await miss("excused")
    await miss("absent")
    await miss("excused")
    cancelled = await school.plan("M1")
    await school.register(cancelled, enrolment, "M1")
    school.done(await school.lead(cancelled, "cancelled"))
    await school.register(await school.plan("M1"), enrolment, "M1")
    held = await school.plan("M1")
    body = {"session_id": held.id, "enrolment_id": enrolment, "modality": "M1"}
    problem = await school.refuses("attempts_exhausted", "POST", "/v1/registrations", body)
    assert problem["detail"] == "2 passage(s) au plus pour M1 : 1 effectué(s), 1 à venir."
    await school.register(held, await school.enrol(1), "M1")


async def test_of_two_sessions_one_takes_the_last_attempt(school_with: Callable[..., Awaitable["School"]]) -> None:
    school = await school_with(max_attempts=1)
    enrolment = await school.enrol(1)
    sessions = [await school.plan("M1") for _ in range(4)]
    bodies = [{"session_id": held.id, "enrolment_id": enrolment, "modality": "M1"} for held in sessions]
    answers = await asyncio.gather(*(school.call("POST", "/v1/registrations", body) for body in bodies))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_two_clerks_do_not_overwrite_each_other(school: "School") -> None:
    held = await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(1), "M1"))
    url = f"/v1/registrations/{registration['id']}"
    match = await school.etag(url)
    answers = await asyncio.gather(
        *(school.call("PUT", f"{url}/attendance", {"attendance": "absent"}, match=match) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert [one["number"] for one in (await school.get(f"{url}/attendance_records"))["items"]] == [1, 2]
