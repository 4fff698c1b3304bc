"""What a session decides for one registration: proposal, departures of the jury, outcome per competency. Pure."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any

from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import Attendance, CompetencyOutcome, CriterionLevel
from parchemin.evaluations.deliberation.policy import Ground, Grounds, Levels, Policy, agreed_levels


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an enrolment stands before the session: what need not be assessed any more."""

    acquired: frozenset[str] = frozenset()
    exempt: frozenset[str] = frozenset()
    recognised: frozenset[str] = frozenset()
    """Competencies of blocks that were obtained elsewhere or earlier."""

    @property
    def kept(self) -> frozenset[str]:
        """What was acquired before, in whatever way."""
        return self.acquired | self.recognised

    @property
    def settled(self) -> frozenset[str]:
        """What was acquired is kept, what is exempt counts as met: neither is graded."""
        return self.kept | self.exempt


@dataclass(frozen=True, slots=True)
class Departure:
    """The jury decides otherwise than proposed, and says why."""

    acquired: bool
    reason: str
    vote: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class CompetencyFinding:
    """What is proposed and decided for one competency."""

    code: str
    outcome: CompetencyOutcome
    proposed: CompetencyOutcome
    levels: Mapping[str, CriterionLevel]
    grounds: Grounds
    """Of the proposal."""
    reason: str | None = None
    vote: dict[str, Any] | None = None

    @property
    def overridden(self) -> bool:
        """Whether the jury departed from the proposal."""
        return self.outcome is not self.proposed


def competencies_to_assess(referential: Referential, modality: str, standing: Standing) -> tuple[str, ...]:
    """A retake assesses only what is not yet acquired; what is exempt is never assessed."""
    competencies = referential.competencies_of_modality(modality)
    return tuple(competency.code for competency in competencies if competency.code not in standing.settled)


def criteria_to_judge(referential: Referential, modality: str, standing: Standing) -> tuple[str, ...]:
    """The criteria that a sheet for this registration gives a level to, in the order of the referential."""
    to_assess = competencies_to_assess(referential, modality, standing)
    return tuple(criterion.code for criterion in referential.criteria_of(to_assess))


def find(
    referential: Referential,
    modality: str,
    attendance: Attendance,
    standing: Standing,
    sheets: Sequence[Levels],
    departures: Mapping[str, Departure],
    policy: Policy,
    *,
    excluded: bool = False,
) -> tuple[CompetencyFinding, ...]:
    """The outcome of each competency of the modality, in the order of the referential.

    `sheets` are the signed ones. A candidate who was absent, or whom the jury excluded for
    fraud, acquires nothing, whatever the sheets or departures say; what they had is kept.
    """
    judged = attendance is Attendance.PRESENT and not excluded
    unjudged = Grounds(Ground.EXCLUDED if excluded else Ground.ABSENT)
    findings = []
    for competency in referential.competencies_of_modality(modality):
        code = competency.code
        if code in standing.settled:
            kept, ground = _KEPT if code in standing.kept else _EXEMPT
            findings.append(CompetencyFinding(code, kept, kept, {}, Grounds(ground)))
            continue
        criteria = [criterion.code for criterion in competency.criteria]
        levels = agreed_levels(sheets, criteria) if judged else {}
        grounds = policy.judge(criteria, levels) if judged else unjudged
        proposed = _outcome(grounds.acquires)
        departure = departures.get(code) if judged else None
        outcome = _outcome(departure.acquired) if departure else proposed
        departs = departure if departure and outcome is not proposed else None
        reason, vote = (departs.reason, departs.vote) if departs else (None, None)
        findings.append(CompetencyFinding(code, outcome, proposed, levels, grounds, reason, vote))
    return tuple(findings)


def newly_acquired(findings: Sequence[CompetencyFinding]) -> Set[str]:
    """The competencies that these findings add to what was acquired."""
    return {finding.code for finding in findings if finding.outcome is CompetencyOutcome.ACQUIRED}


def _outcome(acquired: bool) -> CompetencyOutcome:
    return CompetencyOutcome.ACQUIRED if acquired else CompetencyOutcome.NOT_ACQUIRED


_KEPT = CompetencyOutcome.KEPT, Ground.KEPT
_EXEMPT = CompetencyOutcome.EXEMPT, Ground.EXEMPT
