"""What the service answers is what its OpenAPI document says: calls made up from the document, right and wrong ones."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
import schemathesis
from schemathesis.python.asgi import shutdown_lifespans
from sqlalchemy.engine import make_url
from tests.support.conformance import schema_of, scratch_folder, steadily, validate

from parchemin.candidates.accommodations.models import Accommodation
from parchemin.candidates.app import create_app
from parchemin.candidates.enrolments.service import new_enrolment
from parchemin.candidates.exemptions.models import Exemption
from parchemin.candidates.exemptions.rules import ExemptionState
from parchemin.candidates.identity.schemas import CandidateEntry
from parchemin.candidates.identity.service import new_candidate
from parchemin.candidates.identity.storage import keep
from parchemin.candidates.imports.models import CandidateImport
from parchemin.candidates.imports.reading import FileKind
from parchemin.candidates.imports.rules import ImportState
from parchemin.candidates.organisations.models import Organisation
from parchemin.candidates.referentials.models import KnownReferential
from parchemin.candidates.settings import Settings
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.vault import FieldCipher
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import AccessPath, Role

KNOWN = {
    name: UUID(int=number)
    for number, name in enumerate(
        ("organisation_id", "candidate_id", "enrolment_id", "accommodation_id", "exemption_id", "import_id"), start=1
    )
}
"""What the paths name, so that calls reach further than a 404."""
FOLDER = scratch_folder()
FILE = FOLDER / "candidates.sqlite3"
URL = f"sqlite+aiosqlite:///{FILE}"
SCOPES = ["candidates:read", "candidates:write"]
PERSON = {
    "birth_name": "Lefèvre",
    "first_names": ["Zoé"],
    "sex": "F",
    "birth_date": "1999-06-17",
    "birth_place": {"city": "Paris 12e", "country": "FR"},
}


schemathesis.serializer.alias(
    ["application/zip", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"], "application/octet-stream"
)
app = create_app(Settings(database_url=URL, migrate_on_start=False))
schema = schema_of(app)


@pytest.fixture(scope="module", autouse=True)
def one_of_each(migrated: Callable[[str, str], str], referential: Referential) -> Iterator[None]:
    """A candidate with an enrolment, a plan and a proposed exemption."""
    if not FILE.exists():  # where workers steal from one another, a module may be begun twice in one process
        shutil.copy(Path(str(make_url(migrated("sqlite", "candidates")).database)), FILE)
        asyncio.run(_seed(URL, referential, app.state.cipher))
    yield
    shutdown_lifespans()


async def _seed(url: str, referential: Referential, cipher: FieldCipher) -> None:
    database = Database(url)
    async with database.transaction() as session:
        body = referential.model_dump(mode="json")
        session.add(KnownReferential(version=referential.version, body=body, published_at=utc_now()))
        school = KNOWN["organisation_id"]
        session.add(Organisation(id=school, organisation_id=school, code="IMI", name="École"))
        candidate, person = new_candidate(school), CandidateEntry.model_validate(PERSON).person()
        candidate.id = KNOWN["candidate_id"]
        await keep(session, app.state.vault, [(candidate, person)])
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
        session.add(
            CandidateImport(
                id=KNOWN["import_id"],
                organisation_id=school,
                state=ImportState.QUEUED,
                kind=FileKind.CSV,
                source="file",
                preview=True,
                all_or_nothing=False,
                rows=1,
                submitter_issuer="elsewhere",
                submitter_subject="administrator",
            )
        )
    await database.dispose()


@pytest.fixture
def everybody(bearer: Callable[..., dict[str, str]]) -> dict[str, str]:
    """The header of a caller with every role: what is refused is refused for another reason."""
    return bearer(*Role, organisation=KNOWN["organisation_id"], scopes=SCOPES)


@pytest.fixture
def tags() -> dict[str, str]:
    """The ETag that each URL gave last: with it an update reaches its rules."""
    return {}


@schema.parametrize()
@steadily(8)
def test_answers_are_as_documented(case: schemathesis.Case, everybody: dict[str, str], tags: dict[str, str]) -> None:
    if case.meta.generation.mode.is_positive:
        for name in case.path_parameters.keys() & KNOWN.keys():
            case.path_parameters[name] = str(KNOWN[name])
    url = case.formatted_path
    response = case.call(headers={**everybody, "If-Match": tags.get(url, '"1"')})
    validate(case, response)
    if tag := response.headers.get("etag"):
        tags[url] = tag[0]
