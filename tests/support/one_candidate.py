"""The whole way of one candidate, through all services in this process."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import httpx

from parchemin.standalone.app import create_app
from parchemin.standalone.demo.cast import Cast
from parchemin.standalone.demo.player import Player
from parchemin.standalone.demo.scenario import Scenario
from parchemin.standalone.demo.settling import Settling
from parchemin.standalone.services import ServiceName

Settle = Callable[[], Awaitable[None]]
MODALITIES = ("M1", "M2", "M3", "M4")
SETTINGS = {
    "PARCHEMIN_EVALUATIONS_ACCEPT_FUTURE_DATES": "true",
    "PARCHEMIN_EVALUATIONS_JURY_MIN_MEMBERS": "1",
    "PARCHEMIN_EVALUATIONS_MIN_GRADERS": "1",
}


Then = Callable[[Cast, Settle], Awaitable[None]]
"""What a test does once the candidate holds the certification."""


def one_candidate(session_date: str = "2027-07-01") -> Scenario:
    registrations = [{"candidate": "zoe", "modality": code, "attendance": "present"} for code in MODALITIES]
    return Scenario.model_validate(
        {
            "name": "one trace",
            "organisation": {"name": "École d'essai", "code": "ESSAI"},
            "candidates": [
                {
                    "ref": "zoe",
                    "birth_name": "Lefèvre",
                    "first_names": ["Zoé"],
                    "sex": "F",
                    "birth_date": "1999-06-17",
                    "birth_place": {"insee_code": "75112", "city": "Paris 12e", "country": "FR"},
                    "access_path": "apprenticeship",
                    "blocks": [1, 2, 3],
                }
            ],
            "sessions": [
                {
                    "ref": "summer",
                    "date": session_date,
                    "place": "Paris",
                    "modalities": MODALITIES,
                    "jury": {"president": "first", "members": ["second"]},
                    "registrations": registrations,
                }
            ],
        }
    )


async def certify(folder: Path, scenario: Scenario | None = None, then: Then | None = None) -> None:
    """Play it through the standalone application, in this process, until no document is left to be made."""
    app, scenario = create_app(), scenario or one_candidate()
    transport = httpx.ASGITransport(app)
    settling = Settling({name: f"sqlite+aiosqlite:///{folder}/{name}.sqlite3" for name in ServiceName})

    async def settle() -> None:
        while not await settling.settled():  # noqa: ASYNC110 - only the databases tell
            await asyncio.sleep(0.02)

    async with (
        AsyncExitStack() as stack,
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as http,
        asyncio.timeout(60),
    ):
        stack.push_async_callback(settling.close)
        player = Player(scenario, cast := Cast(http, folder / "keys"), settle)
        await player.found_school()
        await player.enrol(lambda: None)
        await player.hold(scenario.sessions[0], lambda: None)
        pending = {"state": "pending", "limit": 1}
        while (await cast.administrator.get("/v1/documents", **pending)).body["items"]:  # noqa: ASYNC110 - only it tells
            await asyncio.sleep(0.05)
        if then is not None:
            await then(cast, settle)
