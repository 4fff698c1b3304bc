"""Who may call what: every operation, every role, on what belongs to whom."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

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
from services.evaluations.tests.submissions.handing_in import tell_snapshot

from parchemin.common.http.app import routes_of
from parchemin.contracts.vocabulary import Role
from parchemin.evaluations.follow_up.opening import Opening

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio

A, C, M, P, S = Role.ADMINISTRATOR, Role.CERTIFIER, Role.JURY_MEMBER, Role.JURY_PRESIDENT, Role.CLIENT
E = Role.CANDIDATE
EVERYBODY = None
READ, WRITE = "evaluations:read", "evaluations:write"

ACCESS: dict[str, tuple[set[Role] | None, str]] = {
    "list_referentials": (EVERYBODY, ""),
    "read_referential": (EVERYBODY, ""),
    "publish_referential": ({C}, WRITE),
    "enter_juror": ({A}, WRITE),
    "list_jurors": ({A}, WRITE),
    "read_juror": ({A}, WRITE),
    "correct_juror": ({A}, WRITE),
    "plan_session": ({A}, WRITE),
    "list_sessions": ({A, S, M, P}, READ),
    "read_session": ({A, S, M, P}, READ),
    "change_session_plan": ({A}, WRITE),
    "lead_session": ({A, P}, WRITE),
    "publish_session_results": ({A}, WRITE),
    "file_appeal": ({A, E}, WRITE),
    "list_appeals": ({A, C, E}, READ),
    "read_appeal": ({A, C, E}, READ),
    "instruct_appeal": ({A}, WRITE),
    "withdraw_appeal": ({A, E}, WRITE),
    "rule_on_appeal": ({C}, WRITE),
    "read_jury_rules": ({A, S, M, P}, READ),
    "swear_statement": ({M, P}, WRITE),
    "list_statements": ({A, M, P}, READ),
    "replace_juror": ({A}, WRITE),
    "declare_conflict_of_interest": ({A}, WRITE),
    "list_conflicts_of_interest": ({A}, WRITE),
    "register_candidate": ({A, S}, WRITE),
    "list_registrations": ({A, S, M, P}, READ),
    "read_registration": ({A, S, M, P}, READ),
    "record_attendance": ({A}, WRITE),
    "read_attendance_records": ({A}, READ),
    "read_attendance_sheet": ({A, M, P}, READ),
    "report_incident": ({A, M, P}, WRITE),
    "list_incidents": ({A, C, M, P}, READ),
    "read_incident": ({A, C, M, P}, READ),
    "lead_incident": ({A, P}, WRITE),
    "mark_incident": ({A}, WRITE),
    "write_sheet": ({M, P}, WRITE),
    "list_sheets": ({M, P}, READ),
    "read_sheet": ({M, P}, READ),
    "save_sheet": ({M, P}, WRITE),
    "amend_sheet": ({M, P}, WRITE),
    "correct_sheet": ({M, P}, WRITE),
    "list_proposals": ({A, M, P}, READ),
    "override_proposal": ({P}, WRITE),
    "list_block_validations": ({A, C, S}, READ),
    "list_awards": ({A, C, S}, READ),
    "read_award": ({A, C, S}, READ),
    "read_register_head": ({C}, READ),
    "export_register": ({A, C, S}, READ),
    "read_statistics": ({A, C, S}, READ),
    "draw_statistics": ({A, C, S}, READ),
    "read_agreement": ({C}, READ),
    "list_follow_ups": ({A, C, S}, READ),
    "read_follow_up": ({A, C, S}, READ),
    "make_follow_up_link": ({A, C, S}, WRITE),
    "answer_follow_up": (EVERYBODY, ""),
    "show_follow_up_page": (EVERYBODY, ""),
    "read_placement": ({A, C, S}, READ),
    "enter_place": ({A}, WRITE),
    "list_places": ({A}, WRITE),
    "read_place": ({A}, WRITE),
    "change_place": ({A}, WRITE),
    "delete_place": ({A}, WRITE),
    "enter_room": ({A}, WRITE),
    "list_rooms": ({A}, WRITE),
    "read_room": ({A}, WRITE),
    "change_room": ({A}, WRITE),
    "delete_room": ({A}, WRITE),
    "close_room": ({A}, WRITE),
    "list_closures": ({A}, WRITE),
    "delete_closure": ({A}, WRITE),
    "declare_unavailability": ({A, M, P}, WRITE),
    "list_unavailabilities": ({A, M, P}, READ),
    "delete_unavailability": ({A, M, P}, WRITE),
    "set_timetable": ({A}, WRITE),
    "read_timetable": ({A, S, M, P}, READ),
    "plan_slots": ({A}, WRITE),
    "list_session_slots": ({A, S, M, P, E}, READ),
    "list_slots": ({A, S, M, P, E}, READ),
    "read_slot": ({A, S, M, P, E}, READ),
    "move_slot": ({A}, WRITE),
    "open_calendar_feed": ({A, M, P, E}, READ),
    "list_calendar_feeds": ({A, M, P, E}, READ),
    "revoke_calendar_feed": ({A, M, P, E}, READ),
    "read_calendar_feed": (EVERYBODY, ""),
    "convene_candidates": ({A}, WRITE),
    "list_convocations": ({A}, WRITE),
    "read_preparation": ({A, S, M, P, E}, READ),
    "set_preparation": ({A}, WRITE),
    "list_submissions": ({A, S, M, P, E}, READ),
    "read_submission": ({A, S, M, P, E}, READ),
    "hand_in_production_snapshot": ({A, S, E}, WRITE),
    "open_upload": ({A, S, E}, WRITE),
    "list_uploads": ({A, S, E}, WRITE),
    "read_upload": ({A, S, E}, WRITE),
    "put_part": ({A, S, E}, WRITE),
    "complete_upload": ({A, S, E}, WRITE),
    "read_submission_file": ({A, S, M, P, E}, READ),
    "live": (EVERYBODY, ""),
    "ready": (EVERYBODY, ""),
}
CERTIFIER_ONLY = {"read_register_head", "read_agreement", "rule_on_appeal"}
FILES = {"export_register", "read_statistics", "draw_statistics", "read_placement"}
PUBLIC = {name for name, (roles, _) in ACCESS.items() if roles is EVERYBODY}
OF_ANYONE = {"publish_referential", "enter_juror", "plan_session", "enter_place", "read_jury_rules"}
"""Neither read nor change what somebody else has."""
OF_A_SESSION = {"list_proposals", "list_statements", "list_convocations", "list_submissions"}
"""Lists within a session: 404 where it is a stranger's."""


