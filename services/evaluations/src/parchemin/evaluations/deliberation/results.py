"""Decisions as the facts tell them."""

from collections.abc import Sequence

from parchemin.contracts.events.evaluations import AssessedCriterion, CompetencyResult, ModalityResult
from parchemin.contracts.vocabulary import Attendance, CompetencyOutcome, CriterionLevel
from parchemin.evaluations.deliberation.models import Decision
from parchemin.evaluations.registrations.models import Registration


def ordered(decisions: Sequence[Decision]) -> list[Decision]:
    """By competency, as the referential numbers them."""
    return sorted(decisions, key=lambda decision: int(decision.competency.removeprefix("C.")))


def result_of(registration: Registration, decisions: Sequence[Decision], *, with_criteria: bool) -> ModalityResult:
    """One registration, decided."""
    return ModalityResult(
        registration_id=registration.id,
        modality=registration.modality,
        attendance=Attendance(registration.attendance or Attendance.ABSENT),
        competencies=tuple(
            CompetencyResult(
                code=decision.competency,
                outcome=CompetencyOutcome(decision.outcome),
                criteria=tuple(
                    AssessedCriterion(code=code, level=CriterionLevel(level))
                    for code, level in decision.levels.items()
                    if with_criteria
                ),
            )
            for decision in ordered(decisions)
        ),
    )
