"""One `Idempotency-Key`, many requests at a time, at two processes of a service: one effect for each key."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import func, select
from tests.faults.dying import SERVICE

from parchemin.candidates.identity.models import Candidate
from parchemin.common.database import Database
from parchemin.common.tables import idempotency_keys, outbox
from parchemin.contracts.events.identities import CandidateIdentifiedV2
from parchemin.contracts.vocabulary import Role
from parchemin.standalone.demo.process import ServerProcess

WHOLE = os.environ.get("PARCHEMIN_FAULTS") == "whole"
KEYS, AT_ONCE = (200, 50) if WHOLE else (20, 10)
KEYS_AT_A_TIME = 4
DEATHS = 20 if WHOLE else 2

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.slow,
    pytest.mark.timeout(900 if WHOLE else 150),
    pytest.mark.parametrize("engine", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True),
]


@dataclass
class School:
    """Its staff, who enter candidates."""

    header: dict[str, str]
    database: Database

    async def enter(self, door: httpx.AsyncClient, key: str, name: str, **headers: str) -> httpx.Response:
        person = {
            "birth_name": name,
            "first_names": ["Prénom"],
            "sex": "F",
            "birth_date": "1999-06-17",
            "birth_place": {"city": "Paris 12e", "country": "FR", "insee_code": "75112"},
        }
        headers = {**self.header, "Idempotency-Key": key, **headers}
        return await door.post("/v1/candidates", json=person, headers=headers)

    async def effects(self) -> set[int]:
        """How many candidates there are, how many events tell of them, how many answers are kept: one number, where
        all is well."""
        kept = select(func.count()).select_from(idempotency_keys).where(idempotency_keys.c.status == 201)
        told = select(func.count()).select_from(outbox).where(outbox.c.type == CandidateIdentifiedV2.type)
        counted = [select(func.count()).select_from(Candidate), told, kept]
        async with self.database.reading() as session:
            return {await session.scalar(count) or 0 for count in counted}


@pytest_asyncio.fixture
async def school(database_url: Callable[[str], str], bearer: Callable[..., dict[str, str]]) -> AsyncIterator[School]:
    database = Database(database_url("candidates"))
    yield School(bearer(Role.ADMINISTRATOR, organisation=uuid4()), database)
    await database.dispose()


def settings_of(school: School) -> dict[str, str]:
    return {
        "PARCHEMIN_WORK": "apart",
        "PARCHEMIN_CANDIDATES_DATABASE_URL": school.database.url,
        "PARCHEMIN_CANDIDATES_MIGRATE_ON_START": "false",
    }


@pytest_asyncio.fixture
async def doors(school: School, var: Path) -> AsyncIterator[list[httpx.AsyncClient]]:
    """Two processes of the service."""
    processes = [ServerProcess(["serve", "candidates"], var, settings_of(school)) for _ in range(2)]
    async with AsyncExitStack() as stack:
        for process in processes:
            stack.callback(process.close)
            process.launch()
        await asyncio.gather(*(process.ready() for process in processes))
        limits = httpx.Limits(max_connections=KEYS_AT_A_TIME * AT_ONCE, keepalive_expiry=1)  # before the server does
        yield [
            await stack.enter_async_context(httpx.AsyncClient(base_url=process.url, timeout=60, limits=limits))
            for process in processes
        ]


async def test_many_requests_with_one_key_have_one_effect(school: School, doors: list[httpx.AsyncClient]) -> None:
    places = asyncio.Semaphore(KEYS_AT_A_TIME)

    async def storm(key: str) -> int:
        async with places:
            answers = await asyncio.gather(*(school.enter(doors[n % 2], key, f"Nom {key}") for n in range(AT_ONCE)))
        first = [answer for answer in answers if answer.status_code == 201 and not is_replayed(answer)]
        assert len(first) == 1, [answer.status_code for answer in answers]
        for answer in answers:
            if answer.status_code == 201:
                assert answer.content == first[0].content
                assert answer.headers["etag"] == first[0].headers["etag"]
            else:
                assert (answer.status_code, answer.json()["code"]) == (409, "request_in_progress")
                assert int(answer.headers["retry-after"]) >= 1
        for door in doors:
            again = await school.enter(door, key, f"Nom {key}")
            assert (again.status_code, again.content) == (201, first[0].content)
            assert is_replayed(again)
            other = await school.enter(door, key, f"Autre {key}")
            assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
        return sum(answer.status_code == 409 for answer in answers)

    waited = sum(await asyncio.gather(*(storm(f"key-{number}") for number in range(KEYS))))
    assert await school.effects() == {KEYS}
    assert waited > KEYS  # they did come at the same time


async def test_a_process_that_dies_between_commit_and_answer_has_its_answer_given_by_another(
    school: School, doors: list[httpx.AsyncClient], var: Path
) -> None:
    for number in range(DEATHS):
        key = f"key-{number}"
        async with dying(school, var) as (door, process):
            with pytest.raises(httpx.RemoteProtocolError):
                await school.enter(door, key, f"Nom {key}", Die="before-answer")
            assert await asyncio.to_thread(process.wait, 10) == -signal.SIGKILL
        assert await school.effects() == {number + 1}
        answers = [await school.enter(door, key, f"Nom {key}") for door in doors]
        assert [answer.status_code for answer in answers] == [201, 201]
        assert all(is_replayed(answer) for answer in answers)
        assert answers[0].json()["birth_name"] == f"Nom {key}"
        assert await school.effects() == {number + 1}


@asynccontextmanager
async def dying(school: School, var: Path) -> AsyncIterator[tuple[httpx.AsyncClient, subprocess.Popen[bytes]]]:
    """A process of the service that dies as it is asked to."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        fd = listening.fileno()
        process = subprocess.Popen(
            [sys.executable, "-m", "uvicorn", "--factory", "tests.faults.dying:create_app", "--fd", str(fd)],
            pass_fds=[fd],
            env={**os.environ, **settings_of(school), "PARCHEMIN_VAR": str(var), SERVICE: "candidates"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            url = f"http://127.0.0.1:{listening.getsockname()[1]}"
            async with httpx.AsyncClient(base_url=url, timeout=60) as client:
                assert (await client.get("/health/ready")).is_success  # the socket waits for the process
                yield client, process
        finally:
            process.kill()
            process.wait()


def is_replayed(answer: httpx.Response) -> bool:
    return answer.headers.get("idempotency-replayed") == "true"
