"""Agreement between the jurors of a session: HTTP, and what it reads."""

from collections import defaultdict
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy import Select, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.auth import Access, Principal
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute
from parchemin.common.ownership import find
from parchemin.common.problems import NotFound
from parchemin.common.problems.representation import documented
from parchemin.common.statements import table_of
from parchemin.contracts.vocabulary import CriterionLevel, Role, SessionState
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.sessions.service import WrongState, require_state
from parchemin.evaluations.statistics.agreement import Agreement, Coincidences, Undefined
from parchemin.evaluations.statistics.queries import count_where, findings_of

router = APIRouter(prefix="/v1/statistics", tags=["statistics"], route_class=TransactionalRoute)

Certifying = Annotated[Principal, Depends(Access(Role.CERTIFIER, scope="evaluations:read"))]
"""Who watches over juries. A school does not grade its jurors."""

_sheets = table_of(Sheet)
_RANKS = {
    level: rank for rank, level in enumerate((CriterionLevel.NOT_MET, CriterionLevel.PARTLY_MET, CriterionLevel.MET))
}


class AlphaView(BaseModel):
    """Agreement on some findings."""

    alpha: float | None = Field(
        description="Krippendorff's alpha, ordinal, with 4 decimals: 1 all agree, 0 as by chance; from 0.8 on it is "
        "commonly held reliable, below 0.667 not. Null where it is undefined",
        examples=[0.8154],
    )
    undefined: Undefined | None = Field(
        description="`no_pairs`: nothing was judged by two jurors; `no_variation`: all findings are the same"
    )
    units: int = Field(description="Candidates' criteria that two jurors at least judged")
    findings: int = Field(description="Findings on them")

    @classmethod
    def of(cls, found: Agreement) -> "AlphaView":
        """As it is shown."""
        alpha = None if found.alpha is None else round(float(found.alpha), 4)
        return cls(alpha=alpha, undefined=found.undefined, units=found.units, findings=found.findings)


class CriterionAgreement(AlphaView):
    """Agreement on one criterion."""

    criterion: str = Field(examples=["C1.1"])


class AgreementView(BaseModel):
    """Agreement of a jury."""

    session_id: UUID
    whole: AlphaView
    criteria: list[CriterionAgreement]


@router.get("/agreement", responses=documented(NotFound, WrongState))
async def read_agreement(
    session: Reading, principal: Certifying, session_id: Annotated[UUID, Query(description="A closed session")]
) -> AgreementView:
    """How far the jurors of a closed session agree, on each criterion and on the whole, by their signed sheets."""
    held = await find(session, EvaluationSession, session_id, principal)
    require_state(held, SessionState.CLOSED)
    counted = await coincidences(session, held.id)
    whole = Coincidences()
    for one in counted.values():
        whole.merge(one)
    return AgreementView(
        session_id=held.id,
        whole=AlphaView.of(whole.agreement()),
        criteria=[
            CriterionAgreement(criterion=code, **AlphaView.of(one.agreement()).model_dump())
            for code, one in sorted(counted.items(), key=lambda item: [int(part) for part in item[0][1:].split(".")])
        ],
    )


async def coincidences(session: AsyncSession, session_id: UUID) -> dict[str, Coincidences]:
    """What was found of each criterion. The database counts: a row for each criterion and way to judge it."""
    counted: defaultdict[str, Coincidences] = defaultdict(Coincidences)
    for row in await session.execute(_patterns(session, session_id)):
        levels = [rank for level, rank in _RANKS.items() for _ in range(getattr(row, level))]
        counted[row.criterion].add(levels, row.times)
    return dict(counted)


def _patterns(session: AsyncSession, session_id: UUID) -> Select[Any]:
    """How often a candidate's criterion was judged so many times `met`, `partly_met` and `not_met`."""
    criterion, level, findings = findings_of(session)
    units = (
        select(
            criterion.label("criterion"),
            _sheets.c.registration_id,
            *(count_where(level == one).label(one) for one in CriterionLevel),
        )
        .select_from(_sheets)
        .join(findings, true())
        .where(_sheets.c.session_id == session_id, _sheets.c.state == "signed")
        .group_by(criterion, _sheets.c.registration_id)
        .subquery()
    )
    pattern = [units.c.criterion, *(units.c[level] for level in CriterionLevel)]
    return select(*pattern, func.count().label("times")).group_by(*pattern)
