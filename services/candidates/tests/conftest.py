"""The service at work: who comes to its counter, and a small referential."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from parchemin.candidates.app import create_app
from parchemin.candidates.settings import Settings
from parchemin.common.bus import Message
from parchemin.common.database import Database
from parchemin.contracts.envelope import wrap
from parchemin.contracts.events.evaluations import ReferentialPublishedV1
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import Role


def small_referential(version: str = "t1") -> Referential:
    """Block 1: C.1, C.2. Block 2: C.3, C.4, C.5."""
    blocks = {1: ("C.1", "C.2"), 2: ("C.3", "C.4", "C.5")}
    return Referential.model_validate(
        {
            "version": version,
            "title": "Référentiel d'essai",
            "blocks": [{"number": n, "title": f"Bloc {n}", "competencies": codes} for n, codes in blocks.items()],
            "activities": [{"code": "A1", "title": "Activité", "items": ["Tâche"]}],
            "competencies": [
                {
                    "code": code,
                    "block": n,
                    "activity": "A1",
                    "modality": f"M{n}",
                    "statement": "Savoir faire",
                    "criteria_title": "Critères",
                    "criteria_heading": None,
                    "criteria": [{"code": f"{code.replace('.', '')}.1", "text": "Critère", "sub_criteria": []}],
                }
                for n, codes in blocks.items()
                for code in codes
            ],
            "modalities": [
                {
                    "code": f"M{n}",
                    "title": f"Modalité {n}",
                    "support": "brief",
                    "competencies": codes,
                    "dossier": "Dossier",
                    "deliverables": ["Note"],
                }
                for n, codes in blocks.items()
            ],
        }
    )


class School:
    """A school, and the people who act for it; `client` speaks as its administrator unless a header says otherwise."""

    def __init__(self, app: FastAPI, client: httpx.AsyncClient, bearer: Callable[..., dict[str, str]]) -> None:
        self.app = app
        self.client = client
        self.bearer = bearer
        self.id = uuid4()
        self.administrator = bearer(Role.ADMINISTRATOR, organisation=self.id, subject="administrator")
        self.officer = bearer(Role.DISABILITY_OFFICER, organisation=self.id, subject="officer")
        self.certifier = bearer(Role.CERTIFIER, subject="certifier")
        client.headers.update(self.administrator)

    @property
    def database(self) -> Database:
        database: Database = self.app.state.database
        return database

    async def learn(self, referential: Referential) -> None:
        """Have the service hear of a version, as from the evaluations service."""
        event = ReferentialPublishedV1(referential=referential)
        body = wrap(event, event_id=uuid4(), at=datetime.now(UTC)).to_bytes()
        await self.app.state.service.consumer.deliver(Message(event.topic, event.key, body))

    @staticmethod
    def person(**changes: object) -> dict[str, object]:
        return {
            "birth_name": "Lefèvre",
            "first_names": ["Zoé"],
            "sex": "F",
            "birth_date": "1999-06-17",
            "birth_place": {"city": "Paris 12e", "country": "FR", "insee_code": "75112"},
            **changes,
        }

    async def candidate(self, **changes: object) -> str:
        answer = await self.client.post("/v1/candidates", json=self.person(**changes))
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def enrolment(self, *, blocks: tuple[int, ...] = (1, 2), **changes: object) -> str:
        body = {"candidate_id": await self.candidate(**changes), "access_path": "apprenticeship", "blocks": blocks}
        answer = await self.client.post("/v1/enrolments", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def proposal(self, enrolment: str, competency: str, **changes: object) -> httpx.Response:
        body = {"enrolment_id": enrolment, "competency": competency, "argument": "Parce que.", **changes}
        return await self.client.post("/v1/exemptions", json=body, headers=self.officer)

    async def decision(
        self, proposed: httpx.Response, decision: str = "granted", *, by: dict[str, str] | None = None
    ) -> httpx.Response:
        return await self.client.put(
            f"/v1/exemptions/{proposed.json()['id']}/decision",
            json={"decision": decision, "reason": "Vu."},
            headers={**(by or self.certifier), "If-Match": proposed.headers["etag"]},
        )


@pytest_asyncio.fixture
async def school(
    database_url: Callable[[str], str],
    serve_apart: Callable[[FastAPI], Awaitable[httpx.AsyncClient]],
    bearer: Callable[..., dict[str, str]],
) -> School:
    """A school at a running service that knows the small referential."""
    app = create_app(Settings(database_url=database_url("candidates"), migrate_on_start=False))
    school = School(app, await serve_apart(app), bearer)
    await school.learn(small_referential())
    return school


@pytest.fixture
def client(school: School) -> httpx.AsyncClient:
    """The administrator's client."""
    return school.client


@pytest.fixture
def stranger(bearer: Callable[..., dict[str, str]]) -> Callable[..., dict[str, str]]:
    """`stranger(role)`: the header of somebody of another school."""
    return lambda *roles: bearer(*roles, organisation=UUID(int=7), subject="stranger")


@pytest.fixture(scope="session")
def referential() -> Referential:
    """The small one, for the tests of rules."""
    return small_referential()
