"""Errors as a client meets them."""

from collections.abc import AsyncIterator

import httpx
import pytest

from parchemin.common.problems.representation import MEDIA_TYPE

pytestmark = pytest.mark.asyncio


@pytest.fixture
def engine() -> str:
    """The protocol is the same on both engines."""
    return "sqlite"


SECURITY = {"x-content-type-options": "nosniff", "referrer-policy": "no-referrer", "cache-control": "no-store"}


def assert_problem(answer: httpx.Response, status: int, code: str) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (status, MEDIA_TYPE), answer.text
    body = answer.json()
    assert (body["status"], body["code"], body["type"]) == (status, code, f"urn:parchemin:problem:{code}")
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == answer.headers["x-request-id"]
    assert len(body["trace_id"]) == 32
    assert SECURITY.items() <= answer.headers.items()


async def test_a_problem_is_told_in_french_unless_the_client_prefers_english(client: httpx.AsyncClient) -> None:
    for accept, language in (
        (None, "fr"),
        ("en", "en"),
        ("en-GB, fr;q=0.8", "en"),
        ("fr;q=0.4, en;q=0.5", "en"),
        ("de, en;q=0", "fr"),
        ("*", "fr"),
        ("en;q=nan, fr;q=", "fr"),
        (",;=,é", "fr"),
    ):
        headers = [] if accept is None else [("Accept-Language", accept.encode())]
        answer = await client.get("/v1/nowhere", headers=headers)
        assert_problem(answer, 404, "not_found")
        assert answer.headers["content-language"] == language, accept
        assert answer.headers["vary"] == "Accept-Language"
        assert answer.json()["title"] == {"fr": "Introuvable", "en": "Not found"}[language]


async def test_each_fault_of_a_body_is_named_by_its_pointer(client: httpx.AsyncClient) -> None:
    body = {"text": "a\nb", "tags": ["fine", "", 7], "a/b~c": 1}
    answer = await client.post("/v1/notes", json=body)
    assert_problem(answer, 422, "invalid")
    faults = {fault["pointer"]: fault["code"] for fault in answer.json()["errors"]}
    assert faults == {
        "/text": "string_pattern_mismatch",
        "/tags/1": "string_too_short",
        "/tags/2": "string_type",
        "/a~1b~0c": "extra_forbidden",
    }
    assert "expected" not in answer.text
    [fault] = (await client.get("/v1/notes/no-id")).json()["errors"]
    assert fault == {
        "pointer": "#path/note_id",
        "code": "uuid_parsing",
        "detail": "Un identifiant UUID est attendu.",
    }


async def test_a_fault_does_not_repeat_what_the_client_sent(client: httpx.AsyncClient) -> None:
    answer = await client.post("/v1/notes", json={"text": "private\nmatter"})
    assert "private" not in answer.text


async def test_a_method_that_a_resource_does_not_take_is_answered_with_those_it_takes(
    client: httpx.AsyncClient,
) -> None:
    for path, allowed in (
        ("/v1/notes", "GET, HEAD, POST"),
        ("/v1/notes/5f0c1d3e-0000-7000-8000-000000000000", "DELETE, GET, HEAD, PUT"),
        ("/health/live", "GET, HEAD"),
    ):
        answer = await client.request("PATCH", path)
        assert_problem(answer, 405, "method_not_allowed")
        assert answer.headers["allow"] == allowed


async def test_head_is_answered_as_get_without_content(client: httpx.AsyncClient) -> None:
    note = await client.post("/v1/notes", json={"text": "x"})
    url = f"/v1/notes/{note.json()['id']}"
    read, asked = await client.get(url), await client.head(url)
    assert (asked.status_code, asked.content, asked.headers["etag"]) == (200, b"", '"1"')
    assert asked.headers["content-length"] == read.headers["content-length"]
    assert (await client.head("/v1/nowhere")).status_code == 404
    assert (await client.head("/v1/notes/imports")).status_code in (405, 422)


