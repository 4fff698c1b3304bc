"""What a session decides for one registration."""

from importlib.resources import files

from hypothesis import given, settings
from hypothesis import strategies as st

from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import Attendance, CompetencyOutcome, CriterionLevel
from parchemin.evaluations.deliberation.policy import Ground, PartlyMet, agreed_levels
from parchemin.evaluations.deliberation.rules import (
    Departure,
    Standing,
    competencies_to_assess,
    criteria_to_judge,
    find,
    newly_acquired,
)

REFERENTIAL = Referential.model_validate_json(
    (files("parchemin.evaluations.referential") / "data" / "referential-1.0.json").read_text(encoding="utf-8")
)
MODALITIES = [modality.code for modality in REFERENTIAL.modalities]
CODES = [competency.code for competency in REFERENTIAL.competencies]
ACQUIRED, NOT_ACQUIRED = CompetencyOutcome.ACQUIRED, CompetencyOutcome.NOT_ACQUIRED
SETTLED = {CompetencyOutcome.KEPT, CompetencyOutcome.EXEMPT}

levels = st.sampled_from(list(CriterionLevel))
standings = st.builds(
    Standing, acquired=st.frozensets(st.sampled_from(CODES)), exempt=st.frozensets(st.sampled_from(CODES))
)
departures = st.dictionaries(
    st.sampled_from(CODES), st.builds(Departure, acquired=st.booleans(), reason=st.just("Oral."))
)


@st.composite
def sheets(draw: st.DrawFn) -> list[dict[str, CriterionLevel]]:
    """Signed sheets over all criteria; some leave a criterion out, as one signed before an exemption may."""
    criteria = [criterion.code for criterion in REFERENTIAL.criteria_of(CODES)]
    number = draw(st.integers(0, 3))
    default = draw(levels)
    return [
        dict.fromkeys(criteria, default) | draw(st.dictionaries(st.sampled_from(criteria), levels, max_size=12))
        for _ in range(number)
    ]


cases = st.tuples(st.sampled_from(MODALITIES), standings, sheets(), departures)
Case = tuple[str, Standing, list[dict[str, CriterionLevel]], dict[str, Departure]]


@settings(max_examples=50)
@given(cases, st.sampled_from([Attendance.ABSENT, Attendance.EXCUSED]))
def test_who_was_not_there_acquires_nothing(case: Case, attendance: Attendance) -> None:
    modality, standing, signed, jury = case
    findings = find(REFERENTIAL, modality, attendance, standing, signed, jury, PartlyMet())
    assert not newly_acquired(findings)
    assert all(finding.outcome in {NOT_ACQUIRED, *SETTLED} and not finding.overridden for finding in findings)
    assert not any(finding.levels for finding in findings)
    assert {finding.grounds.ground for finding in findings} <= {Ground.ABSENT, Ground.KEPT, Ground.EXEMPT}


@settings(max_examples=50)
@given(cases, st.sampled_from(Attendance))
def test_who_is_excluded_acquires_nothing_and_keeps_what_they_had(case: Case, attendance: Attendance) -> None:
    modality, standing, signed, jury = case
    findings = find(REFERENTIAL, modality, attendance, standing, signed, jury, PartlyMet(), excluded=True)
    for finding in findings:
        settled = finding.code in standing.settled
        assert settled == (finding.outcome in SETTLED) == (finding.grounds.ground is not Ground.EXCLUDED)
        assert settled or finding.outcome is NOT_ACQUIRED
        assert (finding.overridden, finding.levels, finding.reason) == (False, {}, None)


@settings(max_examples=50)
@given(cases)
def test_what_is_acquired_or_exempt_is_never_graded_again(case: Case) -> None:
    modality, standing, signed, jury = case
    findings = find(REFERENTIAL, modality, Attendance.PRESENT, standing, signed, jury, PartlyMet())
    for finding in findings:
        assert (finding.outcome in SETTLED) == (finding.code in standing.settled)
        if finding.code in standing.settled:
            assert finding.outcome is finding.proposed
            assert (finding.levels, finding.reason) == ({}, None)
            assert (finding.outcome is CompetencyOutcome.KEPT) == (finding.code in standing.acquired)
            assert finding.grounds.ground == finding.outcome.value
    to_assess = competencies_to_assess(REFERENTIAL, modality, standing)
    assert [finding.code for finding in findings if finding.outcome not in SETTLED] == list(to_assess)
    assert criteria_to_judge(REFERENTIAL, modality, standing) == tuple(
        criterion.code for criterion in REFERENTIAL.criteria_of(to_assess)
    )


@settings(max_examples=50)
@given(cases)
def test_a_departure_changes_its_own_competency_and_no_other(case: Case) -> None:
    modality, standing, signed, jury = case
    proposals = find(REFERENTIAL, modality, Attendance.PRESENT, standing, signed, {}, PartlyMet())
    decisions = find(REFERENTIAL, modality, Attendance.PRESENT, standing, signed, jury, PartlyMet())
    for proposal, decision in zip(proposals, decisions, strict=True):
        assert (decision.code, decision.proposed, decision.levels) == (proposal.code, proposal.outcome, proposal.levels)
        departs = decision.code in jury and decision.code not in standing.settled
        assert decision.outcome is (
            proposal.outcome if not departs else ACQUIRED if jury[decision.code].acquired else NOT_ACQUIRED
        )
        assert decision.overridden == (decision.outcome is not proposal.outcome) == (decision.reason is not None)


@settings(max_examples=50)
@given(cases)
def test_the_proposal_is_the_policy_s_on_the_agreed_levels(case: Case) -> None:
    modality, standing, signed, _ = case
    for finding in find(REFERENTIAL, modality, Attendance.PRESENT, standing, signed, {}, PartlyMet()):
        if finding.outcome in SETTLED:
            continue
        criteria = [criterion.code for criterion in REFERENTIAL.competency(finding.code).criteria]
        agreed = agreed_levels(signed, criteria)
        assert dict(finding.levels) == agreed
        assert finding.grounds == PartlyMet().judge(criteria, agreed)
        assert (finding.outcome is ACQUIRED) == finding.grounds.acquires


def test_a_criterion_that_no_sheet_judges_is_not_acquired() -> None:
    criteria = criteria_to_judge(REFERENTIAL, "M1", Standing())
    incomplete = dict.fromkeys(criteria[1:], CriterionLevel.MET)
    findings = find(REFERENTIAL, "M1", Attendance.PRESENT, Standing(), [incomplete], {}, PartlyMet())
    assert [finding.outcome for finding in findings] == [NOT_ACQUIRED] + [ACQUIRED] * (len(findings) - 1)
