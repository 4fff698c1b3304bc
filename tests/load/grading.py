"""A juror at work, as an app sends it: a draft, a save every few criteria, a signature; now and then twice."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

CRITERIA_A_SAVE = 6
REPEATED = 0.05
"""So many saves are sent again, as after an answer that got lost."""
GRADES = ("met", "met", "met", "partly_met")

Json = dict[str, Any]


@dataclass
class Seen:
    """How the server answered all jurors, and what it acknowledged last of each sheet."""

    statuses: Counter[int] = field(default_factory=Counter)
    saves: list[float] = field(default_factory=list)
    """Seconds of each save: a draft, a patch, a signature."""
    signed: dict[str, Json] = field(default_factory=dict)


@dataclass
class JurorAtWork:
    """Grades a list of candidates, one after the other, without a pause."""

    http: httpx.AsyncClient
    headers: dict[str, str]
    chance: random.Random
    criteria: Sequence[str]
    seen: Seen

    async def grade(self, registrations: Sequence[UUID]) -> None:
        for registration in registrations:
            await self._grade(registration)

    async def _grade(self, registration: UUID) -> None:
        levels = {code: self._finding() for code in self.criteria}
        first, *later = [
            {code: levels[code] for code in self.criteria[start : start + CRITERIA_A_SAVE]}
            for start in range(0, len(levels), CRITERIA_A_SAVE)
        ]
        draft = {
            "registration_id": str(registration),
            "levels": [{"criterion": code, **finding} for code, finding in first.items()],
        }
        answer = await self._save("POST", "/v1/sheets", draft)
        url = f"/v1/sheets/{answer.json()['id']}"
        for patch in [*({"levels": part} for part in later), {"opinions": {"C.1": "favourable"}, "state": "signed"}]:
            answer = await self._save("PATCH", url, patch, answer.headers["etag"])
        sheet = answer.json()
        told = {
            level["criterion"]: {name: level[name] for name in ("written", "oral", "level")}
            for level in sheet["levels"]
        }
        assert (sheet["state"], told) == ("signed", levels)
        self.seen.signed[sheet["id"]] = sheet

    def _finding(self) -> Json:
        written, oral = self.chance.choice(GRADES), self.chance.choice(GRADES)
        return {"written": written, "oral": oral, "level": oral}

    async def _save(self, method: str, url: str, body: Json, match: str | None = None) -> httpx.Response:
        answer = await self._send(method, url, body, match)
        if self.chance.random() < REPEATED:
            again = await self._send(method, url, body, match)
            assert (again.status_code, again.content) == (answer.status_code, answer.content)
            assert again.headers["etag"] == answer.headers["etag"]
        return answer

    async def _send(self, method: str, url: str, body: Json, match: str | None) -> httpx.Response:
        headers = self.headers if match is None else {**self.headers, "If-Match": match}
        started = time.perf_counter()
        answer = await self.http.request(method, url, json=body, headers=headers)
        self.seen.saves.append(time.perf_counter() - started)
        self.seen.statuses[answer.status_code] += 1
        assert answer.is_success, answer.text
        return answer
