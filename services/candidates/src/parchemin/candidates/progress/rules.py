"""Where a candidate stands: per competency, block and certification, what is missing, and what comes next. Pure.

All of it follows from facts, in whatever order they became known: what juries decided, what rulings replaced, which
blocks were validated or recognised, which competencies are exempt.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from parchemin.candidates.progress.facts import Award, Convocation, Heard, Meeting, Own, ValidatedBlock
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import CompetencyOutcome


class CompetencyStatus(StrEnum):
    """What is known of one competency."""

    ACQUIRED = "acquired"
    KEPT = "kept"
    """Acquired in an earlier session than the last one that its modality was taken in."""
    EXEMPT = "exempt"
    RECOGNISED = "recognised"
    """Its block was obtained elsewhere or earlier."""
    NOT_ACQUIRED = "not_acquired"
    NOT_ASSESSED = "not_assessed"


SETTLED = frozenset(
    {CompetencyStatus.ACQUIRED, CompetencyStatus.KEPT, CompetencyStatus.EXEMPT, CompetencyStatus.RECOGNISED}
)
"""Not assessed any more."""


class BlockStatus(StrEnum):
    """What is known of one block."""

    VALIDATED = "validated"
    RECOGNISED = "recognised"
    BEGUN = "begun"
    """Something of it was assessed."""
    NOT_BEGUN = "not_begun"


class CertificationStatus(StrEnum):
    """Whether the certification was awarded in this enrolment."""

    AWARDED = "awarded"
    REVOKED = "revoked"
    PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Competency:
    """One competency: what is known of it, and by which session."""

    code: str
    block: int
    modality: str
    status: CompetencyStatus
    session_id: UUID | None
    decided_on: date | None


@dataclass(frozen=True, slots=True)
class Block:
    """One block."""

    number: int
    title: str
    aimed: bool
    status: BlockStatus
    decided_on: date | None


@dataclass(frozen=True, slots=True)
class Missing:
    """A modality that is to be taken, and what it will assess."""

    modality: str
    title: str
    competencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an enrolment stands."""

    competencies: tuple[Competency, ...]
    blocks: tuple[Block, ...]
    certification: CertificationStatus
    award: Award | None
    missing: tuple[Missing, ...]


def standing(referential: Referential, own: Own, heard: Heard) -> Standing:
    """All that is known of the enrolment, in the order of the referential."""
    told = _told(heard)
    competencies = tuple(
        _competency(each.code, each.block, each.modality, told[each.code], own) for each in referential.competencies
    )
    status = {each.code: each.status for each in competencies}
    validated = heard.standing_blocks
    left = {number for number in own.aimed if number not in validated and number not in own.recognised}
    award = heard.standing_award
    return Standing(
        competencies=competencies,
        blocks=tuple(
            _block(block.number, block.title, [status[code] for code in block.competencies], validated, own)
            for block in referential.blocks
        ),
        certification=_certification(heard, award),
        award=award,
        missing=tuple(_missing(referential, left, status)),
    )


def is_complete(own: Own, heard: Heard) -> bool:
    """Whether the enrolment has come to what it aims at: the certification, or all its blocks."""
    return heard.standing_award is not None or own.aimed <= heard.standing_blocks.keys() | own.recognised.keys()


def next_session(heard: Heard, now: datetime) -> Convocation | None:
    """The next session that the candidate is expected at, with the appointments to come."""
    coming = [
        Convocation(each.session_id, each.time_zone, meetings)
        for each in heard.expected_at
        if (meetings := tuple(sorted(_after(each.meetings, now), key=lambda one: (one.starts_at, one.modality))))
    ]
    return min(coming, key=lambda each: (each.meetings[0].starts_at, each.session_id), default=None)


def _after(meetings: Iterable[Meeting], now: datetime) -> Iterable[Meeting]:
    return (meeting for meeting in meetings if meeting.starts_at > now)


_Telling = tuple[date, UUID, CompetencyOutcome]


def _told(heard: Heard) -> defaultdict[str, list[_Telling]]:
    """What each session says of each competency now, the last session last."""
    ruled = {
        (ruling.session_id, code): outcome
        for ruling in sorted(heard.rulings, key=lambda one: (one.ruled_on, one.appeal_id))
        for code, outcome in ruling.outcomes.items()
    }
    told: defaultdict[str, list[_Telling]] = defaultdict(list)
    for result in sorted(heard.results, key=lambda one: (one.decided_on, one.session_id)):
        for code, outcome in result.outcomes.items():
            now = ruled.get((result.session_id, code), outcome)
            told[code].append((result.decided_on, result.session_id, now))
    return told


def _competency(code: str, block: int, modality: str, told: list[_Telling], own: Own) -> Competency:
    acquired = [each for each in told if each[2] is CompetencyOutcome.ACQUIRED]
    failed = [each for each in told if each[2] is CompetencyOutcome.NOT_ACQUIRED]
    day, session_id = None, None
    if acquired:
        status = CompetencyStatus.ACQUIRED if told[-1] == acquired[-1] else CompetencyStatus.KEPT
        day, session_id, _ = acquired[-1]
    elif block in own.recognised:
        status, day = CompetencyStatus.RECOGNISED, own.recognised[block]
    elif code in own.exempt:
        status = CompetencyStatus.EXEMPT
    elif failed:
        status = CompetencyStatus.NOT_ACQUIRED
        day, session_id, _ = failed[-1]
    else:
        status = CompetencyStatus.NOT_ASSESSED
    return Competency(code, block, modality, status, session_id, day)


def _block(
    number: int,
    title: str,
    statuses: Collection[CompetencyStatus],
    validated: Mapping[int, ValidatedBlock],
    own: Own,
) -> Block:
    day = None
    if number in validated:
        status, day = BlockStatus.VALIDATED, validated[number].validated_on
    elif number in own.recognised:
        status, day = BlockStatus.RECOGNISED, own.recognised[number]
    elif set(statuses) <= {CompetencyStatus.NOT_ASSESSED, CompetencyStatus.EXEMPT}:
        status = BlockStatus.NOT_BEGUN
    else:
        status = BlockStatus.BEGUN
    return Block(number, title, number in own.aimed, status, day)


def _certification(heard: Heard, award: Award | None) -> CertificationStatus:
    if award is not None:
        return CertificationStatus.AWARDED
    return CertificationStatus.REVOKED if heard.awards else CertificationStatus.PENDING


def _missing(
    referential: Referential, left: Collection[int], status: Mapping[str, CompetencyStatus]
) -> Iterable[Missing]:
    for modality in referential.modalities:
        codes = tuple(
            code
            for code in modality.competencies
            if referential.competency(code).block in left and status[code] not in SETTLED
        )
        if codes:
            yield Missing(modality.code, modality.title, codes)
