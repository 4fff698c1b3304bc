"""How long what is kept: dated rules with their source; the certifier's settings say the days. Pure."""

from collections.abc import Sequence
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class RetentionCode(StrEnum):
    """What a rule is about."""

    NEVER_ENROLLED = "never_enrolled"
    IDLE_CONTACT = "idle_contact"
    DISABILITY_EVIDENCE = "disability_evidence"
    ACCESS_LOG = "access_log"
    REGISTER_AND_MINUTES = "register_and_minutes"


class Words(BaseModel):
    """A text in both languages."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fr: str
    en: str


class RetentionRule(BaseModel):
    """One rule, from a day on. A later one with the same code takes its place."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: RetentionCode
    since: date
    days_setting: str | None
    """Name of the setting that says the days; None for what is kept for good."""
    what: Words
    source: str


def in_force(rules: Sequence[RetentionRule], today: date) -> list[RetentionRule]:
    """For each code the latest rule that has begun, in the order of the codes."""
    latest: dict[RetentionCode, RetentionRule] = {}
    for rule in sorted(rules, key=lambda rule: rule.since):
        if rule.since <= today:
            latest[rule.code] = rule
    return [latest[code] for code in RetentionCode if code in latest]
