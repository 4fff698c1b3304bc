"""Keys of persons: made once, destroyed for good, wrapped anew."""

import asyncio
import os
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.database import Database
from parchemin.common.settings import EncryptionSettings
from parchemin.common.tables import metadata, person_keys
from parchemin.common.vault import CannotDecrypt, KeyDestroyed, Purpose, Vault
from parchemin.common.vault.wrapping import WrappingKeyMissing, WrappingKeys, installation_keys

pytestmark = pytest.mark.asyncio

OLD, NEW = os.urandom(32), os.urandom(32)
PLACE = "candidates.person:1"


@pytest.fixture
def person() -> UUID:
    return uuid4()


@pytest.fixture
def vault() -> Vault:
    return Vault(WrappingKeys.of(OLD))


async def test_what_one_process_sealed_another_opens(database: Database, vault: Vault, person: UUID) -> None:
    async with database.transaction() as session:
        cipher = await vault.cipher(session, person, Purpose.IDENTITY)
        sealed = cipher.seal("Zoé", place=PLACE)
    async with database.reading() as session:
        (other,) = (await Vault(WrappingKeys.of(OLD)).ciphers(session, [person], Purpose.IDENTITY)).values()
        assert other.open(sealed, place=PLACE) == "Zoé"
        assert await vault.ciphers(session, [person], Purpose.DISABILITY) == {}
        keys = (await session.execute(select(person_keys.c.wrapped))).scalars().all()
    assert len(keys) == 1


async def test_the_key_of_another_purpose_or_person_does_not_open(
    database: Database, vault: Vault, person: UUID
) -> None:
    async with database.transaction() as session:
        sealed = (await vault.cipher(session, person, Purpose.IDENTITY)).seal("Zoé", place=PLACE)
        for cipher in (
            await vault.cipher(session, person, Purpose.DISABILITY),
            await vault.cipher(session, uuid4(), Purpose.IDENTITY),
        ):
            with pytest.raises(CannotDecrypt):
                cipher.open(sealed, place=PLACE)


async def test_a_key_moved_to_another_person_does_not_unwrap(database: Database, vault: Vault, person: UUID) -> None:
    async with database.transaction() as session:
        await vault.cipher(session, person, Purpose.IDENTITY)
        thief = uuid4()
        await session.execute(person_keys.update().values(person_id=thief))
        with pytest.raises(CannotDecrypt):
            await vault.ciphers(session, [thief], Purpose.IDENTITY)


async def test_many_persons_have_their_keys_in_a_few_statements(database: Database, vault: Vault) -> None:
    people = [uuid4() for _ in range(1200)]
    async with database.transaction() as session:
        made = await vault.ciphers(session, people, Purpose.IDENTITY, create=True)
        sealed = {person: cipher.seal(str(person), place=PLACE) for person, cipher in made.items()}
    async with database.reading() as session:
        known = await vault.ciphers(session, people, Purpose.IDENTITY)
    assert [known[person].open(sealed[person], place=PLACE) for person in people] == [str(person) for person in people]


async def test_a_key_that_is_destroyed_may_be_made_anew_and_opens_nothing_old(
    database: Database, vault: Vault, person: UUID
) -> None:
    async with database.transaction() as session:
        sealed = (await vault.cipher(session, person, Purpose.DISABILITY)).seal("x", place=PLACE)
        assert await vault.destroy(session, person, Purpose.DISABILITY) == 1
        assert await vault.destroy(session, person, Purpose.DISABILITY) == 0
        with pytest.raises(CannotDecrypt):
            (await vault.cipher(session, person, Purpose.DISABILITY)).open(sealed, place=PLACE)


async def test_who_is_erased_has_no_key_any_more_but_the_one_that_is_kept(
    database: Database, vault: Vault, person: UUID
) -> None:
    async with database.transaction() as session:
        for purpose in (Purpose.IDENTITY, Purpose.REGISTER):
            await vault.cipher(session, person, purpose)
        await vault.erase(session, person, keep={Purpose.REGISTER})
    async with database.transaction() as session:
        for purpose in set(Purpose) - {Purpose.REGISTER}:
            with pytest.raises(KeyDestroyed):
                await vault.cipher(session, person, purpose)
            assert await vault.ciphers(session, [person], purpose, create=True) == {}
            assert await vault.destroy(session, person, purpose) == 0
        assert await vault.ciphers(session, [person], Purpose.REGISTER) != {}


