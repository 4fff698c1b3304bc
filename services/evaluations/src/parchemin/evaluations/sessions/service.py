"""Use cases about sessions: planning them and leading them through their states."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.ownership import one, owned
from parchemin.common.problems import Conflict, Unprocessable
from parchemin.contracts.vocabulary import SessionState
from parchemin.evaluations.access import is_only_juror
from parchemin.evaluations.jurors.service import juror_ids_of, jurors_by_id
from parchemin.evaluations.referential.service import parse, published_referential
from parchemin.evaluations.registrations.models import Registration
from parchemin.evaluations.sessions.models import EvaluationSession, JurySeat
from parchemin.evaluations.sessions.rules import may_become
from parchemin.evaluations.sessions.schemas import SessionEntry, SessionView


class JurorUnknown(Unprocessable):
    """A juror who is not in the organisation's pool."""

    code = "juror_unknown"
    detail = Text("Un juré est inconnu ou figure deux fois.", "A juror is unknown or named twice.")


class ModalityUnknown(Unprocessable):
    """The referential has no such modality, or it is named twice."""

    code = "modality_unknown"
    detail = Text(
        "Les modalités doivent être celles du référentiel, chacune une fois.",
        "The modalities must be those of the referential, each once.",
    )


class IllegalStep(Conflict):
    """A session does not go from this state to that one."""

    code = "illegal_step"
    detail = Text(
        "Une session « {state} » ne peut pas devenir « {wanted} ».",
        "A session that is {state} cannot become {wanted}.",
    )


class WrongState(Conflict):
    """The session's state does not allow this any more, or not yet."""

    code = "wrong_state"
    detail = Text(
        "La session est « {state} » : cette opération demande « {needed} ».",
        "The session is {state}: this operation takes {needed}.",
    )


class SessionHasRegistrations(Conflict):
    """Candidates are registered for what the plan would take away."""

    code = "session_has_registrations"
    detail = Text(
        "Des candidats sont inscrits : leurs modalités et la version du référentiel ne changent plus.",
        "Candidates are registered: their modalities and the version of the referential do not change any more.",
    )


def visible_sessions(principal: Principal) -> Select[EvaluationSession]:
    """The organisation's sessions; for a juror, those they sit in."""
    statement = owned(EvaluationSession, principal)
    if is_only_juror(principal):
        seats = select(col(JurySeat.session_id)).where(
            col(JurySeat.juror_id).in_(juror_ids_of(principal)), col(JurySeat.replaced_at).is_(None)
        )
        statement = statement.where(col(EvaluationSession.id).in_(seats))
    return statement


async def seats_of(session: AsyncSession, session_ids: Collection[UUID]) -> dict[UUID, list[JurySeat]]:
    """The juries of these sessions, as they sit now."""
    seats: defaultdict[UUID, list[JurySeat]] = defaultdict(list)
    statement = select(JurySeat).where(col(JurySeat.session_id).in_(session_ids), col(JurySeat.replaced_at).is_(None))
    for seat in (await session.execute(statement)).scalars():
        seats[seat.session_id].append(seat)
    return seats


async def every_seat(session: AsyncSession, session_id: UUID) -> Sequence[JurySeat]:
    """All who sat on the jury, also those who were replaced."""
    statement = select(JurySeat).where(col(JurySeat.session_id) == session_id)
    return (await session.execute(statement)).scalars().all()


async def session_view(session: AsyncSession, held: EvaluationSession) -> SessionView:
    """The session as the API shows it, with its jury."""
    return SessionView.of(held, (await seats_of(session, [held.id]))[held.id])


async def plan_session(session: AsyncSession, principal: Principal, entry: SessionEntry) -> EvaluationSession:
    """Plan a session, as a draft."""
    version = await _planned_version(session, entry, "current")
    held = EvaluationSession(
        organisation_id=principal.organisation,
        referential_version=version,
        place=entry.place,
        held_on=entry.held_on,
        modalities=entry.modalities,
    )
    session.add(held)
    await session.flush()
    await _seat(session, principal, held, entry)
    return held


async def change_plan(
    session: AsyncSession, principal: Principal, session_id: UUID, entry: SessionEntry, expected: int
) -> EvaluationSession:
    """Change the plan of a draft."""
    held = await locked_session(session, principal, session_id)
    require_version(held, expected)
    require_state(held, SessionState.DRAFT)
    version = await _planned_version(session, entry, held.referential_version)
    await _require_registrations_fit(session, held, version, entry.modalities)
    held.referential_version = version
    held.place, held.held_on, held.modalities = entry.place, entry.held_on, entry.modalities
    held.updated_at = utc_now()
    await session.execute(delete(JurySeat).where(col(JurySeat.session_id) == held.id))
    await _seat(session, principal, held, entry)
    return held


async def locked_session(session: AsyncSession, principal: Principal, session_id: UUID) -> EvaluationSession:
    """The session as the caller may see it, locked: its steps and what depends on its state come one by one."""
    visible = visible_sessions(principal).with_for_update()
    return await one(session, visible, EvaluationSession, session_id)


def require_state(held: EvaluationSession, *needed: SessionState) -> None:
    """Refuse what the session's state does not allow."""
    if held.state not in needed:
        raise WrongState(state=held.state, needed=", ".join(needed))


def require_step(held: EvaluationSession, wanted: SessionState) -> None:
    """Refuse a step that a session does not take."""
    if not may_become(SessionState(held.state), wanted):
        raise IllegalStep(state=held.state, wanted=wanted)


def enter_state(held: EvaluationSession, state: SessionState) -> None:
    """Record the step."""
    held.state = state
    held.updated_at = utc_now()


async def _planned_version(session: AsyncSession, entry: SessionEntry, default: str) -> str:
    """The referential version of the plan, whose modalities are the plan's."""
    published = await published_referential(session, entry.referential_version or default)
    known = {modality.code for modality in parse(published.body).modalities}
    if not set(entry.modalities) <= known or len(set(entry.modalities)) < len(entry.modalities):
        raise ModalityUnknown
    return published.name


async def _require_registrations_fit(
    session: AsyncSession, held: EvaluationSession, version: str, modalities: Collection[str]
) -> None:
    statement = select(col(Registration.modality)).where(col(Registration.session_id) == held.id).distinct()
    registered = set((await session.execute(statement)).scalars())
    if not registered <= set(modalities) or (registered and version != held.referential_version):
        raise SessionHasRegistrations


async def _seat(session: AsyncSession, principal: Principal, held: EvaluationSession, entry: SessionEntry) -> None:
    ids = [entry.jury.president, *entry.jury.members]
    known = await jurors_by_id(session, principal, set(ids))
    if len(known) < len(ids):
        raise JurorUnknown
    session.add_all(
        JurySeat(session_id=held.id, juror_id=juror_id, president=juror_id == entry.jury.president) for juror_id in ids
    )
    await session.flush()
