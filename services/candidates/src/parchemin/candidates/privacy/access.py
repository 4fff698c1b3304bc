"""Who may do what about a person's rights: the person with their own token, staff for who wrote to the school."""

from typing import Annotated

from fastapi import Depends

from parchemin.common.auth import Access, Principal
from parchemin.contracts.vocabulary import Role

Exercising = Annotated[Principal, Depends(Access(Role.CANDIDATE, Role.ADMINISTRATOR, scope="candidates:write"))]
Consulting = Annotated[Principal, Depends(Access(Role.CANDIDATE, Role.ADMINISTRATOR, scope="candidates:read"))]
Deciding = Annotated[Principal, Depends(Access(Role.ADMINISTRATOR, scope="candidates:write"))]
Auditing = Annotated[Principal, Depends(Access(Role.ADMINISTRATOR, scope="candidates:read"))]
KeepingRegister = Annotated[Principal, Depends(Access(Role.CERTIFIER, scope="candidates:read"))]
