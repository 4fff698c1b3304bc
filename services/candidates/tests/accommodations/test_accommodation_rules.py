"""What a plan of measures must say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.candidates.accommodations.rules import MeasureFault, PlannedMeasure, measure_faults
from parchemin.contracts.vocabulary import MeasureKind, MeasureScope

BOTH = frozenset(MeasureScope)
measures = st.builds(
    PlannedMeasure,
    kind=st.sampled_from(MeasureKind),
    percent=st.none() | st.integers(-5, 120),
    applies_to=st.frozensets(st.sampled_from(MeasureScope)),
    detail=st.none() | st.just("salle 2"),
)


def planned(
    kind: MeasureKind, percent: int | None = None, applies_to: frozenset[MeasureScope] = BOTH, detail: str | None = None
) -> PlannedMeasure:
    return PlannedMeasure(kind, percent, applies_to, detail)


@pytest.mark.parametrize(
    ("measure", "member", "code"),
    [
        (planned(MeasureKind.EXTRA_TIME), "percent", "percent_missing"),
        (planned(MeasureKind.EXTRA_TIME, 0), "percent", "percent_missing"),
        (planned(MeasureKind.EXTRA_TIME, 101), "percent", "percent_missing"),
        (planned(MeasureKind.EXTRA_TIME, 33, frozenset()), "applies_to", "scope_missing"),
        (planned(MeasureKind.ACCESSIBLE_PREMISES, 33), "percent", "percent_unexpected"),
        (planned(MeasureKind.EQUIPMENT), "detail", "detail_missing"),
        (planned(MeasureKind.OTHER), "detail", "detail_missing"),
    ],
)
def test_a_measure_that_cannot_be_organised_is_refused(measure: PlannedMeasure, member: str, code: str) -> None:
    assert measure_faults([measure]) == (MeasureFault(0, member, code),)


def test_equipment_may_be_named_twice_and_extra_time_only_once() -> None:
    equipment = planned(MeasureKind.EQUIPMENT, detail="écran")
    time = planned(MeasureKind.EXTRA_TIME, 33)
    assert measure_faults([equipment, equipment, time]) == ()
    assert measure_faults([time, equipment, time]) == (MeasureFault(2, "kind", "measure_twice"),)


@given(st.lists(measures, max_size=8))
def test_a_plan_without_faults_can_be_organised(plan: list[PlannedMeasure]) -> None:
    faults = measure_faults(plan)
    assert all(0 <= fault.index < len(plan) for fault in faults)
    if faults:
        return
    for measure in plan:
        is_time = measure.kind is MeasureKind.EXTRA_TIME
        assert (measure.percent is not None) == is_time
        assert not is_time or (1 <= (measure.percent or 0) <= 100 and measure.applies_to)
    single = [measure.kind for measure in plan if measure.kind not in {MeasureKind.EQUIPMENT, MeasureKind.OTHER}]
    assert len(single) == len(set(single))


@given(st.lists(measures, max_size=5), measures)
def test_a_further_measure_heals_no_fault(plan: list[PlannedMeasure], further: PlannedMeasure) -> None:
    assert measure_faults([*plan, further])[: len(measure_faults(plan))] == measure_faults(plan)
