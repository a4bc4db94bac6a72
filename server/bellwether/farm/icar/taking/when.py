"""Moments as others write them, as days and times of the farm."""

from datetime import UTC, date, datetime, time
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bellwether.farm.icar.moments import A_LITTLE, moment
from bellwether.sheep.findings import Finding, broken, warning


class When(NamedTuple):
    """The day and time on the farm, and what its sender should know of how it was read."""

    day: date
    at: time | None
    told: Finding | None = None


def when(text: str | None, zone: str, field: str = "eventDateTime", *, is_ours: bool = False) -> When:
    """A moment as the farm's own day and time.

    Midnight in UTC to the second is how systems send a day of which they know no time: it stays that day. A moment
    without a zone is one by the farm's clock, and its sender is told. `is_ours`: a farm of this platform says it, whose
    lists have a moment of their own for such days.

    Raises:
        Broken: there is none, or it is no moment.
    """
    fix = "send it in UTC with Z, for example 2024-04-10T21:30:00Z"
    try:
        found = datetime.fromisoformat((text or "").upper())
        if found.tzinfo is None:
            is_day = len(text or "") <= len("2024-04-10")
            told = warning("no_zone", f"{text} has no zone and was read by the clock of {zone}", fix, field=field)
            return When(found.date(), None if is_day else found.time(), None if is_day else told)
        utc = found.astimezone(UTC)
        if utc.time() == time():
            return When(utc.date(), None)
        local = utc.astimezone(ZoneInfo(zone))
        if is_ours and utc == moment(local.date(), None, zone):
            return When(local.date(), None)
        if is_ours and utc - A_LITTLE in (datetime.combine(utc, time(), UTC), moment(local.date(), None, zone)):
            local -= A_LITTLE
    except (ValueError, OverflowError) as error:
        message = f"{text[:40]} is no date-time" if text else f"the message has no {field}"
        raise broken("date_time", message, fix, field=field) from error
    return When(local.date(), local.time())
