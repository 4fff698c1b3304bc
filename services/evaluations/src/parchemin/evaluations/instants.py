"""Instants that come from outside."""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator

from parchemin.common.problems.validation import refusal


def _written(value: object) -> object:
    """Refuse Pydantic's numbers of seconds."""
    if isinstance(value, str):
        return value
    raise refusal(
        "datetime_parsing",
        fr="Une date et une heure sont attendues (RFC 3339).",
        en="Input should be a date and time (RFC 3339)",
    )


def _in_utc(value: datetime) -> datetime:
    """UTC, in years that a calendar has on both engines."""
    if not 2000 <= value.year <= 2200:
        raise refusal("out_of_range", fr="Cette date est hors limites.", en="This date is out of range.")
    return value.astimezone(UTC)


def _whole_minute(value: datetime) -> datetime:
    if value.second or value.microsecond:
        raise refusal("whole_minutes", fr="Une minute entière est attendue.", en="A whole minute is expected.")
    return value


Instant = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_utc)]
"""A point in time with its offset, `2026-06-15T09:00:00+02:00`; UTC once read."""
WholeMinute = Annotated[Instant, AfterValidator(_whole_minute)]
"""An instant at which a minute begins."""
