"""Making results known when their moment comes, and moving that moment."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.problems import Conflict
from parchemin.contracts.vocabulary import SessionState
from parchemin.evaluations.deliberation.publication import publish_results
from parchemin.evaluations.juries.rules import JuryRules
from parchemin.evaluations.sessions.models import EvaluationSession
from parchemin.evaluations.sessions.schemas import Publication
from parchemin.evaluations.sessions.service import locked_session, require_state

log = structlog.get_logger()


class ResultsPublished(Conflict):
    """What everybody knows is not taken back."""

    code = "results_published"
    detail = Text("Les résultats sont publiés.", "The results are published.")


async def set_publication(
    session: AsyncSession,
    principal: Principal,
    session_id: UUID,
    new: Publication,
    expected: int,
    rules: Sequence[JuryRules],
) -> EvaluationSession:
    """Publish the results at another moment than was said, or now."""
    held = await locked_session(session, principal, session_id)
    require_version(held, expected)
    require_state(held, SessionState.CLOSED)
    if held.published_at is not None:
        raise ResultsPublished
    now = utc_now()
    held.results_at, held.updated_at = max(new.publish_at, now), now
    if held.results_at == now:
        await publish_results(session, held, rules)
    return held


class ResultsPublisher:
    """Publishes the results whose moment has come, a session in each transaction; in as many processes as one likes."""

    def __init__(self, database: Database, rules: Sequence[JuryRules], *, poll_seconds: float) -> None:
        self._database = database
        self._rules = rules
        self._poll_seconds = poll_seconds

    async def run(self) -> None:
        """Look for them for ever."""
        while True:
            try:
                await self.publish_due()
            except Exception:  # it outlives a database that is away
                log.exception("publishing_results_failed")
            await asyncio.sleep(self._poll_seconds)

    async def publish_due(self) -> int:
        """Publish all that is due; return how many sessions that was."""
        count = 0
        while await self._publish_next():
            count += 1
        return count

    async def _publish_next(self) -> bool:
        due = (
            select(EvaluationSession)
            .where(
                col(EvaluationSession.results_at) <= utc_now(),
                col(EvaluationSession.published_at).is_(None),
            )
            .order_by(col(EvaluationSession.results_at), col(EvaluationSession.id))
            .limit(1)
        )
        async with self._database.reading() as session:
            if (await session.execute(due)).first() is None:
                return False
        async with self._database.transaction() as session:
            held = (await session.execute(due.with_for_update(skip_locked=True))).scalar_one_or_none()
            if held is None:
                return False
            await publish_results(session, held, self._rules)
            log.info("results_published", session_id=str(held.id))
        return True
