"""Where the keys that sign tokens come from."""

import asyncio
import json
import time
from pathlib import Path
from typing import Protocol

import httpx
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, OctKey

from parchemin.common.problems.http import Unavailable
from parchemin.common.secret_files import read_or_create

log = structlog.get_logger()

REFRESH_SECONDS = 300.0
RETRY_SECONDS = 30.0


def _new_key() -> bytes:
    key = ECKey.generate_key("P-256", private=True, auto_kid=True)
    return json.dumps(key.as_dict(private=True)).encode()


class KeySource(Protocol):
    """Gives the keys that a token may be signed with."""

    async def keys(self, *, kid: str | None) -> KeySet:
        """The current keys; looks again, sparingly, for a `kid` that is not among them."""


class LocalKey:
    """The embedded default: one ES256 key, made at first use, readable by its owner only."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "tokens.jwk.json"
        self._keys: KeySet | None = None

    def signing_key(self) -> ECKey:
        """The private key."""
        return ECKey.import_key(json.loads(read_or_create(self._path, _new_key)))

    async def keys(self, *, kid: str | None) -> KeySet:
        if self._keys is None:
            self._keys = KeySet([self.signing_key()])
        return self._keys


class JwksUrl:
    """The keys that an OpenID Connect provider publishes (RFC 7517 §5).

    Fetched again when they are old, or for an unknown `kid`, but never twice within half a minute: a flood of
    forged tokens does not become a flood of fetches, and a rotation needs no restart.
    """

    def __init__(self, url: str, client: httpx.AsyncClient) -> None:
        self._url = url
        self._client = client
        self._keys = KeySet([])
        self._tried_at = float("-inf")
        self._fetched_at = float("-inf")
        self._lock = asyncio.Lock()

    async def keys(self, *, kid: str | None) -> KeySet:
        being_fetched = self._lock.locked() and not self._knows(kid)
        if being_fetched or self._is_due(kid):
            async with self._lock:
                if self._is_due(kid):
                    await self._fetch()
        if not self._keys:
            raise Unavailable  # no verdict on the token: the client is to keep it, and come again
        return self._keys

    def _knows(self, kid: str | None) -> bool:
        return any(kid is None or key.kid == kid for key in self._keys)

    def _is_due(self, kid: str | None) -> bool:
        now = time.monotonic()
        if now - self._tried_at < RETRY_SECONDS:
            return False
        return not self._knows(kid) or now - self._fetched_at > REFRESH_SECONDS

    async def _fetch(self) -> None:
        self._tried_at = time.monotonic()
        try:
            response = await self._client.get(self._url, timeout=5)
            response.raise_for_status()
            published = KeySet.import_key_set(response.json())
            self._keys = KeySet([key for key in published if not isinstance(key, OctKey)])
            self._fetched_at = self._tried_at
        except (httpx.HTTPError, JoseError, ValueError, TypeError, KeyError) as error:
            log.error("jwks_fetch_failed", cause=type(error).__name__)
