"""What a sheet may say. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from parchemin.contracts.vocabulary import CriterionLevel


class SheetState(StrEnum):
    """Where a juror's sheet stands. What is signed does not change: a correction is another sheet in its place."""

    DRAFT = "draft"
    SIGNED = "signed"
    CORRECTED = "corrected"


NEXT_STATES: Mapping[SheetState, frozenset[SheetState]] = {
    SheetState.DRAFT: frozenset({SheetState.DRAFT, SheetState.SIGNED}),
    SheetState.SIGNED: frozenset({SheetState.CORRECTED}),
    SheetState.CORRECTED: frozenset(),
}
"""A draft is saved again, or signed; a signed sheet is corrected by a new one."""
FIRST_STATES = frozenset({SheetState.DRAFT, SheetState.SIGNED})
"""A sheet may be signed at once."""


def may_become(state: SheetState, wanted: SheetState) -> bool:
    """Whether a sheet in `state` may go to `wanted` next."""
    return wanted in NEXT_STATES[state]


@dataclass(frozen=True, slots=True)
class Finding:
    """What a juror found of one criterion: in the written production, at the oral, and what they conclude."""

    criterion: str
    level: CriterionLevel | None
    """The conclusion: what the deliberation reads. Still to come in a draft."""
    comment: str | None = None
    written: CriterionLevel | None = None
    oral: CriterionLevel | None = None


@dataclass(frozen=True, slots=True)
class SheetFault:
    """What is wrong with a sheet; `index` is the finding's place in it, None for the sheet as a whole."""

    code: str
    index: int | None
    criterion: str


def sheet_faults(
    findings: Sequence[Finding], *, known: Collection[str], to_judge: Collection[str], signing: bool
) -> tuple[SheetFault, ...]:
    """Every fault of a sheet. A draft may be incomplete, and at odds with itself: it is saved while the juror changes
    one thing after the other. A signed sheet concludes on all, between its parts, and says why where not met.

    `known` are all criteria of the modality, `to_judge` those that this registration assesses.
    """
    faults = []
    times = Counter(finding.criterion for finding in findings)
    for index, finding in enumerate(findings):
        if finding.criterion not in known:
            faults.append(SheetFault("criterion_unknown", index, finding.criterion))
        elif finding.criterion not in to_judge:
            faults.append(SheetFault("criterion_not_assessed", index, finding.criterion))
        elif times[finding.criterion] > 1:
            faults.append(SheetFault("criterion_twice", index, finding.criterion))
        elif signing:
            faults += [SheetFault(code, index, finding.criterion) for code in _unfinished(finding)]
    if signing:
        faults += [SheetFault("level_missing", None, code) for code in to_judge if code not in times]
    return tuple(faults)


def _unfinished(finding: Finding) -> Sequence[str]:
    """What keeps this finding from being signed."""
    if finding.level is None:
        return ["level_missing"]
    faults = []
    if finding.level is CriterionLevel.NOT_MET and not finding.comment:
        faults.append("comment_missing")
    if not lies_between(finding.level, finding.written, finding.oral):
        faults.append("level_outside_parts")
    return faults


_RANKS = {level: rank for rank, level in enumerate(CriterionLevel)}


def lies_between(level: CriterionLevel, written: CriterionLevel | None, oral: CriterionLevel | None) -> bool:
    """Whether a conclusion is one that both parts together allow: neither better than the better one, nor worse than
    the worse. One part alone binds nobody: the juror may know of the other and not have noted it."""
    if written is None or oral is None:
        return True
    low, high = sorted((_RANKS[written], _RANKS[oral]))
    return low <= _RANKS[level] <= high
