"""Days of a farm as moments in UTC."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

A_LITTLE = timedelta(milliseconds=1)
"""By so much a time is told later that would be read as a day without a time: midnight in UTC, and what is said of one
here."""


def moment(day: date, at: time | None, zone: str) -> datetime:
    """When something happened on a farm, in UTC.

    Of a day without a time it is a moment that lies on this day both on the farm and in UTC, so that a reader who only
    cuts off the time finds the right day as well: half of the farm's distance from UTC before noon.
    """
    place = ZoneInfo(zone)
    if at is not None:
        found = datetime.combine(day, at, place).astimezone(UTC)
        return found + A_LITTLE if found.time() == time() or found == moment(day, None, zone) else found
    noon = datetime.combine(day, time(12), UTC)
    return noon - (datetime.combine(day, time(12), place).utcoffset() or timedelta()) / 2
