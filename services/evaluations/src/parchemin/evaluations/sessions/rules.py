"""The life of a session. Pure.

Source: domain, life of a certification, item 3.
"""

from collections.abc import Mapping

from parchemin.contracts.vocabulary import SessionState

NEXT_STATES: Mapping[SessionState, frozenset[SessionState]] = {
    SessionState.DRAFT: frozenset({SessionState.OPEN, SessionState.CANCELLED}),
    SessionState.OPEN: frozenset({SessionState.RUNNING, SessionState.CANCELLED}),
    SessionState.RUNNING: frozenset({SessionState.DELIBERATING}),
    SessionState.DELIBERATING: frozenset({SessionState.CLOSED}),
    SessionState.CLOSED: frozenset(),
    SessionState.CANCELLED: frozenset(),
}
"""`draft → open → running → deliberating → closed`; `cancelled` from the first two."""
FIRST_STATES = frozenset({SessionState.DRAFT})


def may_become(state: SessionState, wanted: SessionState) -> bool:
    """Whether a session in `state` may go to `wanted` next."""
    return wanted in NEXT_STATES[state]
