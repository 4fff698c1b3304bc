"""Use cases about deadlines: the session's preparation, and what it comes to for one candidate."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.statements import table_of, upsert
from parchemin.contracts.vocabulary import SessionState
from parchemin.evaluations.enrolments.models import KnownEnrolment
from parchemin.evaluations.enrolments.rules import holding
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.sessions.service import locked_session, require_state
from parchemin.evaluations.settings import Settings
from parchemin.evaluations.submissions.models import Preparation
from parchemin.evaluations.submissions.problems import (
    DeadlinePassed,
    PreparationImplausible,
    PreparationNotOpen,
    SubmissionFrozen,
)
from parchemin.evaluations.submissions.rules import (
    Admission,
    Window,
    admission,
    own_deadline,
    preparation_percent,
)
from parchemin.evaluations.submissions.schemas import PreparationEntry, PreparationView

OURS = (2000, 2200)
"""The years in which a preparation may be."""


@dataclass(frozen=True, slots=True)
class OwnTime:
    """When one candidate may hand in for one session."""

    state: SessionState
    opens_at: datetime | None
    deadline: datetime | None

    @classmethod
    def of(cls, held: EvaluationSession, enrolment: KnownEnrolment, preparation: Preparation | None) -> "OwnTime":
        """With the extra time that the candidate has on the day of the session."""
        if preparation is None:
            return cls(SessionState(held.state), None, None)
        window = Window(preparation.opens_at, preparation.due_at)
        deadline = own_deadline(window, preparation_percent(holding(enrolment.measures, held.held_on)))
        return cls(SessionState(held.state), window.opens_at, deadline)

    def admits(self, now: datetime, settings: Settings) -> Admission:
        """Whether something may be handed in now."""
        return admission(now, self.state, self.opens_at, self.deadline, settings.submissions_grace)

    def require_admission(self, now: datetime, settings: Settings) -> bool:
        """Whether it is late; refuses what is not taken any more, or not yet, saying why."""
        match self.admits(now, settings):
            case Admission.NOT_YET:
                raise PreparationNotOpen(opens_at=_told(self.opens_at))
            case Admission.FROZEN if self.state not in {SessionState.DRAFT, SessionState.OPEN}:
                raise SubmissionFrozen(state=self.state)
            case Admission.FROZEN:
                raise DeadlinePassed(deadline=_told(self.deadline))
            case admitted:
                return admitted == Admission.LATE


async def own_time(session: AsyncSession, held: EvaluationSession, enrolment: KnownEnrolment) -> OwnTime:
    """The candidate's time for this session."""
    return OwnTime.of(held, enrolment, await session.get(Preparation, held.id))


async def set_preparation(
    session: AsyncSession, principal: Principal, session_id: UUID, entry: PreparationEntry, expected: int
) -> EvaluationSession:
    """Set when the dossiers of a session are prepared, until it runs. What was handed in stays as it was judged."""
    held = await locked_session(session, principal, session_id)
    require_version(held, expected)
    require_state(held, SessionState.DRAFT, SessionState.OPEN)
    window = _window(entry)
    values = {"session_id": held.id, "opens_at": window.opens_at, "due_at": window.due_at}
    await upsert(session, table_of(Preparation), values, key=["session_id"])
    held.updated_at = utc_now()
    return held


async def present(session: AsyncSession, held: EvaluationSession) -> PreparationView:
    """The preparation of a session as the API shows it."""
    known = await session.get(Preparation, held.id, populate_existing=True)
    return PreparationView(
        session_id=held.id,
        opens_at=known.opens_at if known else None,
        due_at=known.due_at if known else None,
    )


def _window(entry: PreparationEntry) -> Window:
    """In UTC, as it is stored."""
    if not all(OURS[0] <= moment.year < OURS[1] for moment in (entry.opens_at, entry.due_at)):
        raise PreparationImplausible
    window = Window(entry.opens_at.astimezone(UTC), entry.due_at.astimezone(UTC))
    if window.due_at <= window.opens_at:
        raise PreparationImplausible
    return window


def _told(moment: datetime | None) -> str:
    return moment.isoformat(timespec="seconds") if moment else ""
