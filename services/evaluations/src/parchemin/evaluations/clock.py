"""The calendar of the school: which day it is where the jury sits."""

from datetime import date
from zoneinfo import ZoneInfo

from parchemin.common.clock import utc_now


def today(time_zone: str) -> date:
    """The date in this time zone, now."""
    return utc_now().astimezone(ZoneInfo(time_zone)).date()
