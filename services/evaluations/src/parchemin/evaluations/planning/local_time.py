"""Local hours of the school as instants. Pure.

On the day when clocks go forward an hour is missing, on the day when they go back one comes twice: a time in it says
no instant, or two, and is refused (source: RFC 5545 §3.3.5 leaves such times to conventions; a plan needs none).
"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class LocalTimeMissing(ValueError):
    """Clocks skip it."""


class LocalTimeTwice(ValueError):
    """Clocks show it twice."""


def minute_of(day: date, at: time, zone: ZoneInfo) -> int:
    """The minute since the epoch at which the school's clocks show this."""
    first, second = (datetime.combine(day, at.replace(fold=fold), zone) for fold in (0, 1))
    if first.utcoffset() != second.utcoffset():
        exists = first.astimezone(UTC).astimezone(zone).time() == at.replace(tzinfo=None)
        raise LocalTimeTwice if exists else LocalTimeMissing
    return minute_from(first)


def minute_from(instant: datetime) -> int:
    """The minute that the instant is in."""
    return int((instant - EPOCH).total_seconds() // 60)


def minute_up_to(instant: datetime) -> int:
    """The first minute that begins at the instant or after it."""
    return -int(-(instant - EPOCH).total_seconds() // 60)


def instant_of(minute: int) -> datetime:
    """The instant at which the minute begins, UTC."""
    return datetime.fromtimestamp(minute * 60, UTC)
