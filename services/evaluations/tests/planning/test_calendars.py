"""Calendar feeds, read as a calendar program reads them."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import UUID
from zoneinfo import ZoneInfo

import icalendar
import pytest
from services.evaluations.tests.planning.building import (
    DAY,
    enter_place,
    enter_room,
    plan_slots,
    set_timetable,
    slots_of,
    timetable,
)
from sqlalchemy import select

from parchemin.common.tables import idempotency_keys
from parchemin.contracts.vocabulary import Role

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import Held, School

pytestmark = pytest.mark.asyncio
FEEDS = "/v1/calendar_feeds"


@pytest.fixture
def engine() -> str:
    """The statements are plain: one engine tells. The tests of plans run on both."""
    return "sqlite"


async def planned(school: "School", *, day: str = DAY, **changes: object) -> tuple["Held", str]:
    """An open session with two candidates; its room."""
    room = await enter_room(school, await enter_place(school), floor="Rez-de-chaussée")
    held = await school.plan("M1", **changes)
    for _ in range(2):
        await school.register(held, await school.enrol(1), "M1")
    await set_timetable(school, held, timetable(room, day=day))
    await plan_slots(school, held)
    school.done(await school.lead(held, "open"))
    return held, room


async def opened(school: "School", body: Any, by: Any = None) -> str:
    """The path of a new feed."""
    return urlsplit(school.done(await school.call("POST", FEEDS, body, by=by))["url"]).path


async def events(school: "School", path: str) -> list[icalendar.Event]:
    answer = await school.client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    assert b"\r\n" in answer.content
    assert max(map(len, answer.content.split(b"\r\n"))) <= 75  # RFC 5545 §3.1
    calendar = icalendar.Calendar.from_ical(answer.content)
    assert calendar.errors == []
    assert [str(calendar[name]) for name in ("version", "method")] == ["2.0", "PUBLISH"]
    return list(calendar.walk("VEVENT"))


async def test_a_juror_s_calendar_has_place_room_and_enrolment_and_no_name(school: "School") -> None:
    held, _ = await planned(school)
    first, second = await slots_of(school, held)
    found = await events(school, await opened(school, {}, by=school.juror(held.jury[1], Role.JURY_MEMBER)))
    assert [str(event["uid"]) for event in found] == [f"{slot['id']}@parchemin" for slot in (first, second)]
    event = found[0]
    assert event["dtstart"].dt == datetime(2026, 6, 15, 7, 20, tzinfo=UTC)  # the panel sits after the preparation
    assert event["dtend"].dt == datetime(2026, 6, 15, 7, 50, tzinfo=UTC)
    assert str(event["location"]) == "Salle 1, Rez-de-chaussée, Studio, 12 rue des Dames, 75017 Paris"
    assert str(event["description"]) == f"Évaluation de 09:20 à 09:50. Parcours {first['enrolment_id']}."
    assert (str(event["status"]), event["sequence"], str(event["class"])) == ("CONFIRMED", 0, "PRIVATE")


async def test_a_candidate_s_calendar_begins_with_the_preparation_and_shows_no_other_s(school: "School") -> None:
    held, _ = await planned(school)
    slot = (await slots_of(school, held))[1]
    url = f"/v1/registrations/{slot['registration_id']}"
    candidate = UUID((await school.get(url))["candidate_id"])
    token = await school.identify(candidate, "zoe")
    for path in (
        await opened(school, {"language": "en"}, by=token),
        await opened(school, {"candidate_id": str(candidate), "language": "en"}),
    ):
        (event,) = await events(school, path)
        assert event["dtstart"].dt == datetime(2026, 6, 15, 7, 50, tzinfo=UTC)
        assert str(event["description"]) == "Preparation at 09:50, evaluation from 10:10 to 10:40."


async def test_changes_raise_the_sequence_and_what_is_cancelled_says_so(school: "School") -> None:
    held, room = await planned(school)
    path = await opened(school, {"juror_id": held.jury[0]})
    closed = {"room_id": room, "starts_at": f"{DAY}T09:00:00+02:00", "ends_at": f"{DAY}T09:10:00+02:00"}
    school.done(await school.call("POST", "/v1/closures", closed))
    before = {str(event["uid"]): event for event in await events(school, path)}
    await plan_slots(school, held)
    after = {str(event["uid"]): event for event in await events(school, path)}
    assert set(after) == set(before)
    for uid, event in after.items():
        moved = event["dtstart"].dt != before[uid]["dtstart"].dt
        assert (event["sequence"] > before[uid]["sequence"]) == moved
    school.done(await school.lead(held, "cancelled"))
    gone = {str(event["uid"]): event for event in await events(school, path)}
    assert {str(event["status"]) for event in gone.values()} == {"CANCELLED"}
    assert all(gone[uid]["sequence"] > after[uid]["sequence"] for uid in gone)


async def test_a_juror_who_leaves_a_panel_sees_the_slot_cancelled(school: "School") -> None:
    jury = [await school.enter_juror() for _ in range(4)]
    room = await enter_room(school, await enter_place(school))
    held = await school.plan("M1", jury=jury)
    await school.register(held, await school.enrol(1), "M1")
    await set_timetable(school, held, timetable(room, panel_size=2))
    await plan_slots(school, held)
    school.done(await school.lead(held, "open"))
    (slot,) = await slots_of(school, held)
    leaves, stays = slot["panel"]
    joins = next(juror for juror in jury if juror not in slot["panel"])
    paths = {juror: await opened(school, {"juror_id": juror}) for juror in (leaves, stays, joins)}
    move = {"room_id": room, "preparation_starts_at": slot["preparation_starts_at"], "panel": [stays, joins]}
    school.done(await school.call("PUT", f"/v1/slots/{slot['id']}", move, match='"1"'))
    told = {juror: (await events(school, path))[0] for juror, path in paths.items()}
    assert [str(told[juror]["status"]) for juror in (leaves, stays, joins)] == ["CANCELLED", "CONFIRMED", "CONFIRMED"]
    assert told[leaves]["sequence"] == 1


@pytest.mark.parametrize(("day", "offset"), [("2026-03-29", 2), ("2026-10-25", 1)])
async def test_times_are_right_on_days_when_clocks_change(school: "School", day: str, offset: int) -> None:
    held, _ = await planned(school, day=day)
    event, _ = await events(school, await opened(school, {"juror_id": held.president}))
    local = event["dtstart"].dt.astimezone(ZoneInfo("Europe/Paris"))
    assert local.isoformat() == f"{day}T09:20:00+0{offset}:00"
    assert "09:20" in str(event["description"])


async def test_an_unchanged_calendar_is_not_sent_again(school: "School") -> None:
    held, room = await planned(school)
    path = await opened(school, {"juror_id": held.president})
    answer = await school.client.get(path)
    assert answer.headers["cache-control"] == "private, no-cache"
    again = await school.client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (again.headers["etag"], again.headers["cache-control"]) == (answer.headers["etag"], "private, no-cache")
    slot = (await slots_of(school, held))[1]
    move = {"room_id": room, "preparation_starts_at": f"{DAY}T11:00:00+02:00"}
    school.done(await school.call("PUT", f"/v1/slots/{slot['id']}", move, match='"1"'))
    changed = await school.client.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert changed.status_code == 200


async def test_the_secret_is_told_once_stored_as_a_hash_logged_nowhere_and_can_be_revoked(
    school: "School", capsys: pytest.CaptureFixture[str]
) -> None:
    juror = await school.enter_juror()
    by = {**school.juror(juror, Role.JURY_MEMBER), "Idempotency-Key": "once"}
    feed = school.done(await school.call("POST", FEEDS, {}, by=by))
    path = urlsplit(feed["url"]).path
    secret = path.removeprefix("/v1/calendars/").removesuffix(".ics")
    assert len(secret) >= 43  # 256 bits
    await events(school, path)
    await school.client.get(path + "?unknown=1")

    async with school.app.state.database.reading() as session:
        kept = str((await session.execute(select(idempotency_keys))).all())
    stored = str(await school.state())
    logged = "".join(capsys.readouterr())
    assert "/v1/calendars/{secret}.ics" in logged
    assert all(secret not in place for place in (logged, stored, kept, str(await school.get(FEEDS))))
    theirs = f"{FEEDS}/{feed['id']}"
    await school.refuses("not_found", "DELETE", theirs, by=school.juror(await school.enter_juror()))
    assert (await school.call("DELETE", theirs, by=by)).status_code == 204
    for gone in (path, "/v1/calendars/nobody.ics", f"/v1/calendars/{'x' * 43}.ics"):
        answer = await school.client.get(gone)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_nobody_opens_another_s_calendar(school: "School") -> None:
    juror, other = await school.enter_juror(), await school.enter_juror()
    member = school.juror(juror, Role.JURY_MEMBER)
    await school.refuses("not_found", "POST", FEEDS, {"juror_id": other}, by=member)
    await school.refuses("forbidden", "POST", FEEDS, {"candidate_id": other}, by=member)
    await school.refuses("not_found", "POST", FEEDS, {}, by=school.candidate("stranger"))
    await school.refuses("not_found", "POST", FEEDS, {"candidate_id": other})
    await school.refuses("one_owner", "POST", FEEDS, {"candidate_id": other, "juror_id": other})
    await school.refuses("one_owner", "POST", FEEDS, {})
    await opened(school, {"juror_id": other})
    assert (await school.get(FEEDS, by=member))["items"] == []
    assert len((await school.get(FEEDS))["items"]) == 1
