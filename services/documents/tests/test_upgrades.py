"""What a database of before an upgrade holds is still there after it."""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from alembic import command
from sqlalchemy import Connection, text

from parchemin.common.database import Database
from parchemin.common.migrations import config, transaction, upgrade
from parchemin.common.storage.folder import FolderStore
from parchemin.documents.composition.knowledge import Needs
from parchemin.documents.issuing.models import Document
from parchemin.documents.issuing.sealing import cipher_of, printed_data, stored_content
from parchemin.documents.projections.service import look_up
from parchemin.documents.verification.code import new_code
from parchemin.documents.verification.service import verify

pytestmark = pytest.mark.asyncio

BEFORE_DOCUMENTS_WERE_SEALED = "42f7e2126e28"
CODE = new_code()
IDENTITY = {
    "birth_name": "Lefèvre", "used_name": None, "first_names": ["Zoé"], "sex": "F", "birth_date": "1999-06-17",
    "birth_city": "Paris", "birth_country": "FR",
}  # fmt: skip
PRINTED = {
    "certification_title": "Chargé de productions",
    "holder": {"first_names": ["Zoé"], "birth_name": "Lefèvre"},
    "register_number": "2026-0001",
    "letterhead": {"organisation_name": "Institut", "certifier": None, "specimen": True},
}


async def test_what_was_written_in_clear_is_sealed_and_its_files_are_still_read(
    empty_database_url: Callable[[], str], tmp_path: Path
) -> None:
    database, store = Database(empty_database_url()), FolderStore(tmp_path)
    candidate, document = uuid4(), uuid4()
    key = store.put(b"%PDF of before")

    def plain(value: UUID) -> object:
        return value.hex if database.is_sqlite else value

    async with transaction(database) as connection:
        await connection.run_sync(_to, BEFORE_DOCUMENTS_WERE_SEALED)
        await connection.execute(
            text("INSERT INTO known_candidates (id, identity) VALUES (:id, :identity)"),
            {"id": plain(candidate), "identity": json.dumps(IDENTITY)},
        )
        await connection.execute(
            text(
                "INSERT INTO documents (id, version, created_at, updated_at, organisation_id, kind, subject_key,"
                " candidate_id, state, facts, language, issued_on, verification_code, missing, attempts, body_data,"
                " template_version, issued_at, sha256, size)"
                " VALUES (:id, 2, '2026-01-01 00:00:00+00', '2026-01-01 00:00:00+00', :id, 'diploma', 'diploma:1',"
                " :candidate, 'issued', '{}', 'fr', '2026-07-02', :code, '[]', 0, :printed, '1',"
                " '2026-01-01 00:00:00+00', :key, 14)"
            ),
            {"id": plain(document), "candidate": plain(candidate), "code": CODE, "printed": json.dumps(PRINTED),
             "key": key},
        )  # fmt: skip
    await upgrade(database, "documents")
    async with database.reading() as session:
        known = await look_up(session, Needs(candidates=frozenset({candidate})))
        assert known.candidates[candidate].birth_name == "Lefèvre"
        kept = await session.get_one(Document, document)
        cipher = await cipher_of(session, kept)
        assert cipher is not None
        assert json.loads(printed_data(kept, cipher)) == PRINTED
        assert stored_content(store, kept, cipher) == b"%PDF of before"
        said = await verify(session, CODE)
    assert (said.status, said.holder_initials, said.register_number) == ("valid", "Z. L.", "2026-0001")
    await database.dispose()


def _to(connection: Connection, revision: str) -> None:
    configuration = config("documents")
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, revision)
