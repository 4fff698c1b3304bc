"""What a document needs to be made beside its own facts, and what of it is known."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

from parchemin.contracts.events.appeals import BlockValidationRevokedV1, CertificationRevokedV1
from parchemin.contracts.events.evaluations import (
    BlockValidatedV1,
    CertificationAwardedV1,
    DeliberationClosedV1,
    JurorIdentity,
    ResultsDecidedV1,
)
from parchemin.contracts.events.identities import IdentityV2
from parchemin.contracts.events.sessions import CandidateConvenedV1
from parchemin.contracts.referential import Referential

Fact = CertificationAwardedV1 | BlockValidatedV1 | ResultsDecidedV1 | DeliberationClosedV1 | CandidateConvenedV1
"""The facts that a document follows from."""
Revocation = BlockValidationRevokedV1 | CertificationRevokedV1
"""The facts that a document falls with."""


@dataclass(frozen=True, slots=True)
class OrganisationName:
    """A school, as its documents name it."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What other services' events have told, as far as it is looked up here."""

    organisations: Mapping[UUID, OrganisationName] = field(default_factory=dict)
    candidates: Mapping[UUID, IdentityV2] = field(default_factory=dict)
    jurors: Mapping[UUID, JurorIdentity] = field(default_factory=dict)
    referentials: Mapping[str, Referential] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Needs:
    """Ids of what must be known. Events of different topics come in any order, so a part may be late."""

    organisations: frozenset[UUID] = frozenset()
    candidates: frozenset[UUID] = frozenset()
    jurors: frozenset[UUID] = frozenset()
    referentials: frozenset[str] = frozenset()

    @classmethod
    def of(cls, fact: Fact) -> Self:
        """What the document of this fact needs."""
        if isinstance(fact, DeliberationClosedV1):
            candidates = frozenset(line.candidate_id for line in fact.registrations)
            jurors = frozenset(seat.juror_id for seat in fact.jury)
        else:
            candidates, jurors = frozenset({fact.candidate_id}), frozenset()
        return cls(
            organisations=frozenset({fact.organisation_id}),
            candidates=candidates,
            jurors=jurors,
            referentials=frozenset({fact.referential_version}),
        )

    @classmethod
    def union(cls, needs: Iterable[Self]) -> Self:
        """All of them together, to be looked up at once."""
        listed = list(needs)
        return cls(
            organisations=frozenset().union(*(one.organisations for one in listed)),
            candidates=frozenset().union(*(one.candidates for one in listed)),
            jurors=frozenset().union(*(one.jurors for one in listed)),
            referentials=frozenset().union(*(one.referentials for one in listed)),
        )

    def lacking(self, known: Knowledge) -> tuple[str, ...]:
        """What is not known yet, as `<kind>:<id>`, in a stable order."""
        lacking = (
            ("organisation", self.organisations - known.organisations.keys()),
            ("referential", self.referentials - known.referentials.keys()),
            ("candidate", self.candidates - known.candidates.keys()),
            ("juror", self.jurors - known.jurors.keys()),
        )
        return tuple(f"{kind}:{missing}" for kind, ids in lacking for missing in sorted(map(str, ids)))
