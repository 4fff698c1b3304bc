"""Lists that cost the same whatever they hold."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine, event

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio

LISTS = ["jurors", "sessions", "registrations", "conflicts_of_interest", "block_validations", "awards", "referentials"]


@pytest.fixture
def engine() -> str:
    """The statements are the same on both engines: one tells."""
    return "sqlite"


@contextmanager
def counted() -> Iterator[list[str]]:
    """The statements that run meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT") and not any(word in statement for word in ("outbox", "pg_")):  # the relay's
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
            with counted() as statements:
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
