"""The caller, as its token says."""

from dataclasses import dataclass, field, replace
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from parchemin.common.problems import Forbidden
from parchemin.common.problems.http import Unauthenticated
from parchemin.common.vault import BlindIndex
from parchemin.contracts.vocabulary import Role

bearer = HTTPBearer(scheme_name="bearer", bearerFormat="JWT", auto_error=False, description="Access token (RFC 9068)")


@dataclass(frozen=True, slots=True)
class Principal:
    """A person or a program, for the time of one request."""

    subject: str
    issuer: str
    organisation_id: UUID | None
    """The organisation it acts in. Only a certifier, who stands above the schools, has none."""
    roles: frozenset[Role]
    scopes: frozenset[str]
    login: bytes | None = field(default=None, compare=False)
    """Digest of the subject, where the service knows persons by it and not by their subjects (`login_of`)."""

    @property
    def organisation(self) -> UUID:
        """The organisation that what this caller makes belongs to."""
        if self.organisation_id is None:
            raise Forbidden
        return self.organisation_id

    def has(self, *roles: Role) -> bool:
        """Whether it has one of these roles."""
        return not self.roles.isdisjoint(roles)


async def authenticated(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
) -> Principal:
    """The caller; 401 without an accepted token."""
    if credentials is None:
        raise Unauthenticated
    principal: Principal = await request.app.state.token_verifier.verify(credentials.credentials)
    index: BlindIndex | None = getattr(request.app.state, "logins", None)
    return principal if index is None else replace(principal, login=login_of(index, principal.subject))


def login_of(index: BlindIndex, subject: str) -> bytes:
    """What a login is known by where it is kept: nobody without the service's key can try logins out on it."""
    return index.digest("login", subject)
