"""The steps of an estimate: handed in, sent back, approved. Nobody approves what they handed in themselves."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from parchemin.budget.estimates.models import Estimate
from parchemin.budget.estimates.rules import EstimateState, may_become
from parchemin.budget.estimates.service import visible_estimates
from parchemin.budget.productions.service import locked_production
from parchemin.common.audit import record
from parchemin.common.auth import Principal
from parchemin.common.clock import utc_now
from parchemin.common.http.conditions import require_version
from parchemin.common.language import Text
from parchemin.common.ownership import one
from parchemin.common.problems import Conflict


class IllegalStep(Conflict):
    """An estimate does not go from this state to that one."""

    code = "illegal_estimate_step"
    detail = Text(
        "Un devis « {state} » ne peut pas devenir « {wanted} ».",
        "An estimate that is {state} cannot become {wanted}.",
    )


class ApproverIsSubmitter(Conflict):
    """Two people are needed."""

    code = "approver_is_submitter"
    detail = Text(
        "Un devis est approuvé par une autre personne que celle qui l'a soumis.",
        "An estimate is approved by somebody else than who submitted it.",
    )


class LaterVersionApproved(Conflict):
    """Approving an earlier version would put it in the place of a later one."""

    code = "later_version_approved"
    detail = Text("La version {number}, plus récente, est approuvée.", "Version {number}, a later one, is approved.")


async def step(
    session: AsyncSession, principal: Principal, estimate_id: UUID, wanted: EstimateState, expected: int
) -> Estimate:
    """Lead the estimate to its next state."""
    estimate = await _locked(session, principal, estimate_id)
    require_version(estimate, expected)
    if not may_become(EstimateState(estimate.state), wanted):
        raise IllegalStep(state=estimate.state, wanted=wanted)
    now = utc_now()
    if wanted is EstimateState.APPROVED:
        await _supersede(session, principal, estimate)
        estimate.approved_by, estimate.approved_at = principal.subject, now
    elif wanted is EstimateState.SUBMITTED:
        estimate.submitted_by, estimate.submitted_at = principal.subject, now
    else:
        estimate.submitted_by, estimate.submitted_at = None, None
    estimate.state = wanted
    estimate.updated_at = now
    action = "sent_back" if wanted is EstimateState.DRAFT else wanted
    await record(session, principal, f"estimate.{action}", estimate)
    return estimate


async def _locked(session: AsyncSession, principal: Principal, estimate_id: UUID) -> Estimate:
    """The estimate, after its production: two approvals in one production come one after the other."""
    visible = visible_estimates(principal)
    seen = await one(session, visible, Estimate, estimate_id)
    await locked_production(session, principal, seen.production_id)
    latest = visible.with_for_update().execution_options(populate_existing=True)
    return await one(session, latest, Estimate, estimate_id)


async def _supersede(session: AsyncSession, principal: Principal, estimate: Estimate) -> None:
    """Make room for this version as the current one."""
    if estimate.submitted_by == principal.subject:
        raise ApproverIsSubmitter
    statement = select(Estimate).where(
        col(Estimate.production_id) == estimate.production_id, col(Estimate.state) == EstimateState.APPROVED
    )
    current = (await session.execute(statement)).scalar_one_or_none()
    if current is None:
        return
    if current.number > estimate.number:
        raise LaterVersionApproved(number=current.number)
    current.state = EstimateState.SUPERSEDED
    current.updated_at = utc_now()
    await session.flush()  # first: the database allows one approved version
