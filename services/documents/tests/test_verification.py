"""The public's questions: what a code tells, and what it does not."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI

from parchemin.common.bus import LocalBus
from parchemin.contracts.vocabulary import Role
from parchemin.documents.app import create_app
from parchemin.documents.rendering.models import CertifierMentions
from parchemin.documents.settings import Settings
from parchemin.documents.verification.code import new_code

pytestmark = pytest.mark.asyncio

MEMBERS = {
    "status",
    "kind",
    "certification_title",
    "block",
    "register_number",
    "issued_on",
    "organisation",
    "holder_initials",
    "specimen",
    "revoked_on",
}
CERTIFIER = CertifierMentions(
    legal_name="Certificateur SAS",
    rncp_number="40000",
    decision_date="2025-07-18",
    level=6,
    eqf_level=6,
    nsf_codes=("323",),
    signatory_name="Hélène Vasseur",
    signatory_role="Directrice",
    place="Paris",
)


@pytest.fixture
def bus() -> LocalBus:
    return LocalBus()


@pytest_asyncio.fixture
async def issued(
    bus: LocalBus,
    database_url: Callable[[str], str],
    serve: Callable[[FastAPI], Awaitable[httpx.AsyncClient]],
    bearer: Callable[..., dict[str, str]],
    story: SimpleNamespace,
    tmp_path: Path,
) -> tuple[httpx.AsyncClient, dict[str, dict[str, Any]]]:
    """A client, and Zoé's documents by kind."""
    url = database_url("documents")
    settings = Settings(database_url=url, migrate_on_start=False, folder=tmp_path, certifier=CERTIFIER)
    client = await serve(create_app(settings, bus))
    for event in (*story.known(), story.validated(3), story.awarded(), story.closed(), story.decided("ali")):
        assert await bus.publish([story.message(event)]) == [None]
    us = bearer(Role.ADMINISTRATOR, organisation=story.SCHOOL)
    async with asyncio.timeout(15):
        while True:
            items = (await client.get("/v1/documents", params={"state": "issued"}, headers=us)).json()["items"]
            if len(items) == 3:
                return client, {item["kind"]: item for item in items}
            await asyncio.sleep(0.02)


async def test_a_code_tells_what_the_paper_does_and_no_more(
    issued: tuple[httpx.AsyncClient, dict[str, dict[str, Any]]],
) -> None:
    client, documents = issued
    said = {}
    for kind, document in documents.items():
        answer = await client.post("/v1/verifications", json={"code": document["verification_code"].lower()})
        assert answer.status_code == 200
        assert answer.json().keys() == MEMBERS
        said[kind] = answer.json()
    assert said["block_attestation"] == {
        "status": "valid",
        "kind": "block_attestation",
        "certification_title": "Chargé de productions audiovisuelles, cinéma et plurimédia",
        "block": 3,
        "register_number": None,
        "issued_on": "2026-07-02",
        "organisation": "Institut des métiers de l'image",
        "holder_initials": "Z. L.",
        "specimen": False,
        "revoked_on": None,
    }
    assert (said["diploma"]["register_number"], said["diploma"]["block"]) == ("2026-0001", None)
    assert (said["jury_minutes"]["holder_initials"], said["jury_minutes"]["kind"]) == (None, "jury_minutes")


