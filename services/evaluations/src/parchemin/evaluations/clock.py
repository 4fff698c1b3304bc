"""The calendar of the school: which day it is where the jury sits."""

from datetime import date

from parchemin.common.clock import day_in, utc_now

__all__ = ["day_in", "today"]


def today(time_zone: str) -> date:
    """The date in this time zone, now."""
    return day_in(time_zone, utc_now())
