"""What a plan of measures must say, when it holds, and what is left of it when the consent is withdrawn."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.candidates.accommodations.rules import (
    MeasureFault,
    PlannedMeasure,
    ended,
    measure_faults,
    tells_a_reason,
)
from parchemin.candidates.settings import Settings
from parchemin.contracts.vocabulary import MeasureKind, MeasureScope

BOTH = frozenset(MeasureScope)
DAY = date(2026, 6, 15)
STEMS = Settings.model_fields["medical_stems"].default
days = st.none() | st.dates(DAY - timedelta(days=4), DAY + timedelta(days=4))
measures = st.builds(
    PlannedMeasure,
    kind=st.sampled_from(MeasureKind),
    percent=st.none() | st.integers(-5, 120),
    applies_to=st.frozensets(st.sampled_from(MeasureScope)),
    detail=st.none() | st.just("salle 2"),
    valid_from=days,
    valid_until=days,
)


def planned(
    kind: MeasureKind,
    percent: int | None = None,
    applies_to: frozenset[MeasureScope] = BOTH,
    detail: str | None = None,
    first: date | None = None,
    last: date | None = None,
) -> PlannedMeasure:
    return PlannedMeasure(kind, percent, applies_to, detail, first, last)


def holds(measure: PlannedMeasure, day: date) -> bool:
    return (measure.valid_from or day) <= day <= (measure.valid_until or day)


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
    single = [measure for measure in plan if measure.kind not in {MeasureKind.EQUIPMENT, MeasureKind.OTHER}]
    for offset in range(-5, 6):
        kinds = [measure.kind for measure in single if holds(measure, DAY + timedelta(days=offset))]
        assert len(kinds) == len(set(kinds))


@given(st.lists(measures, max_size=5), measures)
def test_a_further_measure_heals_no_fault(plan: list[PlannedMeasure], further: PlannedMeasure) -> None:
    assert measure_faults([*plan, further])[: len(measure_faults(plan))] == measure_faults(plan)


def test_extra_time_may_change_with_the_year_and_ends_after_it_begins() -> None:
    before = planned(MeasureKind.EXTRA_TIME, 33, last=DAY)
    after = planned(MeasureKind.EXTRA_TIME, 50, first=DAY + timedelta(days=1))
    assert measure_faults([before, after]) == ()
    assert measure_faults([before, planned(MeasureKind.EXTRA_TIME, 50, first=DAY)]) == (
        MeasureFault(1, "kind", "measure_twice"),
    )
    backwards = planned(MeasureKind.ACCESSIBLE_PREMISES, first=DAY, last=DAY - timedelta(days=1))
    assert measure_faults([backwards]) == (MeasureFault(0, "valid_until", "until_before_from"),)


@pytest.mark.parametrize(
    ("detail", "told"),
    [
        ("écran pour DYSLEXIQUE", True),
        ("salle calme (épilepsie)", True),
        ("candidat malentendant : boucle magnétique", True),
        ("salle en rez-de-chaussée", False),
        ("logiciel de lecture d'écran", False),
        ("interprète en langue des signes", False),
        ("pauses de dix minutes, sujet en gros caractères", False),
    ],
)
def test_a_detail_that_names_an_illness_is_refused(detail: str, told: bool) -> None:
    assert tells_a_reason(detail, STEMS) == told
    faults = measure_faults([planned(MeasureKind.OTHER, detail=detail)], STEMS)
    assert faults == ((MeasureFault(0, "detail", "detail_tells_reason"),) if told else ())


@given(st.lists(measures, max_size=6))
def test_after_a_withdrawal_nothing_new_holds_and_nothing_is_undone(plan: list[PlannedMeasure]) -> None:
    left = ended(plan, DAY)
    for offset in range(-6, 7):
        day = DAY + timedelta(days=offset)
        before = [measure.kind for measure in plan if holds(measure, day)]
        after = [measure.kind for measure in left if holds(measure, day)]
        assert after == (before if day <= DAY else [])
    assert ended(left, DAY) == left
