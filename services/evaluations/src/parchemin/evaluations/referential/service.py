"""Use cases about the referential."""

import hashlib
from contextlib import suppress
from functools import lru_cache
from importlib.resources import files
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.common.database import Database
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.problems import Conflict, FieldFault, NotFound, Unprocessable
from parchemin.contracts.events.evaluations import ReferentialPublishedV1
from parchemin.contracts.referential import Referential
from parchemin.evaluations.referential.models import PublishedReferential
from parchemin.evaluations.referential.rules import Totals, publication_faults

REGISTERED = files("parchemin.evaluations.referential") / "data" / "referential-1.0.json"
"""The registered referential, word for word."""


class ReferentialVersionTaken(Conflict):
    """A published version never changes: the next one has another name."""

    code = "referential_version_taken"
    detail = Text("La version {name} est déjà publiée.", "Version {name} is published already.")


class ReferentialInconsistent(Unprocessable):
    """The referential contradicts itself or its declared totals."""

    code = "referential_inconsistent"
    detail = Text("Le référentiel n'est pas cohérent.", "The referential is not consistent.")


@lru_cache(maxsize=32)
def parse(body: str) -> Referential:
    """A published referential; parsed once, since it never changes."""
    return Referential.model_validate_json(body)


async def publish_referential(session: AsyncSession, referential: Referential, totals: Totals) -> PublishedReferential:
    """Make a version the current one. Enrolments stay on theirs."""
    faults = publication_faults(referential, totals)
    if faults:
        raise ReferentialInconsistent(
            faults=[
                FieldFault(
                    f"/referential{fault.pointer}", fault.code, Text(_said(fault.detail_fr), _said(fault.detail_en))
                )
                for fault in faults
            ]
        )
    if await _by_name(session, referential.version) is not None:
        raise ReferentialVersionTaken(name=referential.version)
    body = referential.model_dump_json()
    published = PublishedReferential(
        name=referential.version, body=body, digest=hashlib.sha256(body.encode()).hexdigest()
    )
    session.add(published)
    await publish(session, ReferentialPublishedV1(referential=referential))
    return published


async def publish_registered(database: Database) -> None:
    """At the first start: the registered referential, unless some version is published already."""
    # Another process of the service starts for the first time too, and was quicker.
    with suppress(IntegrityError, ReferentialVersionTaken):
        await _publish_registered(database)


async def _publish_registered(database: Database) -> None:
    async with database.transaction() as session:
        if await session.scalar(select(col(PublishedReferential.id)).limit(1)) is None:
            referential = Referential.model_validate_json(REGISTERED.read_text(encoding="utf-8"))
            totals = Totals(
                blocks=len(referential.blocks),
                competencies=len(referential.competencies),
                criteria=sum(len(competency.criteria) for competency in referential.competencies),
            )
            await publish_referential(session, referential, totals)


async def published_referential(session: AsyncSession, name: str) -> PublishedReferential:
    """A version by its name; `current` is the one published last."""
    if name == "current":
        statement = select(PublishedReferential).order_by(col(PublishedReferential.id).desc()).limit(1)
        found = (await session.execute(statement)).scalar_one_or_none()
    else:
        found = await _by_name(session, name)
    if found is None:
        raise NotFound
    return found


_read: WeakKeyDictionary[Engine | Connection, dict[str, Referential]] = WeakKeyDictionary()


async def referential_of(session: AsyncSession, name: str) -> Referential:
    """The referential of a version that an enrolment or a session names; read once for each database.

    A transaction that names a version never is the one that publishes it, so what is kept is committed, for good.
    """
    known = _read.setdefault(session.get_bind(), {})
    if name not in known:
        known[name] = parse((await published_referential(session, name)).body)
    return known[name]


async def _by_name(session: AsyncSession, name: str) -> PublishedReferential | None:
    statement = select(PublishedReferential).where(col(PublishedReferential.name) == name)
    return (await session.execute(statement)).scalar_one_or_none()


def _said(text: str) -> str:
    """`Text` fills places in braces; a fault's own are to be said as they are."""
    return text.replace("{", "{{").replace("}", "}}")
