"""Deadlines, versions and states, without anything around them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.contracts.vocabulary import SessionState
from parchemin.evaluations.submissions.rules import (
    Admission,
    DeliverableState,
    DepositState,
    DossierState,
    Version,
    Window,
    admission,
    counting,
    deliverable_state,
    dossier_state,
    own_deadline,
    part_count,
    preparation_percent,
    size_of_part,
)

OPENS = datetime(2026, 5, 4, 6, tzinfo=UTC)
DUE = datetime(2026, 6, 1, 16, tzinfo=UTC)
WINDOW = Window(OPENS, DUE)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
versions = st.lists(
    st.builds(Version, st.integers(1, 50), st.sampled_from(DepositState), st.booleans()),
    unique_by=lambda version: version.number,
)


def measure(percent: int | None, *scopes: str, kind: str = "extra_time") -> dict[str, object]:
    return {"kind": kind, "percent": percent, "applies_to": list(scopes), "detail": None}


def test_a_third_of_extra_time_lengthens_the_deadline_by_a_third_of_the_preparation() -> None:
    assert own_deadline(Window(OPENS, OPENS + timedelta(days=30)), 33) == OPENS + timedelta(
        days=39, hours=21, minutes=36
    )
    assert own_deadline(WINDOW, 0) == DUE


@pytest.mark.parametrize(
    ("measures", "percent"),
    [
        ([], 0),
        ([measure(33, "evaluation")], 0),
        ([measure(33, "preparation", "evaluation")], 33),
        ([measure(20, "preparation"), measure(50, "preparation")], 50),
        ([measure(None, "preparation")], 0),
        ([measure(50, "preparation", kind="equipment")], 0),
    ],
)
def test_extra_time_counts_where_it_was_granted_for_the_preparation(
    measures: list[dict[str, object]], percent: int
) -> None:
    assert preparation_percent(measures) == percent


@given(moments, st.timedeltas(timedelta(seconds=1), timedelta(days=365)), st.integers(0, 100), st.integers(0, 100))
def test_more_extra_time_never_means_an_earlier_deadline(
    opens: datetime, span: timedelta, one: int, other: int
) -> None:
    window = Window(opens, opens + span)
    assert own_deadline(window, min(one, other)) <= own_deadline(window, max(one, other))
    assert own_deadline(window, 100) == window.due_at + span


@given(moments, st.timedeltas(timedelta(0), timedelta(days=7)))
def test_time_goes_from_not_yet_over_in_time_and_late_to_frozen(now: datetime, grace: timedelta) -> None:
    admitted = admission(now, SessionState.OPEN, OPENS, DUE, grace)
    expected = (
        Admission.NOT_YET
        if now < OPENS
        else Admission.IN_TIME
        if now <= DUE
        else Admission.LATE
        if now <= DUE + grace
        else Admission.FROZEN
    )
    assert admitted == expected


@given(moments)
def test_the_deadline_itself_is_in_time_and_without_a_preparation_the_session_is_the_deadline(now: datetime) -> None:
    assert admission(DUE, SessionState.OPEN, OPENS, DUE, timedelta(0)) == Admission.IN_TIME
    assert admission(DUE + timedelta.resolution, SessionState.OPEN, OPENS, DUE, timedelta(0)) == Admission.FROZEN
    for state in SessionState:
        takes = state in {SessionState.DRAFT, SessionState.OPEN}
        expected = Admission.IN_TIME if takes else Admission.FROZEN
        assert admission(now, state, None, None, timedelta(0)) == expected
        assert takes or admission(now, state, OPENS, DUE, timedelta(days=99)) == Admission.FROZEN


@given(versions)
def test_the_last_accepted_version_counts_and_nothing_handed_in_later_takes_it_away(found: list[Version]) -> None:
    accepted = [version.number for version in found if version.state == DepositState.ACCEPTED]
    counted = counting(found)
    if accepted:
        assert counted is not None
        assert counted.number == max(accepted)
        assert deliverable_state(found) in {DeliverableState.RECEIVED, DeliverableState.LATE}
    else:
        assert deliverable_state(found) not in {DeliverableState.RECEIVED, DeliverableState.LATE}
    assert (deliverable_state(found) == DeliverableState.MISSING) == all(v.state == DepositState.OPEN for v in found)


@given(st.lists(st.sampled_from(DeliverableState), min_size=1))
def test_a_dossier_is_complete_when_everything_is_there_and_late_when_something_came_late(
    lines: list[DeliverableState],
) -> None:
    there = {DeliverableState.RECEIVED, DeliverableState.LATE}
    state = dossier_state(lines)
    assert (state == DossierState.INCOMPLETE) == any(line not in there for line in lines)
    assert (state == DossierState.COMPLETE) == all(line == DeliverableState.RECEIVED for line in lines)


@given(st.integers(1, 10**9), st.integers(1, 10**7))
def test_parts_make_up_the_file(size: int, part_size: int) -> None:
    count = part_count(size, part_size)
    assert size_of_part(size, part_size, 0) is None
    assert size_of_part(size, part_size, count + 1) is None
    last = size_of_part(size, part_size, count)
    assert last is not None
    assert 1 <= last <= part_size
    assert (count - 1) * part_size + last == size
