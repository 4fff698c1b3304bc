"""The service against its own OpenAPI document, by schemathesis: nothing undocumented, nothing that breaks it."""

import shutil
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from sqlalchemy.engine import make_url

from parchemin.contracts.vocabulary import Role
from parchemin.evaluations.app import create_app
from parchemin.evaluations.settings import Settings

ORGANISATION = UUID(int=1)
EXAMPLES = 6


@pytest.fixture(scope="module")
def document(
    migrated: Callable[[str, str], str], tmp_path_factory: pytest.TempPathFactory, var: Path
) -> schemathesis.BaseSchema:
    """The served document; the application runs with its lifespan while schemathesis calls it."""
    target = tmp_path_factory.mktemp("conformance") / "evaluations.sqlite3"
    shutil.copy(str(make_url(migrated("sqlite", "evaluations")).database), target)
    app = create_app(Settings(database_url=f"sqlite+aiosqlite:///{target}", migrate_on_start=False))
    return schemathesis.openapi.from_asgi("/openapi.json", app)


schema = schemathesis.pytest.from_fixture("document")


@schema.parametrize()
@settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_an_operation_answers_as_documented(case: schemathesis.Case, bearer: Callable[..., dict[str, str]]) -> None:
    headers = bearer(*Role, organisation=ORGANISATION, scopes=["evaluations:read", "evaluations:write"])
    case.call_and_validate(headers=headers)
