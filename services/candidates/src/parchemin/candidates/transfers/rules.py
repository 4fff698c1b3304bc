"""How an enrolment goes from one school to another: proposed, consented to, accepted. Pure.

Three have a say, each in their turn, and each may end it: the school that proposes, the candidate, the school that
receives. What belongs to the officer for disabilities of the one school does not go along.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from parchemin.contracts.vocabulary import EnrolmentState


class TransferState(StrEnum):
    """Where a transfer stands."""

    PROPOSED = "proposed"
    CONSENTED = "consented"
    """By the candidate; from now on the receiving school sees it."""
    COMPLETED = "completed"
    DECLINED = "declined"
    """By the candidate, or by the receiving school."""
    WITHDRAWN = "withdrawn"
    """By the school that proposed it."""


NEXT_STATES: Mapping[TransferState, frozenset[TransferState]] = {
    TransferState.PROPOSED: frozenset({TransferState.CONSENTED, TransferState.DECLINED, TransferState.WITHDRAWN}),
    TransferState.CONSENTED: frozenset({TransferState.COMPLETED, TransferState.DECLINED, TransferState.WITHDRAWN}),
    TransferState.COMPLETED: frozenset(),
    TransferState.DECLINED: frozenset(),
    TransferState.WITHDRAWN: frozenset(),
}
"""`proposed → consented → completed`; `declined` or `withdrawn` until then."""
FIRST_STATES = frozenset({TransferState.PROPOSED})
OPEN = frozenset({TransferState.PROPOSED, TransferState.CONSENTED})


class Consent(StrEnum):
    """How the candidate consented."""

    OWN = "own"
    """With their own token."""
    RECORDED = "recorded"
    """On paper, which the proposing school keeps."""


class Party(StrEnum):
    """Who acts."""

    PROPOSER = "proposer"
    CANDIDATE = "candidate"
    RECEIVER = "receiver"


STEPS: Mapping[TransferState, frozenset[Party]] = {
    TransferState.CONSENTED: frozenset({Party.CANDIDATE, Party.PROPOSER}),
    TransferState.COMPLETED: frozenset({Party.RECEIVER}),
    TransferState.DECLINED: frozenset({Party.CANDIDATE, Party.RECEIVER}),
    TransferState.WITHDRAWN: frozenset({Party.PROPOSER}),
}
"""Whose step it is. The proposer may record a consent that it has on paper."""


class Obstacle(StrEnum):
    """Why a transfer is not possible, or not now."""

    SAME_ORGANISATION = "transfer_to_itself"
    ENROLMENT_ENDED = "enrolment_not_transferable"
    UNDER_WAY = "transfer_under_way"
    EXPECTED_AT_A_SESSION = "session_pending"
    ENROLLED_THERE = "enrolled_there_already"


_TRANSFERABLE = frozenset({EnrolmentState.APPLIED, EnrolmentState.ADMITTED, EnrolmentState.ACTIVE})


@dataclass(frozen=True, slots=True)
class Case:
    """An enrolment, as far as its transfer depends on it."""

    organisation_id: UUID
    state: EnrolmentState
    expected_at_a_session: bool
    """Convened to one whose results are not known."""


def may_become(state: TransferState, wanted: TransferState, party: Party) -> bool:
    """Whether this party may lead the transfer there."""
    return wanted in NEXT_STATES[state] and party in STEPS[wanted]


def obstacle(case: Case, receiver: UUID) -> Obstacle | None:
    """Why the enrolment cannot go there; asked when it is proposed, and again when it is accepted."""
    if receiver == case.organisation_id:
        return Obstacle.SAME_ORGANISATION
    if case.state not in _TRANSFERABLE:
        return Obstacle.ENROLMENT_ENDED
    return Obstacle.EXPECTED_AT_A_SESSION if case.expected_at_a_session else None
