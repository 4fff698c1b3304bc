"""A measure from the officer to the paper: it lengthens the slot and the deadline, is printed on the convocation, and
does none of that any more once the candidate has withdrawn their consent."""

import asyncio
import io
from datetime import datetime, timedelta

import pypdf
import pytest
from tests.accessibility.conftest import SCENARIO, SCOPES, House

from parchemin.common.clock import utc_now
from parchemin.contracts.vocabulary import Role
from parchemin.standalone.demo.player import Player

DAY = utc_now().date() + timedelta(days=40)
LENGTHS = {"modality": "M1", "preparation_minutes": 20, "evaluation_minutes": 30}


async def printed(house: House, by: dict[str, str], number: int) -> str:
    """The text of the last convocation, once there are as many."""
    while True:
        found = (await house.get("/v1/documents?kind=convocation&state=issued", by))["items"]
        if len(found) >= number:
            break
        await asyncio.sleep(0.02)
    last = max(found, key=lambda document: str(document["created_at"]))
    pdf = await house.client.get(f"/v1/documents/{last['id']}/content", headers=by)
    return "".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf.content)).pages)


async def a_session(house: House, player: Player, staff: dict[str, str], enrolment: str) -> tuple[str, str]:
    """An open session with a room, a timetable and a preparation of ten days; its registration."""
    place = {"name": "Studio", "address_lines": ["12 rue des Dames"], "postal_code": "75017", "city": "Paris"}
    place_id = (await house.post("/v1/places", place, staff))["id"]
    room = {"place_id": place_id, "name": "Salle 1", "capacity": 1, "accessible": True}
    room_id = (await house.post("/v1/rooms", room, staff))["id"]
    president, *members = list(player.jurors.values())[:4]
    session = {
        "place": "Paris",
        "held_on": DAY.isoformat(),
        "modalities": ["M1"],
        "jury": {"president": president, "members": members},
    }
    session_id = (await house.post("/v1/sessions", session, staff))["id"]
    url = f"/v1/sessions/{session_id}"
    registration = {"session_id": session_id, "enrolment_id": enrolment, "modality": "M1"}
    registered = (await house.post("/v1/registrations", registration, staff))["id"]
    timetable = {
        "rooms": [room_id],
        "days": [{"date": DAY.isoformat(), "opens": "09:00", "closes": "12:00"}],
        "durations": [LENGTHS],
    }
    await house.put(f"{url}/timetable", timetable, staff, of=url)
    window = {"opens_at": f"{DAY - timedelta(days=20)}T08:00:00Z", "due_at": f"{DAY - timedelta(days=10)}T08:00:00Z"}
    await house.put(f"{url}/preparation", window, staff, of=url)
    await house.put(f"{url}/state", {"state": "open"}, staff, of=url)
    return session_id, registered


@pytest.mark.asyncio
@pytest.mark.timeout(120)
async def test_a_measure_counts_from_the_consent_to_its_withdrawal(house: House) -> None:
    player = Player(SCENARIO, house.cast, house.settle)
    await house.settle()
    await player.found_school()
    await player.enrol(lambda: None)
    ref = SCENARIO.candidates[0].ref
    candidate, enrolment = player.candidates[ref], player.enrolments[ref]
    staff = house.bearer(Role.ADMINISTRATOR, organisation=house.school, scopes=SCOPES)
    officer = house.bearer(Role.DISABILITY_OFFICER, organisation=house.school, scopes=SCOPES)
    consent = {"candidate_id": candidate, "consent": {"reference": "RH-1"}}
    follow_up = (await house.post("/v1/disability_follow_ups", consent, officer))["id"]
    time = {"kind": "extra_time", "percent": 50, "applies_to": ["preparation", "evaluation"]}
    valid = {"valid_from": DAY.isoformat(), "valid_until": DAY.isoformat()}
    plan = {"enrolment_id": enrolment, "measures": [{**time, **valid}]}
    await house.post("/v1/accommodations", plan, officer)
    await house.settle()
    session_id, registered = await a_session(house, player, staff, enrolment)

    async def convened() -> tuple[timedelta, timedelta]:
        """The length of the slot, and of the preparation at home."""
        url = f"/v1/sessions/{session_id}"
        await house.post(f"{url}/slots/plan", None, staff)
        (slot,) = (await house.get(f"{url}/slots", staff))["items"]
        told = await house.post(f"{url}/convocations", {}, staff)
        assert told == {"convened": 1, "unchanged": 0}
        await house.settle()
        dossier = await house.get(f"/v1/registrations/{registered}/submission", staff)
        start, end = (datetime.fromisoformat(slot[name]) for name in ("preparation_starts_at", "ends_at"))
        opens = datetime.fromisoformat(f"{DAY - timedelta(days=20)}T08:00:00Z")
        return end - start, datetime.fromisoformat(dossier["deadline"]) - opens

    slot, deadline = await convened()
    assert (slot, deadline) == (timedelta(minutes=75), timedelta(days=15))
    assert "50" in (first := await printed(house, staff, 1))
    assert "Temps majoré" in first
    due = await house.get("/v1/accommodations/reviews/due", officer)
    assert [item["session_id"] for item in due["items"]] == [session_id]

    await house.post(f"/v1/disability_follow_ups/{follow_up}/withdrawal", {"reference": "RH-2"}, officer)
    await house.settle()
    slot, deadline = await convened()
    assert (slot, deadline) == (timedelta(minutes=50), timedelta(days=10))
    assert "Temps majoré" not in await printed(house, staff, 2)
