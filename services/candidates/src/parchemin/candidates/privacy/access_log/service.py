"""Recording who read what of a person."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.candidates.identity.models import Candidate
from parchemin.candidates.privacy.access_log.models import RecordAccess
from parchemin.candidates.privacy.access_log.rules import AccessKind
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.ids import new_id
from parchemin.common.statements import table_of
from parchemin.contracts.vocabulary import Role

Row = dict[str, Any]
_accesses = table_of(RecordAccess)
_OTHERS = tuple(role for role in Role if role is not Role.CANDIDATE)


async def record_access(
    session: AsyncSession, principal: Principal, kind: AccessKind, *candidates: Candidate | tuple[UUID, UUID]
) -> None:
    """Record a reading in the transaction of the request; of their own data by the person, nothing.

    A candidate may be named by the ids of organisation and candidate.
    """
    rows = access_rows(principal, kind, [_ids(candidate) for candidate in candidates])
    if rows:
        await write(session, rows)


async def write(session: AsyncSession, rows: list[Row]) -> None:
    """All of them with one statement."""
    connection = await session.connection()
    await connection.execute(insert(_accesses), rows)


def is_own_reading(principal: Principal) -> bool:
    """Whether the caller can only see what is their own."""
    return principal.has(Role.CANDIDATE) and not principal.has(*_OTHERS)


def access_rows(principal: Principal, kind: AccessKind, candidates: Iterable[tuple[UUID, UUID]]) -> list[Row]:
    """What is written of a reading."""
    if is_own_reading(principal):
        return []
    now = utc_now()
    role = next((role for role in _OTHERS if role in principal.roles), Role.CLIENT)
    return [
        {
            "id": new_id(),
            "version": 1,
            "created_at": now,
            "updated_at": now,
            "organisation_id": organisation_id,
            "candidate_id": candidate_id,
            "kind": kind,
            "role": role,
            "actor_issuer": principal.issuer,
            "actor_subject": principal.subject,
        }
        for organisation_id, candidate_id in candidates
    ]


def _ids(candidate: Candidate | tuple[UUID, UUID]) -> tuple[UUID, UUID]:
    return candidate if isinstance(candidate, tuple) else (candidate.organisation_id, candidate.id)
