"""Who has to grade whom where the jury sits in panels."""

from typing import TYPE_CHECKING

import pytest
from services.evaluations.tests.planning.building import (
    enter_place,
    enter_room,
    plan_slots,
    set_timetable,
    slots_of,
    timetable,
)

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio


async def test_only_the_panel_of_a_slot_is_waited_for(school: "School") -> None:
    held = await school.plan("M1")
    room = await enter_room(school, await enter_place(school))
    await set_timetable(school, held, timetable(room, panel_size=2))
    who = [await school.enrol(1) for _ in range(2)]
    for enrolment in who:
        await school.register(held, enrolment, "M1")
    await plan_slots(school, held)
    panels = {slot["registration_id"]: slot["panel"] for slot in await slots_of(school, held)}
    school.done(await school.lead(held, "open"))
    school.done(await school.lead(held, "running"))
    listed = (await school.get(f"/v1/registrations?session_id={held.id}"))["items"]
    listed = [await school.attend(registration) for registration in listed]
    for juror in held.jury:
        await school.swear(held, juror)
    for registration in listed:
        panel = panels[registration["id"]]
        assert len(panel) == 2
        await school.sign(registration, panel[0])
    url = f"/v1/sessions/{held.id}"
    match = await school.etag(url)
    problem = await school.refuses("sheets_missing", "PUT", f"{url}/state", {"state": "deliberating"}, match=match)
    assert sorted(panels[registration["id"]][1] in str(problem) for registration in listed) == [True, True]
    assert len(problem["errors"]) == 2
    for registration in listed:
        await school.sign(registration, panels[registration["id"]][1])
    school.done(await school.lead(held, "deliberating"))
