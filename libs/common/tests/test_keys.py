"""Where the keys come from: the local one, and those that a provider publishes."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from joserfc.jwk import ECKey, OctKey

from parchemin.common.auth import keys as keys_module
from parchemin.common.auth.keys import JwksUrl, LocalKey
from parchemin.common.problems.http import Unavailable

pytestmark = pytest.mark.asyncio


def key(kid: str) -> dict[str, Any]:
    return {**ECKey.generate_key("P-256").as_dict(private=False), "kid": kid}


class Provider:
    """An OpenID Connect provider, at its socket, and the clock that its client goes by."""

    def __init__(self, patch: pytest.MonkeyPatch, *published: dict[str, Any]) -> None:
        self.answer: Callable[[], httpx.Response] = lambda: httpx.Response(200, json={"keys": self.published})
        self.published = list(published)
        self.fetches = 0
        self.now = 1000.0
        patch.setattr(keys_module.time, "monotonic", lambda: self.now)
        client = httpx.AsyncClient(transport=httpx.MockTransport(self._respond))
        self.source = JwksUrl("https://id.example/jwks", client)

    async def _respond(self, _request: httpx.Request) -> httpx.Response:
        self.fetches += 1
        await asyncio.sleep(0)
        return self.answer()

    async def knows(self, kid: str | None) -> bool:
        return kid in {found.kid for found in await self.source.keys(kid=kid)}


async def test_a_rotation_needs_no_restart(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Provider(monkeypatch, key("old"))
    assert await provider.knows("old")
    provider.published.append(key("new"))
    provider.now += 31
    assert await provider.knows("new")
    assert await provider.knows("old")
    assert provider.fetches == 2


async def test_a_key_that_the_provider_withdrew_is_gone_within_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Provider(monkeypatch, key("stolen"), key("sound"))
    assert await provider.knows("stolen")
    del provider.published[0]
    provider.now += 301
    assert not await provider.knows("stolen")


async def test_a_thousand_unknown_kids_are_one_fetch_in_half_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Provider(monkeypatch, key("known"))
    assert await provider.knows("known")
    provider.now += 31
    for _ in range(2):
        await asyncio.gather(*(provider.source.keys(kid=f"forged-{number}") for number in range(1000)))
        provider.now += 14
    assert provider.fetches == 2


async def test_requests_that_come_while_the_first_fetch_is_under_way_wait_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    provider = Provider(monkeypatch, key("known"))
    assert all(await asyncio.gather(*(provider.knows("known") for _ in range(20))))
    assert provider.fetches == 1


async def test_a_provider_that_is_away_or_talks_nonsense_leaves_the_known_keys(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> httpx.Response:
        raise httpx.ConnectError("refused")

    provider = Provider(monkeypatch, key("known"))
    assert await provider.knows("known")
    for answer in (
        refuse,
        lambda: httpx.Response(503),
        lambda: httpx.Response(302, headers={"Location": "https://evil.example"}),
        lambda: httpx.Response(200, content=b"<html>"),
        lambda: httpx.Response(200, json=[]),
        lambda: httpx.Response(200, json={"keys": [{}]}),
        lambda: httpx.Response(200, json={"keys": "x"}),
        lambda: httpx.Response(200, json={"keys": []}),
        lambda: httpx.Response(200, json={"keys": [{"kty": "EC", "crv": "P-256", "x": "!", "y": "!"}]}),
    ):
        provider.answer = answer
        provider.now += 301
        assert await provider.knows("known")


async def test_without_any_key_yet_no_verdict_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    provider = Provider(monkeypatch, key("known"))
    works, provider.answer = provider.answer, lambda: httpx.Response(503)
    with pytest.raises(Unavailable):
        await provider.source.keys(kid="known")
    provider.answer = works
    provider.now += 31
    assert await provider.knows("known")


async def test_keys_that_sign_nothing_here_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = {**OctKey.generate_key(256).as_dict(private=True), "kid": "secret"}
    provider = Provider(monkeypatch, {"kty": "AKP", "kid": "lattice"}, secret, key("known"))
    assert [found.kid for found in await provider.source.keys(kid="known")] == ["known"]


async def test_the_local_key_is_made_once_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    first, second = LocalKey(tmp_path / "keys").signing_key(), LocalKey(tmp_path / "keys").signing_key()
    assert first.as_dict(private=True) == second.as_dict(private=True)
    [file] = (tmp_path / "keys").iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_bytes())["d"]
