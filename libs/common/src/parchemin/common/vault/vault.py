"""The vault: keys of persons, one for each purpose, in the service's own database.

A person here is whoever something is known of: a candidate, a juror, the many of a jury's minutes. What their key
sealed is gone with it, also from backups of the data and from a database's log.
"""

from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from uuid import UUID

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.clock import utc_now
from parchemin.common.statements import among, is_sqlite, upsert
from parchemin.common.tables import person_keys
from parchemin.common.vault.cipher import FieldCipher
from parchemin.common.vault.index import BlindIndex
from parchemin.common.vault.wrapping import WrappingKeys

if TYPE_CHECKING:  # a database has its vault
    from parchemin.common.database import Database

NOBODY = UUID(int=0)
INDEX = "index"
BATCH = 500
"""Keys in one statement."""


class Purpose(StrEnum):
    """What something is known for; each ends at its own time."""

    IDENTITY = "identity"
    DISABILITY = "disability"
    DOCUMENTS = "documents"
    DOSSIER = "dossier"
    """What is written about the person: appeals, incidents, a jury's comments."""
    FILE = "file"
    """The copy of all that is known, made for the person."""
    REGISTER = "register"
    """Who holds a certification: the law has it kept."""
    ANSWERS = "answers"
    """Nobody's: the service's own, for answers that it may have to give again."""
    IMPORT = "import"
    """A cohort's file until it is in, under a key of the import's own."""


class KeyDestroyed(Exception):
    """The person was erased: what was sealed for this purpose is unreadable for good."""


class Vault:
    """Gives ciphers under persons' keys. One for each service."""

    def __init__(self, keys: WrappingKeys) -> None:
        self._keys = keys
        self._index: BlindIndex | None = None

    async def cipher(self, session: AsyncSession, person_id: UUID, purpose: Purpose) -> FieldCipher:
        """The person's cipher, its key made at first use; `KeyDestroyed` where the person was erased.

        To open what was sealed, `ciphers` makes no key.
        """
        found = await self.ciphers(session, [person_id], purpose, create=True)
        if person_id not in found:
            raise KeyDestroyed
        return found[person_id]

    async def ciphers(
        self, session: AsyncSession, person_ids: Collection[UUID], purpose: Purpose, *, create: bool = False
    ) -> dict[UUID, FieldCipher]:
        """Those of many persons, by a number of statements that grows by the batch; who was erased is not among them,
        nor who has no key yet, unless it is to be made."""
        keys = await self._raw_keys(session, person_ids, purpose, create=create)
        return {person_id: FieldCipher(key) for person_id, key in keys.items()}

    async def destroy(self, session: AsyncSession, person_id: UUID, *purposes: Purpose) -> int:
        """Destroy the keys of these purposes; how many there were. What is told anew is sealed under a new one."""
        gone = delete(person_keys).where(
            person_keys.c.person_id == person_id,
            person_keys.c.purpose.in_(purposes),
            person_keys.c.wrapped.is_not(None),
        )
        return len((await session.execute(gone.returning(person_keys.c.purpose))).all())

    async def erase(self, session: AsyncSession, person_id: UUID, *, keep: Collection[Purpose] = ()) -> None:
        """Destroy all keys but those to `keep`, for good: none is made again for that person."""
        for purpose in Purpose:
            if purpose not in keep:
                row = {
                    "person_id": person_id,
                    "purpose": purpose,
                    "wrapped": None,
                    "wrapped_by": None,
                    "made_at": utc_now(),
                }
                await upsert(session, person_keys, row, key=["person_id", "purpose"])

    async def index(self, session: AsyncSession) -> BlindIndex:
        """What finds sealed texts; its key is made at first use, in a session that may write."""
        if self._index is not None:
            return self._index
        known = await self._raw_keys(session, [NOBODY], INDEX, create=False)
        if known:
            self._index = BlindIndex(known[NOBODY])
            return self._index
        made = await self._raw_keys(session, [NOBODY], INDEX, create=True)
        return BlindIndex(made[NOBODY])  # not kept before it is committed

    async def prepare(self, database: "Database") -> None:
        """Make the index's key, before anything is read."""
        async with database.transaction() as session:
            await self.index(session)

    async def digest(self, session: AsyncSession, place: str, text: str) -> bytes:
        """As `BlindIndex.digest`, for one text."""
        return (await self.index(session)).digest(place, text)

    async def rewrap(self, session: AsyncSession) -> int:
        """Wrap some keys that an earlier key wrapped by the current one; how many. None: all are."""
        columns = person_keys.c
        old = select(person_keys).where(columns.wrapped.is_not(None), columns.wrapped_by != self._keys.current)
        rows = (await session.execute(old.limit(BATCH).with_for_update(skip_locked=True))).all()
        for row in rows:
            place = place_of(row.person_id, row.purpose)
            key = self._keys.unwrap(row.wrapped, by=row.wrapped_by, place=place)
            await session.execute(
                update(person_keys)
                .where(columns.person_id == row.person_id, columns.purpose == row.purpose)
                .values(wrapped=self._keys.wrap(key, place=place), wrapped_by=self._keys.current)
            )
        return len(rows)

    async def _raw_keys(
        self, session: AsyncSession, person_ids: Collection[UUID], purpose: str, *, create: bool
    ) -> dict[UUID, bytes]:
        wanted = list(dict.fromkeys(person_ids))
        keys: dict[UUID, bytes] = {}
        for start in range(0, len(wanted), BATCH):
            batch = wanted[start : start + BATCH]
            rows = await self._rows(session, batch, purpose)
            missing = [person_id for person_id in batch if person_id not in rows]
            if create and missing:
                rows |= await self._made(session, missing, purpose)
            for person_id, (wrapped, by) in rows.items():
                if wrapped is not None:
                    keys[person_id] = self._keys.unwrap(wrapped, by=by, place=place_of(person_id, purpose))
        return keys

    async def _rows(
        self, session: AsyncSession, person_ids: Sequence[UUID], purpose: str
    ) -> dict[UUID, tuple[bytes | None, str]]:
        columns = person_keys.c
        statement = select(columns.person_id, columns.wrapped, columns.wrapped_by).where(
            among(session, columns.person_id, person_ids), columns.purpose == purpose
        )
        return {person_id: (wrapped, by) for person_id, wrapped, by in await session.execute(statement)}

    async def _made(
        self, session: AsyncSession, person_ids: Sequence[UUID], purpose: str
    ) -> Mapping[UUID, tuple[bytes | None, str]]:
        """New keys, in two statements. Where another transaction makes one meanwhile, its key stands."""
        rows = [self._row(person_id, purpose) for person_id in person_ids]
        insert = sqlite.insert if is_sqlite(session) else postgresql.insert
        connection = await session.connection()
        await connection.execute(insert(person_keys).on_conflict_do_nothing(), rows)
        return await self._rows(session, person_ids, purpose)

    def _row(self, person_id: UUID, purpose: str) -> dict[str, Any]:
        key = AESGCM.generate_key(256)
        return {
            "person_id": person_id,
            "purpose": purpose,
            "wrapped": self._keys.wrap(key, place=place_of(person_id, purpose)),
            "wrapped_by": self._keys.current,
            "made_at": utc_now(),
        }


def place_of(person_id: object, purpose: str) -> str:
    return f"person_keys.wrapped:{person_id}:{purpose}"
