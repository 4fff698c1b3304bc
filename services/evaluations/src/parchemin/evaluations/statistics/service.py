"""Statistics of closed sessions, for those who may see them."""

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.language import Text
from parchemin.common.problems import Unprocessable
from parchemin.contracts.vocabulary import CriterionLevel, Role
from parchemin.evaluations.referential.models import PublishedReferential
from parchemin.evaluations.referential.service import referential_of
from parchemin.evaluations.statistics import queries
from parchemin.evaluations.statistics.queries import Scope
from parchemin.evaluations.statistics.rules import Group, GroupBy, Per, period_of, suppressed

MOST_GROUPS = 2000
"""In one answer."""


class TooManyGroups(Unprocessable):
    """What is asked for has more groups than one answer holds."""

    code = "too_many_groups"
    detail = Text(
        "Plus de {most} groupes : restreignez la période.",
        "More than {most} groups: narrow the period.",
    )


async def count(session: AsyncSession, scope: Scope, group_by: GroupBy, per: Per | None) -> list[Group]:
    """The groups, by key and period."""
    statement = await _statement(session, scope, group_by, per)
    rows = (await session.execute(statement.limit(MOST_GROUPS + 1))).mappings().all()
    if len(rows) > MOST_GROUPS:
        raise TooManyGroups(most=MOST_GROUPS)
    groups = [_group(row) for row in rows]
    return groups if group_by in {GroupBy.SESSION, GroupBy.ACCESS_PATH} else sorted(groups, key=_in_order)


def _in_order(group: Group) -> tuple[list[int], str]:
    """`C2.1` before `C10.1`."""
    return [int(digits) for digits in re.findall("[0-9]+", group.key)], group.period or ""


def as_seen_by(principal: Principal, groups: Sequence[Group], below: int) -> list[Group]:
    """School and certifier know the people; a program passes figures on to who does not."""
    if principal.has(Role.ADMINISTRATOR, Role.CERTIFIER):
        return list(groups)
    return [suppressed(group, below) for group in groups]


async def _statement(session: AsyncSession, scope: Scope, group_by: GroupBy, per: Per | None) -> Select[Any]:
    match group_by:
        case GroupBy.SESSION:
            return queries.by_registration(scope, queries.SESSION_KEY, per)
        case GroupBy.ACCESS_PATH:
            return queries.by_registration(scope, queries.ACCESS_PATH_KEY, per)
        case GroupBy.COMPETENCY:
            return queries.by_competency(scope, per)
        case GroupBy.CRITERION:
            return queries.by_criterion(session, scope, per)
        case GroupBy.BLOCK:
            names = (await session.execute(select(col(PublishedReferential.name)))).scalars().all()
            referentials = {name: await referential_of(session, name) for name in names}
            return queries.by_block(scope, referentials, per)


_COUNTS = ("registered", "absent", "excused", "assessed", "passed", "kept", "exempt", "people")


def _group(row: RowMapping) -> Group:
    levels = {level: int(row[f"level_{level}"]) for level in CriterionLevel} if "level_met" in row else None
    counts: dict[str, Any] = {name: int(row[name]) for name in _COUNTS if name in row}
    return Group(
        key=str(row["key"]),
        period=_period(row),
        levels=levels,
        **counts,
    )


def _period(row: RowMapping) -> str | None:
    """PostgreSQL takes parts of a date as decimals."""
    if row["year"] is None:
        return None
    return period_of(int(row["year"]), None if row["month"] is None else int(row["month"]))
