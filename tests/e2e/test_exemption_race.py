"""An exemption on its way to the service that grades, and grades on their way back: by the rules of both services,
in any order, a competency ends as exempt in both, or as graded in both."""

from collections import deque

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from parchemin.candidates.exemptions.rules import (
    NEXT_STATES,
    Case,
    ExemptionState,
    Parcours,
    Person,
    graded_by_results,
    graded_by_sheet,
    obstacle_to_decision,
    obstacle_to_proposal,
    obstacle_to_withdrawal,
)
from parchemin.contracts.events.evaluations import AssessedCriterion, CompetencyResult
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import CompetencyOutcome, CriterionLevel, ExemptionDecision
from parchemin.evaluations.deliberation.rules import Standing, competencies_to_assess
from parchemin.evaluations.enrolments.rules import is_graded
from parchemin.evaluations.referential.service import REGISTERED

REFERENTIAL = Referential.model_validate_json(REGISTERED.read_text(encoding="utf-8"))
MODALITY = "M2"
CODES = [competency.code for competency in REFERENTIAL.competencies_of_modality(MODALITY)]
OFFICER, CERTIFIER = Person("idp", "officer"), Person("idp", "certifier")
codes = st.sampled_from(CODES)


class TwoServices(RuleBasedStateMachine):
    """One enrolment, one modality, two queues of events, each in its order; a juror signs at any time, once."""

    def __init__(self) -> None:
        super().__init__()
        self.states: dict[str, ExemptionState] = {}
        self.known_as_graded: frozenset[str] = frozenset()
        self.exempt: set[str] = set()
        self.sheet: tuple[str, ...] | None = None
        self.to_evaluations: deque[str] = deque()
        self.to_candidates: deque[tuple[CompetencyResult, ...] | None] = deque()
        self.decided = False

    @initialize()
    def begin(self) -> None:
        assert len(CODES) > 3

    # The candidates service.

    def _in(self, state: ExemptionState) -> frozenset[str]:
        return frozenset(code for code, stands in self.states.items() if stands is state)

    def _parcours(self) -> Parcours:
        granted, proposed = self._in(ExemptionState.GRANTED), self._in(ExemptionState.PROPOSED)
        return Parcours(REFERENTIAL, frozenset({1, 2, 3}), granted, proposed, self.known_as_graded)

    @rule(code=codes)
    def propose(self, code: str) -> None:
        if obstacle_to_proposal(self._parcours(), code) is None:
            self.states[code] = ExemptionState.PROPOSED

    @rule(code=codes)
    def withdraw(self, code: str) -> None:
        if code in self.states and obstacle_to_withdrawal(self.states[code]) is None:
            self.states[code] = ExemptionState.WITHDRAWN

    @rule(code=codes, decision=st.sampled_from(ExemptionDecision))
    def decide(self, code: str, decision: ExemptionDecision) -> None:
        if code not in self.states:
            return
        case = Case(code, self.states[code], OFFICER)
        if obstacle_to_decision(self._parcours(), case, CERTIFIER, decision) is None:
            assert ExemptionState(decision) in NEXT_STATES[self.states[code]]
            self.states[code] = ExemptionState(decision)
            if decision is ExemptionDecision.GRANTED:
                self.to_evaluations.append(code)

    @rule()
    def hear_of_grades(self) -> None:
        if not self.to_candidates:
            return
        results = self.to_candidates.popleft()
        if results is None:
            graded = graded_by_sheet(REFERENTIAL, MODALITY, self._in(ExemptionState.GRANTED))
            self.known_as_graded |= graded
            return
        graded = graded_by_results(results)
        self.known_as_graded |= graded
        for code in self._in(ExemptionState.GRANTED) & graded:
            self.states[code] = ExemptionState.OVERTAKEN

    # The evaluations service.

    @rule()
    def sign(self) -> None:
        if self.sheet is None and not self.decided:
            self.sheet = competencies_to_assess(REFERENTIAL, MODALITY, Standing(exempt=frozenset(self.exempt)))
            self.to_candidates.append(None)

    @rule()
    def hear_of_an_exemption(self) -> None:
        if not self.to_evaluations:
            return
        code = self.to_evaluations.popleft()
        signed = [{criterion.code for criterion in REFERENTIAL.criteria_of(self.sheet)}] if self.sheet else []
        criteria = {criterion.code for criterion in REFERENTIAL.criteria_of([code])}
        if not is_graded(criteria, signed, acquired=False):
            self.exempt.add(code)

    @rule()
    def decide_results(self) -> None:
        """Of who was assessed: the absent have nothing graded."""
        if self.sheet is not None and not self.decided:
            self.decided = True
            self.to_candidates.append(tuple(self._result(code) for code in CODES))

    def _result(self, code: str) -> CompetencyResult:
        if code in self.exempt:
            return CompetencyResult(code=code, outcome=CompetencyOutcome.EXEMPT)
        criteria = tuple(
            AssessedCriterion(code=criterion.code, level=CriterionLevel.NOT_MET)
            for criterion in REFERENTIAL.criteria_of([code])
        )
        return CompetencyResult(code=code, outcome=CompetencyOutcome.NOT_ACQUIRED, criteria=criteria)

    @invariant()
    def nothing_is_both_graded_and_exempt_where_it_is_graded(self) -> None:
        assert self.sheet is None or self.exempt.isdisjoint(self.sheet)
        assert self.exempt <= self._in(ExemptionState.GRANTED) | self._in(ExemptionState.OVERTAKEN)

    def teardown(self) -> None:
        """When everything has arrived, both services say the same."""
        for finish in (self.sign, self.decide_results):
            finish()
        while self.to_evaluations or self.to_candidates:
            self.hear_of_an_exemption()
            self.hear_of_grades()
        assert self.sheet is not None
        assert self._in(ExemptionState.GRANTED) == self.exempt
        assert self._in(ExemptionState.OVERTAKEN) <= set(self.sheet)
        for code in self.sheet:
            assert obstacle_to_proposal(self._parcours(), code) is not None


TestTwoServices = TwoServices.TestCase
TestTwoServices.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
