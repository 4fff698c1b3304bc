"""The service does what its OpenAPI document says, with inputs that nobody thought of.

The schema is read when the tests are collected, so that each operation is a test (schemathesis 4.32 cannot take it
from a fixture under pytest 9.2); the database is there before the first request, which starts the lifespan.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID

import pytest
import schemathesis
from schemathesis.python.asgi import shutdown_lifespans
from tests.support.conformance import schema_of, scratch_folder, steadily, validate

from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.contracts.vocabulary import Role
from parchemin.evaluations.app import create_app
from parchemin.evaluations.appeals.models import Appeal
from parchemin.evaluations.awards.models import Award
from parchemin.evaluations.calendars.models import CalendarFeed
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.follow_up.models import FollowUp
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.incidents.models import Incident
from parchemin.evaluations.jurors.models import Juror
from parchemin.evaluations.places.models import Place, Room
from parchemin.evaluations.planning.models import Slot, Timetable
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat
from parchemin.evaluations.settings import Settings
from parchemin.evaluations.submissions.models import Deposit

FOLDER = scratch_folder()
FILE = FOLDER / "evaluations.sqlite3"
URL = f"sqlite+aiosqlite:///{FILE}"
HOUSE = UUID(int=1)
NAMES = [
    "juror",
    "session",
    "registration",
    "sheet",
    "award",
    "follow_up",
    "incident",
    "appeal",
    "place",
    "room",
    "slot",
    "feed",
    "upload",
    "file",
]
IDS = {f"{name}_id": UUID(int=number) for number, name in enumerate(NAMES)}

app = create_app(Settings(database_url=URL, migrate_on_start=False, submissions_folder=FOLDER / "submissions"))
schema = schema_of(app)


@pytest.fixture(scope="module", autouse=True)
def one_of_each(migrated: Callable[[str, str], str]) -> Iterator[None]:
    """A session that deliberates, with one candidate, one juror and one sheet; and an entry of the register."""
    if not FILE.exists():  # where workers steal from one another, a module may be begun twice in one process
        FILE.write_bytes(Path(migrated("sqlite", "evaluations").split("///")[1]).read_bytes())
        asyncio.run(_furnish())
    yield
    shutdown_lifespans()


async def _furnish() -> None:
    database = Database(URL)
    enrolment, day = UUID(int=90), date(2024, 6, 17)
    held = {"organisation_id": HOUSE, "referential_version": "1.0"}
    handed_in = {"number": 1, "received_at": utc_now()}
    rows = [
        [
            Juror(
                id=IDS["juror_id"],
                organisation_id=HOUSE,
                first_name="Ada",
                last_name="Roux",
                quality="teacher",
                external=True,
                subject="someone",
            ),
            KnownEnrolment(id=enrolment, candidate_id=UUID(int=91), blocks=[1, 2, 3], **held),
            EvaluationSession(
                id=IDS["session_id"], place="Paris", held_on=day, modalities=["M1"], state="deliberating", **held
            ),
            Place(
                id=IDS["place_id"],
                organisation_id=HOUSE,
                name="Studio",
                address_lines=["12 rue des Dames"],
                postal_code="75017",
                city="Paris",
            ),
        ],
        [
            JurySeat(session_id=IDS["session_id"], juror_id=IDS["juror_id"], president=True),
            Registration(
                id=IDS["registration_id"],
                organisation_id=HOUSE,
                session_id=IDS["session_id"],
                enrolment_id=enrolment,
                modality="M1",
                attendance="present",
            ),
            Award(
                id=IDS["award_id"],
                organisation_id=HOUSE,
                enrolment_id=enrolment,
                candidate_id=UUID(int=91),
                session_id=IDS["session_id"],
                awarded_on=day,
                year=2024,
                rank=1,
            ),
            Room(
                id=IDS["room_id"],
                organisation_id=HOUSE,
                place_id=IDS["place_id"],
                name="Salle 1",
                capacity=1,
                accessible=True,
            ),
            CalendarFeed(
                id=IDS["feed_id"],
                organisation_id=HOUSE,
                juror_id=IDS["juror_id"],
                language="fr",
                secret_hash=hashlib.sha256(b"secret").hexdigest(),
            ),
            Timetable(session_id=IDS["session_id"], days=[], durations=[], rest_minutes=0, panel_size=None),
        ],
        [
            FollowUp(
                id=IDS["follow_up_id"],
                organisation_id=HOUSE,
                award_id=IDS["award_id"],
                candidate_id=UUID(int=91),
                year=2024,
                months=6,
                due_on=date(2024, 12, 17),
            ),
            Appeal(
                id=IDS["appeal_id"],
                organisation_id=HOUSE,
                session_id=IDS["session_id"],
                registration_id=IDS["registration_id"],
                enrolment_id=enrolment,
                competencies=["C.1"],
                sealed_for=UUID(int=91),
                filed_by="someone",
            ),
            Incident(
                id=IDS["incident_id"],
                organisation_id=HOUSE,
                session_id=IDS["session_id"],
                kind="incident",
                state="recorded",
                sealed_for=UUID(int=91),
                occurred_at=utc_now(),
                reported_by="someone",
            ),
            Slot(
                id=IDS["slot_id"],
                organisation_id=HOUSE,
                registration_id=IDS["registration_id"],
                session_id=IDS["session_id"],
                enrolment_id=enrolment,
                modality="M1",
                room_id=IDS["room_id"],
                preparation_starts_at=utc_now(),
                evaluation_starts_at=utc_now() + timedelta(minutes=20),
                ends_at=utc_now() + timedelta(minutes=50),
            ),
            Sheet(
                id=IDS["sheet_id"],
                organisation_id=HOUSE,
                session_id=IDS["session_id"],
                registration_id=IDS["registration_id"],
                juror_id=IDS["juror_id"],
                state="signed",
                levels=[{"criterion": "C1.1", "level": "met", "comment": None}],
                opinions=[],
                signed_at=utc_now(),
            ),
            *(_deposit("upload_id"), _deposit("file_id", state="accepted", media_type="text/plain", **handed_in)),
        ],
    ]
    try:
        async with database.transaction() as session:
            for layer in rows:
                session.add_all(layer)
                await session.flush()
    finally:
        await database.dispose()


def _deposit(name: str, **changes: object) -> Deposit:
    """A note on its way in, or what the changes make of it."""
    content = b"Note.\n"
    return Deposit(
        id=IDS[name],
        organisation_id=HOUSE,
        registration_id=IDS["registration_id"],
        candidate_id=UUID(int=91),
        deliverable=1,
        size=len(content),
        sha256=app.state.store.put(content),
        part_size=8_000_000,
        expires_at=utc_now() + timedelta(days=1),
        **changes,
    )


@pytest.fixture
def everybody(bearer: Callable[..., dict[str, str]]) -> dict[str, str]:
    """A caller with all roles and scopes, in one organisation."""
    return bearer(*Role, organisation=HOUSE, scopes=["evaluations:read", "evaluations:write"])


@schema.parametrize()
@steadily(5)
def test_operation(case: schemathesis.Case, everybody: dict[str, str]) -> None:
    validate(case, case.call(headers={**everybody, "If-Match": '"1"'}))


@pytest.mark.parametrize("path", sorted(p for p, item in app.openapi()["paths"].items() if "{" in p and "get" in item))
def test_what_is_there_is_as_documented(path: str, everybody: dict[str, str]) -> None:
    known = {
        "version": "1.0",
        "competency": "C.1",
        "secret": "secret",
        "number": "1",
        **{name: str(value) for name, value in IDS.items()},
    }
    operation = schema[path]["GET"]
    case = operation.Case(path_parameters={name: value for name, value in known.items() if f"{{{name}}}" in path})
    response = case.call(headers=everybody)
    assert response.status_code == 200, response.text
    operation.validate_response(response)