async def test_a_revoked_document_tells_the_same_and_since_when_it_is_worth_nothing(
    issued: tuple[httpx.AsyncClient, dict[str, dict[str, Any]]],
    bus: LocalBus,
    story: SimpleNamespace,
    bearer: Callable[..., dict[str, str]],
) -> None:
    client, documents = issued
    codes = {kind: document["verification_code"] for kind, document in documents.items()}

    async def said() -> dict[str, dict[str, Any]]:
        asked = {kind: await client.post("/v1/verifications", json={"code": code}) for kind, code in codes.items()}
        return {kind: answer.json() for kind, answer in asked.items()}

    before = await said()
    for event in (story.award_revoked(), story.validation_revoked(3)):
        assert await bus.publish([story.message(event)]) == [None]
    revoked = {"status": "revoked", "revoked_on": "2026-09-01"}
    assert await said() == {
        "diploma": before["diploma"] | revoked,
        "block_attestation": before["block_attestation"] | revoked,
        "jury_minutes": before["jury_minutes"],
    }
    us = bearer(Role.ADMINISTRATOR, organisation=story.SCHOOL)
    items = (await client.get("/v1/documents", headers=us)).json()["items"]
    shown = {item["kind"]: item["revoked_on"] for item in items if item["state"] == "issued"}
    assert shown == {"diploma": "2026-09-01", "block_attestation": "2026-09-01", "jury_minutes": None}
    changed = [item["id"] for item in items[-2:]]
    assert changed == [documents["diploma"]["id"], documents["block_attestation"]["id"]], "last changed, last listed"
    content = await client.get(f"/v1/documents/{documents['diploma']['id']}/content", headers=us)
    assert content.headers["etag"] == f'"{documents["diploma"]["sha256"]}"'


async def test_unknown_mistyped_and_not_yet_issued_are_answered_alike_whoever_asks(
    issued: tuple[httpx.AsyncClient, dict[str, dict[str, Any]]], bearer: Callable[..., dict[str, str]]
) -> None:
    client, documents = issued
    good = documents["diploma"]["verification_code"]
    wrong = good[:-1] + ("2" if good[-1] != "2" else "3")
    unknown = {**dict.fromkeys(MEMBERS), "status": "unknown"}
    for code in (new_code(), wrong, "", "x" * 100, "été 🎬", "%00'; --"):
        answer = await client.post("/v1/verifications", json={"code": code})
        assert (answer.status_code, answer.json()) == (200, unknown)
    for headers in (bearer(Role.CERTIFIER), {"Authorization": "Bearer nonsense"}):
        answer = await client.post("/v1/verifications", json={"code": good}, headers=headers)
        assert (answer.status_code, answer.json()["status"]) == (200, "valid")
    assert (await client.post("/v1/verifications", json={"code": "x" * 101})).status_code == 422
    assert (await client.get("/v1/verifications")).status_code == 405


async def test_the_page_lets_nothing_in_and_keeps_nothing(
    issued: tuple[httpx.AsyncClient, dict[str, dict[str, Any]]],
) -> None:
    client, _ = issued
    page = await client.get("/verify")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    policy = dict(part.strip().split(" ", 1) for part in page.headers["content-security-policy"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "font-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    assert page.headers["x-robots-tag"] == "noindex, nofollow"
    assert "set-cookie" not in page.headers
    assert "access-control-allow-origin" not in page.headers
    assert not re.search(r"<script>|<style|\son\w+=|style=", page.text)
    for name in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        part = await client.get(name)
        assert part.status_code == 200
        assert "localStorage" not in part.text
        assert "innerHTML" not in part.text
        assert part.headers["x-content-type-options"] == "nosniff"
        assert len(part.headers.get_list("x-content-type-options")) == 1
    again = await client.get("/verify")
    assert again.headers.get_list("referrer-policy") == page.headers.get_list("referrer-policy") == ["no-referrer"]


async def test_the_page_has_both_texts_of_everything(
    issued: tuple[httpx.AsyncClient, dict[str, dict[str, Any]]],
) -> None:
    client, _ = issued
    page, script = (await client.get("/verify")).text, (await client.get("/verify.js")).text
    french, english = script.split("  en: {")
    for name in {*re.findall(r'data-say="(\w+)"', page), "valid", "specimen", "revoked", "unknown", "away"}:
        assert re.search(rf"\b{name}: ", french), name
        assert re.search(rf"\b{name}: ", english), name
    assert "il n’atteste plus rien depuis" in french
    assert "it has attested nothing since" in english
