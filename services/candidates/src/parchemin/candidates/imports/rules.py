"""What an import goes through, and what becomes of its rows. Pure."""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class ImportState(StrEnum):
    """Where an import stands. A small one is done in the request that brings it; a large one waits for its turn."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


NEXT_STATES: Mapping[ImportState, frozenset[ImportState]] = {
    ImportState.QUEUED: frozenset({ImportState.RUNNING, ImportState.CANCELLED}),
    ImportState.RUNNING: frozenset({ImportState.DONE, ImportState.FAILED, ImportState.CANCELLED}),
    ImportState.DONE: frozenset(),
    ImportState.FAILED: frozenset(),
    ImportState.CANCELLED: frozenset(),
}
"""What went in before an import was cancelled stays."""
FIRST_STATES = frozenset({ImportState.QUEUED})


class RowOutcome(StrEnum):
    """What became of a row; in a preview, what would."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
    HELD = "held"
    """Good, and not written because another row was bad and all or nothing was asked for."""
    LEFT = "left"
    """The source deletes the person: nothing is changed here, somebody must decide."""


WRITING = frozenset({RowOutcome.CREATED, RowOutcome.UPDATED})


def tallied(outcomes: Iterable[RowOutcome]) -> dict[RowOutcome, int]:
    """How many rows of each outcome."""
    counts = dict.fromkeys(RowOutcome, 0)
    for outcome in outcomes:
        counts[outcome] += 1
    return counts


def percentage(done: int, rows: int) -> int:
    """Of an import, in whole percents that say 100 only at the end."""
    return 100 if rows == 0 else done * 100 // rows