@pytest.fixture
def engine() -> str:
    """Access is decided before the database: one engine tells."""
    return "sqlite"


def operations(school: "School") -> dict[str, tuple[str, str]]:
    """Method and path of each operation."""
    return {
        route.name: (min(route.methods or {"GET"}), route.path_format)
        for route in routes_of(school.app)
        if route.include_in_schema  # /metrics is not part of the API: no gateway passes it on
    }


def at(path: str) -> str:
    names = {"version": "1.0", "competency": "C.1", "number": "1"}
    return re.sub(r"\{(\w+)\}", lambda place: names.get(place[1], str(uuid4())), path)


async def test_every_operation_of_the_document_stands_in_the_table(school: "School") -> None:
    documented = {
        operation["operationId"]: operation
        for path in (await school.client.get("/openapi.json")).json()["paths"].values()
        for operation in path.values()
    }
    assert set(operations(school)) == set(ACCESS)
    assert len(documented) == len(ACCESS)
    for name, (method, path) in operations(school).items():
        roles, scope = ACCESS[name]
        operation = next(o for key, o in documented.items() if key.startswith(f"{name}_"))
        assert operation.get("x-roles") == (sorted(roles) if roles else None), (method, path)
        assert operation.get("x-scope", "") == scope
        assert {"401", "403"} <= set(operation["responses"]) or roles is EVERYBODY


