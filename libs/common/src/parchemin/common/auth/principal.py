"""The caller, as its token says."""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from parchemin.common.problems import Forbidden
from parchemin.common.problems.http import Unauthenticated
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
    return principal
