"""What a database of before an upgrade holds is still there after it."""

from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from alembic import command
from sqlalchemy import Connection, MetaData, Table, insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.exemptions.texts import open_texts
from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.identity.service import visible_candidates
from parchemin.candidates.identity.storage import persons_of
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.encryption import installation_ciphers
from parchemin.common.migrations import config, transaction, upgrade
from parchemin.common.settings import EncryptionSettings, house
from parchemin.common.vault import CannotDecrypt, Purpose, Vault
from parchemin.common.vault.wrapping import installation_keys
from parchemin.contracts.vocabulary import Role

pytestmark = pytest.mark.asyncio

BEFORE_IDENTITIES_WERE_SEALED = "9422b8293a35"
BEFORE_FOLLOW_UPS = "b306d8c6f133"


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


async def test_texts_of_exemptions_are_sealed_anew_under_keys_of_persons(
    empty_database_url: Callable[[], str], var: Path
) -> None:
    database, school, candidate = Database(empty_database_url()), uuid4(), UUID(int=9)
    (old, *_) = installation_ciphers(EncryptionSettings(), house().var / "keys")
    states = {UUID(int=1): "proposed", UUID(int=2): "granted", UUID(int=3): "refused"}
    row = {"version": 1, "created_at": utc_now(), "updated_at": utc_now(), "organisation_id": _id(school, database)}
    person = {**row, "id": _id(candidate, database)}
    decision = {"decider_issuer": "idp", "decider_subject": "certifier", "decided_at": utc_now()}
    async with transaction(database) as connection:
        await connection.run_sync(_to, BEFORE_FOLLOW_UPS)
        await _enter(connection, "candidates", {**person, "person": b"x", "fingerprint": b"x"})
        enrolment = {"candidate_id": person["id"], "referential_version": "1.0", "access_path": "vae", "blocks": [1]}
        await _enter(connection, "enrolments", {**person, **enrolment})
        for exemption_id, state in states.items():
            sealed = {
                name: old.seal(f"{name} {exemption_id}", place=f"exemptions.{name}:{exemption_id}")
                for name in ("argument", "reason")
            }
            exemption = {
                **row,
                **(sealed if state != "proposed" else {"argument": sealed["argument"]}),
                **(decision if state != "proposed" else {}),
                "id": _id(exemption_id, database),
                "enrolment_id": person["id"],
                "competency": f"C.{exemption_id.int}",
                "state": state,
                "proposer_issuer": "idp",
                "proposer_subject": "officer",
            }
            await _enter(connection, "exemptions", exemption)
    await upgrade(database, "candidates")
    vault = Vault(installation_keys(EncryptionSettings(), house().var / "keys"))
    async with database.reading() as session:
        cipher = (await vault.ciphers(session, [candidate], Purpose.DISABILITY))[candidate]
        for exemption in (await session.execute(select(Exemption))).scalars():
            texts = open_texts(cipher, exemption)
            assert texts["argument"] == f"argument {exemption.id}"
            assert texts["reason"] == (None if exemption.state == "proposed" else f"reason {exemption.id}")
            assert (texts["working_conditions"], texts["integrity"]) == (None, None)
            assert states.pop(exemption.id) == exemption.state
            with pytest.raises(CannotDecrypt):
                open_texts(old, exemption)
    assert states == {}
    await database.dispose()


async def _enter(connection: AsyncConnection, table: str, row: Mapping[str, object]) -> None:
    """Into a table as it was then."""
    known = await connection.run_sync(lambda sync: Table(table, MetaData(), autoload_with=sync))
    await connection.execute(insert(known).values(dict(row)))


def _to(connection: Connection, revision: str) -> None:
    configuration = config("candidates")
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, revision)


def _id(value: UUID, database: Database) -> object:
    return value.hex if database.is_sqlite else value
