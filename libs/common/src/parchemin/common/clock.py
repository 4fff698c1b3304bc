"""The one place where the time of day is read."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo


def utc_now() -> datetime:
    """Now, aware, UTC."""
    return datetime.now(UTC)


def day_in(time_zone: str, moment: datetime) -> date:
    """The date in this time zone, then."""
    return moment.astimezone(ZoneInfo(time_zone)).date()
