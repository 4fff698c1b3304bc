"""The service does what its OpenAPI document says, with inputs that nobody thought of.

The schema is read when the tests are collected, so that each operation is a test (schemathesis 4.32 cannot take it
from a fixture under pytest 9.2); the database is there before the first request, which starts the lifespan.
"""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import schemathesis
from schemathesis.python.asgi import shutdown_lifespans
from tests.support.conformance import schema_of, scratch_folder, steadily, validate

from parchemin.common.database import Database
from parchemin.contracts.vocabulary import Role
from parchemin.documents.app import create_app
from parchemin.documents.settings import Settings

FOLDER = scratch_folder()
FILE = FOLDER / "documents.sqlite3"
URL = f"sqlite+aiosqlite:///{FILE}"

app = create_app(Settings(database_url=URL, migrate_on_start=False, folder=FOLDER))
schema = schema_of(app)


@pytest.fixture(scope="module", autouse=True)
def documents(migrated: Callable[[str, str], str], story: SimpleNamespace) -> Iterator[dict[str, str]]:
    """Ids by state: an issued document, and one that waits."""
    if not FILE.exists():  # where workers steal from one another, a module may be begun twice in one process
        FILE.write_bytes(Path(migrated("sqlite", "documents").split("///")[1]).read_bytes())

    async def furnish() -> dict[str, str]:
        database = Database(URL)
        try:
            desk = story.Desk(database, FOLDER)
            await desk.hear(*story.known(), story.validated(1), story.awarded("nobody"))
            await desk.issuer.issue_due()
            return {row.state: str(row.id) for row in await desk.documents()}
        finally:
            await database.dispose()

    yield asyncio.run(furnish())
    shutdown_lifespans()


@pytest.fixture
def everybody(bearer: Callable[..., dict[str, str]], story: SimpleNamespace) -> dict[str, str]:
    """A caller with all roles and scopes, in one organisation."""
    return bearer(*Role, organisation=story.SCHOOL)


@schema.parametrize()
@steadily(8)
def test_operation(case: schemathesis.Case, everybody: dict[str, str]) -> None:
    validate(case, case.call(headers=everybody))


@pytest.mark.parametrize("path", ["/v1/documents/{document_id}", "/v1/documents/{document_id}/content"])
@pytest.mark.parametrize("state", ["issued", "pending"])
def test_documents_that_are_there(documents: dict[str, str], everybody: dict[str, str], path: str, state: str) -> None:
    response = schema[path]["GET"].Case(path_parameters={"document_id": documents[state]}).call(headers=everybody)
    assert response.status_code == (409 if state == "pending" and path.endswith("content") else 200)
    schema[path]["GET"].validate_response(response)
