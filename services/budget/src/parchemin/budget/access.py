"""Who may do what in this service, said once."""

from typing import Annotated

from fastapi import Depends

from parchemin.common.auth import Access, Principal
from parchemin.contracts.vocabulary import Role

STAFF = (Role.ADMINISTRATOR, Role.CLIENT)

Budgeting = Annotated[Principal, Depends(Access(*STAFF, Role.CANDIDATE, scope="budget:write"))]
"""Staff and programs for their organisation; a candidate for the own productions."""
Consulting = Annotated[Principal, Depends(Access(*STAFF, Role.CANDIDATE, scope="budget:read"))]


def is_only_candidate(principal: Principal) -> bool:
    """Whether the caller sees no more than the own productions."""
    return not principal.has(*STAFF)
