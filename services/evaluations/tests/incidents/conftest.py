"""Builders about incidents."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import Headers, Held, Json, School


class Procedures:
    """Reporting incidents and leading them, in the words of the trade."""

    def __init__(self, school: "School") -> None:
        self.school = school

    async def report(
        self, held: "Held", kind: str = "incident", *, by: "Headers | None" = None, **details: object
    ) -> "Json":
        url, body = self.report_request(held, kind, **details)
        return dict(self.school.done(await self.school.call("POST", url, body, by=by)))

    @staticmethod
    def report_request(held: "Held", kind: str, **details: object) -> "tuple[str, Json]":
        report = {"kind": kind, "description": "Téléphone allumé.", "occurred_at": "2024-06-17T10:20:00+02:00"}
        return f"/v1/sessions/{held.id}/incidents", {**report, **details}

    async def suspect(self, held: "Held", registration: "Json") -> "Json":
        return await self.report(held, "fraud_suspicion", registration_id=registration["id"])

    async def lead(self, incident: "Json", state: str, *, by: "Headers | None" = None, **details: object) -> "Json":
        url = f"/v1/incidents/{incident['id']}"
        answer = await self.school.put(f"{url}/state", {"state": state, **details}, of=url, by=by)
        return dict(self.school.done(answer))

    async def decide(self, held: "Held", incident: "Json", outcome: str, *, hearing: str = "heard") -> "Json":
        await self.lead(incident, "heard", hearing=hearing)
        president = self.school.juror(held.president)
        return await self.lead(incident, "decided", by=president, outcome=outcome, reason="Fait établi.")


@pytest.fixture
def procedures(school: "School") -> Procedures:
    return Procedures(school)
