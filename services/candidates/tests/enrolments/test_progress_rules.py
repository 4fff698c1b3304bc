"""Where a candidate stands, whatever the order in which it became known."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from parchemin.candidates.progress.facts import (
    Award,
    Convocation,
    Heard,
    Meeting,
    Own,
    Ruling,
    SessionResult,
    ValidatedBlock,
)
from parchemin.candidates.progress.rules import (
    SETTLED,
    BlockStatus,
    CertificationStatus,
    CompetencyStatus,
    Standing,
    is_complete,
    next_session,
    standing,
)
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import CompetencyOutcome

ACQUIRED, NOT_ACQUIRED = CompetencyOutcome.ACQUIRED, CompetencyOutcome.NOT_ACQUIRED
CODES = ["C.1", "C.2", "C.3", "C.4", "C.5"]
DAY = date(2026, 6, 15)
ALL = Own(frozenset({1, 2}))
outcomes = st.dictionaries(st.sampled_from(CODES), st.sampled_from(CompetencyOutcome))
sessions = st.integers(1, 4).map(lambda number: UUID(int=number))
results = st.lists(
    st.builds(SessionResult, sessions, st.dates(DAY, DAY + timedelta(days=3)), outcomes),
    max_size=4,
    unique_by=lambda one: one.session_id,
)
rulings = st.lists(
    st.builds(Ruling, st.integers(50, 53).map(lambda n: UUID(int=n)), sessions, st.dates(DAY, DAY), outcomes),
    max_size=3,
    unique_by=lambda one: one.appeal_id,
)


def result(number: int, **decided: CompetencyOutcome) -> SessionResult:
    told = {code.replace("_", "."): outcome for code, outcome in decided.items()}
    return SessionResult(UUID(int=number), DAY + timedelta(days=number), told)


def statuses(found: Standing) -> dict[str, CompetencyStatus]:
    return {each.code: each.status for each in found.competencies}


@settings(max_examples=60)
@given(results, rulings, st.data())
def test_the_order_in_which_it_became_known_does_not_matter(
    referential: Referential, told: list[SessionResult], ruled: list[Ruling], data: st.DataObject
) -> None:
    one = Heard(results=tuple(told), rulings=tuple(ruled))
    other = Heard(results=tuple(data.draw(st.permutations(told))), rulings=tuple(data.draw(st.permutations(ruled))))
    assert standing(referential, ALL, one) == standing(referential, ALL, other)


@settings(max_examples=60)
@given(results, st.frozensets(st.sampled_from(CODES)), st.frozensets(st.sampled_from([1, 2])))
def test_what_is_missing_is_what_is_not_settled_of_blocks_aimed_at(
    referential: Referential, told: list[SessionResult], exempt: frozenset[str], aimed: frozenset[int]
) -> None:
    own = Own(aimed, exempt, {1: DAY})
    found = standing(referential, own, Heard(results=tuple(told)))
    status = statuses(found)
    missing = [code for each in found.missing for code in each.competencies]
    left = [
        each.code for each in referential.competencies if each.block in aimed - {1} and status[each.code] not in SETTLED
    ]
    assert missing == left
    assert all(status[code] in SETTLED for code in ("C.1", "C.2")), "its block is recognised"
    for code in exempt:
        assert status[code] in SETTLED


def test_each_status_of_a_competency(referential: Referential) -> None:
    heard = Heard(
        results=(
            result(1, C_1=ACQUIRED, C_2=NOT_ACQUIRED, C_3=NOT_ACQUIRED),
            result(2, C_1=CompetencyOutcome.KEPT, C_2=ACQUIRED),
        )
    )
    found = statuses(standing(referential, Own(frozenset({1, 2}), frozenset({"C.4"})), heard))
    assert found == {
        "C.1": CompetencyStatus.KEPT,
        "C.2": CompetencyStatus.ACQUIRED,
        "C.3": CompetencyStatus.NOT_ACQUIRED,
        "C.4": CompetencyStatus.EXEMPT,
        "C.5": CompetencyStatus.NOT_ASSESSED,
    }
    recognised = statuses(standing(referential, Own(frozenset({1}), recognised={2: DAY}), Heard()))
    assert {recognised[code] for code in ("C.3", "C.4", "C.5")} == {CompetencyStatus.RECOGNISED}


def test_a_ruling_replaces_what_its_session_said(referential: Referential) -> None:
    told = Heard(results=(result(1, C_1=NOT_ACQUIRED, C_2=ACQUIRED),))
    ruled = Ruling(UUID(int=50), UUID(int=1), DAY, {"C.1": ACQUIRED, "C.2": NOT_ACQUIRED})
    found = statuses(standing(referential, ALL, Heard(results=told.results, rulings=(ruled,))))
    assert (found["C.1"], found["C.2"]) == (CompetencyStatus.ACQUIRED, CompetencyStatus.NOT_ACQUIRED)


def test_blocks_and_certification_stand_until_they_are_revoked(referential: Referential) -> None:
    first = ValidatedBlock(UUID(int=70), 1, DAY)
    award = Award(UUID(int=80), "2026-0001", DAY)
    facts: dict[str, Any] = {"validations": (first,), "awards": (award,), "results": (result(1, C_3=ACQUIRED),)}
    found = standing(referential, ALL, Heard(**facts))
    assert [block.status for block in found.blocks] == [BlockStatus.VALIDATED, BlockStatus.BEGUN]
    assert (found.certification, found.award) == (CertificationStatus.AWARDED, award)
    assert is_complete(ALL, Heard(**facts))
    fallen = Heard(**facts, revoked=frozenset({UUID(int=70), UUID(int=80)}))
    after = standing(referential, ALL, fallen)
    assert [block.status for block in after.blocks] == [BlockStatus.NOT_BEGUN, BlockStatus.BEGUN]
    assert (after.certification, after.award) == (CertificationStatus.REVOKED, None)
    assert not is_complete(ALL, fallen)
    assert is_complete(Own(frozenset({1, 2}), recognised={2: DAY}), Heard(validations=(first,)))


def test_the_next_session_is_the_first_to_come_that_takes_place() -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)

    def convened(number: int, *hours: int) -> Convocation:
        meetings = tuple(Meeting(f"M{hour}", now + timedelta(hours=hour), "Paris") for hour in hours)
        return Convocation(UUID(int=number), "Europe/Paris", meetings)

    heard = Heard(
        convocations=(convened(1, -2, 5), convened(2, 3), convened(3, 2), convened(4, 1), convened(5, -9)),
        cancelled=frozenset({UUID(int=3)}),
        results=(SessionResult(UUID(int=4), DAY, {}),),
    )
    coming = next_session(heard, now)
    assert coming is not None
    assert coming.session_id == UUID(int=2)
    assert [each.session_id.int for each in heard.expected_at] == [1, 2, 5]
    assert next_session(Heard(), now) is None
