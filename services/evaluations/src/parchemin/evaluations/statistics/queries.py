"""Counting in the database: whatever was decided, what comes back is a row for each group.

Only sessions whose results are published count, by the date of their deliberation. A candidate who was absent was not
assessed, though the session decided that they acquired nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    distinct,
    extract,
    func,
    literal,
    null,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.statements import is_sqlite, table_of
from parchemin.contracts.referential import Referential
from parchemin.contracts.vocabulary import Attendance, CompetencyOutcome, CriterionLevel
from parchemin.evaluations.awards.models import BlockValidation
from parchemin.evaluations.deliberation.models import Decision
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.statistics.rules import UNKNOWN, Per

_sessions, _registrations = table_of(EvaluationSession), table_of(Registration)
_decisions, _enrolments = table_of(Decision), table_of(KnownEnrolment)
_sheets, _validations = table_of(Sheet), table_of(BlockValidation)

_ACQUIRED, _NOT_ACQUIRED = CompetencyOutcome.ACQUIRED, CompetencyOutcome.NOT_ACQUIRED


@dataclass(frozen=True, slots=True)
class Scope:
    """What is counted at all."""

    organisation_id: UUID | None
    since: date | None = None
    until: date | None = None
    session_id: UUID | None = None
    referential_version: str | None = None

    def of_sessions(self) -> ColumnElement[bool]:
        """The sessions that count."""
        wanted: list[ColumnElement[bool]] = [_sessions.c.published_at.is_not(None)]
        if self.organisation_id is not None:
            wanted.append(_sessions.c.organisation_id == self.organisation_id)
        if self.since is not None:
            wanted.append(_sessions.c.deliberated_on >= self.since)
        if self.until is not None:
            wanted.append(_sessions.c.deliberated_on <= self.until)
        if self.session_id is not None:
            wanted.append(_sessions.c.id == self.session_id)
        if self.referential_version is not None:
            wanted.append(_sessions.c.referential_version == self.referential_version)
        return and_(*wanted)


def by_registration(scope: Scope, key: ColumnElement[Any], per: Per | None) -> Select[Any]:
    """Registrations by their session or access path; passed is who acquired all that was assessed."""
    assessed = count_where(_decisions.c.outcome.in_([_ACQUIRED, _NOT_ACQUIRED]))
    inner = (
        select(
            key.label("key"),
            _registrations.c.attendance,
            _registrations.c.enrolment_id,
            _sessions.c.deliberated_on.label("day"),
            assessed.label("assessed"),
            count_where(_decisions.c.outcome == _NOT_ACQUIRED).label("failed"),
        )
        .join_from(_registrations, _sessions, _sessions.c.id == _registrations.c.session_id)
        .join(_enrolments, _enrolments.c.id == _registrations.c.enrolment_id)
        .outerjoin(_decisions, and_(_decisions.c.registration_id == _registrations.c.id, _decisions.c.standing))
        .where(scope.of_sessions())
        .group_by(key, _registrations.c.id, _sessions.c.deliberated_on)
        .subquery()
    )
    sat = and_(inner.c.attendance == Attendance.PRESENT, inner.c.assessed > 0)
    return _grouped(
        inner,
        per,
        **_attended(inner.c.attendance),
        assessed=count_where(sat),
        passed=count_where(and_(sat, inner.c.failed == 0)),
        people=func.count(distinct(inner.c.enrolment_id)),
    )


SESSION_KEY: ColumnElement[Any] = _sessions.c.id
ACCESS_PATH_KEY: ColumnElement[Any] = func.coalesce(_enrolments.c.access_path, UNKNOWN)


def by_competency(scope: Scope, per: Per | None) -> Select[Any]:
    """Decisions by their competency."""
    inner = (
        select(
            _decisions.c.competency.label("key"),
            _decisions.c.outcome,
            _decisions.c.enrolment_id,
            _registrations.c.attendance,
            _sessions.c.deliberated_on.label("day"),
        )
        .join_from(_decisions, _registrations, _registrations.c.id == _decisions.c.registration_id)
        .join(_sessions, _sessions.c.id == _decisions.c.session_id)
        .where(scope.of_sessions(), _decisions.c.standing)
        .subquery()
    )
    present = inner.c.attendance == Attendance.PRESENT
    return _grouped(
        inner,
        per,
        **_attended(inner.c.attendance),
        assessed=count_where(and_(present, inner.c.outcome.in_([_ACQUIRED, _NOT_ACQUIRED]))),
        passed=count_where(and_(present, inner.c.outcome == _ACQUIRED)),
        kept=count_where(inner.c.outcome == CompetencyOutcome.KEPT),
        exempt=count_where(inner.c.outcome == CompetencyOutcome.EXEMPT),
        people=func.count(distinct(inner.c.enrolment_id)),
    )


def by_block(scope: Scope, referentials: Mapping[str, Referential], per: Per | None) -> Select[Any]:
    """Enrolments that were assessed in a block, at the time of the last one; passed is whose block was validated.

    A block may take several sessions, so an enrolment counts once, not once a session.
    """
    block = _block_of(referentials)
    sat = (
        select(block.label("key"), _decisions.c.enrolment_id, func.max(_sessions.c.deliberated_on).label("day"))
        .join_from(_decisions, _registrations, _registrations.c.id == _decisions.c.registration_id)
        .join(_sessions, _sessions.c.id == _decisions.c.session_id)
        .join(_enrolments, _enrolments.c.id == _decisions.c.enrolment_id)
        .where(
            scope.of_sessions(),
            _decisions.c.standing,
            _registrations.c.attendance == Attendance.PRESENT,
            _decisions.c.outcome.in_([_ACQUIRED, _NOT_ACQUIRED]),
        )
        .group_by(block, _decisions.c.enrolment_id)
        .subquery()
    )
    counted = select(_sessions.c.id).where(scope.of_sessions())
    validated = and_(
        _validations.c.enrolment_id == sat.c.enrolment_id,
        _validations.c.block == sat.c.key,
        _validations.c.session_id.in_(counted),
        _validations.c.revoked_at.is_(None),
    )
    inner = (
        select(sat.c.key, sat.c.day, _validations.c.id.label("validation"))
        .outerjoin_from(sat, _validations, validated)
        .where(sat.c.key.is_not(None))
        .subquery()
    )
    return _grouped(
        inner,
        per,
        registered=func.count(),
        assessed=func.count(),
        passed=func.count(inner.c.validation),
        people=func.count(),
    )


def by_criterion(session: AsyncSession, scope: Scope, per: Per | None) -> Select[Any]:
    """Findings of signed sheets by their criterion; passed is `met`. The engine takes the sheets apart."""
    criterion, level, findings = findings_of(session)
    inner = (
        select(
            criterion.label("key"),
            level.label("level"),
            _registrations.c.enrolment_id,
            _sessions.c.deliberated_on.label("day"),
        )
        .select_from(_sheets)
        .join(_registrations, _registrations.c.id == _sheets.c.registration_id)
        .join(_sessions, _sessions.c.id == _sheets.c.session_id)
        .join(findings, true())
        .where(_sheets.c.state == "signed", scope.of_sessions())
        .subquery()
    )
    levels = {f"level_{one}": count_where(inner.c.level == one) for one in CriterionLevel}
    return _grouped(
        inner,
        per,
        registered=func.count(),
        assessed=func.count(),
        passed=levels["level_met"],
        people=func.count(distinct(inner.c.enrolment_id)),
        **levels,
    )


def _grouped(inner: FromClause, per: Per | None, **counts: ColumnElement[Any]) -> Select[Any]:
    year = extract("year", inner.c.day) if per is not None else null()
    month = extract("month", inner.c.day) if per is Per.MONTH else null()
    statement = select(
        inner.c.key, year.label("year"), month.label("month"), *(one.label(name) for name, one in counts.items())
    )
    grouped = [inner.c.key, *([year] if per is not None else []), *([month] if per is Per.MONTH else [])]
    return statement.select_from(inner).group_by(*grouped).order_by(*grouped)


def _attended(attendance: ColumnElement[Any]) -> dict[str, ColumnElement[int]]:
    absent = or_(attendance == Attendance.ABSENT, attendance.is_(None))
    return {
        "registered": func.count(),
        "absent": count_where(absent),
        "excused": count_where(attendance == Attendance.EXCUSED),
    }


def count_where(condition: ColumnElement[bool]) -> ColumnElement[int]:
    """How many rows it holds for; 0 for no row."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def _block_of(referentials: Mapping[str, Referential]) -> ColumnElement[Any]:
    """The block of a decision's competency, by the version of its enrolment; null for one that is not there."""
    whens: Sequence[tuple[ColumnElement[bool], ColumnElement[int]]] = [
        (
            and_(
                _enrolments.c.referential_version == version,
                _decisions.c.competency.in_([one.code for one in referential.competencies_of_block(block.number)]),
            ),
            literal(block.number),
        )
        for version, referential in referentials.items()
        for block in referential.blocks
    ]
    return case(*whens, else_=null()) if whens else null()


def findings_of(session: AsyncSession) -> tuple[ColumnElement[Any], ColumnElement[Any], FromClause]:
    """Criterion and level of each finding of a sheet, as the engine reads JSON."""
    if is_sqlite(session):
        each = func.json_each(_sheets.c.levels).table_valued("value", name="finding")
        return (
            func.json_extract(each.c.value, "$.criterion"),
            func.json_extract(each.c.value, "$.level"),
            each,
        )
    element = func.json_array_elements(_sheets.c.levels).table_valued("value", name="finding")
    return element.c.value.op("->>")("criterion"), element.c.value.op("->>")("level"), element
