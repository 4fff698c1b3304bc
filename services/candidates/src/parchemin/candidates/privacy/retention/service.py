"""Running the rules of retention over a school's data."""

from functools import cache
from importlib.resources import files
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from parchemin.candidates.privacy.retention.enforcement import BATCH, ENFORCEMENTS, Reach
from parchemin.candidates.privacy.retention.models import RetentionRun
from parchemin.candidates.privacy.retention.rules import RetentionRule, in_force
from parchemin.candidates.privacy.retention.schemas import Finding
from parchemin.candidates.settings import Settings
from parchemin.common.clock import utc_now
from parchemin.common.vault import Vault

_RULES = TypeAdapter(list[RetentionRule])


@cache
def shipped_rules() -> list[RetentionRule]:
    """All rules, also those of later."""
    text = (files("parchemin.candidates.privacy.retention") / "data/rules.json").read_text(encoding="utf-8")
    return _RULES.validate_json(text)


async def run_rules(
    session: AsyncSession,
    vault: Vault,
    organisation_id: UUID,
    settings: Settings,
    *,
    dry_run: bool,
    requester: str,
) -> RetentionRun:
    """See what the rules have go, and unless it is a dry run have it go: what was found, and nothing else. Running
    again finds nothing that went."""
    now = utc_now()
    reach = Reach(organisation_id, now, settings.erasure_appeal_days)
    findings = []
    for rule in in_force(shipped_rules(), now.date()):
        if rule.days_setting is None:
            continue
        days: int = getattr(settings, rule.days_setting)
        enforcement = ENFORCEMENTS[rule.code]
        found = await enforcement.find(session, vault, reach, days)
        due, more = found[:BATCH], len(found) > BATCH
        if due and not dry_run:
            await enforcement.apply(session, vault, reach, due)
            await session.flush()
        findings.append(Finding(rule=rule.code, days=days, count=len(due), more=more, ids=due))
    run = RetentionRun(
        organisation_id=organisation_id,
        dry_run=dry_run,
        requester=requester,
        findings=[finding.model_dump(mode="json") for finding in findings],
    )
    session.add(run)
    return run
