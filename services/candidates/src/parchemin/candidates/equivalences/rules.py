"""Which blocks of an earlier version of the referential stand for which of a later one. Pure.

The certifier publishes it as a table: several blocks together may stand for one, and one for several.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from parchemin.contracts.referential import Referential


@dataclass(frozen=True, slots=True)
class Equivalence:
    """All of `from_blocks`, validated, stand for `to_block`."""

    from_blocks: frozenset[int]
    to_block: int


@dataclass(frozen=True, slots=True)
class Fault:
    """A row of the table that says nothing sensible, and the member that is wrong."""

    index: int
    member: str
    code: str


def faults(
    rows: Sequence[tuple[Sequence[int], int]], from_referential: Referential, to_referential: Referential
) -> Iterator[Fault]:
    """Blocks that a version does not have, and blocks that are named twice."""
    earlier = {block.number for block in from_referential.blocks}
    later = {block.number for block in to_referential.blocks}
    named = Counter(to_block for _, to_block in rows)
    for index, (from_blocks, to_block) in enumerate(rows):
        if not set(from_blocks) <= earlier:
            yield Fault(index, "from_blocks", "block_unknown")
        elif len(set(from_blocks)) < len(from_blocks):
            yield Fault(index, "from_blocks", "named_twice")
        if to_block not in later:
            yield Fault(index, "to_block", "block_unknown")
        elif named[to_block] > 1:
            yield Fault(index, "to_block", "named_twice")


def equivalent_blocks(table: Collection[Equivalence], validated: Collection[int]) -> Mapping[int, frozenset[int]]:
    """The blocks of the later version that these validated ones stand for, each with those that it rests on."""
    return {row.to_block: row.from_blocks for row in table if row.from_blocks <= set(validated)}
