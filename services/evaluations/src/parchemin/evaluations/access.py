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
ReadingAttendanceHistory = Annotated[Principal, Depends(Access(Role.ADMINISTRATOR, scope="evaluations:read"))]
"""The staff that keeps the attendance sheet sees who wrote what on it."""
ReportingIncidents = Annotated[
    Principal, Depends(Access(Role.ADMINISTRATOR, Role.JURY_MEMBER, Role.JURY_PRESIDENT, scope="evaluations:write"))
]
"""The staff, and the jurors of the session."""
ReadingIncidents = Annotated[
    Principal,
    Depends(
        Access(Role.ADMINISTRATOR, Role.JURY_MEMBER, Role.JURY_PRESIDENT, Role.CERTIFIER, scope="evaluations:read")
    ),
]
"""Never programs nor candidates: what is suspected of a person is for those who judge of it."""
Presiding = Annotated[Principal, Depends(Access(Role.JURY_PRESIDENT, scope="evaluations:write"))]
Steering = Annotated[Principal, Depends(Access(Role.ADMINISTRATOR, Role.JURY_PRESIDENT, scope="evaluations:write"))]
"""The staff leads a session through its states; its president closes the deliberation."""
Swearing = Annotated[Principal, Depends(Access(Role.JURY_MEMBER, Role.JURY_PRESIDENT, scope="evaluations:write"))]
ReadingRegister = Annotated[
    Principal, Depends(Access(Role.CERTIFIER, Role.ADMINISTRATOR, Role.CLIENT, scope="evaluations:read"))
]
"""The certifier holds the register of all; a school and its programs read their own part."""
BeingAway = Annotated[
    Principal, Depends(Access(Role.ADMINISTRATOR, Role.JURY_MEMBER, Role.JURY_PRESIDENT, scope="evaluations:write"))
]
"""The staff for anyone, a juror for themselves."""
ReadingAbsences = Annotated[
    Principal, Depends(Access(Role.ADMINISTRATOR, Role.JURY_MEMBER, Role.JURY_PRESIDENT, scope="evaluations:read"))
]
Concerned = Annotated[
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
"""As `Following`, and candidates for what is their own."""
Subscribing = Annotated[
    Principal,
    Depends(
        Access(Role.ADMINISTRATOR, Role.JURY_MEMBER, Role.JURY_PRESIDENT, Role.CANDIDATE, scope="evaluations:read")
    ),
]
"""Whoever has a calendar, and the staff for them. It gives away what they may read anyway."""
Appealing = Annotated[Principal, Depends(Access(Role.ADMINISTRATOR, Role.CANDIDATE, scope="evaluations:write"))]
"""A candidate for themselves, or the staff that received a letter."""
ReadingAppeals = Annotated[
    Principal, Depends(Access(Role.ADMINISTRATOR, Role.CERTIFIER, Role.CANDIDATE, scope="evaluations:read"))
]
Ruling = Annotated[Principal, Depends(Access(Role.CERTIFIER, scope="evaluations:write"))]
Depositing = Annotated[
    Principal, Depends(Access(Role.ADMINISTRATOR, Role.CLIENT, Role.CANDIDATE, scope="evaluations:write"))
]
"""A candidate hands in for themselves; staff and programs for a candidate."""

JURY = (Role.JURY_MEMBER, Role.JURY_PRESIDENT)
STAFF = (Role.ADMINISTRATOR, Role.CLIENT)


def is_only_juror(principal: Principal) -> bool:
    """Whether the caller sees no more than the sessions they sit in."""
    return principal.has(*JURY) and not principal.has(*STAFF)


def is_only_candidate(principal: Principal) -> bool:
    """Whether the caller sees no more than what is their own."""
    return principal.roles == {Role.CANDIDATE}
