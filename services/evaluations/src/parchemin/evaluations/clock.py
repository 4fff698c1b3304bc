"""The calendar of the school: which day it is where the jury sits."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from parchemin.common.clock import utc_now


def today(time_zone: str) -> date:
    """The date in this time zone, now."""
    return day_in(time_zone, utc_now())


def day_in(time_zone: str, moment: datetime) -> date:
    """The date in this time zone, then."""
    return moment.astimezone(ZoneInfo(time_zone)).date()
