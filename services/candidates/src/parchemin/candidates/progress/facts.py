"""What is known of an enrolment: what juries and the certifier told, and what this service keeps itself. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from parchemin.contracts.vocabulary import CompetencyOutcome


@dataclass(frozen=True, slots=True)
class SessionResult:
    """What a jury decided, once it was published."""

    session_id: UUID
    decided_on: date
    outcomes: Mapping[str, CompetencyOutcome]


@dataclass(frozen=True, slots=True)
class Ruling:
    """What an appeal replaced."""

    appeal_id: UUID
    session_id: UUID
    ruled_on: date
    outcomes: Mapping[str, CompetencyOutcome]


@dataclass(frozen=True, slots=True)
class ValidatedBlock:
    """A block that juries validated."""

    validation_id: UUID
    block: int
    validated_on: date


@dataclass(frozen=True, slots=True)
class Award:
    """The certification, awarded."""

    award_id: UUID
    register_number: str
    awarded_on: date


@dataclass(frozen=True, slots=True)
class Meeting:
    """When and where one modality is taken."""

    modality: str
    starts_at: datetime
    place: str


@dataclass(frozen=True, slots=True)
class Convocation:
    """A session that the candidate is expected at."""

    session_id: UUID
    time_zone: str
    meetings: tuple[Meeting, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """All that the evaluations service told of one enrolment."""

    results: tuple[SessionResult, ...] = ()
    rulings: tuple[Ruling, ...] = ()
    validations: tuple[ValidatedBlock, ...] = ()
    awards: tuple[Award, ...] = ()
    revoked: frozenset[UUID] = frozenset()
    """Validations and awards that a ruling took back."""
    convocations: tuple[Convocation, ...] = ()
    cancelled: frozenset[UUID] = frozenset()
    """Sessions that do not take place."""

    @property
    def standing_blocks(self) -> dict[int, ValidatedBlock]:
        """The blocks that are validated."""
        return {each.block: each for each in self.validations if each.validation_id not in self.revoked}

    @property
    def standing_award(self) -> Award | None:
        """The award, where one stands."""
        return next((each for each in self.awards if each.award_id not in self.revoked), None)

    @property
    def expected_at(self) -> tuple[Convocation, ...]:
        """Sessions that the candidate was told to come to, and whose results are not known."""
        over = self.cancelled | {result.session_id for result in self.results}
        return tuple(each for each in self.convocations if each.session_id not in over)


@dataclass(frozen=True, slots=True)
class Own:
    """What this service decides itself about the enrolment."""

    aimed: frozenset[int]
    exempt: frozenset[str] = frozenset()
    recognised: Mapping[int, date] = field(default_factory=dict)
