"""Who may do what in this service, said once."""

from typing import Annotated

from fastapi import Depends

from parchemin.common.auth import Access, Principal
from parchemin.contracts.vocabulary import Role

Planning = Annotated[Principal, Depends(Access(Role.ADMINISTRATOR, scope="evaluations:write"))]
"""The school's staff organises."""
Registering = Annotated[Principal, Depends(Access(Role.ADMINISTRATOR, Role.CLIENT, scope="evaluations:write"))]
"""The staff, or the school's information system."""
Following = Annotated[
    Principal,
    Depends(Access(Role.ADMINISTRATOR, Role.CLIENT, Role.JURY_MEMBER, Role.JURY_PRESIDENT, scope="evaluations:read")),
]
"""Staff and programs for their organisation; jurors for the sessions they sit in."""
Grading = Annotated[Principal, Depends(Access(Role.JURY_MEMBER, Role.JURY_PRESIDENT, scope="evaluations:write"))]
ReadingSheets = Annotated[Principal, Depends(Access(Role.JURY_MEMBER, Role.JURY_PRESIDENT, scope="evaluations:read"))]
Deliberating = Annotated[
    Principal, Depends(Access(Role.JURY_MEMBER, Role.JURY_PRESIDENT, Role.ADMINISTRATOR, scope="evaluations:read"))
]
"""The jury, and the staff that keeps the minutes."""
Presiding = Annotated[Principal, Depends(Access(Role.JURY_PRESIDENT, scope="evaluations:write"))]
Steering = Annotated[Principal, Depends(Access(Role.ADMINISTRATOR, Role.JURY_PRESIDENT, scope="evaluations:write"))]
"""The staff leads a session through its states; its president closes the deliberation."""
ReadingRegister = Annotated[
    Principal, Depends(Access(Role.CERTIFIER, Role.ADMINISTRATOR, Role.CLIENT, scope="evaluations:read"))
]
"""The certifier holds the register of all; a school and its programs read their own part."""
ReadingDossiers = Annotated[
    Principal,
    Depends(
        Access(
            Role.ADMINISTRATOR,
            Role.CLIENT,
            Role.JURY_MEMBER,
            Role.JURY_PRESIDENT,
            Role.CANDIDATE,
            scope="evaluations:read",
        )
    ),
]
"""Staff and programs; jurors for the sessions they sit in; candidates for the own dossiers."""
Depositing = Annotated[
    Principal, Depends(Access(Role.ADMINISTRATOR, Role.CLIENT, Role.CANDIDATE, scope="evaluations:write"))
]
"""A candidate hands in for themselves; staff and programs for a candidate."""

JURY = (Role.JURY_MEMBER, Role.JURY_PRESIDENT)
STAFF = (Role.ADMINISTRATOR, Role.CLIENT)


def is_only_juror(principal: Principal) -> bool:
    """Whether the caller sees no more than the sessions they sit in."""
    return principal.has(*JURY) and not principal.has(*STAFF)
