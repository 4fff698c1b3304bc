"""A signed sheet is what was signed: by its digest, and by the database."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from alembic import command
from sqlalchemy import Connection, delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from parchemin.common import migrations
from parchemin.common.database import Database
from parchemin.common.statements import table_of
from parchemin.contracts.events.evaluations import SheetSignedV1
from parchemin.evaluations.grading.models import Sheet

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio

Json = dict[str, Any]
sheets = table_of(Sheet)
DOCUMENT = Path(__file__).parents[4] / "docs" / "grading.md"
BEFORE, REVISION = "6035e95cae13", "3f0c1d7a9b52"


def as_documented() -> Callable[[Json], str]:
    """The function that docs/grading.md gives to developers of apps."""
    code = DOCUMENT.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    defined: dict[str, Callable[[Json], str]] = {}
    exec(code, defined)  # noqa: S102 - our own document
    return defined["digest"]


async def signed_and_corrected(school: "School") -> list[Json]:
    """A draft, a sheet that was signed and corrected, its correction, and one signed at once."""
    held = await school.plan("M1")
    (registration,) = await school.run(held, (await school.enrol(1), "M1"))
    draft = school.done(await school.write(registration, held.jury[0]))
    signed = await school.sign(registration, held.jury[1], C1_1="not_met")
    correction = {
        "levels": [{"oral": "met", "written": "not_met", **level} for level in signed["levels"][1:]]
        + [{"criterion": "C1.1", "level": "met", "observation": 'Réponse à l\'oral.\nTrès claire — « oui » "😀"'}],
        "opinions": [{"competency": "C.1", "opinion": "favourable"}],
        "reason": "Erreur de saisie.",
    }
    by = school.juror(held.jury[1])
    url = f"/v1/sheets/{signed['id']}"
    corrected = school.done(await school.call("POST", f"{url}/corrections", correction, by=by))
    at_once = await school.sign(registration, held.jury[2])
    return [draft, await school.get(url, by=by), corrected, at_once]


async def test_everybody_can_compute_the_digest_of_what_was_signed(school: "School") -> None:
    draft, *signed = await signed_and_corrected(school)
    assert draft["digest"] is None
    digest_of = as_documented()
    assert [sheet["digest"] for sheet in signed] == [digest_of(sheet) for sheet in signed]
    assert len({sheet["digest"] for sheet in signed}) == len(signed)
    assert [fact.digest for fact in await school.facts(SheetSignedV1)] == [sheet["digest"] for sheet in signed]


async def test_the_database_changes_no_signed_sheet(school: "School") -> None:
    draft, old, correction, at_once = [UUID(sheet["id"]) for sheet in await signed_and_corrected(school)]
    database: Database = school.app.state.database
    changes: list[Json] = [
        {"levels": []},
        {"opinions": [{"competency": "C.1", "opinion": "reserved"}]},
        {"digest": "0" * 64},
        {"digest": None},
        {"reason": "Autre."},
        {"number": 9},
        {"state": "draft", "signed_at": None},
        {"state": "corrected", "levels": []},
        {"version": 9},
    ]

    async def change(sheet_id: UUID, values: Json) -> None:
        async with database.transaction() as session:
            await session.execute(update(sheets).where(sheets.c.id == sheet_id).values(**values))

    for signed in (old, correction, at_once):
        for values in changes:
            with pytest.raises(IntegrityError, match=r"signed sheet does not change|CHECK"):
                await change(signed, values)
    with pytest.raises(IntegrityError):
        await change(old, {"state": "signed"})
    await change(draft, {"levels": []})
    await change(at_once, {"state": "corrected", "version": 2})


async def test_sheets_that_were_signed_before_are_given_their_digest(
    school: "School", empty_database_url: Callable[[], str]
) -> None:
    told = await signed_and_corrected(school)
    expected = {sheet["id"]: sheet["digest"] for sheet in told}
    async with school.app.state.database.reading() as session:
        rows = [dict(row) for row in (await session.execute(select(sheets))).mappings()]
    for row in rows:  # as the release before stored them
        row["levels"] = [{"criterion": None, "level": None, "comment": None, **level} for level in row["levels"]]
        del row["digest"]
    older = Database(empty_database_url())
    try:
        async with older.engine.begin() as connection:
            await connection.run_sync(migrate, "upgrade", BEFORE)
            if older.is_sqlite:
                await connection.execute(text("PRAGMA defer_foreign_keys=ON"))
            else:
                await connection.execute(text("SET session_replication_role = replica"))
            before = [column for column in sheets.c if column.name not in {"digest", "comments_erased_at"}]
            await connection.execute(insert(sheets).values([{c.name: row[c.name] for c in before} for row in rows]))
            await connection.run_sync(migrate, "upgrade", REVISION)
            found = (await connection.execute(select(sheets.c.id, sheets.c.digest))).all()
            assert {str(sheet_id): digest for sheet_id, digest in found} == expected
            await connection.execute(delete(sheets))
    finally:
        await older.dispose()


def migrate(connection: Connection, direction: str, revision: str) -> None:
    configuration = migrations.config("evaluations")
    configuration.attributes["connection"] = connection
    getattr(command, direction)(configuration, revision)
