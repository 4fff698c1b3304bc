"""Access tokens: one that is right, and a corpus of those that are not (reliability S4)."""

import base64
import hmac
import json
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, RSAKey
from libs.common.tests.toy_service import toy_app

from parchemin.common.auth import tokens as tokens_module
from parchemin.common.auth.keys import LocalKey
from parchemin.common.auth.tokens import TokenVerifier
from parchemin.common.database import Database
from parchemin.common.problems.http import Unauthenticated
from parchemin.common.settings import AuthSettings

pytestmark = pytest.mark.asyncio


def now() -> int:
    return int(time.time())


ORGANISATION = str(uuid4())
GONE = object()


@pytest.fixture
def engine() -> str:
    return "sqlite"


def claims(**changes: Any) -> dict[str, Any]:
    right = {
        "iss": "urn:parchemin:local",
        "aud": "parchemin",
        "sub": "someone",
        "iat": now(),
        "exp": now() + 600,
        "roles": ["administrator"],
        "scope": "candidates:read candidates:write",
        "organisation": ORGANISATION,
        **changes,
    }
    return {name: value for name, value in right.items() if value is not GONE}


def encoded(part: bytes | dict[str, Any]) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def signed(head: str, body: str, key: ECKey) -> str:
    """By hand: a library would refuse to write what is to be refused."""
    r, s = decode_dss_signature(key.private_key.sign(f"{head}.{body}".encode(), ECDSA(SHA256())))
    return f"{head}.{body}.{encoded(r.to_bytes(32) + s.to_bytes(32))}"


class Forge:
    """Writes tokens with the service's own key, and bends them."""

    def __init__(self, key: ECKey) -> None:
        self.key = key
        self.stranger = ECKey.generate_key("P-256", private=True, auto_kid=True)

    def token(self, changes: dict[str, Any] | None = None, key: ECKey | None = None, **header: Any) -> str:
        head = {"alg": "ES256", "typ": "at+jwt", "kid": self.key.kid, **header}
        return signed(encoded(head), encoded(claims(**(changes or {}))), key or self.key)

    def hmac_with_the_public_key(self) -> str:
        content = f"{encoded({'alg': 'HS256', 'kid': self.key.kid})}.{encoded(claims())}"
        digest = hmac.digest(self.key.as_pem(private=False), content.encode(), "sha256")
        return f"{content}.{encoded(digest)}"

    def unsigned(self, alg: str) -> str:
        return f"{encoded({'alg': alg, 'typ': 'JWT', 'kid': self.key.kid})}.{encoded(claims())}."

    def tampered(self) -> str:
        head, _, signature = self.token().split(".")
        return f"{head}.{encoded(claims(roles=['certifier'], organisation=GONE))}.{signature}"

    def with_its_own_key(self) -> str:
        return self.token(key=self.stranger, jwk=self.stranger.as_dict(private=False), kid=self.stranger.kid)

    def by_rsa(self) -> str:
        key = RSAKey.generate_key(2048)
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims(), key)

    def corpus(self) -> dict[str, str]:
        right = self.token()
        head, body, signature = right.split(".")
        bent = {
            "no exp": {"exp": GONE},
            "exp is past": {"exp": now() - 60},
            "exp is text": {"exp": str(now() + 600)},
            "exp is true": {"exp": True},
            "exp is infinite": {"exp": float("inf")},
            "exp is not a number": {"exp": float("nan")},
            "no sub": {"sub": GONE},
            "sub is blank": {"sub": ""},
            "sub is null": {"sub": None},
            "sub is a number": {"sub": 7},
            "sub is endless": {"sub": "x" * 256},
            "no iss": {"iss": GONE},
            "another iss": {"iss": "https://evil.example"},
            "two iss": {"iss": ["urn:parchemin:local", "https://evil.example"]},
            "no aud": {"aud": GONE},
            "another aud": {"aud": "account"},
            "two aud, neither ours": {"aud": ["account", "parchemin2"]},
            "aud is an object": {"aud": {"parchemin": 1}},
            "aud has a number": {"aud": ["parchemin", 7]},
            "nbf is to come": {"nbf": now() + 600},
            "iat is to come": {"iat": now() + 600},
            "an ID token": {"typ": "ID"},
            "organisation is no UUID": {"organisation": "school"},
            "organisation is a number": {"organisation": 5},
            "organisation is a list": {"organisation": [ORGANISATION]},
            "roles is a text": {"roles": "administrator"},
            "roles is an object": {"roles": {"administrator": True}},
            "roles has a number": {"roles": ["administrator", 7]},
            "scope is a list": {"scope": ["candidates:read"]},
        }
        return {
            **{name: self.token(changes) for name, changes in bent.items()},
            "alg none": self.unsigned("none"),
            "alg None": self.unsigned("NONE"),
            "alg HS256 with the public key": self.hmac_with_the_public_key(),
            "alg RS256 with the kid of an EC key": self.by_rsa(),
            "alg ES384": f"{encoded({'alg': 'ES384', 'kid': self.key.kid})}.{body}.{signature}",
            "no alg": f"{encoded({'kid': self.key.kid})}.{body}.{signature}",
            "alg is a list": f"{encoded({'alg': ['ES256']})}.{body}.{signature}",
            "another key": self.token(key=self.stranger),
            "an unknown kid": self.token(kid="unknown", key=self.stranger),
            "a kid that climbs": self.token(kid="../../../../dev/null", key=self.stranger),
            "a kid that is a list": f"{encoded({'alg': 'ES256', 'kid': ['a']})}.{body}.{signature}",
            "an embedded jwk": self.with_its_own_key(),
            "a jku": self.token(key=self.stranger, jku="https://evil.example/jwks"),
            "crit": self.token(crit=["exp"]),
            "crit unknown": self.token(crit=["b64", "evil"]),
            "typ of something else": self.token(typ="logout+jwt"),
            "typ is a list": self.token(typ=["at+jwt"]),
            "tampered claims": self.tampered(),
            "no signature": f"{head}.{body}.",
            "a signature of zeros": f"{head}.{body}.{encoded(bytes(64))}",
            "a signature too long": f"{right}AAAA",
            "two parts": f"{head}.{body}",
            "five parts": f"{right}.a.b",
            "bad base64": f"{head}.%%%.{signature}",
            "a header that is a list": f"{encoded(b'[]')}.{body}.{signature}",
            "a header that is no JSON": f"{encoded(b'{')}.{body}.{signature}",
            "a header that is deep": f"{encoded(b'[' * 5000)}.{body}.{signature}",
            "a huge header": self.token(padding="x" * 20_000),
            "claims that are a list": signed(head, encoded(b"[]"), self.key),
            "claims that are deep": signed(head, encoded(b"[" * 5000), self.key),
            "empty parts": "..",
            "one word": "token",
            "not ASCII": "jeton-é",
            "nothing": "",
            "blanks": "   ",
            "two tokens": f"{right} {right}",
        }


