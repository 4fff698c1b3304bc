"""A school that has rooms and plans: what the tests of plans, calendars and convocations begin with."""

from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from parchemin.contracts.events.candidates import Measure, MeasuresGrantedV1
from parchemin.contracts.vocabulary import MeasureKind, MeasureScope

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import Held, School

Json = dict[str, Any]
DAY = "2026-06-15"


async def enter_place(school: "School", **changes: object) -> str:
    entry = {"name": "Studio", "address_lines": ["12 rue des Dames"], "postal_code": "75017", "city": "Paris"}
    return str(school.done(await school.call("POST", "/v1/places", {**entry, **changes}))["id"])


async def enter_room(school: "School", place: str, name: str = "Salle 1", **changes: object) -> str:
    entry = {"place_id": place, "name": name, "capacity": 1, "accessible": False}
    return str(school.done(await school.call("POST", "/v1/rooms", {**entry, **changes}))["id"])


def timetable(*rooms: str, day: str = DAY, **changes: object) -> Json:
    """A morning, from nine to twelve; an evaluation of half an hour after a preparation of twenty minutes."""
    lengths = {"preparation_minutes": 20, "evaluation_minutes": 30}
    return {
        "rooms": rooms,
        "days": [{"date": day, "opens": "09:00", "closes": "12:00"}],
        "durations": [{"modality": "M1", **lengths}],
        **changes,
    }


async def set_timetable(school: "School", held: "Held", entry: Json) -> Json:
    url = f"/v1/sessions/{held.id}"
    return dict(school.done(await school.put(f"{url}/timetable", entry, of=url)))


async def plan_slots(school: "School", held: "Held") -> Json:
    return dict(school.done(await school.call("POST", f"/v1/sessions/{held.id}/slots/plan")))


async def slots_of(school: "School", held: "Held", by: Any = None) -> list[Json]:
    found = await school.get(f"/v1/sessions/{held.id}/slots", by=by)
    return sorted(found["items"], key=lambda slot: str(slot["evaluation_starts_at"]))


async def grant(school: "School", enrolment: str, *measures: Measure) -> None:
    await school.tell(MeasuresGrantedV1(enrolment_id=UUID(enrolment), organisation_id=school.id, measures=measures))


EXTRA_THIRD = Measure(
    kind=MeasureKind.EXTRA_TIME,
    percent=33,
    applies_to=(MeasureScope.PREPARATION, MeasureScope.EVALUATION),
    detail="Tiers temps",
)
ACCESSIBLE = Measure(kind=MeasureKind.ACCESSIBLE_PREMISES)


def clock(slot: Json) -> list[str]:
    """Preparation, evaluation and end, UTC."""
    names = ("preparation_starts_at", "evaluation_starts_at", "ends_at")
    return [datetime.fromisoformat(slot[name]).strftime("%H:%M") for name in names]
