"""Who acts in a scenario: one caller for each role, and one for each juror."""

from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx

from parchemin.common.auth.keys import LocalKey
from parchemin.common.auth.tokens import development_token
from parchemin.common.settings import AuthSettings
from parchemin.contracts.vocabulary import Role
from parchemin.standalone.demo.client import Caller

NAMES = (
    ("Claire", "Marchand"),
    ("Karim", "Bensaïd"),
    ("Sophie", "Lemaître"),
    ("Paul", "Garnier"),
    ("Nadia", "Ferreira"),
    ("Hugo", "Delmas"),
    ("Irène", "Kowalski"),
    ("Omar", "Sow"),
    ("Lise", "Perrin"),
    ("Marc", "Thévenet"),
)
"""Jurors in a scenario file have no names; the minutes print some."""


def juror_name(index: int) -> tuple[str, str]:
    """First and last name of the scenario's nth juror; a number tells later ones apart."""
    first, last = NAMES[index % len(NAMES)]
    round_ = index // len(NAMES)
    return first, f"{last} {round_ + 1}" if round_ else last


@dataclass
class Cast:
    """Makes callers with development tokens of the embedded installation."""

    http: httpx.AsyncClient
    keys: Path
    organisation_id: UUID | None = None
    _jurors: dict[str, Caller] = field(default_factory=dict)

    def caller(self, *roles: Role, subject: str) -> Caller:
        """Somebody with these roles, in the scenario's organisation."""
        token = development_token(
            LocalKey(self.keys),
            AuthSettings(),
            subject=subject,
            roles=roles,
            organisation_id=None if roles == (Role.CERTIFIER,) else self.organisation_id,
            seconds=6 * 3600,
        )
        return Caller(self.http, token)

    @property
    def certifier(self) -> Caller:
        """The body that owns the certification."""
        return self.caller(Role.CERTIFIER, subject="certifier")

    @property
    def administrator(self) -> Caller:
        """The school's staff."""
        return self.caller(Role.ADMINISTRATOR, subject="administrator")

    @property
    def disability_officer(self) -> Caller:
        """The référent handicap."""
        return self.caller(Role.DISABILITY_OFFICER, subject="disability-officer")

    def juror(self, juror_id: str) -> Caller:
        """A juror, who presides where their seat says so."""
        if juror_id not in self._jurors:
            self._jurors[juror_id] = self.caller(Role.JURY_MEMBER, Role.JURY_PRESIDENT, subject=juror_id)
        return self._jurors[juror_id]
