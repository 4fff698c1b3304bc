"""Dates that come from outside."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from parchemin.common.problems.validation import refusal

_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_WRITTEN_WITH_TIME = re.compile(rf"{_WRITTEN.pattern}[Tt ]")


def _written_as_a_date(value: object) -> object:
    """Refuse Pydantic's numbers of seconds: 0 is no date, though it reads it as one of 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _WRITTEN.fullmatch(value)):
        return value
    raise refusal(
        "date_parsing", fr="Une date est attendue (AAAA-MM-JJ).", en="Input should be a date in the format YYYY-MM-DD"
    )


Day = Annotated[date, BeforeValidator(_written_as_a_date)]
"""A calendar day, `2026-06-15` (RFC 3339 full-date)."""


def _written_with_a_time(value: object) -> object:
    """Refuse Pydantic's numbers of seconds here too."""
    if isinstance(value, datetime) or (isinstance(value, str) and _WRITTEN_WITH_TIME.match(value)):
        return value
    raise refusal(
        "datetime_parsing",
        fr="Une date et une heure sont attendues (RFC 3339).",
        en="Input should be a date and time (RFC 3339)",
    )


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError as error:
        raise ValueError("out of range") from error


Instant = Annotated[AwareDatetime, BeforeValidator(_written_with_a_time), AfterValidator(_in_utc)]
"""A point in time in a body: `2026-06-15T08:52:00+02:00` (RFC 3339 date-time); UTC once read."""
