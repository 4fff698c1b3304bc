"""Blocks and award, in whatever order things become known."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from importlib.resources import files
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parchemin.contracts.referential import Referential
from parchemin.evaluations.awards.rules import (
    Acquisition,
    Progress,
    Recognition,
    Settlement,
    Validation,
    block_is_validated,
    register_number,
    settle,
)

REFERENTIAL = Referential.model_validate_json(
    (files("parchemin.evaluations.referential") / "data" / "referential-1.0.json").read_text(encoding="utf-8")
)
CODES = tuple(competency.code for competency in REFERENTIAL.competencies)
BLOCKS = {block.number: frozenset(block.competencies) for block in REFERENTIAL.blocks}
ALL = frozenset(BLOCKS)
RECOGNISED_ON = [date(2026, 5, 4) + timedelta(days=60 * n) for n in range(4)]
SESSIONS = [Acquisition(date(2026, 6, 15) + timedelta(days=30 * n), UUID(int=n)) for n in range(4)]


@dataclass
class Record:
    """What the service stores of one enrolment, with nothing of its database."""

    enrolled: frozenset[int]
    acquired: dict[str, Acquisition] = field(default_factory=dict)
    exempt: frozenset[str] = frozenset()
    recognised: dict[int, Recognition] = field(default_factory=dict)
    validated: dict[int, Validation] = field(default_factory=dict)
    awards: list[Validation] = field(default_factory=list)

    def settle(self) -> Settlement:
        progress = Progress(
            self.enrolled, self.acquired, self.exempt, self.validated, bool(self.awards), self.recognised
        )
        following = settle(REFERENTIAL, progress)
        for validation in following.validations:
            assert validation.block not in self.validated
            self.validated[validation.block] = validation
        if following.award is not None:
            self.awards.append(following.award)
        return following


Step = tuple[str, object]


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Step], list[Step]]:
    """One history and the same facts in another order, with repeats: decisions of sessions, exemptions, blocks aimed
    at and blocks recognised, which no session assesses."""
    generous = draw(st.booleans())
    exempt = draw(st.frozensets(st.sampled_from(CODES), max_size=4))
    recognised = draw(st.frozensets(st.sampled_from(sorted(ALL)), max_size=3))
    elsewhere = frozenset(code for number in recognised for code in BLOCKS[number])
    decided = {
        code: draw(st.sampled_from(SESSIONS))
        for code in CODES
        if code not in exempt | elsewhere and (generous or draw(st.booleans()))
    }
    steps: list[Step] = [("exempt", code) for code in exempt]
    for number in recognised:
        behind = draw(st.none() | st.sampled_from([UUID(int=90), UUID(int=91)]))
        steps.append(("recognised", Recognition(number, draw(st.sampled_from(RECOGNISED_ON)), behind)))
    for session in set(decided.values()):
        steps.append(("session", {code: session for code, where in decided.items() if where == session}))
    steps += [
        ("blocks", draw(st.sampled_from([{1}, {2}, {3}, {1, 2}, {1, 2, 3}]))) for _ in range(draw(st.integers(0, 3)))
    ]
    first = draw(st.permutations(steps))
    again = draw(st.lists(st.sampled_from(steps), max_size=3)) if steps else []
    return [*first], draw(st.permutations([*steps, *again]))


def play(steps: list[Step], enrolled: frozenset[int]) -> Record:
    record = Record(enrolled)
    record.settle()
    for kind, what in steps:
        if kind == "exempt":
            record.exempt |= {str(what)}
        elif isinstance(what, Recognition):
            record.recognised[what.block] = what
        elif kind == "session":
            record.acquired.update(what)  # type: ignore[call-overload]
        else:
            record.enrolled |= frozenset(what)  # type: ignore[call-overload]
        record.settle()
        assert record.settle() == Settlement((), None), "settling again finds nothing more"
    return record


@settings(max_examples=80)
@given(histories(), st.frozensets(st.sampled_from(sorted(ALL)), min_size=1))
def test_order_and_repeats_never_change_what_comes_out(
    history: tuple[list[Step], list[Step]], enrolled: frozenset[int]
) -> None:
    one, other = (play(steps, enrolled) for steps in history)
    assert (one.validated, one.awards) == (other.validated, other.awards)


@settings(max_examples=80)
@given(histories(), st.frozensets(st.sampled_from(sorted(ALL)), min_size=1))
def test_what_comes_out_is_what_the_referential_says(
    history: tuple[list[Step], list[Step]], enrolled: frozenset[int]
) -> None:
    record = play(history[0], enrolled)
    for number, codes in BLOCKS.items():
        complete = codes <= record.acquired.keys() | record.exempt and bool(codes & record.acquired.keys())
        assert (number in record.validated) == (complete and number in record.enrolled)
    for number, validation in record.validated.items():
        last = max(where for code, where in record.acquired.items() if code in BLOCKS[number])
        assert validation == Validation(number, last.decided_on, last.session_id)
    counted = [*record.validated.values(), *record.recognised.values()]
    juries = [(each.decided_on, each.session_id, each.block) for each in counted if each.session_id]
    complete = record.validated.keys() | record.recognised.keys() == ALL
    assert len(record.awards) == (complete and bool(juries))
    for award in record.awards:
        assert award.decided_on == max(each.decided_on for each in counted)
        assert (award.session_id, award.block) == max(juries)[1:]


def test_a_recognised_block_completes_the_certification_and_is_not_validated_a_second_time() -> None:
    record = Record(ALL, acquired=dict.fromkeys(BLOCKS[1] | BLOCKS[2], SESSIONS[0]))
    record.settle()
    assert not record.awards
    record.recognised[3] = Recognition(3, date(2027, 1, 11))
    following = record.settle()
    assert following.validations == ()
    assert record.awards == [Validation(2, date(2027, 1, 11), SESSIONS[0].session_id)]


def test_a_certification_that_no_jury_had_a_part_in_is_not_awarded() -> None:
    proved = Record(ALL, recognised={number: Recognition(number, date(2027, 1, 11)) for number in ALL})
    assert proved.settle() == Settlement((), None)
    equal = Record(ALL, recognised={n: Recognition(n, date(2027, 1, 11), UUID(int=n)) for n in ALL})
    assert equal.settle().award == Validation(3, date(2027, 1, 11), UUID(int=3))


@pytest.mark.parametrize("order", list(permutations([1, 2, 3])))
def test_the_award_comes_with_the_third_block_in_any_order(order: tuple[int, ...]) -> None:
    record = Record(ALL)
    for number, session in zip(order, SESSIONS, strict=False):
        assert not record.awards
        record.acquired.update(dict.fromkeys(BLOCKS[number], session))
        record.settle()
    assert record.awards == [Validation(order[2], SESSIONS[2].decided_on, SESSIONS[2].session_id)]


@pytest.mark.parametrize("number", BLOCKS)
def test_a_block_of_exempt_competencies_alone_is_never_validated(number: int) -> None:
    codes = BLOCKS[number]
    assert not block_is_validated(REFERENTIAL, number, frozenset(), codes)
    for code in codes:
        assert block_is_validated(REFERENTIAL, number, frozenset({code}), codes - {code})
        assert not block_is_validated(REFERENTIAL, number, codes - {code}, frozenset())


def test_what_is_awarded_stays_awarded_when_the_last_decision_is_older() -> None:
    """A session that closes late with an earlier date does not move what stands."""
    late, early = SESSIONS[2], SESSIONS[0]
    record = Record(ALL, acquired=dict.fromkeys(CODES, late))
    record.settle()
    record.acquired = dict.fromkeys(CODES, early)
    assert record.settle() == Settlement((), None)
    assert record.awards[0].decided_on == late.decided_on


def test_a_register_number_is_year_and_rank() -> None:
    assert [register_number(2026, rank) for rank in (1, 42, 9999, 10000)] == [
        "2026-0001",
        "2026-0042",
        "2026-9999",
        "2026-10000",
    ]
