"""Reading and, for development, writing access tokens."""

import hashlib
import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from parchemin.common.auth.keys import KeySource, LocalKey
from parchemin.common.auth.principal import Principal
from parchemin.common.problems.http import Unauthenticated
from parchemin.common.settings import AuthSettings
from parchemin.contracts.vocabulary import Role

MAX_TOKEN = 8_000
MAX_ACCEPTED = 4_096
"""Tokens that are remembered, by their hash."""
MAX_SUBJECT = 255  # OpenID Connect Core §2
ACCESS_TOKEN_TYPES = {None, "JWT", "at+jwt", "application/at+jwt"}


@dataclass(frozen=True, slots=True)
class _Accepted:
    """A token whose signature these keys have confirmed."""

    kid: str | None
    keys: KeySet
    claims: dict[str, Any]
    principal: Principal


class TokenVerifier:
    """Accepts a token only when signature, issuer, audience, times and type are all as configured."""

    def __init__(self, settings: AuthSettings, keys: KeySource) -> None:
        self._settings = settings
        self._keys = keys
        self._accepted: dict[bytes, _Accepted] = {}
        self._claims = jwt.JWTClaimsRegistry(
            leeway=settings.leeway_seconds,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def verify(self, token: str) -> Principal:
        """The token's principal; `Unauthenticated` for anything that is not quite right.

        The signature of a token that comes again is not computed again while the keys are the same. Its times are
        looked at each time, and after a change of keys the whole of it.
        """
        if len(token) > MAX_TOKEN:
            raise Unauthenticated
        try:
            place = hashlib.sha256(token.encode("ascii")).digest()
            accepted = self._accepted.get(place)
            if accepted is None or await self._keys.keys(kid=accepted.kid) is not accepted.keys:
                accepted = await self._accept(token)
                if len(self._accepted) >= MAX_ACCEPTED:
                    self._accepted.pop(next(iter(self._accepted)))
                self._accepted[place] = accepted
            self._claims.validate(accepted.claims)
        except (JoseError, ValueError, TypeError, UnicodeError, KeyError, RecursionError) as error:
            raise Unauthenticated from error
        return accepted.principal

    async def _accept(self, token: str) -> _Accepted:
        header = jws.extract_compact(token.encode("ascii")).headers()
        if header.get("typ") not in ACCESS_TOKEN_TYPES or "crit" in header:
            raise Unauthenticated
        kid = header.get("kid")
        keys = await self._keys.keys(kid=kid)
        claims = jwt.decode(token, keys, algorithms=list(self._settings.algorithms)).claims
        self._claims.validate(claims)
        return _Accepted(kid, keys, claims, self._principal(claims))

    def _principal(self, claims: dict[str, Any]) -> Principal:
        if claims.get("typ") == "ID" or len(claims["sub"]) > MAX_SUBJECT:
            raise Unauthenticated
        organisation = claims.get(self._settings.organisation_claim)
        known = set(Role)
        return Principal(
            subject=claims["sub"],
            issuer=claims["iss"],
            organisation_id=UUID(_text(organisation)) if organisation is not None else None,
            roles=frozenset(Role(role) for role in _texts(claims, self._settings.roles_claim) if role in known),
            scopes=frozenset(_text(claims.get("scope", "")).split()),
        )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unauthenticated
    return value


def _texts(claims: dict[str, Any], path: str) -> list[str]:
    """A claim that is a list of texts; a dotted path reaches into objects, as Keycloak nests its roles."""
    value: Any = claims
    for step in path.split("."):
        if not isinstance(value, dict):
            raise Unauthenticated
        value = value.get(step)
        if value is None:
            return []
    if not isinstance(value, list):
        raise Unauthenticated
    return [_text(item) for item in value]


ROLE_SCOPES: dict[Role, tuple[str, ...]] = {
    Role.ADMINISTRATOR: (
        "candidates:read",
        "candidates:write",
        "evaluations:read",
        "evaluations:write",
        "budget:read",
        "budget:write",
        "documents:read",
    ),
    Role.JURY_MEMBER: ("evaluations:read", "evaluations:write"),
    Role.JURY_PRESIDENT: ("evaluations:read", "evaluations:write"),
    Role.DISABILITY_OFFICER: ("candidates:read", "candidates:write"),
    Role.CERTIFIER: (
        "candidates:read",
        "candidates:write",
        "evaluations:read",
        "evaluations:write",
        "documents:read",
    ),
    Role.CANDIDATE: (
        "candidates:read",
        "candidates:write",
        "evaluations:read",
        "evaluations:write",
        "budget:read",
        "budget:write",
        "documents:read",
    ),
    Role.CLIENT: ("candidates:read", "evaluations:read", "budget:read", "documents:read"),
}
"""What a development token of a role carries when nothing else is said."""


def development_token(
    key: LocalKey,
    settings: AuthSettings,
    *,
    subject: str,
    roles: Collection[Role],
    organisation_id: UUID | None,
    scopes: Collection[str] | None = None,
    seconds: int = 3600,
) -> str:
    """A token signed with the local key. For the embedded default; a provider's own are used elsewhere."""
    signing_key = key.signing_key()
    now = int(time.time())
    granted = scopes if scopes is not None else {scope for role in roles for scope in ROLE_SCOPES[role]}
    claims: dict[str, Any] = {
        "iss": settings.issuer,
        "aud": settings.audience,
        "sub": subject,
        "iat": now,
        "exp": now + seconds,
        "jti": str(uuid4()),
        settings.roles_claim: sorted(roles),
        "scope": " ".join(sorted(granted)),
    }
    if organisation_id is not None:
        claims[settings.organisation_claim] = str(organisation_id)
    return jwt.encode({"alg": "ES256", "typ": "at+jwt", "kid": signing_key.kid}, claims, signing_key)
