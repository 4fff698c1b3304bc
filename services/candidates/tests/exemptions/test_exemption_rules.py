"""When a competency may be exempt: over all histories that proposals and decisions can make."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.candidates.exemptions.rules import (
    STANDING,
    Case,
    ExemptionState,
    Obstacle,
    Parcours,
    Person,
    empties_block,
    graded_by_results,
    graded_by_sheet,
    obstacle_to_decision,
    obstacle_to_proposal,
    obstacle_to_withdrawal,
)
from parchemin.contracts.events.evaluations import AssessedCriterion, CompetencyResult
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import CompetencyOutcome, CriterionLevel, ExemptionDecision

OFFICER, CERTIFIER = Person("idp", "officer"), Person("idp", "certifier")
CODES = ["C.1", "C.2", "C.3", "C.4", "C.5", "C.9"]
people = st.sampled_from([OFFICER, CERTIFIER, Person("elsewhere", "officer")])
proposals = st.tuples(st.just("propose"), people, st.sampled_from(CODES))
withdrawals = st.tuples(st.just("withdraw"), people, st.sampled_from(CODES))
gradings = st.tuples(st.just("grade"), people, st.sampled_from(CODES))
decisions = st.tuples(st.sampled_from(list(ExemptionDecision)), people, st.sampled_from(CODES))


def parcours(referential: Referential, *granted: str, blocks: frozenset[int] = frozenset({1, 2})) -> Parcours:
    return Parcours(referential, blocks, granted=frozenset(granted))


@pytest.mark.parametrize(
    ("competency", "obstacle"),
    [
        ("C.9", Obstacle.COMPETENCY_UNKNOWN),
        ("C.3", Obstacle.COMPETENCY_NOT_ENROLLED),
        ("C.1", Obstacle.STANDS_ALREADY),
        ("C.2", Obstacle.EMPTIES_BLOCK),
    ],
)
def test_why_a_competency_cannot_be_proposed(referential: Referential, competency: str, obstacle: Obstacle) -> None:
    assert obstacle_to_proposal(parcours(referential, "C.1", blocks=frozenset({1})), competency) is obstacle


def test_what_waits_for_the_certifier_is_not_proposed_again_and_empties_no_block(referential: Referential) -> None:
    waiting = Parcours(referential, frozenset({1}), proposed=frozenset({"C.1"}))
    assert obstacle_to_proposal(waiting, "C.1") is Obstacle.STANDS_ALREADY
    assert obstacle_to_proposal(waiting, "C.2") is None


@given(proposer=people, decider=people, decision=st.sampled_from(ExemptionDecision))
def test_who_proposed_does_not_decide(
    referential: Referential, proposer: Person, decider: Person, decision: ExemptionDecision
) -> None:
    case = Case("C.1", ExemptionState.PROPOSED, proposer)
    obstacle = obstacle_to_decision(parcours(referential), case, decider, decision)
    assert obstacle is (Obstacle.SAME_PERSON if proposer == decider else None)


@pytest.mark.parametrize("state", [ExemptionState.GRANTED, ExemptionState.REFUSED])
@pytest.mark.parametrize("decision", ExemptionDecision)
def test_a_decision_is_final(referential: Referential, state: ExemptionState, decision: ExemptionDecision) -> None:
    case = Case("C.1", state, OFFICER)
    assert obstacle_to_decision(parcours(referential), case, CERTIFIER, decision) is Obstacle.ALREADY_DECIDED


def test_what_was_graded_is_neither_proposed_nor_granted_but_may_be_refused(referential: Referential) -> None:
    graded = Parcours(referential, frozenset({1, 2}), graded=frozenset({"C.1"}))
    assert obstacle_to_proposal(graded, "C.1") is Obstacle.GRADED
    assert obstacle_to_proposal(graded, "C.2") is None
    case = Case("C.1", ExemptionState.PROPOSED, OFFICER)
    assert obstacle_to_decision(graded, case, CERTIFIER, ExemptionDecision.GRANTED) is Obstacle.GRADED
    assert obstacle_to_decision(graded, case, CERTIFIER, ExemptionDecision.REFUSED) is None


@pytest.mark.parametrize("state", ExemptionState)
def test_only_what_waits_can_be_taken_back(state: ExemptionState) -> None:
    obstacle = obstacle_to_withdrawal(state)
    assert obstacle is (None if state is ExemptionState.PROPOSED else Obstacle.ALREADY_DECIDED)


def test_a_sheet_grades_what_is_not_exempt_and_results_tell_who_was_not_there(referential: Referential) -> None:
    assert graded_by_sheet(referential, "M2", {"C.4"}) == {"C.3", "C.5"}
    level = AssessedCriterion(code="C3.1", level=CriterionLevel.NOT_MET)
    outcomes = CompetencyOutcome
    results = [
        CompetencyResult(code="C.1", outcome=outcomes.ACQUIRED),
        CompetencyResult(code="C.2", outcome=outcomes.KEPT),
        CompetencyResult(code="C.3", outcome=outcomes.NOT_ACQUIRED, criteria=(level,)),
        CompetencyResult(code="C.4", outcome=outcomes.EXEMPT),
        CompetencyResult(code="C.5", outcome=outcomes.NOT_ACQUIRED),
    ]
    assert graded_by_results(results) == {"C.1", "C.2", "C.3"}


def test_what_would_empty_a_block_can_still_be_refused(referential: Referential) -> None:
    case = Case("C.2", ExemptionState.PROPOSED, OFFICER)
    standing = parcours(referential, "C.1")
    assert obstacle_to_decision(standing, case, CERTIFIER, ExemptionDecision.GRANTED) is Obstacle.EMPTIES_BLOCK
    assert obstacle_to_decision(standing, case, CERTIFIER, ExemptionDecision.REFUSED) is None


@given(granted=st.frozensets(st.sampled_from(CODES[:5])), competency=st.sampled_from(CODES[:5]))
def test_a_block_is_emptied_when_nothing_else_is_left(
    referential: Referential, granted: frozenset[str], competency: str
) -> None:
    block = referential.block(referential.competency(competency).block)
    left = [code for code in block.competencies if code != competency and code not in granted]
    assert empties_block(referential, granted, competency) == (not left)


@dataclass
class History:
    """What a service that asks the rules would hold."""

    referential: Referential
    cases: list[Case] = field(default_factory=list)
    deciders: dict[int, Person] = field(default_factory=dict)
    graded: set[str] = field(default_factory=set)

    def parcours(self) -> Parcours:
        by_state = {state: frozenset(c.competency for c in self.cases if c.state is state) for state in ExemptionState}
        return Parcours(
            self.referential,
            frozenset({1, 2}),
            granted=by_state[ExemptionState.GRANTED],
            proposed=by_state[ExemptionState.PROPOSED],
            graded=frozenset(self.graded),
        )

    def propose(self, who: Person, competency: str) -> None:
        if obstacle_to_proposal(self.parcours(), competency) is None:
            self.cases.append(Case(competency, ExemptionState.PROPOSED, who))

    def withdraw(self, competency: str) -> None:
        for index, case in enumerate(self.cases):
            if case.competency == competency and obstacle_to_withdrawal(case.state) is None:
                self.cases[index] = Case(competency, ExemptionState.WITHDRAWN, case.proposer)

    def grade(self, competency: str) -> None:
        if competency not in self.parcours().granted:
            self.graded.add(competency)

    def decide(self, who: Person, competency: str, decision: ExemptionDecision) -> None:
        for index, case in enumerate(self.cases):
            if case.competency != competency:
                continue
            if obstacle_to_decision(self.parcours(), case, who, decision) is None:
                self.cases[index] = Case(competency, ExemptionState(decision), case.proposer)
                self.deciders[index] = who


@given(st.lists(proposals | decisions | withdrawals | gradings, max_size=40))
def test_no_history_grants_what_two_persons_did_not_agree_on_or_empties_a_block(
    referential: Referential, calls: list[tuple[str, Person, str]]
) -> None:
    history = History(referential)
    for act, who, competency in calls:
        if act == "propose":
            history.propose(who, competency)
        elif act == "withdraw":
            history.withdraw(competency)
        elif act == "grade":
            history.grade(competency)
        else:
            history.decide(who, competency, ExemptionDecision(act))
        standing = [case.competency for case in history.cases if case.state in STANDING]
        assert len(standing) == len(set(standing))
    granted = {case.competency for case in history.cases if case.state is ExemptionState.GRANTED}
    for block in referential.blocks:
        assert set(block.competencies) - granted
    assert granted.isdisjoint(history.graded)
    for index, case in enumerate(history.cases):
        undecided = case.state in {ExemptionState.PROPOSED, ExemptionState.WITHDRAWN}
        assert undecided == (index not in history.deciders)
        assert history.deciders.get(index) != case.proposer