@pytest.fixture
def forge(var: Path) -> Forge:
    return Forge(LocalKey(var / "keys").signing_key())


async def test_every_token_that_is_not_quite_right_gets_the_same_answer(
    database: Database, serve: Callable[[FastAPI], Awaitable[httpx.AsyncClient]], forge: Forge
) -> None:
    client = await serve(toy_app(database))
    right = await client.get("/v1/notes", headers={"Authorization": f"Bearer {forge.token()}"})
    assert right.status_code == 200, right.text
    no_token = await client.get("/v1/notes")
    corpus = forge.corpus()
    assert len(corpus) > 60
    headers = {name: f"Bearer {token}" for name, token in corpus.items()}
    headers |= {"another scheme": "Basic c29tZW9uZTpwYXNz", "no scheme": forge.token(), "scheme only": "Bearer"}
    for name, header in headers.items():
        answer = await client.get("/v1/notes", headers=[("Authorization", header.encode())])
        assert answer.status_code == 401, name
        assert answer.headers["www-authenticate"] == 'Bearer realm="parchemin"'
        assert said(answer) == said(no_token), name


def said(answer: httpx.Response) -> dict[str, Any]:
    return {name: value for name, value in answer.json().items() if name not in {"request_id", "trace_id"}}


async def test_what_a_right_token_may_vary_in(forge: Forge, var: Path) -> None:
    verifier = TokenVerifier(AuthSettings(), LocalKey(var / "keys"))
    for token in (
        forge.token({"aud": ["account", "parchemin"]}),  # RFC 9068 §3; an OpenID Connect provider often adds its own
        forge.token({"roles": ["administrator", "a role of another product"]}),
        forge.token({"exp": now() - 10}),  # within the leeway
        forge.token({"organisation": GONE}),
        forge.token(typ="JWT"),
    ):
        principal = await verifier.verify(token)
        assert (principal.subject, principal.roles) == ("someone", {"administrator"})
    assert (await verifier.verify(forge.token({"roles": GONE}))).roles == frozenset()


class Rotating:
    """A source whose keys a test changes."""

    def __init__(self, *keys: ECKey) -> None:
        self.current = KeySet(list(keys))

    async def keys(self, *, kid: str | None) -> KeySet:
        return self.current


async def test_a_token_that_was_accepted_is_refused_once_its_key_is_withdrawn(forge: Forge) -> None:
    source = Rotating(forge.key, forge.stranger)
    verifier, token = TokenVerifier(AuthSettings(), source), forge.token()
    assert await verifier.verify(token) is await verifier.verify(token)  # remembered
    source.current = KeySet([forge.key])
    assert (await verifier.verify(token)).subject == "someone"
    source.current = KeySet([forge.stranger])
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            await verifier.verify(token)
    source.current = KeySet([forge.key])
    assert (await verifier.verify(token)).subject == "someone"


async def test_a_token_that_was_accepted_is_refused_once_it_has_expired(
    forge: Forge, var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    verifier, token = TokenVerifier(AuthSettings(), LocalKey(var / "keys")), forge.token()
    await verifier.verify(token)
    expired = time.time() + 600 + AuthSettings().leeway_seconds + 1
    monkeypatch.setattr(time, "time", lambda: expired)
    with pytest.raises(Unauthenticated):
        await verifier.verify(token)


async def test_only_so_many_tokens_are_remembered(forge: Forge, var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens_module, "MAX_ACCEPTED", 3)
    verifier = TokenVerifier(AuthSettings(), LocalKey(var / "keys"))
    tokens = [forge.token({"sub": f"someone {number}"}) for number in range(5)]
    first = [await verifier.verify(token) for token in tokens]
    again = [await verifier.verify(token) for token in reversed(tokens)]
    assert again == first[::-1]
    assert [one is other for one, other in zip(again, first[::-1], strict=True)] == [True] * 3 + [False] * 2


async def test_roles_may_be_nested_as_keycloak_nests_them(forge: Forge, var: Path) -> None:
    verifier = TokenVerifier(AuthSettings(roles_claim="realm_access.roles"), LocalKey(var / "keys"))
    principal = await verifier.verify(forge.token({"realm_access": {"roles": ["certifier"]}}))
    assert principal.roles == {"certifier"}
    assert (await verifier.verify(forge.token({"realm_access": {}}))).roles == frozenset()
    for wrong in (["certifier"], "certifier", {"roles": "certifier"}):
        with pytest.raises(Unauthenticated):
            await verifier.verify(forge.token({"realm_access": wrong}))
