"""The chain of the award register: what an entry says, what binds it to the one before, and what is wrong. Pure.

Each entry carries the hash of the one before and its own: SHA-256 over the previous hash and the entry's fields as
canonical JSON (RFC 8785). Whoever changes, takes out, adds or moves an entry would have to make all later hashes anew,
and then the head differs from what was noted elsewhere. An entry names nobody: ids, a number, dates and a random salt,
without which the published hash of an entry cannot be found again from fields that somebody guesses.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID

import rfc8785

GENESIS = "0" * 64
"""What stands for the hash before the first entry."""
SALT_BYTES = 16

_NUMBER = re.compile(r"^([0-9]{4})-([0-9]{4,})$")


class EntryKind(StrEnum):
    """What an entry records."""

    AWARDED = "awarded"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the chain. Noted elsewhere, it shows later whether anything before it was changed or cut off."""

    position: int
    hash: str

    def __str__(self) -> str:
        return f"{self.position}:{self.hash}"

    @classmethod
    def read(cls, text: str) -> "Head":
        """`POSITION:HASH`, as it is printed; raises ValueError for anything else."""
        if not re.fullmatch(r"[0-9]{1,18}:[0-9a-f]{64}", text):
            raise ValueError("a head is POSITION:HASH, the hash in 64 hexadecimal digits")
        position, _, digest = text.partition(":")
        return cls(int(position), digest)


EMPTY = Head(0, GENESIS)


@dataclass(frozen=True, slots=True)
class Fact:
    """What there is to record: that an award was made, or taken back."""

    kind: EntryKind
    register_number: str
    award_id: UUID
    enrolment_id: UUID
    candidate_id: UUID
    organisation_id: UUID
    session_id: UUID
    decided_on: date
    """Of the award, or of its revocation."""


@dataclass(frozen=True, slots=True)
class Entry(Fact):
    """A fact in its place in the register."""

    position: int
    recorded_at: datetime
    salt: str
    previous_hash: str
    hash: str = ""


def hash_of(entry: Entry) -> str:
    """The hash that the entry must carry."""
    said = {
        field.name: _plain(getattr(entry, field.name)) for field in fields(entry) if field.name not in _NOT_IN_THE_JSON
    }
    return hashlib.sha256(entry.previous_hash.encode() + rfc8785.dumps(said)).hexdigest()


def sealed(fact: Fact, after: Head, *, recorded_at: datetime, salt: str) -> Entry:
    """The entry that records the fact next after this head."""
    said = {field.name: getattr(fact, field.name) for field in fields(Fact)}
    entry = Entry(**said, position=after.position + 1, recorded_at=recorded_at, salt=salt, previous_hash=after.hash)
    return replace(entry, hash=hash_of(entry))


_NOT_IN_THE_JSON = {"previous_hash", "hash"}


def _plain(value: object) -> str | int:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value if isinstance(value, int) else str(value)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong with the register, and where."""

    code: str
    position: int | None
    """Of the entry; none where it is about what has no entry."""
    detail: str


class ChainCheck:
    """Reads the entries one after another, and tells what is wrong. It holds the last head and a number per year."""

    def __init__(self, expected: Head | None = None) -> None:
        self.head = EMPTY
        self._expected = expected
        self._met_expected = expected is None or expected == EMPTY
        self.last_ranks: dict[int, int] = {}
        """The last rank of each year."""

    def read(self, entry: Entry) -> Iterator[Fault]:
        """What is wrong with the next entry: by itself, and after those before it."""
        place = entry.position
        if place != self.head.position + 1:
            yield Fault("position_gap", place, f"follows position {self.head.position}")
        if entry.previous_hash != self.head.hash:
            yield Fault("link_broken", place, "does not carry the hash of the entry before")
        if entry.hash != hash_of(entry):
            yield Fault("hash_wrong", place, "was changed: its hash is not that of its fields")
        if entry.kind not in set(EntryKind):
            yield Fault("kind_unknown", place, "is of a kind that does not exist")
        if entry.kind == EntryKind.AWARDED:
            yield from self._rank_faults(entry)
        self.head = Head(place, entry.hash)
        if self._expected is not None and place == self._expected.position:
            self._met_expected = True
            if entry.hash != self._expected.hash:
                yield Fault("head_differs", place, "is not the entry that was noted as the head")

    def end(self) -> Iterator[Fault]:
        """What is missing after the last entry."""
        if not self._met_expected and self._expected is not None:
            noted = self._expected.position
            yield Fault("truncated", self.head.position, f"is the last entry; position {noted} was noted as the head")

    def _rank_faults(self, entry: Entry) -> Iterator[Fault]:
        number = _NUMBER.match(entry.register_number)
        if number is None:
            yield Fault("number_malformed", entry.position, "has no register number")
            return
        year, rank = int(number[1]), int(number[2])
        if year != entry.decided_on.year:
            yield Fault("year_differs", entry.position, f"is numbered {entry.register_number} in another year")
        expected = self.last_ranks.get(year, 0) + 1
        if rank != expected:
            yield Fault("rank_gap", entry.position, f"is numbered {entry.register_number}, rank {expected} is next")
        self.last_ranks[year] = rank


def counter_faults(last_ranks: Mapping[int, int], counters: Mapping[int, int]) -> Iterator[Fault]:
    """Years in which the numbers that were given are not those in the register."""
    for year in sorted({*last_ranks, *counters}):
        entered, given = last_ranks.get(year, 0), counters.get(year, 0)
        if entered != given:
            yield Fault(
                "counter_differs", None, f"{year}: {given} numbers were given, the register ends with {entered}"
            )
