"""The life of an appeal, and what a ruling makes fall. Pure.

No law sets a form or a time limit for a private certifier: both are its rules', by settings (*recours gracieux*). The
staff instructs, the certifier rules; the jury's decision is not changed but replaced by a new one that points to it.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum

from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import CompetencyOutcome
from parchemin.evaluations.awards.rules import Progress, block_is_validated


class AppealState(StrEnum):
    """Where an appeal stands."""

    FILED = "filed"
    INSTRUCTED = "instructed"
    WITHDRAWN = "withdrawn"
    UPHELD = "upheld"
    REJECTED = "rejected"
    INADMISSIBLE = "inadmissible"


FIRST_STATES = frozenset({AppealState.FILED})
NEXT_STATES: Mapping[AppealState, frozenset[AppealState]] = {
    AppealState.FILED: frozenset({AppealState.INSTRUCTED, AppealState.INADMISSIBLE, AppealState.WITHDRAWN}),
    AppealState.INSTRUCTED: frozenset({AppealState.UPHELD, AppealState.REJECTED, AppealState.WITHDRAWN}),
    AppealState.WITHDRAWN: frozenset(),
    AppealState.UPHELD: frozenset(),
    AppealState.REJECTED: frozenset(),
    AppealState.INADMISSIBLE: frozenset(),
}
"""`filed → instructed → upheld | rejected`; `inadmissible` without an instruction; `withdrawn` until the ruling."""
OPEN = frozenset(state for state, following in NEXT_STATES.items() if following)


def may_become(state: AppealState, wanted: AppealState) -> bool:
    """Whether an appeal in `state` may go to `wanted` next."""
    return wanted in NEXT_STATES[state]


def last_day(published_on: date, days: int) -> date:
    """The last day on which an appeal against results that were published then is received."""
    return published_on + timedelta(days=days)


def may_be_ruled_on(outcome: CompetencyOutcome) -> bool:
    """A ruling replaces what the jury assessed: not what was kept or exempt."""
    return outcome in {CompetencyOutcome.ACQUIRED, CompetencyOutcome.NOT_ACQUIRED}


def fallen_blocks(referential: Referential, progress: Progress) -> tuple[int, ...]:
    """The validated blocks that rest on something that is not acquired any more, in their order."""
    acquired = frozenset(progress.acquired)
    return tuple(
        block
        for block in sorted(progress.validated)
        if not block_is_validated(referential, block, acquired, progress.exempt)
    )
