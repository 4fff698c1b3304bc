"""The procedure of a suspicion of fraud: walked at random against a model, and its consequences."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from parchemin.contracts.vocabulary import IncidentKind, IncidentOutcome
from parchemin.evaluations.incidents.rules import (
    Hearing,
    IncidentState,
    Leader,
    Procedure,
    Step,
    first_state,
    leader_of,
    misplaced_members,
    report_faults,
    take,
)

STEPS = [state for state in IncidentState if state not in {IncidentState.RECORDED, IncidentState.REPORTED}]
reasons = st.none() | st.just("Motif.")
steps = st.builds(
    Step,
    state=st.sampled_from(STEPS),
    hearing=st.none() | st.sampled_from(Hearing),
    outcome=st.none() | st.sampled_from(IncidentOutcome),
    reason=reasons,
)
complete = {
    IncidentState.HEARD: st.builds(Step, st.just(IncidentState.HEARD), hearing=st.sampled_from(Hearing)),
    IncidentState.DECIDED: st.builds(
        Step, st.just(IncidentState.DECIDED), outcome=st.sampled_from(IncidentOutcome), reason=st.just("Motif.")
    ),
    IncidentState.DISMISSED: st.builds(Step, st.just(IncidentState.DISMISSED), reason=st.just("Motif.")),
}
well_formed = st.sampled_from(STEPS).flatmap(lambda state: complete.get(state, st.just(Step(state))))


@dataclass
class Told:
    """The model: what was done so far, in words, and what the law makes of it."""

    fraud: bool
    past: list[str] = field(default_factory=list)
    verdict: str | None = None

    @property
    def over(self) -> bool:
        return bool({"settled", "dismissed", "decided"} & set(self.past))

    def allows(self, step: Step) -> bool:
        said = (step.hearing is not None, step.outcome is not None, step.reason is not None)
        if self.over:
            return False
        if not self.fraud:
            return step.state == "settled" and said == (False, False, False)
        if step.state == "suspended":
            return not self.past and said == (False, False, False)
        if step.state == "heard":
            return "heard" not in self.past and said == (True, False, False)
        if step.state == "dismissed":
            return "heard" not in self.past and said == (False, False, True)
        return step.state == "decided" and "heard" in self.past and said == (False, True, True)


class AProcedure(RuleBasedStateMachine):
    """Any step at any time: those that the model allows are taken, all others refused."""

    @initialize(kind=st.sampled_from(IncidentKind), blocking=st.booleans())
    def report(self, kind: IncidentKind, blocking: bool) -> None:
        blocks = blocking and kind is IncidentKind.INCIDENT
        self.procedure = Procedure(kind, first_state(kind), blocking=blocks)
        self.told = Told(fraud=kind is IncidentKind.FRAUD_SUSPICION)

    @rule(step=steps | well_formed)
    def ask_for(self, step: Step) -> None:
        if not self.told.allows(step):
            with pytest.raises(ValueError, match="does not become"):
                take(self.procedure, step)
            return
        self.procedure = take(self.procedure, step)
        self.told.past.append(str(step.state))
        self.told.verdict = step.outcome

    @invariant()
    def nobody_is_decided_on_unheard(self) -> None:
        assert self.procedure.outcome is None or self.procedure.hearing is not None

    @invariant()
    def what_follows_is_what_the_model_says(self) -> None:
        told, found = self.told, self.procedure
        assert found.is_over == told.over
        assert found.excludes == (told.verdict == "excluded")
        assert found.stops_grading == (("suspended" in told.past and not told.over) or told.verdict == "excluded")
        assert found.is_open == (not told.over and (told.fraud or found.blocking))


AProcedure.TestCase.settings = settings(max_examples=150, stateful_step_count=12)
TestAProcedure = AProcedure.TestCase


@pytest.mark.parametrize("state", STEPS)
def test_only_the_president_decides_and_the_staff_does_all_else(state: IncidentState) -> None:
    assert leader_of(state) is (Leader.PRESIDENT if state == "decided" else Leader.STAFF)


@given(steps)
def test_a_step_says_what_goes_with_it_and_no_more(step: Step) -> None:
    needed = {"heard": {"hearing"}, "decided": {"outcome", "reason"}, "dismissed": {"reason"}}.get(step.state, set())
    missing, unexpected = misplaced_members(step)
    for name in ("hearing", "outcome", "reason"):
        given_ = getattr(step, name) is not None
        assert (name in missing) == (name in needed and not given_)
        assert (name in unexpected) == (name not in needed and given_)


@pytest.mark.parametrize(("kind", "named", "rehearsal"), list(product(IncidentKind, [False, True], [False, True])))
@pytest.mark.parametrize("hours", [-24 * 400, -13, -3, 0, 3, 24 * 400])
def test_a_report_is_of_the_session_and_a_suspicion_somebody_s(
    kind: IncidentKind, named: bool, rehearsal: bool, hours: int
) -> None:
    now = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
    found = report_faults(
        kind,
        now + timedelta(hours=hours),
        names_registration=named,
        held_on=date(2026, 6, 15),
        zone=ZoneInfo("Europe/Paris"),
        now=now,
        rehearsal=rehearsal,
    )
    expected = {
        "registration_missing": kind == "fraud_suspicion" and not named,
        "before_the_session": hours < -12 and not rehearsal,
        "in_the_future": hours > 0 and not rehearsal,
    }
    assert list(found) == [code for code, wrong in expected.items() if wrong]