async def test_who_is_not_named_is_refused_whatever_they_send(school: "School") -> None:
    for name, (method, path) in operations(school).items():
        roles, scope = ACCESS[name]
        if roles is EVERYBODY:
            continue
        answers = {None: await school.client.request(method, at(path))}
        answers |= {
            role: await school.call(
                method, at(path), by=school.bearer(role, organisation=school.id, scopes=[READ, WRITE])
            )
            for role in Role
        }
        refused = {role for role, answer in answers.items() if answer.status_code == 403}
        assert refused == set(Role) - roles, name
        assert [role for role, answer in answers.items() if answer.status_code == 401] == [None], name
        others = [role for role in Role if role not in roles]
        together = school.bearer(*others, organisation=school.id, scopes=[READ, WRITE])
        assert (await school.call(method, at(path), by=together)).status_code == 403, name
        for role in roles:
            unscoped = school.bearer(role, organisation=school.id, scopes=[WRITE if scope == READ else READ])
            homeless = school.bearer(role, scopes=[READ, WRITE])
            assert (await school.call(method, at(path), by=unscoped)).status_code == 403, name
            assert role is C or (await school.call(method, at(path), by=homeless)).status_code == 403, name


@dataclass(frozen=True)
class Furnished:
    """One of each thing that a school has, and a body for each operation that takes one."""

    closed: str
    enrolment: str
    president: str
    known: dict[str, str]
    bodies: dict[str, object]


async def furnished(school: "School", juror: str) -> Furnished:
    """Has it all; what is sent names the stranger's `juror` where it names one of the sender's own."""
    enrolment = await school.enrol()
    closed = await school.decide(enrolment, "M1", "M2", "M3", "M4")
    held = await school.plan("M1")
    place = await enter_place(school)
    room = await enter_room(school, place)
    await set_timetable(school, held, timetable(room))
    dossier = await school.register(held, await school.enrol(), "M1")
    note = {"deliverable": 1, "file_name": "a.txt", "size": 1, "sha256": "a" * 64}
    new_upload = {"registration_id": dossier["id"], **note}
    upload = school.done(await school.call("POST", "/v1/uploads", new_upload))
    snapshot = await tell_snapshot(school, dossier["enrolment_id"])
    (registration,) = await school.run(held, (await school.enrol(), "M1"))
    await plan_slots(school, held)
    slot, *_ = await slots_of(school, held)
    window = {"starts_at": f"{DAY}T18:00:00Z", "ends_at": f"{DAY}T19:00:00Z"}
    closure = school.done(await school.call("POST", "/v1/closures", {"room_id": room, **window}))
    away = school.done(await school.call("POST", "/v1/unavailabilities", {"juror_id": held.jury[1], **window}))
    feed = school.done(await school.call("POST", "/v1/calendar_feeds", {"juror_id": held.jury[1]}))
    sheet = await school.sign(registration, held.president)
    report = {"kind": "incident", "description": "Coupure de courant.", "occurred_at": "2024-06-17T10:20:00+02:00"}
    incident = school.done(await school.call("POST", f"/v1/sessions/{held.id}/incidents", report))
    await school.call(
        "POST", "/v1/conflicts_of_interest", {"juror_id": held.jury[1], "enrolment_id": enrolment, "kind": "related"}
    )
    award = await school.award(enrolment)
    assert award is not None
    decided = (await school.get(f"/v1/registrations?session_id={closed.id}"))["items"][0]
    contested = {
        "registration_id": decided["id"],
        "competencies": [decided["results"][0]["competency"]],
        "grounds": "Temps majoré oublié.",
    }
    appeal = school.done(await school.call("POST", "/v1/appeals", contested))
    await Opening(school.app.state.database, school.app.state.settings).open_all()
    follow_up = (await school.get("/v1/follow_ups"))["items"][0]
    known = {
        "{session_id}": held.id,
        "{registration_id}": registration["id"],
        "{sheet_id}": sheet["id"],
        "{incident_id}": incident["id"],
        "{juror_id}": held.jury[1],
        "{award_id}": award["id"],
        "{appeal_id}": appeal["id"],
        "{follow_up_id}": follow_up["id"],
        "{competency}": "C.1",
        "{place_id}": place,
        "{room_id}": room,
        "{closure_id}": closure["id"],
        "{unavailability_id}": away["id"],
        "{slot_id}": slot["id"],
        "{feed_id}": feed["id"],
        "{upload_id}": upload["id"],
        "{file_id}": upload["id"],
        "{number}": "1",
    }
    entry = {"first_name": "Ada", "last_name": "Roux", "quality": "teacher", "external": True}
    jury = {"president": juror, "members": [juror]}
    bodies = {
        "correct_juror": entry,
        "file_appeal": contested,
        "instruct_appeal": {"report": "Vu."},
        "change_session_plan": {"place": "P", "held_on": "2024-06-17", "modalities": ["M1"], "jury": jury},
        "lead_session": {"state": "closed"},
        "declare_conflict_of_interest": {"juror_id": held.jury[1], "enrolment_id": enrolment, "kind": "related"},
        "register_candidate": {"session_id": held.id, "enrolment_id": enrolment, "modality": "M1"},
        "record_attendance": {"attendance": "present"},
        "report_incident": report,
        "lead_incident": {"state": "settled"},
        "mark_incident": {"blocking": True},
        "write_sheet": {"registration_id": registration["id"], "levels": []},
        "save_sheet": {"levels": []},
        "amend_sheet": {"levels": {}},
        "correct_sheet": {"levels": [], "reason": "Erreur."},
        "swear_statement": {"sworn": True},
        "replace_juror": {"replaced": held.jury[1], "by": juror, "reason": "Absence."},
        "publish_session_results": {"publish_at": "2026-01-01T00:00:00Z"},
        "set_preparation": {"opens_at": "2024-05-01T08:00:00Z", "due_at": "2024-06-01T08:00:00Z"},
        "hand_in_production_snapshot": {"deliverable": 1, "snapshot_id": str(snapshot.snapshot_id)},
        "open_upload": new_upload,
        "override_proposal": {"acquired": True, "reason": "Oral."},
        "change_place": {"name": "P", "address_lines": ["1"], "postal_code": "75000", "city": "Paris"},
        "enter_room": {"place_id": place, "name": "R", "capacity": 1, "accessible": True},
        "change_room": {"place_id": place, "name": "R", "capacity": 1, "accessible": True},
        "close_room": {"room_id": room, **window},
        "declare_unavailability": {"juror_id": held.jury[1], **window},
        "set_timetable": timetable(room),
        "open_calendar_feed": {"juror_id": held.jury[1]},
        "convene_candidates": {},
        "move_slot": {"room_id": room, "preparation_starts_at": f"{DAY}T09:00:00Z"},
    }
    return Furnished(closed.id, enrolment, held.president, known, bodies)


