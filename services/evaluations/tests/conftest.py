"""Builders shared by the tests: a school that plans, grades and deliberates through the API."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy import select

from parchemin.common.bus import Message
from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.common.tables import dead_letters, outbox
from parchemin.contracts.envelope import Event, wrap
from parchemin.contracts.events.candidates import CandidateIdentifiedV1, EnrolmentOpenedV1, ExemptionGrantedV1, Identity
from parchemin.contracts.vocabulary import AccessPath, Role, Sex
from parchemin.evaluations.app import create_app
from parchemin.evaluations.models import Base
from parchemin.evaluations.settings import Settings

E = TypeVar("E", bound=Event)
Json = dict[str, Any]
Headers = dict[str, str]

HELD_ON = "2024-06-17"


@dataclass(frozen=True)
class Held:
    """A planned session: its id and its jury, the president first."""

    id: str
    jury: tuple[str, ...]

    @property
    def president(self) -> str:
        return self.jury[0]


@dataclass
class School:
    """One organisation at work. Calls return the response; `done` asserts success and gives its JSON."""

    app: FastAPI
    client: httpx.AsyncClient
    bearer: Callable[..., Headers]
    id: UUID = field(default_factory=uuid4)
    watched: bool = False
    standing_jury: tuple[str, ...] = ()
    jurors_entered: int = 0

    def __post_init__(self) -> None:
        self.staff = self.bearer(Role.ADMINISTRATOR, organisation=self.id)

    def another(self) -> "School":
        """Another organisation of the same service."""
        return School(self.app, self.client, self.bearer)

    def juror(self, juror_id: str, *roles: Role) -> Headers:
        """The token of a juror, who may preside unless other roles are named."""
        held = roles or (Role.JURY_MEMBER, Role.JURY_PRESIDENT)
        return self.bearer(*held, organisation=self.id, subject=juror_id)

    async def refuses(
        self,
        code: str,
        method: str,
        url: str,
        body: object = None,
        *,
        by: Headers | None = None,
        match: str | None = None,
    ) -> Json:
        """The problem that this request ends with; it left everything as it was."""
        async with nullcontext() if self.watched else self.unchanged():
            return await self._refusal(code, method, url, body, by=by, match=match)

    @asynccontextmanager
    async def unchanged(self) -> AsyncIterator[None]:
        """Whatever is asked for meanwhile, all tables are as before in the end."""
        before, self.watched = await self.state(), True
        yield
        self.watched = False
        assert await self.state() == before

    async def _refusal(
        self, code: str, method: str, url: str, body: object, *, by: Headers | None, match: str | None
    ) -> Json:
        answer = await self.call(method, url, body, by=by, match=match)
        problem = answer.json()
        assert (problem["code"], answer.headers["content-type"]) == (code, "application/problem+json"), answer.text
        return {**problem, "faults": sorted(fault["code"] for fault in problem["errors"])}

    async def etag(self, url: str, by: Headers | None = None) -> str:
        return str((await self.call("GET", url, by=by)).headers["etag"])

    @staticmethod
    def done(response: httpx.Response) -> Any:
        return done(response)

    async def call(
        self, method: str, url: str, body: object = None, *, by: Headers | None = None, match: str | None = None
    ) -> httpx.Response:
        headers = {**(self.staff if by is None else by), **({"If-Match": match} if match else {})}
        if body is None:
            return await self.client.request(method, url, headers=headers)
        headers["Content-Type"] = "application/json"
        return await self.client.request(method, url, content=json.dumps(body), headers=headers)

    async def get(self, url: str, *, by: Headers | None = None) -> Any:
        return done(await self.call("GET", url, by=by))

    async def put(self, url: str, body: object, *, of: str | None = None, by: Headers | None = None) -> httpx.Response:
        """Update with the current ETag: of the resource itself, or of the one that it is a part `of`."""
        current = await self.call("GET", of or url, by=by)
        return await self.call("PUT", url, body, by=by, match=current.headers["etag"])

    async def tell(self, event: Event, event_id: UUID | None = None) -> None:
        """Deliver a fact of the candidates service."""
        envelope = wrap(event, event_id=event_id or new_id(), at=utc_now())
        await self.app.state.service.consumer.deliver(Message(event.topic, event.key, envelope.to_bytes()))

    async def enrol(
        self,
        *blocks: int,
        version: str = "1.0",
        candidate: UUID | None = None,
        path: AccessPath = AccessPath.INITIAL_TRAINING,
    ) -> str:
        """A new enrolment, for all blocks unless some are named."""
        enrolment = new_id()
        await self.tell(
            EnrolmentOpenedV1(
                enrolment_id=enrolment,
                organisation_id=self.id,
                candidate_id=candidate or new_id(),
                referential_version=version,
                access_path=path,
                blocks=blocks or (1, 2, 3),
            )
        )
        return str(enrolment)

    async def identify(self, candidate: UUID, subject: str | None, event_id: UUID | None = None) -> Headers:
        """Say which login is the candidate's; returns their token."""
        identity = Identity(
            birth_name="Lefèvre",
            used_name=None,
            first_names=("Zoé",),
            sex=Sex.FEMALE,
            birth_date=date(1999, 6, 17),
            birth_city="Paris 12e",
            birth_country="FR",
            subject=subject,
        )
        fact = CandidateIdentifiedV1(candidate_id=candidate, organisation_id=self.id, pii=identity)
        await self.tell(fact, event_id)
        return self.candidate(subject or "nobody")

    def candidate(self, subject: str) -> Headers:
        """The token of a candidate."""
        return self.bearer(Role.CANDIDATE, organisation=self.id, subject=subject)

    async def exempt(self, enrolment: str, competency: str) -> None:
        await self.tell(
            ExemptionGrantedV1(
                enrolment_id=UUID(enrolment),
                organisation_id=self.id,
                exemption_id=new_id(),
                competency=competency,
                granted_on=date(2026, 1, 5),
            )
        )

    async def enter_juror(self, *, external: bool = True, **changes: object) -> str:
        self.jurors_entered += 1
        entry = {
            "first_name": "Claire",
            "last_name": "Marchand",
            "quality": "professional",
            "external": external,
            "qualified": True,
            "sex": "FM"[self.jurors_entered % 2],
        }
        return str(done(await self.call("POST", "/v1/jurors", {**entry, **changes}))["id"])

    async def plan(self, *modalities: str, jury: Collection[str] = (), **changes: object) -> Held:
        """A draft, with a jury of three unless one is named."""
        seated = tuple(jury) or tuple([await self.enter_juror() for _ in range(3)])
        entry = {"place": "Paris", "held_on": HELD_ON, "modalities": modalities or ["M1"], "jury": seats(seated)}
        return Held(done(await self.call("POST", "/v1/sessions", {**entry, **changes}))["id"], seated)

    async def lead(self, held: Held, state: str, *, by: Headers | None = None, **details: object) -> httpx.Response:
        """Ask for a step; the president closes."""
        caller = by or (self.juror(held.president) if state == "closed" else self.staff)
        url = f"/v1/sessions/{held.id}"
        if state == "closed":
            details = {"deliberated_on": HELD_ON, **details}
        return await self.put(f"{url}/state", {"state": state, **details}, of=url, by=caller)

    async def swear(self, held: Held, juror: str) -> Json:
        """The juror's statement for the session, naming no tie."""
        url, body = f"/v1/sessions/{held.id}/statements", {"sworn": True, "conflicts": []}
        return dict(done(await self.call("POST", url, body, by=self.juror(juror))))

    async def register(self, held: Held, enrolment: str, modality: str) -> Json:
        body = {"session_id": held.id, "enrolment_id": enrolment, "modality": modality}
        return dict(done(await self.call("POST", "/v1/registrations", body)))

    async def attend(self, registration: Json, attendance: str = "present") -> Json:
        url = f"/v1/registrations/{registration['id']}"
        return dict(done(await self.put(f"{url}/attendance", {"attendance": attendance}, of=url)))

    async def sign(self, registration: Json, juror: str, **levels: str) -> Json:
        """The juror's signed sheet: `met`, but for the levels that are given (`C1_2="not_met"`)."""
        return dict(done(await self.write(registration, juror, state="signed", **levels)))

    async def write(self, registration: Json, juror: str, *, state: str = "draft", **levels: str) -> httpx.Response:
        entry = {**sheet_of(registration, levels), "registration_id": registration["id"], "state": state}
        return await self.call("POST", "/v1/sheets", entry, by=self.juror(juror))

    async def run(self, held: Held, *who: tuple[str, str]) -> list[Json]:
        """Register enrolments for modalities, open the session, run it, have the jury swear, and find all present."""
        registered = [await self.register(held, enrolment, modality) for enrolment, modality in who]
        done(await self.lead(held, "open"))
        done(await self.lead(held, "running"))
        for juror in held.jury:
            await self.swear(held, juror)
        return [await self.attend(registration) for registration in registered]

    async def deliberate(self, held: Held, registrations: Collection[Json], **levels: str) -> None:
        """Have every juror sign for everyone, with these levels, and bring the jury together."""
        for registration in registrations:
            known = {k: v for k, v in levels.items() if k.replace("_", ".") in registration["assessed_criteria"]}
            for juror in held.jury:
                await self.sign(registration, juror, **known)
        done(await self.lead(held, "deliberating"))

    async def decide(self, enrolment: str, *modalities: str, on: str = HELD_ON, **levels: str) -> Held:
        """A whole session for one enrolment, from its plan to its end."""
        if not self.standing_jury:
            self.standing_jury = tuple([await self.enter_juror() for _ in range(3)])
        held = await self.plan(*modalities, jury=self.standing_jury, held_on=on)
        registrations = await self.run(held, *((enrolment, modality) for modality in modalities))
        await self.deliberate(held, registrations, **levels)
        done(await self.lead(held, "closed", deliberated_on=on))
        return held

    async def overturn(self, enrolment: str, modality: str, **decisions: bool) -> Json:
        """An appeal against the last results of a modality, filed, instructed and upheld (`C_1=False`)."""
        found = (await self.get(f"/v1/registrations?enrolment_id={enrolment}"))["items"]
        registration = [one["id"] for one in found if one["modality"] == modality][-1]
        told = {code.replace("_", "."): acquired for code, acquired in decisions.items()}
        body = {"registration_id": registration, "competencies": [*told], "grounds": "Temps majoré oublié."}
        url = f"/v1/appeals/{done(await self.call('POST', '/v1/appeals', body))['id']}"
        done(await self.put(f"{url}/instruction", {"report": "La majoration n'a pas été appliquée."}, of=url))
        ruling = {
            "ruling": "upheld",
            "reason": "La majoration a été oubliée.",
            "decisions": [{"competency": code, "acquired": acquired} for code, acquired in told.items()],
        }
        certifier = self.bearer(Role.CERTIFIER, scopes=["evaluations:read", "evaluations:write"])
        return dict(done(await self.put(f"{url}/ruling", ruling, of=url, by=certifier)))

    async def blocks(self, enrolment: str) -> list[int]:
        """The validated blocks."""
        found = await self.get(f"/v1/block_validations?enrolment_id={enrolment}")
        return sorted(item["block"] for item in found["items"])

    async def award(self, enrolment: str) -> Json | None:
        items = (await self.get(f"/v1/awards?enrolment_id={enrolment}"))["items"]
        assert len(items) <= 1
        return dict(items[0]) if items else None

    async def facts(self, kind: type[E]) -> list[E]:
        """The facts of this kind that were published, in order."""
        statement = select(outbox.c.body).where(outbox.c.type == kind.type).order_by(outbox.c.position)
        async with self.app.state.database.reading() as session:
            bodies = (await session.execute(statement)).scalars().all()
        return [kind.model_validate(json.loads(body)["data"]) for body in bodies]

    async def parked(self) -> list[str]:
        """The causes of the dead letters."""
        async with self.app.state.database.reading() as session:
            return list((await session.execute(select(dead_letters.c.cause))).scalars())

    async def state(self) -> dict[str, list[str]]:
        """All rows of all tables, as texts: what a refused request must leave as it was."""
        async with self.app.state.database.reading() as session:
            rows = {
                table.name: sorted(map(str, await session.execute(select(table))))
                for table in Base.metadata.sorted_tables
            }
            events = await session.execute(select(outbox.c.event_id))
            return {**rows, "outbox": sorted(str(event_id) for (event_id,) in events)}


