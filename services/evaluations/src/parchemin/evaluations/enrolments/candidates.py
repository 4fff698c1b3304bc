"""Which enrolments are the calling candidate's own, from the candidates service's events."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.auth.principal import login_of
from parchemin.common.database import vault_of
from parchemin.common.erasure import is_forgotten
from parchemin.common.statements import table_of, upsert
from parchemin.contracts.events.candidates import CandidateIdentifiedV1
from parchemin.contracts.events.identities import CandidateIdentifiedV2, CandidatesMergedV1
from parchemin.evaluations.enrolments.models import KnownCandidate, KnownEnrolment


async def learn_candidate(session: AsyncSession, event: CandidateIdentifiedV1 | CandidateIdentifiedV2) -> None:
    """Keep the login, and nothing else of the identity; a later one replaces it. Of who was erased nothing is kept."""
    if await is_forgotten(session, event.candidate_id):
        return
    index, subject = await vault_of(session).index(session), event.pii.subject
    known = {
        "candidate_id": event.candidate_id,
        "organisation_id": event.organisation_id,
        "login": None if subject is None else login_of(index, subject),
    }
    await upsert(session, table_of(KnownCandidate), known, key=["candidate_id"])


async def merge_candidates(session: AsyncSession, event: CandidatesMergedV1) -> None:
    """What was the duplicate's is the candidate's. An enrolment of which is heard only later is still the person's
    own: the duplicate goes on being identified, with the same login."""
    await session.execute(
        update(KnownEnrolment)
        .where(col(KnownEnrolment.candidate_id) == event.duplicate_id)
        .values(candidate_id=event.candidate_id)
        .execution_options(synchronize_session=False)
    )


def own_enrolments(principal: Principal) -> Any:
    """Ids of the enrolments of the candidate whom the caller's token names, as a subquery.

    A login means something within its organisation only.
    """
    return (
        select(col(KnownEnrolment.id))
        .join(KnownCandidate, col(KnownCandidate.candidate_id) == col(KnownEnrolment.candidate_id))
        .where(
            col(KnownCandidate.organisation_id) == principal.organisation,
            col(KnownCandidate.login) == principal.login,
            col(KnownEnrolment.organisation_id) == principal.organisation,
        )
    )