async def test_two_transactions_at_once_make_one_key(database: Database, vault: Vault, person: UUID) -> None:
    async def sealed() -> bytes:
        async with database.transaction() as session:
            return (await vault.cipher(session, person, Purpose.IDENTITY)).seal("x", place=PLACE)

    values = await asyncio.gather(*(sealed() for _ in range(4)))
    async with database.reading() as session:
        cipher = (await vault.ciphers(session, [person], Purpose.IDENTITY))[person]
    assert [cipher.open(value, place=PLACE) for value in values] == ["x"] * 4


async def test_keys_are_wrapped_anew_and_the_old_wrapping_key_may_go(database: Database, person: UUID) -> None:
    others = [uuid4() for _ in range(600)]
    async with database.transaction() as session:
        old = Vault(WrappingKeys.of(OLD))
        sealed = (await old.cipher(session, person, Purpose.IDENTITY)).seal("x", place=PLACE)
        await old.ciphers(session, others, Purpose.IDENTITY, create=True)
        found = await old.digest(session, "names", "zoe")
        await old.erase(session, others[0])
    rotating = Vault(WrappingKeys.of(NEW, OLD))
    rewrapped = []
    while not rewrapped or rewrapped[-1]:
        async with database.transaction() as session:
            rewrapped.append(await rotating.rewrap(session))
    assert sum(rewrapped) == len(others) + 1  # the index's key too; the one that was erased stays so
    async with database.reading() as session:
        new = Vault(WrappingKeys.of(NEW))
        assert (await new.ciphers(session, [person], Purpose.IDENTITY))[person].open(sealed, place=PLACE) == "x"
        assert await new.digest(session, "names", "zoe") == found
        with pytest.raises(WrappingKeyMissing):
            await Vault(WrappingKeys.of(OLD)).ciphers(session, [person], Purpose.IDENTITY)


async def test_an_index_made_in_a_transaction_that_failed_is_not_used(database: Database, vault: Vault) -> None:
    async with database.engine.connect() as connection:
        lost = await vault.digest(AsyncSession(connection), "names", "zoe")
        await connection.rollback()
    async with database.transaction() as session:
        kept = await vault.digest(session, "names", "zoe")
    async with database.reading() as session:
        assert await vault.digest(session, "names", "zoe") == kept != lost
        assert await vault.digest(session, "places", "zoe") != kept


async def test_the_database_refuses_half_a_key(database: Database, vault: Vault, person: UUID) -> None:
    async with database.transaction() as session:
        await vault.cipher(session, person, Purpose.IDENTITY)
    with pytest.raises(Exception, match="wrapped"):
        async with database.transaction() as session:
            await session.execute(text("UPDATE person_keys SET wrapped = NULL"))


async def test_no_key_stands_in_the_database_in_clear(vault: Vault, tmp_path: Path) -> None:
    keys = WrappingKeys.of(OLD)
    key = os.urandom(32)
    assert key not in keys.wrap(key, place=PLACE)
    with pytest.raises(CannotDecrypt):
        keys.unwrap(keys.wrap(key, place=PLACE), by=keys.current, place="elsewhere")
    made = installation_keys(EncryptionSettings(), tmp_path)
    assert installation_keys(EncryptionSettings(), tmp_path).current == made.current
    assert "person_keys" in metadata.tables


async def test_two_records_of_one_person_become_one_with_what_either_key_sealed(
    database: Database, vault: Vault, person: UUID
) -> None:
    former = uuid4()
    async with database.transaction() as session:
        sealed = (await vault.cipher(session, former, Purpose.DISABILITY)).seal("Zoé", place=PLACE)
        await vault.cipher(session, person, Purpose.IDENTITY)
        await vault.cipher(session, former, Purpose.IDENTITY)
        assert await vault.adopt(session, person, former, Purpose.DISABILITY)
        assert await vault.adopt(session, person, former, Purpose.DISABILITY)  # nothing left to adopt
        assert not await vault.adopt(session, person, former, Purpose.IDENTITY)
    async with database.reading() as session:
        ciphers = await vault.ciphers(session, [person, former], Purpose.DISABILITY)
        assert list(ciphers) == [person]
        assert ciphers[person].open(sealed, place=PLACE) == "Zoé"