def done(response: httpx.Response) -> Any:
    """The JSON of a request that succeeded."""
    assert response.is_success, f"{response.status_code} {response.text}"
    return response.json()


def seats(jury: Collection[str]) -> Json:
    president, *members = jury
    return {"president": president, "members": members}


def sheet_of(registration: Json, levels: Mapping[str, str]) -> Json:
    """Levels for every assessed criterion: `met`, but for those that are given."""
    told = {code.replace("_", "."): level for code, level in levels.items()}
    given = {code: told.pop(code, "met") for code in registration["assessed_criteria"]} | told
    return {
        "levels": [
            {"criterion": code, "level": level, **({"comment": "Pas établi."} if level == "not_met" else {})}
            for code, level in given.items()
        ]
    }


@pytest.fixture
def school_with(
    database_url: Callable[[str], str],
    serve: Callable[[FastAPI], Awaitable[httpx.AsyncClient]],
    serve_apart: Callable[[FastAPI], Awaitable[httpx.AsyncClient]],
    bearer: Callable[..., Headers],
) -> Callable[..., Awaitable[School]]:
    """`await school_with(**settings)`: a school on a service of its own, on both engines; `works` where relay and
    publisher run beside the requests."""

    async def opened(*, works: bool = False, **settings: Any) -> School:
        url = database_url("evaluations")
        app = create_app(Settings(database_url=url, migrate_on_start=False, **settings))
        return School(app, await (serve if works else serve_apart)(app), bearer)

    return opened


@pytest_asyncio.fixture
async def school(school_with: Callable[..., Awaitable[School]]) -> School:
    """A school under the default settings."""
    return await school_with()
