"""What a database of before an upgrade holds is still there after it, sealed."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from alembic import command
from sqlalchemy import Connection, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from parchemin.common import migrations
from parchemin.common.auth.principal import login_of
from parchemin.common.database import Database
from parchemin.evaluations.appeals.models import Appeal
from parchemin.evaluations.enrolments.models import KnownCandidate
from parchemin.evaluations.erasure.texts import opener
from parchemin.evaluations.incidents.models import Incident
from parchemin.evaluations.submissions.models import Deposit
from parchemin.evaluations.submissions.names import file_names

pytestmark = pytest.mark.asyncio

BEFORE, REVISION = "8dde6e8857b8", "e4b7091f6d23"
WORDS = {
    "<row>": "1, <at>, <at>, :school",
    "<columns>": "version, created_at, updated_at, organisation_id",
    "<at>": "'2026-01-01 00:00:00+00'",
}
STATEMENTS = (
    "INSERT INTO known_candidates (candidate_id, organisation_id, subject) VALUES (:candidate, :school, 'zoe')",
    "INSERT INTO known_enrolments (id, <columns>, candidate_id, referential_version, blocks, measures)"
    " VALUES (:enrolment, <row>, :candidate, '1.0', '[1]', '[]')",
    "INSERT INTO registrations (id, <columns>, session_id, enrolment_id, modality)"
    " VALUES (:registration, <row>, :session, :enrolment, 'M1')",
    "INSERT INTO appeals (id, <columns>, registration_id, session_id, enrolment_id, competencies, grounds, filed_by,"
    " state) VALUES (:appeal, <row>, :registration, :session, :enrolment, '[]', 'Griefs.', 'someone', 'filed')",
    "INSERT INTO incidents (id, <columns>, session_id, registration_id, kind, state, description, occurred_at,"
    " reported_by, blocking) VALUES (:about_her, <row>, :session, :registration, 'incident', 'recorded', 'Malaise.',"
    " <at>, 'someone', false)",
    "INSERT INTO incidents (id, <columns>, session_id, kind, state, description, occurred_at, reported_by, blocking)"
    " VALUES (:about_nobody, <row>, :session, 'incident', 'recorded', 'Coupure.', <at>, 'someone', false)",
    "INSERT INTO deposits (id, <columns>, registration_id, candidate_id, deliverable, file_name, size, sha256,"
    " part_size, expires_at, state, late) VALUES (:deposit, <row>, :registration, :candidate, 1, 'memoire.pdf', 3,"
    " '00000000', 8, <at>, 'open', false)",
)
SESSION = (
    "INSERT INTO sessions (id, <columns>, referential_version, place, held_on, modalities, state)"
    " VALUES (:session, <row>, '1.0', 'Paris', '2026-01-01', '[]', 'draft')"
)
NAMES = (
    "candidate", "school", "enrolment", "registration", "session", "appeal", "about_her", "about_nobody", "deposit",
)  # fmt: skip


async def test_what_was_written_in_clear_is_sealed(empty_database_url: Callable[[], str]) -> None:
    database = Database(empty_database_url())
    ids = {name: uuid4() for name in NAMES}

    async def run(connection: AsyncConnection, statement: str) -> None:
        for word, meaning in WORDS.items():
            statement = statement.replace(word, meaning)
        used = {name: one.hex if database.is_sqlite else one for name, one in ids.items() if f":{name}" in statement}
        await connection.execute(text(statement), used)

    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(migrate, BEFORE)
            if database.is_sqlite:
                await connection.execute(text("PRAGMA defer_foreign_keys=ON"))
            else:
                await connection.execute(text("SET session_replication_role = replica"))
            for statement in STATEMENTS:
                await run(connection, statement)
            await connection.run_sync(migrate, REVISION)
            await run(connection, SESSION)
        async with database.transaction() as session:
            known = await session.get_one(KnownCandidate, ids["candidate"])
            assert known.login == login_of(await database.vault.index(session), "zoe")
            appeal = (await session.execute(select(Appeal))).scalar_one()
            incidents = {one.id: one for one in (await session.execute(select(Incident))).scalars()}
            deposit = (await session.execute(select(Deposit))).scalar_one()
            opened = await opener(session, [ids["candidate"], ids["about_nobody"]])
            assert appeal.sealed_for == incidents[ids["about_her"]].sealed_for == ids["candidate"]
            assert opened(appeal.sealed_for, appeal.grounds, f"appeals.grounds:{appeal.id}") == "Griefs."
            assert appeal.report is None
            for name, said in (("about_her", "Malaise."), ("about_nobody", "Coupure.")):
                one = incidents[ids[name]]
                assert opened(one.sealed_for, one.description, f"incidents.description:{one.id}") == said
            assert await file_names(session, [deposit]) == {deposit.id: "memoire.pdf"}
    finally:
        await database.dispose()


def migrate(connection: Connection, revision: str) -> None:
    configuration = migrations.config("evaluations")
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, revision)
