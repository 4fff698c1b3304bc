"""HTTP of statistics: figures, and pictures for a report."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.auth import Principal
from parchemin.common.dates import Day
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute
from parchemin.common.language import Language, preferred_language
from parchemin.common.problems.representation import documented
from parchemin.evaluations.access import ReadingRegister
from parchemin.evaluations.statistics import service
from parchemin.evaluations.statistics.charts.bars import pass_rates, stacked_levels
from parchemin.evaluations.statistics.charts.trend import trend
from parchemin.evaluations.statistics.labels import labels_of
from parchemin.evaluations.statistics.queries import Scope
from parchemin.evaluations.statistics.rules import Group, GroupBy, Per
from parchemin.evaluations.statistics.schemas import GroupView, StatisticsView

router = APIRouter(prefix="/v1/statistics", tags=["statistics"], route_class=TransactionalRoute)


class ChartKind(StrEnum):
    """What is drawn."""

    RATES = "rates"
    LEVELS = "levels"
    TREND = "trend"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is counted."""

    since: Annotated[Day | None, Query(alias="from", description="Deliberated on this day or after")] = None
    until: Annotated[Day | None, Query(alias="to", description="Deliberated on this day or before")] = None
    session_id: Annotated[UUID | None, Query(description="Only this session")] = None
    referential_version: Annotated[
        str | None, Query(pattern=r"^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$", description="Only sessions of this version")
    ] = None

    def scope(self, principal: Principal) -> Scope:
        """Of the caller's organisation; of all for the certifier."""
        return Scope(principal.organisation_id, self.since, self.until, self.session_id, self.referential_version)


Counted = Annotated[Wanted, Depends()]
Grouping = Annotated[GroupBy, Query(description="What is counted together")]


@router.get("", responses=documented(service.TooManyGroups))
async def read_statistics(
    session: Reading,
    principal: ReadingRegister,
    wanted: Counted,
    request: Request,
    response: Response,
    group_by: Grouping = GroupBy.SESSION,
    per: Annotated[Per | None, Query(description="A group for each year or month: a trend")] = None,
) -> StatisticsView:
    """What closed sessions came to: how many were assessed and passed, absences, levels; exact and as shown.

    Certifier: all schools; staff and programs: their own. Groups of few people are flagged for those who know the
    people anyway, and empty for programs.
    """
    below = request.app.state.settings.small_group_below
    counted = await service.count(session, wanted.scope(principal), group_by, per)
    groups = service.as_seen_by(principal, counted, below)
    language = preferred_language(request.headers.get("accept-language"))
    response.headers.update(_spoken(language))
    labels = await labels_of(session, group_by, {group.key for group in groups}, language)
    items = [GroupView.of(group, labels[group.key], below) for group in groups]
    return StatisticsView(group_by=group_by, per=per, small_group_below=below, items=items)


@router.get(
    "/chart.svg",
    response_class=Response,
    responses={
        200: {"description": "The picture", "content": {"image/svg+xml": {"schema": {"type": "string"}}}},
        **documented(service.TooManyGroups),
    },
)
async def draw_statistics(
    session: Reading,
    principal: ReadingRegister,
    wanted: Counted,
    request: Request,
    kind: Annotated[ChartKind, Query(description="`levels` are those of criteria, whatever `group_by` is")],
    group_by: Grouping = GroupBy.COMPETENCY,
    per: Annotated[Per, Query(description="Of a trend")] = Per.YEAR,
) -> Response:
    """The same as a picture for a report, in the language of the client. It leaves the house: no rate of a small group
    is drawn, whoever asks."""
    below = request.app.state.settings.small_group_below
    grouped = GroupBy.CRITERION if kind is ChartKind.LEVELS else group_by
    over = per if kind is ChartKind.TREND else None
    groups = await service.count(session, wanted.scope(principal), grouped, over)
    language = preferred_language(request.headers.get("accept-language"))
    body = await _drawn(session, kind, grouped, groups, language, below)
    return Response(body, media_type="image/svg+xml", headers=_spoken(language))


async def _drawn(
    session: AsyncSession, kind: ChartKind, group_by: GroupBy, groups: Sequence[Group], language: Language, below: int
) -> bytes:
    labels = await labels_of(session, group_by, {group.key for group in groups}, language)
    match kind:
        case ChartKind.RATES:
            return pass_rates(groups, labels, group_by, language, below)
        case ChartKind.LEVELS:
            return stacked_levels(groups, labels, language, below)
        case ChartKind.TREND:
            return trend(groups, labels, group_by, language, below)


def _spoken(language: Language) -> dict[str, str]:
    return {"Content-Language": language, "Vary": "Accept-Language"}