async def test_nobody_of_another_organisation_learns_that_anything_exists(school: "School") -> None:
    other = school.another()
    juror = await other.enter_juror()
    theirs = await furnished(school, juror)
    known = theirs.known
    await other.enter_juror(subject=theirs.president)  # even somebody whose login is the same
    by = other.bearer(A, M, P, S, organisation=other.id, subject=theirs.president, scopes=[READ, WRITE])
    routes = {route.name: route for route in routes_of(school.app)}
    before = await school.state()
    for name, (method, path) in operations(school).items():
        if name in PUBLIC | OF_ANYONE | CERTIFIER_ONLY:
            continue
        if name in FILES:  # empty for a stranger
            assert known["{award_id}"] not in (await other.call(method, path, by=by)).text, name
            continue
        for placeholder, value in known.items():
            path = path.replace(placeholder, value)  # noqa: PLW2901
        answer = await other.call(method, path, theirs.bodies.get(name), by=by, match='"1"')
        if name.startswith("list_") and name not in OF_A_SESSION:
            assert name == "list_jurors" or answer.json()["items"] == [], name
            filters = {parameter.name for parameter in routes[name].dependant.query_params}
            for known_id, value in (("session_id", theirs.closed), ("enrolment_id", theirs.enrolment)):
                if known_id in filters:
                    answer = await other.call("GET", f"{path}?{known_id}={value}", by=by)
                    assert answer.json()["items"] == [], name
        else:
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (name, answer.text)
    assert await school.state() == before
