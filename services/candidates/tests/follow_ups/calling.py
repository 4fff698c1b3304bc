"""How the tests of follow-ups speak to the service."""

from typing import Any

from parchemin.contracts.vocabulary import Role

PATH = "/v1/disability_follow_ups"
REQUESTS = "/v1/disability_requests"
SCOPES = ["candidates:read", "candidates:write"]


def as_candidate(school: Any, subject: str = "zoe") -> dict[str, str]:
    header: dict[str, str] = school.bearer(Role.CANDIDATE, organisation=school.id, subject=subject, scopes=SCOPES)
    return header


async def post(school: Any, url: str, body: Any, by: dict[str, str], **headers: str) -> Any:
    return await school.client.post(url, json=body, headers={**by, **headers})
