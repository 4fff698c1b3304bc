"""Access by role and scope, declared on every route. A route without a declaration does not start."""

from typing import Annotated

from fastapi import Depends

from parchemin.common.auth.principal import Principal, authenticated
from parchemin.common.problems import Forbidden
from parchemin.contracts.vocabulary import Role


class Access:
    """Lets through the roles it names, where the token also carries the scope.

    An instance is a dependency that gives the principal. Whoever acts for an organisation needs one in the token;
    a certifier stands above the schools and needs none.
    """

    def __init__(self, *roles: Role, scope: str) -> None:
        self.roles = frozenset(roles)
        self.scope = scope

    async def __call__(self, principal: Annotated[Principal, Depends(authenticated)]) -> Principal:
        roles = principal.roles & self.roles
        if not roles or self.scope not in principal.scopes:
            raise Forbidden
        if principal.organisation_id is None and Role.CERTIFIER not in roles:
            raise Forbidden
        return principal


async def public() -> None:
    """Declares that a route is for everybody."""