async def test_a_path_with_a_slash_too_many_is_not_redirected(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/notes/", headers={"Host": "evil.example"})
    assert "evil" not in str(answer.headers)
    assert answer.status_code in (404, 422)


async def test_a_query_parameter_that_an_operation_does_not_have_is_refused(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/notes", params={"limit": "5", "limits": "5", "a/b": ""})
    assert_problem(answer, 422, "invalid")
    assert [fault["pointer"] for fault in answer.json()["errors"]] == ["#query/limits", "#query/a/b"]


async def test_a_body_that_is_not_json_is_refused(client: httpx.AsyncClient) -> None:
    for body in (b"{", b"\xff", b'{"text": NaN', b"[" * 100_000):
        answer = await client.post("/v1/notes", content=body, headers={"Content-Type": "application/json"})
        assert_problem(answer, 400, "malformed_body")


async def test_a_json_operation_takes_json_only(client: httpx.AsyncClient) -> None:
    body = b'{"text": "x"}'
    for media_type in ("text/plain", "text/json", "application/x-www-form-urlencoded", "multipart/form-data", "json"):
        for path in ("/v1/notes", "/v1/notes/optional"):
            answer = await client.post(path, content=body, headers={"Content-Type": media_type})
            assert_problem(answer, 415, "unsupported_media_type")
            assert "application/json" in answer.json()["detail"]
    assert_problem(await client.post("/v1/notes", content=body), 415, "unsupported_media_type")


async def test_json_goes_by_several_names(client: httpx.AsyncClient) -> None:
    for number, media_type in enumerate(
        ("application/json", "Application/JSON ; charset=utf-8", "application/merge-patch+json")
    ):
        content = f'{{"text": "note {number}"}}'.encode()
        answer = await client.post("/v1/notes", content=content, headers={"Content-Type": media_type})
        assert answer.status_code == 201, answer.text


async def test_an_operation_that_reads_the_bytes_itself_takes_any_type(client: httpx.AsyncClient) -> None:
    for media_type in ("text/csv", "application/octet-stream"):
        answer = await client.post("/v1/notes/imports", content=b"a;b", headers={"Content-Type": media_type})
        assert (answer.status_code, answer.json()) == (201, {"bytes": 3})


async def test_no_body_is_no_unsupported_body(client: httpx.AsyncClient) -> None:
    assert (await client.post("/v1/notes/optional")).json() == {"given": False}
    assert_problem(await client.post("/v1/notes"), 422, "invalid")


async def test_a_body_over_the_limit_is_refused_however_it_is_sent(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(30):
            yield b" " * 100_000

    headers = {"Content-Type": "application/json"}
    for content in (b" " * 2_000_001, chunks()):
        answer = await client.post("/v1/notes", content=content, headers=headers)
        assert_problem(answer, 413, "body_too_large")
        assert "2000000" in answer.json()["detail"]
    for length in ("²", "-1", "x"):  # a server refuses these before; here they are no defect of ours
        answer = await client.post("/v1/notes", headers=[("Content-Length", length.encode("latin-1"))])
        assert answer.status_code == 422


async def test_a_defect_is_answered_without_its_internals(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/failures/defect", headers={"X-Request-ID": "from-the-client"})
    assert_problem(answer, 500, "server_error")
    assert answer.json()["request_id"] == "from-the-client"
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


async def test_what_is_away_is_answered_with_when_to_come_again(client: httpx.AsyncClient) -> None:
    for kind in ("away", "network"):
        answer = await client.get(f"/v1/failures/{kind}")
        assert_problem(answer, 503, "unavailable")
        assert answer.headers["retry-after"] == "2"
        assert "secret" not in answer.text


async def test_a_request_id_that_is_not_well_formed_is_replaced(client: httpx.AsyncClient) -> None:
    for given in ("short", "x" * 65, "with blank", "né-né-né-né", ""):
        answer = await client.get("/health/live", headers=[("X-Request-ID", given.encode())])
        assert answer.headers["x-request-id"] != given
        assert len(answer.headers["x-request-id"]) == 32
