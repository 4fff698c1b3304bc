"""The four services in one process, and who comes to them."""

import asyncio
import itertools
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy.engine import make_url
from tests.faults.played import of_the_sample

from parchemin.common.outbox import backlog
from parchemin.contracts.vocabulary import Role
from parchemin.standalone.demo.cast import Cast
from parchemin.standalone.demo.command import rehearsal_settings
from parchemin.standalone.gateway import ServiceGateway
from parchemin.standalone.services import ServiceName, create_services

SECRET = "Zq7"
"""How every planted text begins: a word of no language, and of no id."""
SCOPES = [f"{service}:{right}" for service in ServiceName for right in ("read", "write")]
OTHERS = [role for role in Role if role not in {Role.DISABILITY_OFFICER, Role.CERTIFIER, Role.CANDIDATE}]
_EVERYTHING = of_the_sample(["c18"])
SCENARIO = _EVERYTHING.model_copy(update={"sessions": _EVERYTHING.sessions[:1]})
"""Somebody who has measures, is granted an exemption, and sits at a session."""


class Secrets:
    """Planted texts, each found again by itself."""

    def __init__(self) -> None:
        self._numbers = itertools.count()
        self.texts: dict[str, str] = {}

    def new(self, where: str) -> str:
        text = f"{SECRET}{next(self._numbers):04d}q"
        self.texts[text] = where
        return text

    def within(self, content: bytes | str) -> set[str]:
        """Where what shows here was planted."""
        shown = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
        return {where for text, where in self.texts.items() if text in shown}


@dataclass
class House:
    """The four services, and who comes to them."""

    services: dict[str, FastAPI]
    client: httpx.AsyncClient
    bearer: Callable[..., dict[str, str]]
    cast: Cast
    folder: Path
    secrets: Secrets = field(default_factory=Secrets)

    @property
    def school(self) -> UUID:
        assert self.cast.organisation_id is not None
        return self.cast.organisation_id

    async def post(self, path: str, body: Any, by: dict[str, str], **headers: str) -> Any:
        answer = await self.client.post(path, json=body, headers={**by, "Idempotency-Key": uuid4().hex, **headers})
        assert answer.is_success, answer.text
        assert not self.secrets.within(answer.text)
        return answer.json()

    async def put(self, path: str, body: Any, by: dict[str, str], *, of: str) -> Any:
        """With the ETag of what is read at `of`."""
        known = await self.client.get(of, headers=by)
        answer = await self.client.put(path, json=body, headers={**by, "If-Match": known.headers["etag"]})
        assert answer.is_success, answer.text
        return answer.json()

    async def get(self, path: str, by: dict[str, str]) -> Any:
        answer = await self.client.get(path, headers=by)
        assert answer.is_success, answer.text
        return answer.json()

    async def settle(self) -> None:
        """Return when every event has had its effect."""
        while not await self._settled():  # noqa: ASYNC110 - only the databases tell
            await asyncio.sleep(0.01)

    async def _settled(self) -> bool:
        return not any([await backlog(app.state.database) for app in self.services.values()])

    def callers(self) -> dict[str, dict[str, str]]:
        here, there = self.school, uuid4()
        return {
            "the officer": self.bearer(Role.DISABILITY_OFFICER, organisation=here, subject="disability-officer"),
            "the candidate": self.bearer(Role.CANDIDATE, organisation=here, subject="zoe", scopes=SCOPES),
            "the certifier": self.bearer(Role.CERTIFIER, subject="certifier", scopes=SCOPES),
            "everybody else here": self.bearer(*OTHERS, organisation=here, subject="staff", scopes=SCOPES),
            "another candidate": self.bearer(Role.CANDIDATE, organisation=here, subject="max", scopes=SCOPES),
            "everybody elsewhere": self.bearer(
                *(role for role in Role if role is not Role.CERTIFIER), organisation=there, subject="zoe", scopes=SCOPES
            ),
            "the public": {},
        }


@pytest_asyncio.fixture
async def house(
    migrated: Callable[[str, str], str],
    bearer: Callable[..., dict[str, str]],
    var: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[House]:
    """All services in one process, each on a file of its own."""
    for name in ServiceName:
        file = tmp_path / f"{name}.sqlite3"
        shutil.copy(str(make_url(migrated("sqlite", name)).database), file)
        monkeypatch.setenv(f"PARCHEMIN_{name.upper()}_DATABASE_URL", f"sqlite+aiosqlite:///{file}")
        monkeypatch.setenv(f"PARCHEMIN_{name.upper()}_MIGRATE_ON_START", "false")
    monkeypatch.setenv("PARCHEMIN_DOCUMENTS_FOLDER", str(tmp_path / "documents"))
    for setting, value in rehearsal_settings(SCENARIO).items():
        monkeypatch.setenv(setting, value)
    services = create_services()
    async with AsyncExitStack() as stack:
        for app in services.values():
            await stack.enter_async_context(app.router.lifespan_context(app))
        transport = httpx.ASGITransport(ServiceGateway(services))
        client = await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://test"))
        yield House(services, client, bearer, Cast(client, var / "keys"), tmp_path)
