"""The follow-up of a candidate by the disability officer (référentiel, "Accessibilité": *suivi individualisé*). Pure.

Nothing is recorded of a disability without the person's explicit consent (GDPR, article 9 §2 a), which is withdrawn
as easily as it was given (article 7 §3).
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum


class FollowUpState(StrEnum):
    """Where a follow-up stands: asked for by the candidate or opened by the officer, closed when it has served, and
    withdrawn, whatever it was, when the candidate withdraws their consent."""

    REQUESTED = "requested"
    OPEN = "open"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


NEXT_STATES: Mapping[FollowUpState, frozenset[FollowUpState]] = {
    FollowUpState.REQUESTED: frozenset({FollowUpState.OPEN, FollowUpState.CLOSED, FollowUpState.WITHDRAWN}),
    FollowUpState.OPEN: frozenset({FollowUpState.CLOSED, FollowUpState.WITHDRAWN}),
    FollowUpState.CLOSED: frozenset({FollowUpState.WITHDRAWN}),
    FollowUpState.WITHDRAWN: frozenset(),
}
"""The officer takes up and closes; only a withdrawal of the consent leads to `withdrawn`."""
FIRST_STATES = frozenset({FollowUpState.REQUESTED, FollowUpState.OPEN})
UNDER_WAY = frozenset({FollowUpState.REQUESTED, FollowUpState.OPEN})
"""A candidate has one at most in these states; after that another may be begun, with a consent of its own."""


class ConsentForm(StrEnum):
    """How the consent was given: by the candidate's own token, or signed on paper, which the officer holds."""

    ONLINE = "online"
    PAPER = "paper"


class NeedPhase(StrEnum):
    """When there is a need: while the candidate prepares for the certification, or while they are assessed."""

    PREPARATION = "preparation"
    EVALUATION = "evaluation"


class NeedDomain(StrEnum):
    """Where: *conditions d'accueil, démarches administratives, déroulement de la formation, épreuves*."""

    RECEPTION = "reception"
    PAPERWORK = "paperwork"
    COURSE = "course"
    TESTS = "tests"


class OutsideBody(StrEnum):
    """Who helps to assess the needs: *Ressource Handicap Formation* of AGEFIPH, which the referential names, and
    others."""

    AGEFIPH_RHF = "agefiph_rhf"
    MDPH = "mdph"
    CAP_EMPLOI = "cap_emploi"
    SAMETH = "sameth"
    FIPHFP = "fiphfp"
    OTHER = "other"


class EvidenceKind(StrEnum):
    """What a measure rests on. The paper itself is not kept: who holds it, and its reference, are enough."""

    DISABILITY_STATUS = "disability_status"
    """*RQTH*."""
    MDPH_DECISION = "mdph_decision"
    MEDICAL_OPINION = "medical_opinion"
    """Of a physician whom the MDPH designates, say."""
    EARLIER_ACCOMMODATION = "earlier_accommodation"
    """For an examination before."""
    OTHER = "other"


def consent_is_plausible(given_on: date, today: date) -> bool:
    """A consent is given before anything is recorded on it."""
    return given_on <= today


def may_step(state: FollowUpState, wanted: FollowUpState) -> bool:
    """Whether the officer may lead the follow-up there: a consent is not theirs to withdraw."""
    return wanted in NEXT_STATES[state] and wanted is not FollowUpState.WITHDRAWN


def may_record(state: FollowUpState) -> bool:
    """Whether needs, resources, exchanges, evidence, measures and proposals of exemptions may be recorded now."""
    return state is FollowUpState.OPEN


def may_read(state: FollowUpState) -> bool:
    """Whether there is anything left to read: with the consent, the texts went."""
    return state is not FollowUpState.WITHDRAWN
