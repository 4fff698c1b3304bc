"""States of a session."""

from itertools import product

import pytest

from parchemin.contracts.vocabulary import SessionState
from parchemin.evaluations.sessions.rules import may_become

LEGAL = {
    ("draft", "open"),
    ("draft", "cancelled"),
    ("open", "running"),
    ("open", "cancelled"),
    ("running", "deliberating"),
    ("deliberating", "closed"),
}


@pytest.mark.parametrize(("state", "wanted"), list(product(SessionState, repeat=2)))
def test_a_session_takes_the_legal_steps_and_no_other(state: SessionState, wanted: SessionState) -> None:
    assert may_become(state, wanted) == ((state, wanted) in LEGAL)
