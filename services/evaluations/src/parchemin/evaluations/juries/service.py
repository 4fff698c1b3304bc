"""Use cases about a jury: its members swear, and are replaced."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.ownership import find
from parchemin.common.problems import Conflict, FieldFault, Forbidden, Unprocessable
from parchemin.contracts.vocabulary import SessionState
from parchemin.evaluations.juries.fitness import require_fit_jury
from parchemin.evaluations.juries.models import JuryStatement
from parchemin.evaluations.juries.rules import JuryRules
from parchemin.evaluations.juries.schemas import NewReplacement, NewStatement
from parchemin.evaluations.jurors.models import Juror
from parchemin.evaluations.jurors.service import calling_juror, jurors_by_id
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.conflicts import conflicting_pairs, declare
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat
from parchemin.evaluations.sessions.schemas import NewConflict
from parchemin.evaluations.sessions.service import locked_session, require_state, seats_of


class NotACandidate(Unprocessable):
    """The enrolment that is named is not on the session's list."""

    code = "not_a_candidate"
    detail = Text("Cette inscription ne figure pas à la session.", "This enrolment is not on the session's list.")


class NotSeated(Conflict):
    """Who is to be replaced does not sit, or who takes the place sits or sat already."""

    code = "not_seated"
    detail = Text(
        "Le juré remplacé siège, et son remplaçant n'a pas siégé dans cette session.",
        "Who is replaced sits, and who takes the place has not sat in this session.",
    )


class StatementsMissing(Conflict):
    """A juror has not sworn since the last candidate was registered."""

    code = "statements_missing"
    detail = Text(
        "{count} déclaration(s) sur l'honneur manquent.",
        "{count} sworn statement(s) are missing.",
    )


async def swear(session: AsyncSession, principal: Principal, session_id: UUID, new: NewStatement) -> JuryStatement:
    """The caller states their ties with the candidates of a session that they sit in.

    The juror is held before the session, as whoever grades holds them.
    """
    caller = await calling_juror(session, principal)
    juror = await find(session, Juror, caller.id, principal, for_update=True)
    held = await locked_session(session, principal, session_id)
    seat = next((seat for seat in (await seats_of(session, [held.id]))[held.id] if seat.juror_id == juror.id), None)
    if seat is None:
        raise Forbidden
    require_state(held, SessionState.OPEN, SessionState.RUNNING)
    listed = select(col(Registration.enrolment_id)).where(col(Registration.session_id) == held.id)
    enrolments = (await session.execute(listed)).scalars().all()
    known = await conflicting_pairs(session, [juror.id])
    for index, tie in enumerate(new.conflicts):
        if tie.enrolment_id not in enrolments:
            text = Text("Inscription absente de la session.", "Not on the session's list.")
            raise NotACandidate(faults=[FieldFault(f"/conflicts/{index}/enrolment_id", NotACandidate.code, text)])
        if (juror.id, tie.enrolment_id) not in known:
            entry = NewConflict(juror_id=juror.id, enrolment_id=tie.enrolment_id, kind=tie.kind)
            await declare(session, principal, entry)
            known |= {(juror.id, tie.enrolment_id)}
    now = utc_now()
    seat.sworn_at = now
    statement = JuryStatement(
        organisation_id=held.organisation_id,
        session_id=held.id,
        juror_id=juror.id,
        sworn_at=now,
        candidates=len(enrolments),
    )
    session.add(statement)
    return statement


async def replace(
    session: AsyncSession,
    principal: Principal,
    session_id: UUID,
    new: NewReplacement,
    expected: int,
    rules: Sequence[JuryRules],
) -> EvaluationSession:
    """Somebody takes a juror's place, the president's too. Sheets that were signed there count; who comes grades the
    rest."""
    held = await locked_session(session, principal, session_id)
    require_version(held, expected)
    require_state(held, SessionState.OPEN, SessionState.RUNNING)
    seats = (await seats_of(session, [held.id]))[held.id]
    leaving = next((seat for seat in seats if seat.juror_id == new.replaced), None)
    known = await jurors_by_id(session, principal, {new.by})
    sat = await session.get(JurySeat, {"session_id": held.id, "juror_id": new.by})
    if leaving is None or new.by not in known or sat is not None:
        raise NotSeated
    leaving.replaced_at = held.updated_at = utc_now()
    await session.flush()
    coming = JurySeat(
        session_id=held.id,
        juror_id=new.by,
        president=leaving.president,
        replaces=leaving.juror_id,
        replacement_reason=new.reason,
    )
    session.add(coming)
    staying = [seat for seat in seats if seat is not leaving]
    await require_fit_jury(session, principal, held, [*staying, coming], rules)
    return held


async def require_sworn(session: AsyncSession, held: EvaluationSession, seats: Sequence[JurySeat]) -> None:
    """Refuse to go on while somebody on the jury has not sworn for every candidate on the list."""
    statement = select(func.max(col(Registration.created_at))).where(col(Registration.session_id) == held.id)
    last = await session.scalar(statement)
    missing = [seat for seat in seats if seat.sworn_at is None or (last is not None and seat.sworn_at < last)]
    if missing:
        faults = [
            FieldFault(
                "/state",
                "statement_missing",
                Text(f"Juré {seat.juror_id}.", f"Juror {seat.juror_id}."),
            )
            for seat in sorted(missing, key=lambda seat: seat.juror_id)
        ]
        raise StatementsMissing(count=len(missing), faults=faults)
