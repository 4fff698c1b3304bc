"""What a database of before an upgrade holds is still there after it."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from alembic import command
from sqlalchemy import Connection, select, text

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.service import visible_candidates
from parchemin.candidates.identity.storage import persons_of
from parchemin.common.auth import Principal
from parchemin.common.database import Database
from parchemin.common.migrations import config, transaction, upgrade
from parchemin.common.settings import EncryptionSettings, house
from parchemin.common.vault import Vault
from parchemin.common.vault.wrapping import installation_keys
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio

BEFORE_IDENTITIES_WERE_SEALED = "9422b8293a35"


async def test_identities_that_were_written_in_clear_are_sealed(
    empty_database_url: Callable[[], str], var: Path
) -> None:
    database, school = Database(empty_database_url()), uuid4()
    async with transaction(database) as connection:
        await connection.run_sync(_to, BEFORE_IDENTITIES_WERE_SEALED)
        for number in (1, 2):
            await connection.execute(
                text(
                    "INSERT INTO candidates (id, version, created_at, updated_at, organisation_id, birth_name,"
                    " first_names, sex, birth_date, birth_city, birth_country, birth_insee_code, subject, person_key)"
                    " VALUES (:id, 3, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', :school, :name,"
                    " '[\"Zoé\", \"Anne\"]', 'F', '1999-06-17', 'Paris 12e', 'FR', '75112', :subject, :name)"
                ),
                {"id": _id(UUID(int=number), database), "school": _id(school, database), "name": f"Lefèvre {number}",
                 "subject": f"zoe-{number}"},
            )  # fmt: skip
    await upgrade(database, "candidates")
    vault = Vault(installation_keys(EncryptionSettings(), house().var / "keys"))
    caller = Principal("zoe-2", "issuer", school, frozenset({Role.CANDIDATE}), frozenset())
    async with database.reading() as session:
        everybody = (await session.execute(select(Candidate))).scalars().all()
        persons = await persons_of(session, vault, everybody)
        own = (await session.execute(await visible_candidates(session, vault, caller))).scalars().all()
    assert sorted(person.birth_name for person in persons.values()) == ["Lefèvre 1", "Lefèvre 2"]
    person = persons[UUID(int=2)]
    assert (person.first_names, person.birth_place.insee_code) == (("Zoé", "Anne"), "75112")
    assert str(person.birth_date) == "1999-06-17"
    assert [candidate.id for candidate in own] == [UUID(int=2)]
    assert {candidate.version for candidate in everybody} == {3}
    await database.dispose()


def _to(connection: Connection, revision: str) -> None:
    configuration = config("candidates")
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, revision)


def _id(value: UUID, database: Database) -> object:
    return value.hex if database.is_sqlite else value
