"""The chain of the register: whatever is done to it afterwards shows."""

import hashlib
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parchemin.evaluations.register.rules import (
    EMPTY,
    GENESIS,
    ChainCheck,
    Entry,
    EntryKind,
    Fact,
    Head,
    counter_faults,
    hash_of,
    sealed,
)

START = datetime(2024, 6, 17, 9, 30, tzinfo=UTC)


def facts(count: int) -> list[Fact]:
    """Awards of two years, and the revocation of one."""
    made = []
    for number in range(1, count + 1):
        year, rank = (2024, number) if number <= count // 2 else (2025, number - count // 2)
        ids = [UUID(int=number * 10 + place) for place in range(5)]
        made.append(Fact(EntryKind.AWARDED, f"{year}-{rank:04d}", *ids, date(year, 6, 17)))
    taken_back = replace(made[count // 3], kind=EntryKind.REVOKED, decided_on=date(2026, 1, 12))
    return [*made, taken_back]


def chained(made: Sequence[Fact], after: Head = EMPTY) -> list[Entry]:
    entries = []
    for number, fact in enumerate(made):
        recorded_at = START + timedelta(seconds=number)
        entries.append(sealed(fact, after, recorded_at=recorded_at, salt=f"{number:032x}"))
        after = Head(entries[-1].position, entries[-1].hash)
    return entries


def faults(entries: Sequence[Entry], expected: Head | None = None) -> list[str]:
    check = ChainCheck(expected)
    return [fault.code for entry in entries for fault in check.read(entry)] + [fault.code for fault in check.end()]


CHAIN = chained(facts(12))
HEAD = Head(CHAIN[-1].position, CHAIN[-1].hash)


def other(value: object, dice: random.Random) -> object:
    """Another value of the same kind."""
    match value:
        case EntryKind():
            return next(kind for kind in EntryKind if kind is not value)
        case UUID():
            return UUID(int=value.int ^ (1 << dice.randrange(128)))
        case datetime():
            return value + timedelta(microseconds=dice.choice([-1, 1, 10**6]))
        case date():
            return value + timedelta(days=dice.choice([-1, 1, 365]))
        case int():
            return value + dice.choice([-1, 1, 7])
    text = str(value)
    place = dice.randrange(len(text))
    return text[:place] + dice.choice([c for c in "0123456789abcdef" if c != text[place]]) + text[place + 1 :]


def alter(entries: list[Entry], dice: random.Random) -> list[Entry]:
    place, field = dice.randrange(len(entries)), dice.choice(fields(Entry)).name
    changed = {field: other(getattr(entries[place], field), dice)}
    entries[place] = replace(entries[place], **changed)
    if field != "hash" and dice.random() < 0.5:  # and its own hash made anew
        entries[place] = replace(entries[place], hash=hash_of(entries[place]))
    return entries


def delete(entries: list[Entry], dice: random.Random) -> list[Entry]:
    del entries[dice.randrange(len(entries))]
    return entries


def reorder(entries: list[Entry], dice: random.Random) -> list[Entry]:
    one, two = dice.sample(range(len(entries)), 2)
    entries[one], entries[two] = entries[two], entries[one]
    if dice.random() < 0.5:  # with positions that follow one another
        entries = [replace(entry, position=place) for place, entry in enumerate(entries, start=1)]
    return entries


def truncate(entries: list[Entry], dice: random.Random) -> list[Entry]:
    return entries[: dice.randrange(len(entries))]


def insert(entries: list[Entry], dice: random.Random) -> list[Entry]:
    place = dice.randrange(len(entries))
    return [*entries[:place], entries[place], *entries[place:]]


def rewrite(entries: list[Entry], dice: random.Random) -> list[Entry]:
    """The whole end of the chain made anew, as somebody would who knows how: only a head noted elsewhere shows it."""
    place = dice.randrange(len(entries))
    kept, entry = entries[:place], entries[place]
    said = {field.name: getattr(entry, field.name) for field in fields(Fact)}
    said["candidate_id"] = UUID(int=dice.getrandbits(128))
    rest = [Fact(**said)]
    rest += [Fact(**{field.name: getattr(e, field.name) for field in fields(Fact)}) for e in entries[place + 1 :]]
    return kept + chained(rest, Head(kept[-1].position, kept[-1].hash) if kept else EMPTY)


TAMPERINGS = [alter, delete, reorder, truncate, insert, rewrite]


@pytest.mark.parametrize("tampering", TAMPERINGS)
def test_a_thousand_tamperings_are_all_detected(
    tampering: Callable[[list[Entry], random.Random], list[Entry]],
) -> None:
    dice = random.Random(tampering.__name__)
    missed = [number for number in range(1000) if not faults(tampering(list(CHAIN), dice), HEAD)]
    assert missed == []


@pytest.mark.parametrize("tampering", [alter, reorder, insert])
def test_what_is_changed_within_shows_without_a_noted_head(
    tampering: Callable[[list[Entry], random.Random], list[Entry]],
) -> None:
    """But for the last entry, after which no link tells."""
    dice = random.Random(1)
    for _ in range(300):
        assert faults([*tampering(list(CHAIN[:-1]), dice), CHAIN[-1]])


def test_an_untouched_chain_has_no_faults_and_its_head_holds_while_it_grows() -> None:
    assert faults(CHAIN) == faults(CHAIN, HEAD) == faults([], EMPTY) == []
    (longer,) = chained([replace(CHAIN[5], kind=EntryKind.REVOKED)], HEAD)
    assert faults([*CHAIN, longer], HEAD) == []
    assert faults(CHAIN[:-1], HEAD) == ["truncated"]
    assert faults([], HEAD) == ["truncated"]
    assert faults(CHAIN, Head(HEAD.position, GENESIS)) == ["head_differs"]


def test_one_change_tells_of_one_place() -> None:
    entries = list(CHAIN)
    entries[2] = replace(entries[2], decided_on=date(2024, 6, 18))
    check = ChainCheck()
    (found,) = [fault for entry in entries for fault in check.read(entry)]
    assert (found.code, found.position) == ("hash_wrong", 3)


@given(ranks=st.lists(st.integers(1, 5), min_size=1, max_size=8))
def test_ranks_of_a_year_follow_one_another_from_one(ranks: list[int]) -> None:
    made = [replace(facts(1)[0], register_number=f"2025-{rank:04d}", decided_on=date(2025, 1, 1)) for rank in ranks]
    gapless = ranks == list(range(1, len(ranks) + 1))
    assert ("rank_gap" in faults(chained(made))) is not gapless


def test_numbers_that_are_none_and_years_that_differ_are_told() -> None:
    made = facts(1)[0]
    assert faults(chained([replace(made, register_number="17")])) == ["number_malformed"]
    assert faults(chained([replace(made, decided_on=date(2023, 1, 1), register_number="2024-0001")])) == [
        "year_differs"
    ]


def test_the_numbers_given_are_those_entered() -> None:
    assert list(counter_faults({2024: 3, 2025: 1}, {2024: 3, 2025: 1, 2026: 0})) == []
    assert [fault.code for fault in counter_faults({2024: 2}, {2024: 3})] == ["counter_differs"]
    assert [fault.code for fault in counter_faults({2024: 2}, {})] == ["counter_differs"]


def test_the_hash_is_of_canonical_json_and_of_nothing_else() -> None:
    """Made by hand, so that whoever audits the register can do it with other tools."""
    entry = chained(facts(2))[0]
    said = {
        "award_id": "00000000-0000-0000-0000-00000000000a",
        "candidate_id": "00000000-0000-0000-0000-00000000000c",
        "decided_on": "2024-06-17",
        "enrolment_id": "00000000-0000-0000-0000-00000000000b",
        "kind": "awarded",
        "organisation_id": "00000000-0000-0000-0000-00000000000d",
        "position": 1,
        "recorded_at": "2024-06-17T09:30:00.000000Z",
        "register_number": "2024-0001",
        "salt": "0" * 32,
        "session_id": "00000000-0000-0000-0000-00000000000e",
    }
    canonical = json.dumps(said, separators=(",", ":"), sort_keys=True)
    assert entry.hash == hashlib.sha256((GENESIS + canonical).encode()).hexdigest()
    assert entry.hash == "6d2a952dd87dada81ad9689e7b82e6db3f94e4026ad16cc380e6b9d66b344fbb"


@pytest.mark.parametrize("text", ["", "1", "1:", f"-1:{GENESIS}", f"1:{GENESIS}0", f"1:{GENESIS.replace('0', 'g')}"])
def test_a_head_is_read_as_it_is_printed(text: str) -> None:
    assert Head.read(str(HEAD)) == HEAD
    with pytest.raises(ValueError, match="POSITION:HASH"):
        Head.read(text)
