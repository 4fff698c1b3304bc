"""When a competency may be exempt, and by whom (référentiel, "Accessibilité": proposal, then decision). Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import ExemptionDecision


class ExemptionState(StrEnum):
    """Where an exemption stands. A decided one is final; a refused one may be proposed anew, as another."""

    PROPOSED = "proposed"
    GRANTED = "granted"
    REFUSED = "refused"


NEXT_STATES: Mapping[ExemptionState, frozenset[ExemptionState]] = {
    ExemptionState.PROPOSED: frozenset({ExemptionState.GRANTED, ExemptionState.REFUSED}),
    ExemptionState.GRANTED: frozenset(),
    ExemptionState.REFUSED: frozenset(),
}
"""Proposed by the disability officer, decided by the certifier."""
FIRST_STATES = frozenset({ExemptionState.PROPOSED})


class Obstacle(StrEnum):
    """Why a proposal or a decision is not possible."""

    COMPETENCY_UNKNOWN = "competency_unknown"
    COMPETENCY_NOT_ENROLLED = "competency_not_enrolled"
    STANDS_ALREADY = "exemption_exists"
    EMPTIES_BLOCK = "exemption_empties_block"
    ALREADY_DECIDED = "already_decided"
    SAME_PERSON = "same_person"


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
    if decision is ExemptionDecision.GRANTED and empties_block(parcours.referential, parcours.granted, case.competency):
        return Obstacle.EMPTIES_BLOCK
    return None


def empties_block(referential: Referential, granted: Collection[str], competency: str) -> bool:
    """Whether its block would have nothing left to assess: that would distort the attestation."""
    block = referential.block(referential.competency(competency).block)
    return set(block.competencies) <= {*granted, competency}
