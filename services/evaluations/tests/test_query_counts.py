"""Lists that cost the same whatever they hold, and what a sheet costs."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio

LISTS = [
    "jurors",
    "sessions",
    "registrations",
    "conflicts_of_interest",
    "block_validations",
    "awards",
    "follow_ups",
    "incidents",
    "appeals",
    "referentials",
]


@pytest.fixture
def engine() -> str:
    """The statements are the same on both engines: one tells."""
    return "sqlite"


RELAY = re.compile(r"FROM outbox|UPDATE outbox|pg_")
"""What the relay does meanwhile."""


@contextmanager
def counted(*verbs: str) -> Iterator[list[str]]:
    """The statements of these kinds that run meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(verbs) and not RELAY.search(statement):
            statements.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def test_a_list_takes_as_many_queries_for_many_rows_as_for_one(school: "School") -> None:
    held = await school.plan("M1", "M2")
    tie = {"juror_id": held.jury[2], "kind": "trained"}

    async def costs() -> dict[str, int]:
        found = {}
        for name in [*LISTS, "proposals"]:
            with counted("SELECT") as statements:
                await school.get(f"/v1/{name}".replace("proposals", f"sessions/{held.id}/proposals"))
            found[name] = len(statements)
        return found

    async def grow(count: int) -> None:
        nonlocal held
        held = await school.plan("M1", "M2", "M3", "M4", jury=held.jury)
        who = [await school.enrol() for _ in range(count)]
        for enrolment in who:
            await school.call("POST", "/v1/conflicts_of_interest", {**tie, "enrolment_id": enrolment})
        listed = await school.run(held, *((enrolment, m) for enrolment in who for m in ("M1", "M2")))
        for registration in listed:
            for juror in held.jury[:2]:
                await school.sign(registration, juror)
        school.done(await school.lead(held, "deliberating"))

    await grow(1)
    few = await costs()
    school.done(await school.lead(held, "closed"))
    await grow(2)
    assert await costs() == few


async def test_a_draft_is_saved_by_two_queries_and_an_update(school: "School") -> None:
    held = await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(), "M1"))
    by = school.juror(held.president)
    draft = school.done(await school.write(registration, held.president))
    url = f"/v1/sheets/{draft['id']}"
    for version, (method, body, verbs) in enumerate(
        [
            ("PUT", {"levels": []}, ["SELECT", "SELECT", "UPDATE"]),
            (
                "PATCH",
                {"levels": {level["criterion"]: {"oral": "met", "level": "met"} for level in draft["levels"]}},
                ["SELECT", "SELECT", "UPDATE"],
            ),
            ("PATCH", {"state": "signed"}, ["SELECT", "SELECT", "UPDATE", "INSERT"]),
        ],
        start=1,
    ):
        for expected in (verbs, ["SELECT"]):  # the second time it is a repeat
            with counted("SELECT", "INSERT", "UPDATE") as statements:
                answer = await school.call(method, url, body, by=by, match=f'"{version}"')
            assert (answer.status_code, answer.headers["etag"]) == (200, f'"{version + 1}"')
            assert [statement.split()[0] for statement in statements] == expected


async def test_a_sheet_is_signed_by_two_queries_and_two_inserts(school: "School") -> None:
    enrolment = await school.enrol()
    for competency in ("C.2", "C.3"):
        await school.exempt(enrolment, competency)
    held = await school.plan("M1")
    registrations = await school.run(held, (enrolment, "M1"), (await school.enrol(), "M1"))
    await school.sign(registrations[0], held.president)  # the referential is read once
    for registration in registrations:
        with counted("SELECT", "INSERT", "UPDATE") as statements:
            await school.sign(registration, held.jury[1])
        assert [statement.split()[0] for statement in statements] == ["SELECT", "SELECT", "INSERT", "INSERT"]
        assert ["sheets" in statements[2], "outbox" in statements[3]] == [True, True]
