"""When a block is validated and the certification awarded. Pure.

A block is validated when all its competencies are acquired or exempt, if the enrolment aims at it; the
certification is awarded when all blocks of the referential are (référentiel: *validation cumulative des blocs*).
A block that was recognised counts towards the certification without being validated here: it is attested where it
was obtained. Both follow from what is known, in whatever order it became known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from parchemin.contracts.referential import Referential


@dataclass(frozen=True, slots=True, order=True)
class Acquisition:
    """When and where a competency was acquired."""

    decided_on: date
    session_id: UUID


@dataclass(frozen=True, slots=True)
class Validation:
    """A validated block: by the session that brought its last competency."""

    block: int
    decided_on: date
    session_id: UUID


@dataclass(frozen=True, slots=True)
class Recognition:
    """A block that counts though no jury assessed it in this enrolment."""

    block: int
    decided_on: date
    session_id: UUID | None = None
    """Of the jury that validated it in an earlier enrolment; none where it was proved by a document."""


@dataclass(frozen=True, slots=True)
class Progress:
    """All that is known of one enrolment."""

    enrolled: frozenset[int]
    acquired: Mapping[str, Acquisition]
    exempt: frozenset[str]
    validated: Mapping[int, Validation]
    awarded: bool
    recognised: Mapping[int, Recognition] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Settlement:
    """What follows now, and was not recorded before."""

    validations: tuple[Validation, ...]
    award: Validation | None
    """What completes the certification; its date and session are the award's."""


def block_is_validated(referential: Referential, block: int, acquired: frozenset[str], exempt: frozenset[str]) -> bool:
    """All competencies acquired or exempt, at least one of them acquired."""
    codes = {competency.code for competency in referential.competencies_of_block(block)}
    return codes <= acquired | exempt and not codes.isdisjoint(acquired)


def settle(referential: Referential, progress: Progress) -> Settlement:
    """The blocks to validate and the award to make, given what is known and what is recorded already."""
    acquired = frozenset(progress.acquired)
    due = [
        block.number
        for block in referential.blocks
        if block.number in progress.enrolled
        and block.number not in progress.validated
        and block_is_validated(referential, block.number, acquired, progress.exempt)
    ]
    validations = tuple(_validation(referential, block, progress) for block in due)
    every = {**progress.validated, **{validation.block: validation for validation in validations}}
    return Settlement(validations, None if progress.awarded else _award(referential, every, progress.recognised))


def _award(
    referential: Referential, validated: Mapping[int, Validation], recognised: Mapping[int, Recognition]
) -> Validation | None:
    """Due with the last block, dated by it, in the session of the last jury that validated one. Where no jury ever
    did, none is due: a certification is a jury's."""
    credits = [validated.get(block.number) or recognised.get(block.number) for block in referential.blocks]
    counted = [credit for credit in credits if credit is not None]
    if len(counted) < len(credits):
        return None
    juries = [Validation(credit.block, credit.decided_on, credit.session_id) for credit in counted if credit.session_id]
    if not juries:
        return None
    last_jury = max(juries, key=lambda last: (last.decided_on, last.session_id, last.block))
    last_day = max(credit.decided_on for credit in counted)
    return replace(last_jury, decided_on=last_day)


def _validation(referential: Referential, block: int, progress: Progress) -> Validation:
    codes = (competency.code for competency in referential.competencies_of_block(block))
    last = max(progress.acquired[code] for code in codes if code in progress.acquired)
    return Validation(block, last.decided_on, last.session_id)


def register_number(year: int, rank: int) -> str:
    """As printed on the diploma: `2026-0001`."""
    return f"{year}-{rank:04d}"
