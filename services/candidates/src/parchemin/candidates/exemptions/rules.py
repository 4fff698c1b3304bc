"""When a competency may be exempt, and by whom (référentiel, "Accessibilité": proposal, then decision). Pure.

Two services have a part in it: this one decides on exemptions, the evaluations service grades, and what each does is
on its way to the other for a while. What evaluations took in first stands: an exemption that arrives there after the
competency was graded is without effect, and the results that say so lead it to `overtaken` here.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from parchemin.contracts.events.evaluations import CompetencyResult
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import CompetencyOutcome, ExemptionDecision


class ExemptionState(StrEnum):
    """Where an exemption stands. A decided one is final, unless the competency was graded while the decision was on
    its way; one that was refused, or that the officer withdrew, may be proposed anew, as another."""

    PROPOSED = "proposed"
    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    OVERTAKEN = "overtaken"


NEXT_STATES: Mapping[ExemptionState, frozenset[ExemptionState]] = {
    ExemptionState.PROPOSED: frozenset({ExemptionState.GRANTED, ExemptionState.REFUSED, ExemptionState.WITHDRAWN}),
    ExemptionState.GRANTED: frozenset(),
    ExemptionState.REFUSED: frozenset(),
    ExemptionState.WITHDRAWN: frozenset(),
    ExemptionState.OVERTAKEN: frozenset(),
}
"""Proposed, and withdrawn, by the disability officer; decided by the certifier."""
FIRST_STATES = frozenset({ExemptionState.PROPOSED})
ENTAILED_STATES: Mapping[ExemptionState, frozenset[ExemptionState]] = {
    ExemptionState.GRANTED: frozenset({ExemptionState.OVERTAKEN}),
}
"""By results in which the competency is graded."""
STANDING = frozenset({ExemptionState.PROPOSED, ExemptionState.GRANTED})
"""One of these at most for each competency of an enrolment."""


class Obstacle(StrEnum):
    """Why a proposal or a decision is not possible."""

    COMPETENCY_UNKNOWN = "competency_unknown"
    COMPETENCY_NOT_ENROLLED = "competency_not_enrolled"
    STANDS_ALREADY = "exemption_exists"
    EMPTIES_BLOCK = "exemption_empties_block"
    ALREADY_DECIDED = "already_decided"
    SAME_PERSON = "same_person"
    GRADED = "competency_graded"


@dataclass(frozen=True, slots=True)
class Person:
    """Who acts, as the token says: a subject means nothing without its issuer."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class Parcours:
    """What an enrolment aims at, and what stands in it already."""

    referential: Referential
    blocks: frozenset[int]
    granted: frozenset[str] = frozenset()
    """Competencies that are exempt."""
    proposed: frozenset[str] = frozenset()
    """Competencies whose exemption waits for the certifier."""
    graded: frozenset[str] = frozenset()
    """Competencies on which a juror signed a sheet, or that are decided."""


@dataclass(frozen=True, slots=True)
class Case:
    """One exemption, as far as a decision depends on it."""

    competency: str
    state: ExemptionState
    proposer: Person


def obstacle_to_proposal(parcours: Parcours, competency: str) -> Obstacle | None:
    """Why this competency cannot be proposed for exemption; None where it can."""
    known = {known.code: known.block for known in parcours.referential.competencies}
    if competency not in known:
        return Obstacle.COMPETENCY_UNKNOWN
    if known[competency] not in parcours.blocks:
        return Obstacle.COMPETENCY_NOT_ENROLLED
    if competency in parcours.granted | parcours.proposed:
        return Obstacle.STANDS_ALREADY
    if competency in parcours.graded:
        return Obstacle.GRADED
    if empties_block(parcours.referential, parcours.granted, competency):
        return Obstacle.EMPTIES_BLOCK
    return None


def obstacle_to_decision(
    parcours: Parcours, case: Case, decider: Person, decision: ExemptionDecision
) -> Obstacle | None:
    """Why this decision cannot be taken; None where it can. Who argued for an exemption does not decide on it."""
    if ExemptionState(decision) not in NEXT_STATES[case.state]:
        return Obstacle.ALREADY_DECIDED
    if decider == case.proposer:
        return Obstacle.SAME_PERSON
    if decision is ExemptionDecision.REFUSED:
        return None
    if case.competency in parcours.graded:
        return Obstacle.GRADED
    if empties_block(parcours.referential, parcours.granted, case.competency):
        return Obstacle.EMPTIES_BLOCK
    return None


def obstacle_to_withdrawal(state: ExemptionState) -> Obstacle | None:
    """Why the officer cannot take a proposal back: the certifier has answered it."""
    return None if ExemptionState.WITHDRAWN in NEXT_STATES[state] else Obstacle.ALREADY_DECIDED


def empties_block(referential: Referential, granted: Collection[str], competency: str) -> bool:
    """Whether its block would have nothing left to assess: that would distort the attestation."""
    block = referential.block(referential.competency(competency).block)
    return set(block.competencies) <= {*granted, competency}


def graded_by_sheet(referential: Referential, modality: str, granted: Collection[str]) -> frozenset[str]:
    """The competencies that a signed sheet of this modality grades: all but those that are exempt. A sheet says no
    more of itself outside its service, so what a retake leaves out counts here too: it was graded before."""
    competencies = referential.competencies_of_modality(modality)
    return frozenset(competency.code for competency in competencies) - frozenset(granted)


def graded_by_results(results: Iterable[CompetencyResult]) -> frozenset[str]:
    """The competencies that a session graded, now or before: not those of who was absent or excluded, for whom no
    criterion has a level."""
    return frozenset(result.code for result in results if result.outcome in _GRADED or result.criteria)


_GRADED = frozenset({CompetencyOutcome.ACQUIRED, CompetencyOutcome.KEPT})
