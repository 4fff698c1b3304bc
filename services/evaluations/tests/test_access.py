"""Who may call what: every operation, every role, on what belongs to whom."""

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

from parchemin.common.http.app import routes_of
from parchemin.contracts.vocabulary import Role

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio

A, C, M, P, S = Role.ADMINISTRATOR, Role.CERTIFIER, Role.JURY_MEMBER, Role.JURY_PRESIDENT, Role.CLIENT
CANDIDATE = Role.CANDIDATE
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
    "declare_conflict_of_interest": ({A}, WRITE),
    "list_conflicts_of_interest": ({A}, WRITE),
    "register_candidate": ({A, S}, WRITE),
    "list_registrations": ({A, S, M, P}, READ),
    "read_registration": ({A, S, M, P}, READ),
    "record_attendance": ({A}, WRITE),
    "write_sheet": ({M, P}, WRITE),
    "list_sheets": ({M, P}, READ),
    "read_sheet": ({M, P}, READ),
    "save_sheet": ({M, P}, WRITE),
    "correct_sheet": ({M, P}, WRITE),
    "list_proposals": ({A, M, P}, READ),
    "override_proposal": ({P}, WRITE),
    "list_block_validations": ({A, C, S}, READ),
    "list_awards": ({A, C, S}, READ),
    "read_award": ({A, C, S}, READ),
    "read_preparation": ({A, S, M, P, CANDIDATE}, READ),
    "set_preparation": ({A}, WRITE),
    "list_submissions": ({A, S, M, P, CANDIDATE}, READ),
    "read_submission": ({A, S, M, P, CANDIDATE}, READ),
    "open_upload": ({A, S, CANDIDATE}, WRITE),
    "list_uploads": ({A, S, CANDIDATE}, WRITE),
    "read_upload": ({A, S, CANDIDATE}, WRITE),
    "put_part": ({A, S, CANDIDATE}, WRITE),
    "complete_upload": ({A, S, CANDIDATE}, WRITE),
    "read_submission_file": ({A, S, M, P, CANDIDATE}, READ),
    "live": (EVERYBODY, ""),
    "ready": (EVERYBODY, ""),
}
PUBLIC = {name for name, (roles, _) in ACCESS.items() if roles is EVERYBODY}


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
    keys = ["version", "competency", "number", "juror_id", "session_id", "registration_id", "sheet_id", "award_id"]
    keys += ["upload_id", "file_id"]
    return path.format_map({key: names.get(key, str(uuid4())) for key in keys})


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


async def test_nobody_of_another_organisation_learns_that_anything_exists(school: "School") -> None:
    enrolment = await school.enrol()
    closed = await school.decide(enrolment, "M1", "M2", "M3", "M4")
    held = await school.plan("M1")
    dossier = await school.register(held, await school.enrol(), "M1")
    note = {"deliverable": 1, "file_name": "a.txt", "size": 1, "sha256": "a" * 64}
    new_upload = {"registration_id": dossier["id"], **note}
    upload = school.done(await school.call("POST", "/v1/uploads", new_upload))
    (registration,) = await school.run(held, (await school.enrol(), "M1"))
    sheet = await school.sign(registration, held.president)
    await school.call(
        "POST", "/v1/conflicts_of_interest", {"juror_id": held.jury[1], "enrolment_id": enrolment, "kind": "related"}
    )
    award = await school.award(enrolment)
    assert award is not None
    other = school.another()
    juror = await other.enter_juror(subject=held.president)  # even one whose login is the same
    everything = other.bearer(A, M, P, S, organisation=other.id, subject=held.president, scopes=[READ, WRITE])
    known = {
        "{session_id}": held.id,
        "{registration_id}": registration["id"],
        "{sheet_id}": sheet["id"],
        "{juror_id}": held.jury[1],
        "{award_id}": award["id"],
        "{competency}": "C.1",
        "{upload_id}": upload["id"],
        "{file_id}": upload["id"],
        "{number}": "1",
    }
    entry = {"first_name": "Ada", "last_name": "Roux", "quality": "teacher", "external": True}
    jury = {"president": juror, "members": [juror]}
    bodies = {
        "correct_juror": entry,
        "change_session_plan": {"place": "P", "held_on": "2024-06-17", "modalities": ["M1"], "jury": jury},
        "lead_session": {"state": "closed"},
        "declare_conflict_of_interest": {"juror_id": held.jury[1], "enrolment_id": enrolment, "kind": "related"},
        "register_candidate": {"session_id": held.id, "enrolment_id": enrolment, "modality": "M1"},
        "record_attendance": {"attendance": "present"},
        "write_sheet": {"registration_id": registration["id"], "levels": []},
        "save_sheet": {"levels": []},
        "correct_sheet": {"levels": [], "reason": "Erreur."},
        "set_preparation": {"opens_at": "2024-05-01T08:00:00Z", "due_at": "2024-06-01T08:00:00Z"},
        "open_upload": new_upload,
        "override_proposal": {"acquired": True, "reason": "Oral."},
    }
    routes = {route.name: route for route in routes_of(school.app)}
    before = await school.state()
    for name, (method, path) in operations(school).items():
        if name in PUBLIC | {"publish_referential", "enter_juror", "plan_session"}:
            continue
        for placeholder, value in known.items():
            path = path.replace(placeholder, value)  # noqa: PLW2901
        answer = await other.call(method, path, bodies.get(name), by=everything, match='"1"')
        if name.startswith("list_") and name not in {"list_proposals", "list_submissions"}:
            assert name == "list_jurors" or answer.json()["items"] == [], name
            filters = {parameter.name for parameter in routes[name].dependant.query_params}
            for known_id, value in (("session_id", closed.id), ("enrolment_id", enrolment)):
                if known_id in filters:
                    answer = await other.call("GET", f"{path}?{known_id}={value}", by=everything)
                    assert answer.json()["items"] == [], name
        else:
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), (name, answer.text)
    assert await school.state() == before
