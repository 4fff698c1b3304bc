"""How a jury votes. Pure.

A decision that departs from the proposal takes more voices for it than against; on a tie the president's voice is
casting (for VAE: article D. 6412-6 du code du travail, *voix prépondérante*).
"""

from dataclasses import dataclass
from enum import StrEnum


class Adoption(StrEnum):
    """How a decision was adopted."""

    UNANIMITY = "unanimity"
    MAJORITY = "majority"
    CASTING_VOTE = "casting_vote"


@dataclass(frozen=True, slots=True)
class Vote:
    """The voices on one decision."""

    in_favour: int
    against: int = 0
    abstentions: int = 0
    president_in_favour: bool = True
    """Decides where as many are for it as against."""


class VoteFault(StrEnum):
    """What is wrong with a vote."""

    VOICES_DIFFER = "voices_differ"
    NOT_ADOPTED = "not_adopted"
    PRESIDENT_MISCOUNTED = "president_miscounted"


def vote_fault(vote: Vote, voters: int) -> VoteFault | None:
    """What is wrong with this vote of so many voters; None where it adopts."""
    if vote.in_favour + vote.against + vote.abstentions != voters:
        return VoteFault.VOICES_DIFFER
    if vote.president_in_favour and vote.in_favour == 0:
        return VoteFault.PRESIDENT_MISCOUNTED
    tie_is_cast = vote.in_favour == vote.against and vote.president_in_favour
    return None if vote.in_favour > vote.against or tie_is_cast else VoteFault.NOT_ADOPTED


def adoption_of(vote: Vote) -> Adoption:
    """How a vote that adopts was won."""
    if vote.in_favour == vote.against:
        return Adoption.CASTING_VOTE
    return Adoption.MAJORITY if vote.against or vote.abstentions else Adoption.UNANIMITY
