"""When the clock of a farm strikes: an hour of each day, or of one day of the week, in the farm's time zone."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo


class Hours(NamedTuple):
    """One hour of every day, or of this day of the week (1: Monday)."""

    zone: str
    hour: int
    weekday: int | None = None


def latest(hours: Hours, now: datetime) -> datetime:
    """The last time that it struck."""
    days = around(hours, now, -1)
    return next(moment for moment in days if moment <= now)


def following(hours: Hours, now: datetime) -> datetime:
    """The next time that it strikes."""
    return next(moment for moment in around(hours, now, 1) if moment > now)


def around(hours: Hours, now: datetime, step: int) -> Iterator[datetime]:
    """The moments of two weeks, from a day on the other side of now onwards, or backwards."""
    zone = ZoneInfo(hours.zone)
    day = now.astimezone(zone).date() - timedelta(days=step)
    for _ in range(16):
        if hours.weekday in (None, day.isoweekday()):
            yield moment_of(day, hours.hour, zone)
        day += timedelta(days=step)


def moment_of(day: date, hour: int, zone: ZoneInfo) -> datetime:
    """An hour that the clocks skip is the one after it, and of one that they repeat the first counts."""
    return datetime.combine(day, time(hour), zone).astimezone(UTC)
