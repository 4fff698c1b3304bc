"""Use cases about productions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.budget.access import is_only_candidate
from parchemin.budget.charts.service import chart_of
from parchemin.budget.enrolments.models import KnownEnrolment
from parchemin.budget.estimates.models import Estimate
from parchemin.budget.productions.models import Production
from parchemin.budget.productions.rules import is_kept_in_cents, may_name_owner
from parchemin.budget.productions.schemas import NewProduction, ProductionEntry, ProductionView
from parchemin.common.auth import Principal
from parchemin.common.auth.principal import login_of
from parchemin.common.clock import utc_now
from parchemin.common.database import vault_of
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.outbox import publish
from parchemin.common.ownership import one, owned
from parchemin.common.problems import Conflict, Forbidden, NotFound, Unprocessable
from parchemin.common.vault import KeyDestroyed, Purpose
from parchemin.contracts.events.budget import ProductionOpenedV1


class CurrencyRefused(Unprocessable):
    """Not a currency of ISO 4217, or one without cents."""

    code = "currency_refused"
    detail = Text(
        "Une devise ISO 4217 à deux décimales est attendue.", "An ISO 4217 currency with two decimals is expected."
    )


class ProductionHasEstimates(Conflict):
    """Amounts are not converted, nor lines moved to other accounts."""

    code = "production_has_estimates"
    detail = Text(
        "La production a des devis : sa devise et son plan de comptes ne changent plus.",
        "The production has estimates: its currency and its chart of accounts do not change any more.",
    )


class OwnerErased(Conflict):
    """Nothing is written about them any more."""

    code = "owner_erased"
    detail = Text("Les données de ce candidat ont été effacées.", "The data of this candidate were erased.")


def visible_productions(principal: Principal) -> Select[Production]:
    """The organisation's productions; for a candidate, the own ones only."""
    statement = owned(Production, principal)
    if is_only_candidate(principal):
        statement = statement.where(col(Production.owner) == principal.login)
    return statement


async def locked_production(session: AsyncSession, principal: Principal, production_id: UUID) -> Production:
    """The production as the caller may see it, locked: what concerns its estimates is decided one after another."""
    return await one(session, visible_productions(principal).with_for_update(), Production, production_id)


async def open_production(session: AsyncSession, principal: Principal, new: NewProduction) -> Production:
    """Open a production for an enrolment of the organisation."""
    enrolment = await _enrolment(session, principal, new.enrolment_id)
    production = Production(
        organisation_id=enrolment.organisation_id, enrolment_id=enrolment.id, **_columns(principal, new)
    )
    await _hand_over(session, production, enrolment.candidate_id, _owner_of(principal, new))
    session.add(production)
    await publish(
        session,
        ProductionOpenedV1(
            production_id=production.id,
            organisation_id=production.organisation_id,
            enrolment_id=enrolment.id,
            currency=production.currency,
        ),
    )
    return production


async def change_production(
    session: AsyncSession, principal: Principal, production_id: UUID, entry: ProductionEntry, expected: int
) -> Production:
    """Replace what is said of the production; its enrolment stays."""
    production = await locked_production(session, principal, production_id)
    require_version(production, expected)
    columns = _columns(principal, entry)
    before = (production.currency, production.chart_of_accounts)
    if before != (columns["currency"], columns["chart_of_accounts"]) and await _has_estimates(session, production):
        raise ProductionHasEstimates
    for name, value in columns.items():
        setattr(production, name, value)
    candidate_id = (await session.get_one(KnownEnrolment, production.enrolment_id)).candidate_id
    await _hand_over(session, production, candidate_id, _owner_of(principal, entry))
    production.updated_at = utc_now()
    return production


async def _enrolment(session: AsyncSession, principal: Principal, enrolment_id: UUID) -> KnownEnrolment:
    """The enrolment, locked. The first candidate who opens a production for it keeps it: another one finds nothing."""
    enrolment = await one(session, owned(KnownEnrolment, principal).with_for_update(), KnownEnrolment, enrolment_id)
    if is_only_candidate(principal):
        foreign = select(col(Production.id)).where(
            col(Production.enrolment_id) == enrolment.id, col(Production.owner) != principal.login
        )
        if await session.scalar(foreign.limit(1)) is not None:
            raise NotFound
    return enrolment


async def _has_estimates(session: AsyncSession, production: Production) -> bool:
    statement = select(col(Estimate.id)).where(col(Estimate.production_id) == production.id).limit(1)
    return await session.scalar(statement) is not None


def _columns(principal: Principal, entry: ProductionEntry) -> dict[str, Any]:
    only_candidate = is_only_candidate(principal)
    if not may_name_owner(entry.owner_subject, caller=principal.subject, caller_is_staff=not only_candidate):
        raise Forbidden
    if not is_kept_in_cents(entry.currency):
        raise CurrencyRefused
    chart_of(entry.chart_of_accounts)  # refuses one that is not there
    return entry.model_dump(exclude={"enrolment_id", "owner_subject"})


def _owner_of(principal: Principal, entry: ProductionEntry) -> str | None:
    return principal.subject if is_only_candidate(principal) else entry.owner_subject


async def _hand_over(session: AsyncSession, production: Production, candidate_id: UUID, owner: str | None) -> None:
    """Say whose it is: findable by digest, readable under the candidate's key."""
    production.owner = production.owner_subject = None
    if owner is None:
        return
    vault = vault_of(session)
    try:
        cipher = await vault.cipher(session, candidate_id, Purpose.DOSSIER)
    except KeyDestroyed as error:
        raise OwnerErased from error
    production.owner = login_of(await vault.index(session), owner)
    production.owner_subject = cipher.seal(owner, place=_place(production.id))


async def views(session: AsyncSession, productions: Sequence[Production]) -> list[ProductionView]:
    """These productions as the API shows them; a fixed number of queries."""
    ids = {production.enrolment_id for production in productions if production.owner_subject is not None}
    found = select(col(KnownEnrolment.id), col(KnownEnrolment.candidate_id)).where(col(KnownEnrolment.id).in_(ids))
    candidates = {row.id: row.candidate_id for row in await session.execute(found)} if ids else {}
    ciphers = await vault_of(session).ciphers(session, candidates.values(), Purpose.DOSSIER) if ids else {}

    def owner(production: Production) -> str | None:
        cipher = ciphers.get(candidates.get(production.enrolment_id, production.enrolment_id))
        if production.owner_subject is None or cipher is None:
            return None
        return cipher.open(production.owner_subject, place=_place(production.id))

    return [
        ProductionView(
            **production.model_dump(include=set(ProductionView.model_fields) - {"owner_subject"}),
            owner_subject=owner(production),
        )
        for production in productions
    ]


def _place(production_id: UUID) -> str:
    return f"productions.owner_subject:{production_id}"
