"""Conflicts of interest: a juror who trained, employs or is related to a candidate does not grade them."""

from collections.abc import Collection
from uuid import UUID

from fastapi import APIRouter
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.language import Text
from parchemin.common.ownership import find, owned
from parchemin.common.paging import Page, Paging, page
from parchemin.common.problems import Conflict, NotFound
from parchemin.common.problems.representation import documented
from parchemin.contracts.vocabulary import SessionState
from parchemin.evaluations.access import Planning
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.grading.models import Sheet
from parchemin.evaluations.jurors.models import Juror
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import ConflictOfInterest, EvaluationSession
from parchemin.evaluations.sessions.schemas import ConflictView, NewConflict

router = APIRouter(prefix="/v1/conflicts_of_interest", tags=["conflicts of interest"], route_class=TransactionalRoute)


class ConflictDeclared(Conflict):
    """The tie is known already."""

    code = "conflict_declared"
    detail = Text("Ce conflit d'intérêts est déjà déclaré.", "This conflict of interest is declared already.")


class JurorHasGraded(Conflict):
    """The juror has signed a sheet for the candidate, in a session that is not closed yet."""

    code = "juror_has_graded"
    detail = Text(
        "Ce juré a déjà évalué ce candidat.",
        "This juror has graded this candidate already.",
    )


async def conflicting_pairs(session: AsyncSession, juror_ids: Collection[UUID]) -> frozenset[tuple[UUID, UUID]]:
    """Pairs of juror and enrolment, among these jurors, where the juror must not grade."""
    statement = select(col(ConflictOfInterest.juror_id), col(ConflictOfInterest.enrolment_id)).where(
        col(ConflictOfInterest.juror_id).in_(juror_ids)
    )
    return frozenset((juror, enrolment) for juror, enrolment in await session.execute(statement))


async def declare(session: AsyncSession, principal: Principal, new: NewConflict) -> ConflictOfInterest:
    """Record a tie, before the juror grades the candidate. What a closed session decided stands.

    The juror is held, so that no sheet of theirs is signed meanwhile.
    """
    juror = await find(session, Juror, new.juror_id, principal, for_update=True)
    enrolment = await find(session, KnownEnrolment, new.enrolment_id, principal)
    known = select(ConflictOfInterest).where(
        col(ConflictOfInterest.juror_id) == juror.id, col(ConflictOfInterest.enrolment_id) == enrolment.id
    )
    if (await session.execute(known)).first() is not None:
        raise ConflictDeclared
    graded = (
        select(col(Sheet.id))
        .join(Registration, col(Registration.id) == col(Sheet.registration_id))
        .join(EvaluationSession, col(EvaluationSession.id) == col(Sheet.session_id))
        .where(
            col(Sheet.juror_id) == juror.id,
            col(Sheet.state) == "signed",
            col(Registration.enrolment_id) == enrolment.id,
            col(EvaluationSession.state) != SessionState.CLOSED,
        )
    )
    if (await session.execute(graded.limit(1))).first() is not None:
        raise JurorHasGraded
    conflict = ConflictOfInterest(
        organisation_id=juror.organisation_id, juror_id=juror.id, enrolment_id=enrolment.id, kind=new.kind
    )
    session.add(conflict)
    return conflict


@router.post("", status_code=201, responses=documented(NotFound, ConflictDeclared, JurorHasGraded))
async def declare_conflict_of_interest(new: NewConflict, session: Writing, principal: Planning) -> ConflictView:
    """Declare that a juror trained, employs or is related to a candidate: they will not grade them."""
    return ConflictView.model_validate(await declare(session, principal, new))


@router.get("")
async def list_conflicts_of_interest(session: Reading, principal: Planning, paging: Paging) -> Page[ConflictView]:
    """The declared conflicts of interest."""
    statement = owned(ConflictOfInterest, principal)
    return await page(session, statement, ConflictOfInterest, paging, ConflictView.model_validate)
