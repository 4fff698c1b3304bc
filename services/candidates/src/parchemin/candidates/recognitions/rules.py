"""When a block that was obtained elsewhere or earlier counts, and who decides it. Pure.

Claimed with a proof by the school or the candidate, decided by the certifier with a reason. A recognised block is not
assessed here: so one block at least is left to a jury, else the certification would be nobody's judgement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from parchemin.contracts.vocabulary import EnrolmentState


class RecognitionState(StrEnum):
    """Where the recognition of a block stands. By the certifier's table of equivalences it begins as recognised."""

    CLAIMED = "claimed"
    RECOGNISED = "recognised"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


NEXT_STATES: Mapping[RecognitionState, frozenset[RecognitionState]] = {
    RecognitionState.CLAIMED: frozenset(
        {RecognitionState.RECOGNISED, RecognitionState.REFUSED, RecognitionState.WITHDRAWN}
    ),
    RecognitionState.RECOGNISED: frozenset(),
    RecognitionState.REFUSED: frozenset(),
    RecognitionState.WITHDRAWN: frozenset(),
}
"""Claimed by the school or the candidate, decided by the certifier; a refused block may be claimed anew."""
FIRST_STATES = frozenset({RecognitionState.CLAIMED, RecognitionState.RECOGNISED})
STANDING = FIRST_STATES
"""What keeps a block from being claimed a second time."""


class Obstacle(StrEnum):
    """Why a block cannot be claimed or recognised."""

    BLOCK_UNKNOWN = "block_unknown"
    ENROLMENT_NOT_RUNNING = "enrolment_not_running"
    STANDS_ALREADY = "recognition_exists"
    VALIDATED = "block_validated_already"
    LEAVES_NO_JURY = "no_block_left_to_assess"
    DECIDED = "recognition_decided"
    CLAIMANT_DECIDES = "claimant_decides"


@dataclass(frozen=True, slots=True)
class Parcours:
    """What an enrolment is about, and what stands in it."""

    state: EnrolmentState
    blocks: frozenset[int]
    """All of its version of the referential."""
    validated: frozenset[int] = frozenset()
    recognised: frozenset[int] = frozenset()
    equivalent: frozenset[int] = frozenset()
    """Those recognised by the certifier's table: a jury of the certifier validated what they rest on."""
    claimed: frozenset[int] = frozenset()


_RUNNING = frozenset({EnrolmentState.APPLIED, EnrolmentState.ADMITTED, EnrolmentState.ACTIVE})


def obstacle_to_claim(parcours: Parcours, block: int) -> Obstacle | None:
    """Why this block cannot be claimed; None where it can."""
    if block not in parcours.blocks:
        return Obstacle.BLOCK_UNKNOWN
    if block in parcours.recognised | parcours.claimed:
        return Obstacle.STANDS_ALREADY
    return _obstacle(parcours, block)


def obstacle_to_decision(
    parcours: Parcours, block: int, state: RecognitionState, wanted: RecognitionState, *, by_claimant: bool
) -> Obstacle | None:
    """Why the certifier cannot decide so; None where it can. Who claimed a block does not decide on it."""
    if wanted not in NEXT_STATES[state]:
        return Obstacle.DECIDED
    if by_claimant:
        return Obstacle.CLAIMANT_DECIDES
    return _obstacle(parcours, block) if wanted is RecognitionState.RECOGNISED else None


def _obstacle(parcours: Parcours, block: int) -> Obstacle | None:
    if parcours.state not in _RUNNING:
        return Obstacle.ENROLMENT_NOT_RUNNING
    if block in parcours.validated:
        return Obstacle.VALIDATED
    if not parcours.validated | parcours.equivalent and parcours.blocks <= parcours.recognised | {block}:
        return Obstacle.LEAVES_NO_JURY
    return None
