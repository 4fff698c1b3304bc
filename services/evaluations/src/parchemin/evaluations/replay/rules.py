"""Making all decisions of an enrolment anew from what they rest on. Pure.

In: sheets, attendance, departures, exemptions, recognised blocks, rulings, each with its moment. Out: what must stand
in the register of decisions, blocks and awards, which whoever replays compares with what does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import Attendance, CompetencyOutcome
from parchemin.evaluations.awards.rules import Acquisition, Progress, Recognition, settle
from parchemin.evaluations.deliberation.policy import Levels, Policy
from parchemin.evaluations.deliberation.rules import Departure, Standing, find


@dataclass(frozen=True, slots=True)
class Hearing:
    """One registration of a closed session."""

    registration_id: UUID
    modality: str
    attendance: Attendance
    excluded: bool
    sheets: tuple[Levels, ...]
    departures: Mapping[str, Departure]


@dataclass(frozen=True, slots=True)
class Closing:
    """A session that was closed, as far as it concerns one enrolment."""

    session_id: UUID
    at: datetime
    decided_on: date
    published: bool
    hearings: tuple[Hearing, ...]


@dataclass(frozen=True, slots=True)
class Ruling:
    """A decision that an appeal replaced."""

    at: datetime
    session_id: UUID
    registration_id: UUID
    competency: str
    acquired: bool
    decided_on: date


@dataclass(frozen=True, slots=True)
class Recognised:
    """A block that was recognised, and when that began to count."""

    at: datetime
    recognition: Recognition


@dataclass(frozen=True, slots=True)
class History:
    """All that was done about one enrolment."""

    enrolment_id: UUID
    blocks: frozenset[int]
    exemptions: Mapping[str, datetime | None]
    """When each began to count; None: before everything."""
    closings: tuple[Closing, ...]
    rulings: tuple[Ruling, ...]
    recognitions: tuple[Recognised, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """A decision: the jury's, number 1."""

    proposed: str
    outcome: str
    reason: str | None
    levels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What must stand."""

    decisions: Mapping[tuple[UUID, str], Outcome]
    """By registration and competency."""
    acquired: frozenset[str]
    blocks: Mapping[int, tuple[date, UUID]]
    complete: bool
    """Whether the certification is due."""


def rebuild(referential: Referential, policy: Policy, history: History) -> Rebuilt:
    """Play the history of an enrolment from its beginning."""
    acquired: dict[str, Acquisition] = {}
    hidden: set[str] = set()
    decisions: dict[tuple[UUID, str], Outcome] = {}
    steps: list[Closing | Ruling] = sorted([*history.closings, *history.rulings], key=lambda step: step.at)
    for step in steps:
        if isinstance(step, Ruling):
            _rule(acquired, step)
            continue
        before = Standing(
            frozenset(acquired), _exempt_at(history, step.at), _recognised_at(referential, history, step.at)
        )
        for hearing in step.hearings:
            decided = _decide(referential, policy, hearing, before)
            decisions |= decided
            for (_, code), outcome in decided.items():
                if outcome.outcome == CompetencyOutcome.ACQUIRED:
                    acquired[code] = Acquisition(step.decided_on, step.session_id)
                    if not step.published:
                        hidden.add(code)
    known = {code: acquisition for code, acquisition in acquired.items() if code not in hidden}
    recognised = {each.recognition.block: each.recognition for each in history.recognitions}
    progress = Progress(history.blocks, known, frozenset(history.exemptions), {}, awarded=False, recognised=recognised)
    due = settle(referential, progress)
    return Rebuilt(
        decisions=decisions,
        acquired=frozenset(acquired),
        blocks={each.block: (each.decided_on, each.session_id) for each in due.validations},
        complete=due.award is not None,
    )


def _exempt_at(history: History, moment: datetime) -> frozenset[str]:
    return frozenset(code for code, since in history.exemptions.items() if since is None or since <= moment)


def _recognised_at(referential: Referential, history: History, moment: datetime) -> frozenset[str]:
    blocks = [each.recognition.block for each in history.recognitions if each.at <= moment]
    return frozenset(code for block in blocks for code in referential.block(block).competencies)


def _decide(
    referential: Referential, policy: Policy, hearing: Hearing, before: Standing
) -> dict[tuple[UUID, str], Outcome]:
    findings = find(
        referential,
        hearing.modality,
        hearing.attendance,
        before,
        hearing.sheets,
        hearing.departures,
        policy,
        excluded=hearing.excluded,
    )
    return {
        (hearing.registration_id, finding.code): Outcome(
            finding.proposed, finding.outcome, finding.reason, dict(finding.levels)
        )
        for finding in findings
    }


def _rule(acquired: dict[str, Acquisition], ruling: Ruling) -> None:
    if ruling.acquired:
        acquired[ruling.competency] = Acquisition(ruling.decided_on, ruling.session_id)
    else:
        acquired.pop(ruling.competency, None)


def differences(stored: Mapping[tuple[UUID, str], Outcome], rebuilt: Rebuilt) -> Sequence[tuple[UUID, str]]:
    """Registration and competency of each decision that does not follow from its history, or is missing."""
    keys = stored.keys() | rebuilt.decisions.keys()
    return sorted(key for key in keys if stored.get(key) != rebuilt.decisions.get(key))
