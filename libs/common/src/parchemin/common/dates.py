"""Dates that come from outside."""

import re
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

from parchemin.common.problems.validation import refusal

_WRITTEN = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_as_a_date(value: object) -> object:
    """Refuse Pydantic's numbers of seconds: 0 is no date, though it reads it as one of 1970."""
    if isinstance(value, date) or (isinstance(value, str) and _WRITTEN.fullmatch(value)):
        return value
    raise refusal(
        "date_parsing", fr="Une date est attendue (AAAA-MM-JJ).", en="Input should be a date in the format YYYY-MM-DD"
    )


Day = Annotated[date, BeforeValidator(_written_as_a_date)]
"""A calendar day, `2026-06-15` (RFC 3339 full-date)."""
