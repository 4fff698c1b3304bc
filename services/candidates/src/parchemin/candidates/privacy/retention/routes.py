"""HTTP of retention."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from parchemin.candidates.privacy.access import Auditing, Deciding
from parchemin.candidates.privacy.retention.models import RetentionRun
from parchemin.candidates.privacy.retention.rules import in_force
from parchemin.candidates.privacy.retention.schemas import (
    NewRetentionRun,
    RetentionRulesView,
    RetentionRuleView,
    RetentionRunView,
)
from parchemin.candidates.privacy.retention.service import run_rules, shipped_rules
from parchemin.common import audit
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import tag
from parchemin.common.http.languages import Spoken
from parchemin.common.http.unit_of_work import Reading, TransactionalRoute, Writing
from parchemin.common.http.vault import InstalledVault
from parchemin.common.ownership import find, owned
from parchemin.common.paging import Page, Paging, page

router = APIRouter(prefix="/v1/retention_runs", tags=["privacy"], route_class=TransactionalRoute)


@router.post("", status_code=201)
async def run_retention(
    new: NewRetentionRun,
    session: Writing,
    vault: InstalledVault,
    principal: Deciding,
    request: Request,
    response: Response,
) -> RetentionRunView:
    """See what the rules of retention have go; with `dry_run` false, have it go. Persons whom a rule erases are erased
    as by any other erasure, without a further decision."""
    settings = request.app.state.settings
    run = await run_rules(
        session, vault, principal.organisation, settings, dry_run=new.dry_run, requester=principal.subject
    )
    await audit.record(session, principal, "retention_run.tried" if new.dry_run else "retention_run.applied", run)
    await session.flush()
    tag(response, run.version)
    return RetentionRunView.model_validate(run)


@router.get("")
async def list_retention_runs(session: Reading, principal: Auditing, paging: Paging) -> Page[RetentionRunView]:
    """Runs, dry ones too."""
    return await page(session, owned(RetentionRun, principal), RetentionRun, paging, RetentionRunView.model_validate)


@router.get("/rules")
async def read_retention_rules(principal: Auditing, language: Spoken, request: Request) -> RetentionRulesView:
    """The rules in force, where they come from, and the days that the settings give them."""
    settings = request.app.state.settings
    return RetentionRulesView(
        items=[
            RetentionRuleView(
                code=rule.code,
                since=rule.since.isoformat(),
                what=getattr(rule.what, language),
                source=rule.source,
                days=None if rule.days_setting is None else getattr(settings, rule.days_setting),
            )
            for rule in in_force(shipped_rules(), utc_now().date())
        ]
    )


@router.get("/{retention_run_id}")
async def read_retention_run(
    retention_run_id: UUID, session: Reading, principal: Auditing, response: Response
) -> RetentionRunView:
    """One run."""
    run = await find(session, RetentionRun, retention_run_id, principal)
    tag(response, run.version)
    return RetentionRunView.model_validate(run)
