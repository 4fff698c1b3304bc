"""Bodies, headers and cursors that no client should send."""

import base64
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from services.evaluations.tests.conftest import School

pytestmark = pytest.mark.asyncio

LISTS = ["jurors", "sessions", "registrations", "conflicts_of_interest", "block_validations", "awards", "referentials"]


async def test_bodies_that_are_not_what_they_say_change_nothing(school: "School") -> None:
    juror = {"first_name": "Ada", "last_name": "Roux", "quality": "teacher", "external": True}
    good = json.dumps(juror).encode()
    before = await school.state()
    for status, code, content, media_type in [
        (400, "malformed_body", b'{"first_name": ', "application/json"),
        (400, "malformed_body", b"\xff\xfe", "application/json"),
        (400, "malformed_body", b"[" * 100_000, "application/json"),
        (413, "body_too_large", b'"' + b"a" * 10_000_000 + b'"', "application/json"),
        (415, "unsupported_media_type", good, "text/plain"),
        (415, "unsupported_media_type", good, "application/x-www-form-urlencoded"),
        (422, "invalid", b"null", "application/json"),
        (422, "invalid", b'"juror"', "application/json"),
        (422, "invalid", b"", "application/json"),
        (422, "invalid", json.dumps({**juror, "external": 1}).encode(), "application/json"),
        (422, "invalid", json.dumps({**juror, "last_name": "\ud83d"}).encode(), "application/json"),
        (422, "invalid", json.dumps({**juror, "last_name": "Roux\u202e"}).encode(), "application/json"),
        (422, "invalid", json.dumps({**juror, "subject": "a b"}).encode(), "application/json"),
    ]:
        headers = {**school.staff, "Content-Type": media_type}
        answer = await school.client.post("/v1/jurors", content=content, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code), content[:60]
    assert await school.state() == before


def place(*parts: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


async def test_a_cursor_that_no_page_gave_is_refused(school: "School") -> None:
    some_id = "0199c2a0-c4d9-7a1e-9a3c-0d6f2f1b7c55"
    for cursor in [
        "x",
        "é",
        "%00",
        "W10",
        place(1, 2),
        place("2024-06-17", some_id),
        place("2024-06-17T00:00:00Z", "x"),
    ]:
        for name in LISTS:
            answer = await school.client.get(f"/v1/{name}", params={"cursor": cursor}, headers=school.staff)
            assert (answer.status_code, answer.json()["code"]) == (422, "cursor_invalid"), (name, cursor)
    async with school.unchanged():
        for query in [
            "limit=0",
            "limit=101",
            "limit=x",
            "updated_since=2024-06-17",
            "updated_since=x",
            "cursor=" + "a" * 301,
        ]:
            await school.refuses("invalid", "GET", f"/v1/sessions?{query}")
    async with school.unchanged():
        for query in ["session_id=x", "enrolment_id=%00"]:
            await school.refuses("invalid", "GET", f"/v1/registrations?{query}")
    await school.refuses("invalid", "GET", "/v1/sessions?state=asleep")


async def test_lists_are_walked_page_by_page(school: "School") -> None:
    for _ in range(5):
        await school.enter_juror()
    seen, cursor = [], ""
    while cursor is not None:
        page = await school.get(f"/v1/jurors?limit=2{cursor and '&cursor=' + cursor}")
        seen += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 5
    assert seen == [item["id"] for item in (await school.get("/v1/jurors"))["items"]]
