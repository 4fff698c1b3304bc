"""What the service answers is what its OpenAPI document says: calls made up from the document, right and wrong ones."""

import asyncio
import copy
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.python.asgi import shutdown_lifespans
from sqlalchemy.engine import make_url

from parchemin.candidates.accommodations.models import Accommodation
from parchemin.candidates.app import create_app
from parchemin.candidates.enrolments.service import new_enrolment
from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.exemptions.rules import ExemptionState
from parchemin.candidates.identity.schemas import CandidateEntry
from parchemin.candidates.identity.service import new_candidate
from parchemin.candidates.organisations.models import Organisation
from parchemin.candidates.referentials.models import KnownReferential
from parchemin.candidates.settings import Settings
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.encryption import FieldCipher
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import AccessPath, Role

KNOWN = {
    name: UUID(int=number)
    for number, name in enumerate(
        ("organisation_id", "candidate_id", "enrolment_id", "accommodation_id", "exemption_id"), start=1
    )
}
"""What the paths name, so that calls reach further than a 404."""
CONFIG = schemathesis.Config.from_dict(
    {
        "generation": {"deterministic": True, "max-examples": 8},
        "parameters": {name: str(one) for name, one in KNOWN.items()},
        # A rule refuses what the document's types allow: a birth in the year 3000, a stale If-Match.
        "checks": {
            "positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "412", "422"]},
            "negative_data_rejection": {"expected-statuses": ["400", "401", "403", "404", "405", "412", "415", "422"]},
        },
    }
)
SHARED_HEADERS = {"if-match", "idempotency-key"}
SCOPES = ["candidates:read", "candidates:write"]
PERSON = {
    "birth_name": "Lefèvre",
    "first_names": ["Zoé"],
    "sex": "F",
    "birth_date": "1999-06-17",
    "birth_place": {"city": "Paris 12e", "country": "FR"},
}


@pytest.fixture(scope="module")
def api(
    migrated: Callable[[str, str], str],
    tmp_path_factory: pytest.TempPathFactory,
    referential: Referential,
) -> Iterator[Any]:
    """The document of a running service; schemathesis starts the application and serves it on a loop of its own."""
    file = tmp_path_factory.mktemp("conformance") / "candidates.sqlite3"
    shutil.copy(Path(str(make_url(migrated("sqlite", "candidates")).database)), file)
    url = f"sqlite+aiosqlite:///{file}"
    app = create_app(Settings(database_url=url, migrate_on_start=False))
    asyncio.run(_seed(url, referential, app.state.cipher))
    loaded = schemathesis.openapi.from_dict(_without_shared_headers(app.openapi()), config=CONFIG)
    loaded.app = app
    yield loaded
    shutdown_lifespans()


def _without_shared_headers(document: dict[str, Any]) -> dict[str, Any]:
    """The shared layer reads these before the body, and has tests of its own: made up, they would hide the body."""
    document = copy.deepcopy(document)
    for path in document["paths"].values():
        for operation in path.values():
            parameters = operation.get("parameters", [])
            operation["parameters"] = [one for one in parameters if one["name"].lower() not in SHARED_HEADERS]
    return document


async def _seed(url: str, referential: Referential, cipher: FieldCipher) -> None:
    database = Database(url)
    async with database.transaction() as session:
        body = referential.model_dump(mode="json")
        session.add(KnownReferential(version=referential.version, body=body, published_at=utc_now()))
        school = KNOWN["organisation_id"]
        session.add(Organisation(id=school, organisation_id=school, code="IMI", name="École"))
        candidate = new_candidate(CandidateEntry.model_validate(PERSON), school)
        candidate.id = KNOWN["candidate_id"]
        enrolment = new_enrolment(candidate, referential, AccessPath.VAE, [1])
        enrolment.id = KNOWN["enrolment_id"]
        session.add(candidate)
        await session.flush()
        session.add(enrolment)
        await session.flush()
        plan = {"kind": "accessible_premises", "percent": None, "applies_to": [], "detail": None}
        session.add(
            Accommodation(
                id=KNOWN["accommodation_id"], organisation_id=school, enrolment_id=enrolment.id, measures=[plan]
            )
        )
        session.add(
            Exemption(
                id=KNOWN["exemption_id"],
                organisation_id=school,
                enrolment_id=enrolment.id,
                competency="C.1",
                state=ExemptionState.PROPOSED,
                argument=cipher.seal("Parce que.", place=f"exemptions.argument:{KNOWN['exemption_id']}"),
                proposer_issuer="elsewhere",
                proposer_subject="officer",
            )
        )
    await database.dispose()


@pytest.fixture(autouse=True)
def node_id(request: pytest.FixtureRequest) -> None:
    """schemathesis 4.32 names its subtests by an attribute that pytest 9.2 has no more."""
    request.node._nodeid = request.node.nodeid


@pytest.fixture
def everybody(bearer: Callable[..., dict[str, str]]) -> dict[str, str]:
    """The header of a caller with every role: what is refused is refused for another reason."""
    return bearer(*Role, organisation=KNOWN["organisation_id"], scopes=SCOPES)


@pytest.fixture
def tags() -> dict[str, str]:
    """The ETag that each URL gave last: with it an update reaches its rules."""
    return {}


document = schemathesis.pytest.from_fixture("api")


@document.parametrize()
@settings(
    max_examples=8,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
def test_answers_are_as_documented(case: schemathesis.Case, everybody: dict[str, str], tags: dict[str, str]) -> None:
    url = case.formatted_path
    response = case.call_and_validate(headers={**everybody, "If-Match": tags.get(url, '"1"')})
    if tag := response.headers.get("etag"):
        tags[url] = tag[0]
