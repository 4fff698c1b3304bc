"""Whose dossiers a caller sees."""

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.ownership import owned
from parchemin.contracts.vocabulary import Role
from parchemin.evaluations.access import JURY, STAFF
from parchemin.evaluations.enrolments.candidates import own_enrolments
from parchemin.evaluations.jurors.service import juror_ids_of
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import ConflictOfInterest, EvaluationSession, JurySeat
from parchemin.evaluations.submissions.models import Deposit
from parchemin.evaluations.submissions.rules import DepositState


def _own(principal: Principal) -> ColumnElement[bool]:
    if not principal.has(Role.CANDIDATE):
        return false()
    return col(Registration.enrolment_id).in_(own_enrolments(principal))


def _judged(principal: Principal) -> ColumnElement[bool]:
    if not principal.has(*JURY):
        return false()
    seats = select(col(JurySeat.session_id)).where(col(JurySeat.juror_id).in_(juror_ids_of(principal)))
    return col(Registration.session_id).in_(seats)


def visible_dossiers(principal: Principal) -> Select[Registration]:
    """Staff: the organisation's. A candidate: the own ones. A juror: those of the sessions they sit in."""
    statement = owned(Registration, principal)
    return statement if principal.has(*STAFF) else statement.where(or_(_own(principal), _judged(principal)))


def handled_dossiers(principal: Principal) -> Select[Registration]:
    """Those that the caller may hand something in for: staff and the candidate, no juror."""
    statement = owned(Registration, principal)
    return statement if principal.has(*STAFF) else statement.where(_own(principal))


def handled_uploads(principal: Principal) -> Select[Deposit]:
    """The uploads of those dossiers: files alone, a snapshot is not uploaded."""
    ids = handled_dossiers(principal).with_only_columns(col(Registration.id))
    is_file = col(Deposit.snapshot_id).is_(None)
    return owned(Deposit, principal).where(is_file, col(Deposit.registration_id).in_(ids))


def visible_files(principal: Principal) -> Select[Deposit]:
    """Accepted files of the dossiers that the caller sees."""
    ids = visible_dossiers(principal).with_only_columns(col(Registration.id))
    accepted, is_file = col(Deposit.state) == DepositState.ACCEPTED, col(Deposit.snapshot_id).is_(None)
    return owned(Deposit, principal).where(accepted, is_file, col(Deposit.registration_id).in_(ids))


async def is_in_conflict(session: AsyncSession, principal: Principal, registration_id: object) -> bool:
    """Whether the caller sees the dossier as a juror only, and has a declared tie with the candidate."""
    handled = handled_dossiers(principal).where(col(Registration.id) == registration_id)
    if (await session.execute(handled.limit(1))).first() is not None:
        return False
    ties = (
        select(col(ConflictOfInterest.id))
        .join(Registration, col(Registration.enrolment_id) == col(ConflictOfInterest.enrolment_id))
        .where(col(Registration.id) == registration_id, col(ConflictOfInterest.juror_id).in_(juror_ids_of(principal)))
    )
    return (await session.execute(ties.limit(1))).first() is not None


def sessions_of_dossiers(principal: Principal) -> Select[EvaluationSession]:
    """The sessions of those dossiers; for staff all of the organisation, for a juror those they sit in, without a
    dossier too."""
    statement = owned(EvaluationSession, principal)
    if principal.has(*STAFF):
        return statement
    dossiers = visible_dossiers(principal).with_only_columns(col(Registration.session_id))
    of_dossiers = col(EvaluationSession.id).in_(dossiers)
    if not principal.has(*JURY):
        return statement.where(of_dossiers)
    seats = select(col(JurySeat.session_id)).where(col(JurySeat.juror_id).in_(juror_ids_of(principal)))
    return statement.where(or_(of_dossiers, col(EvaluationSession.id).in_(seats)))
