"""The service does what its OpenAPI document says, with inputs that nobody thought of.

The schema is read when the tests are collected, so that each operation is a test (schemathesis 4.32 cannot take it
from a fixture under pytest 9.2); the database is there before the first request, which starts the lifespan.
"""

import asyncio
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
import schemathesis
from schemathesis.python.asgi import shutdown_lifespans
from tests.support.conformance import schema_of, scratch_folder, steadily, validate

from parchemin.budget.app import create_app
from parchemin.budget.enrolments.models import KnownEnrolment
from parchemin.budget.estimates.models import Estimate, EstimateLine
from parchemin.budget.productions.models import Production
from parchemin.budget.settings import Settings
from parchemin.common.database import Database
from parchemin.contracts.vocabulary import Role

FOLDER = scratch_folder()
FILE = FOLDER / "budget.sqlite3"
URL = f"sqlite+aiosqlite:///{FILE}"
HOUSE, ENROLMENT, PRODUCTION, ESTIMATE = (UUID(int=number) for number in range(1, 5))
KNOWN = {
    "enrolment_id": str(ENROLMENT),
    "production_id": str(PRODUCTION),
    "estimate_id": str(ESTIMATE),
    "copy_of": str(ESTIMATE),
    "with": str(ESTIMATE),
    "chart_id": "cnc-feature-2018",
    "chart_of_accounts": "cnc-feature-2018",
}

app = create_app(Settings(database_url=URL, migrate_on_start=False))
schema = schema_of(app)


@pytest.fixture(scope="module", autouse=True)
def one_of_each(migrated: Callable[[str, str], str]) -> Iterator[None]:
    """A production with an estimate of one line."""
    if not FILE.exists():  # where workers steal from one another, a module may be begun twice in one process
        FILE.write_bytes(Path(migrated("sqlite", "budget").split("///")[1]).read_bytes())
        asyncio.run(_furnish())
    yield
    shutdown_lifespans()


async def _furnish() -> None:
    production = {"title": "Rives", "kind": "other", "currency": "EUR", "chart_of_accounts": "cnc-feature-2018"}
    line = {"account": "8", "label": "Mixage", "unit": "day", "abroad": False, "in_kind": False}
    rows = [
        KnownEnrolment(id=ENROLMENT, organisation_id=HOUSE, candidate_id=UUID(int=9)),
        Production(id=PRODUCTION, organisation_id=HOUSE, enrolment_id=ENROLMENT, **production),
        Estimate(id=ESTIMATE, organisation_id=HOUSE, production_id=PRODUCTION, number=1, label="Devis"),
        EstimateLine(
            estimate_id=ESTIMATE,
            position=1,
            quantity_thousandths=2_500,
            units_thousandths=1_000,
            rate=Decimal("281.57"),
            amount=Decimal("703.93"),
            **line,
        ),
    ]
    database = Database(URL)
    try:
        async with database.transaction() as session:
            for row in rows:
                session.add(row)
                await session.flush()
    finally:
        await database.dispose()


@pytest.fixture
def everybody(bearer: Callable[..., dict[str, str]]) -> dict[str, str]:
    """A caller with all roles and scopes, in one organisation."""
    return bearer(*Role, organisation=HOUSE, scopes=["budget:read", "budget:write"])


@schema.parametrize()
@steadily(8)
def test_operation(case: schemathesis.Case, everybody: dict[str, str]) -> None:
    headers = {**everybody, "If-Match": '"1"'}
    validate(case, case.call(headers=headers))
    if case.meta.generation.mode.is_positive and names_what_is_there(case):
        if case.method == "PUT":
            headers["If-Match"] = current_tag(case, everybody)
        validate(case, case.call(headers=headers))


def current_tag(case: schemathesis.Case, caller: dict[str, str]) -> str:
    """The ETag of the object that the case names."""
    resource = case.formatted_path.split("/")[2]
    item = f"/v1/{resource}/{{{resource.removesuffix('s')}_id}}"
    current = schema[item]["GET"].Case(path_parameters=case.path_parameters).call(headers=caller)
    return str(current.headers["etag"][0])


def names_what_is_there(case: schemathesis.Case) -> bool:
    """Have the case name the objects that are there, in place of ids that were made up."""
    changed = False
    for place in (case.path_parameters, case.query, case.body):
        if isinstance(place, dict):
            for name in place.keys() & KNOWN.keys():
                place[name] = KNOWN[name]
                changed = True
    return changed


@pytest.mark.parametrize("path", sorted(p for p, item in app.openapi()["paths"].items() if "{" in p and "get" in item))
def test_what_is_there_is_as_documented(path: str, everybody: dict[str, str]) -> None:
    operation = schema[path]["GET"]
    query = {"with": KNOWN["with"]} if path.endswith("/comparison") else {}
    case = operation.Case(
        path_parameters={name: value for name, value in KNOWN.items() if f"{{{name}}}" in path}, query=query
    )
    response = case.call(headers=everybody)
    assert response.status_code == 200, response.text
    operation.validate_response(response)
