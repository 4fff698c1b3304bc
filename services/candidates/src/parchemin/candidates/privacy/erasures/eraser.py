"""Doing the erasures that are approved, as soon as nothing holds them up."""

from uuid import UUID

import structlog
from sqlalchemy import select
from sqlmodel import col

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.privacy.erasures import rules
from parchemin.candidates.privacy.erasures.forgetting import forget_candidate
from parchemin.candidates.privacy.erasures.models import Erasure
from parchemin.candidates.privacy.erasures.rules import ErasureState, Patience
from parchemin.candidates.privacy.erasures.service import DUE
from parchemin.candidates.privacy.erasures.sittings import sittings_of
from parchemin.common.clock import utc_now
from parchemin.common.database import Database
from parchemin.common.vault import Vault

log = structlog.get_logger()


class Eraser:
    """Erases whoever is to be erased, a person in each transaction; in as many processes as one likes."""

    def __init__(self, database: Database, vault: Vault, patience: Patience, *, poll_seconds: float) -> None:
        self._database = database
        self._vault = vault
        self._patience = patience
        self._poll_seconds = poll_seconds

    async def run(self) -> None:
        """Look for them for ever: at once after an approval, and every so often for those that had to wait."""
        while True:
            self._database.signal(DUE).clear()
            try:
                await self.erase_due()
            except Exception:  # it outlives a database that is away
                log.exception("erasing_failed")
            await self._database.announced(DUE, within=self._poll_seconds)

    async def erase_due(self) -> int:
        """Erase all that can be by now; how many that was."""
        approved = select(col(Erasure.id)).where(col(Erasure.state) == ErasureState.APPROVED)
        async with self._database.reading() as session:
            waiting = list(await session.scalars(approved.order_by(col(Erasure.decided_at), col(Erasure.id))))
        return sum([await self._erase(erasure_id) for erasure_id in waiting])

    async def _erase(self, erasure_id: UUID) -> bool:
        """In the order of every other use case: the candidate is locked first."""
        async with self._database.transaction() as session:
            candidate_of = select(col(Erasure.candidate_id)).where(col(Erasure.id) == erasure_id)
            rows = select(Candidate).where(col(Candidate.id) == candidate_of.scalar_subquery()).with_for_update()
            candidate: Candidate = (await session.execute(rows)).scalar_one()
            erasure = await session.get_one(Erasure, erasure_id, with_for_update=True)
            if erasure.state != ErasureState.APPROVED:  # done or refused meanwhile
                return False
            now = utc_now()
            if rules.holds(await sittings_of(session, candidate.id), now.date(), self._patience):
                return False
            if candidate.erased_at is None:
                await forget_candidate(session, self._vault, candidate, now)
            erasure.state = ErasureState.DONE
            erasure.done_at = erasure.updated_at = now
            log.info("candidate_erased", candidate_id=str(candidate.id))
        return True
