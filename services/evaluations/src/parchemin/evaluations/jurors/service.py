"""Use cases about the pool of jurors."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.ids import new_id
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.ownership import find, owned
from parchemin.common.problems import Conflict, Forbidden
from parchemin.contracts.events.evaluations import JurorIdentifiedV1, JurorIdentity
from parchemin.contracts.vocabulary import JurorQuality
from parchemin.evaluations.jurors.models import Juror
from parchemin.evaluations.jurors.schemas import JurorEntry


class SubjectTaken(Conflict):
    """Another juror of the pool has this subject: a token must name one person."""

    code = "subject_taken"
    detail = Text(
        "Un autre juré porte déjà cet identifiant de connexion : {juror_id}.",
        "Another juror has this subject already: {juror_id}.",
    )


async def enter_juror(session: AsyncSession, principal: Principal, entry: JurorEntry) -> Juror:
    """Add a person to the pool."""
    juror_id = new_id()
    values = {**entry.model_dump(), "subject": entry.subject or str(juror_id)}
    juror = Juror(id=juror_id, organisation_id=principal.organisation, **values)
    await _require_free_subject(session, juror, juror.subject)
    session.add(juror)
    await publish(session, _identified(juror))
    return juror


async def correct_juror(
    session: AsyncSession, principal: Principal, juror_id: UUID, entry: JurorEntry, expected: int
) -> Juror:
    """Replace what is known of a juror."""
    juror = await find(session, Juror, juror_id, principal, for_update=True)
    require_version(juror, expected)
    subject = entry.subject or str(juror.id)
    await _require_free_subject(session, juror, subject)
    for name, value in {**entry.model_dump(), "subject": subject}.items():
        setattr(juror, name, value)
    juror.updated_at = utc_now()
    await publish(session, _identified(juror))
    return juror


async def calling_juror(session: AsyncSession, principal: Principal) -> Juror:
    """The juror whom the caller's token names; refused where the pool has none."""
    statement = owned(Juror, principal).where(col(Juror.subject) == principal.subject)
    juror = (await session.execute(statement)).scalar_one_or_none()
    if juror is None:
        raise Forbidden
    return juror


async def jurors_by_id(session: AsyncSession, principal: Principal, ids: set[UUID]) -> dict[UUID, Juror]:
    """Those of these jurors that are in the organisation's pool."""
    statement = owned(Juror, principal).where(col(Juror.id).in_(ids))
    return {juror.id: juror for juror in (await session.execute(statement)).scalars()}


def juror_ids_of(principal: Principal) -> Any:
    """Ids of the jurors whom the caller's token names, as a subquery."""
    return owned(Juror, principal).where(col(Juror.subject) == principal.subject).with_only_columns(col(Juror.id))


async def _require_free_subject(session: AsyncSession, juror: Juror, subject: str) -> None:
    statement = select(col(Juror.id)).where(
        col(Juror.organisation_id) == juror.organisation_id,
        col(Juror.subject) == subject,
        col(Juror.id) != juror.id,
    )
    other = await session.scalar(statement)
    if other is not None:
        raise SubjectTaken(juror_id=other)


def _identified(juror: Juror) -> JurorIdentifiedV1:
    return JurorIdentifiedV1(
        juror_id=juror.id,
        organisation_id=juror.organisation_id,
        pii=JurorIdentity(
            first_name=juror.first_name,
            last_name=juror.last_name,
            quality=JurorQuality(juror.quality),
            external=juror.external,
        ),
    )
