"""Reading the projection of referentials."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.candidates.referentials.models import KnownReferential
from parchemin.common.clock import utc_now
from parchemin.common.language import Text
from parchemin.common.problems import Unprocessable
from parchemin.contracts.events.evaluations import ReferentialPublishedV1
from parchemin.contracts.referential import Referential


class ReferentialUnknown(Unprocessable):
    """No such version is published, as far as this service has heard."""

    code = "referential_unknown"
    detail = Text(
        "Cette version du référentiel n'est pas publiée.", "This version of the referential is not published."
    )


async def learn_referential(session: AsyncSession, event: ReferentialPublishedV1) -> None:
    """Keep a published version; one that is known already does not change."""
    version = event.referential.version
    if await session.get(KnownReferential, version) is None:
        body = event.referential.model_dump(mode="json")
        session.add(KnownReferential(version=version, body=body, published_at=utc_now()))


async def known_referential(session: AsyncSession, version: str | None) -> Referential:
    """A published version; the latest where none is named."""
    statement = select(KnownReferential).order_by(col(KnownReferential.published_at).desc()).limit(1)
    if version is not None:
        statement = statement.where(col(KnownReferential.version) == version)
    known = (await session.execute(statement)).scalar_one_or_none()
    if known is None:
        raise ReferentialUnknown
    return Referential.model_validate(known.body)
