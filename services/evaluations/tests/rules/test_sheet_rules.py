"""What a sheet may say."""

from collections import Counter
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from parchemin.contracts.vocabulary import CriterionLevel
from parchemin.evaluations.grading.rules import Finding, lies_between, sheet_faults

JUDGED = ["C1.1", "C1.2", "C2.1"]
KNOWN = [*JUDGED, "C3.1"]
MET, PARTLY, NOT_MET = CriterionLevel
levels = st.sampled_from([None, *CriterionLevel])
findings = st.builds(
    Finding,
    criterion=st.sampled_from([*KNOWN, "C9.9"]),
    level=levels,
    comment=st.sampled_from([None, "", "Pas établi."]),
    written=levels,
    oral=levels,
)


@given(st.lists(findings, max_size=8), st.booleans())
def test_every_fault_of_a_sheet_is_named_and_nothing_else(sheet: list[Finding], signing: bool) -> None:
    times = Counter(finding.criterion for finding in sheet)
    expected = []
    for index, finding in enumerate(sheet):
        if finding.criterion == "C9.9":
            expected.append(("criterion_unknown", index))
        elif finding.criterion == "C3.1":
            expected.append(("criterion_not_assessed", index))
        elif times[finding.criterion] > 1:
            expected.append(("criterion_twice", index))
        elif signing and finding.level is None:
            expected.append(("level_missing", index))
        elif signing:
            if finding.level == "not_met" and not finding.comment:
                expected.append(("comment_missing", index))
            if not lies_between(finding.level, finding.written, finding.oral):
                expected.append(("level_outside_parts", index))
    found = sheet_faults(sheet, known=KNOWN, to_judge=JUDGED, signing=signing)
    assert [(fault.code, fault.index) for fault in found if fault.index is not None] == expected
    missing = [fault.criterion for fault in found if fault.index is None]
    assert missing == ([code for code in JUDGED if code not in times] if signing else [])


def test_a_conclusion_lies_between_both_parts_where_there_are_both() -> None:
    parts = [None, *CriterionLevel]
    allowed = {
        (written, oral): {level for level in CriterionLevel if lies_between(level, written, oral)}
        for written, oral in product(parts, parts)
    }
    assert allowed == {
        **{pair: set(CriterionLevel) for pair in allowed if None in pair},
        **{(level, level): {level} for level in CriterionLevel},
        (MET, PARTLY): {MET, PARTLY},
        (PARTLY, MET): {MET, PARTLY},
        (MET, NOT_MET): {MET, PARTLY, NOT_MET},
        (NOT_MET, MET): {MET, PARTLY, NOT_MET},
        (PARTLY, NOT_MET): {PARTLY, NOT_MET},
        (NOT_MET, PARTLY): {PARTLY, NOT_MET},
    }


@given(st.permutations(JUDGED), st.sampled_from(list(CriterionLevel)))
def test_a_complete_sheet_is_signed_in_any_order(order: list[str], level: CriterionLevel) -> None:
    sheet = [Finding(code, level, "Pas établi.") for code in order]
    assert sheet_faults(sheet, known=KNOWN, to_judge=JUDGED, signing=True) == ()


def test_an_empty_draft_is_no_fault() -> None:
    assert sheet_faults([], known=KNOWN, to_judge=JUDGED, signing=False) == ()
