"""A steady load of writes, each measured from the moment at which it was due."""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx

from parchemin.common.auth.keys import LocalKey
from parchemin.common.auth.tokens import development_token
from parchemin.common.settings import AuthSettings
from parchemin.contracts.vocabulary import Role

CANDIDATES = 60
"""Each is corrected about once a second: its events are a key's sequence."""

AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Write:
    """A request that changed something, or should have."""

    due: float
    """When, by the monotonic clock."""
    seconds: float
    """From then until its answer."""
    status: int


class Writers:
    """Correct the records of candidates, so many a second whatever the answers do; one request of each at a time.

    Where a machine cannot keep up they leave some out, and do not pile up what would be measured as waiting.
    """

    def __init__(self, http: httpx.AsyncClient, keys: Path, per_second: int) -> None:
        self._http = http
        self._keys = keys
        self._per_second = per_second
        self._headers: dict[str, str] = {}
        self._idle: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        self._under_way: set[float] = set()
        self.writes: list[Write] = []

    async def enter(self) -> None:
        """A school, and its candidates."""
        certifier = self._authorization(Role.CERTIFIER, None)
        body = {"code": "ESSAI", "name": "École d'essai"}
        school = (await self._http.post("/v1/organisations", json=body, headers=certifier)).raise_for_status()
        self._headers = self._authorization(Role.ADMINISTRATOR, UUID(school.json()["id"]))
        for number in range(CANDIDATES):
            entry = _entry(f"entered-{number}")
            answer = await self._http.post("/v1/candidates", json=entry, headers=self._headers)
            self._idle.put_nowait((answer.raise_for_status().json()["id"], answer.headers["etag"]))

    @asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """They write for as long as the block lasts; what was begun is brought to its end."""
        enough = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._write(enough))
            try:
                yield
            finally:
                enough.set()

    async def between(self, begin: float, end: float) -> Sequence[Write]:
        """Those that were due from `begin` until `end`, once all of them are answered."""
        while any(due < end for due in self._under_way):  # noqa: ASYNC110 - each of them tells by itself
            await asyncio.sleep(0.05)
        return [write for write in self.writes if begin <= write.due < end]

    async def _write(self, enough: asyncio.Event) -> None:
        begin = time.monotonic()
        number = 0
        async with asyncio.TaskGroup() as group:
            while not enough.is_set():
                due = begin + number / self._per_second
                await asyncio.sleep(max(due - time.monotonic(), 0))
                number += 1
                if len(self._under_way) < AT_ONCE:
                    self._under_way.add(due)
                    group.create_task(self._correct(number, due))

    async def _correct(self, number: int, due: float) -> None:
        candidate, etag = await self._idle.get()
        headers = {**self._headers, "If-Match": etag}
        answer = await self._http.put(
            f"/v1/candidates/{candidate}", json=_entry(f"corrected-{number}"), headers=headers
        )
        self._under_way.discard(due)
        self.writes.append(Write(due, time.monotonic() - due, answer.status_code))
        self._idle.put_nowait((candidate, answer.headers.get("etag", etag)))

    def _authorization(self, role: Role, organisation: UUID | None) -> dict[str, str]:
        token = development_token(
            LocalKey(self._keys), AuthSettings(), subject="writer", roles=[role], organisation_id=organisation
        )
        return {"Authorization": f"Bearer {token}"}


def p95(writes: Iterable[Write]) -> float:
    """Seconds within which 95 of 100 were answered."""
    return statistics.quantiles((write.seconds for write in writes), n=20)[-1]


def _entry(name: str) -> dict[str, object]:
    return {
        "birth_name": name,
        "first_names": ["Prénom"],
        "sex": "F",
        "birth_date": "1999-06-17",
        "birth_place": {"city": "Paris 12e", "country": "FR", "insee_code": "75112"},
        "email": f"{name}@example.org",
    }
