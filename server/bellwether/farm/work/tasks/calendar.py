"""Tasks as a calendar (RFC 5545): one event of a whole day each, as few programs show tasks that they follow."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bellwether.farm.work.tasks.schemas import Task

AGAIN = timedelta(hours=1)


def calendar_of(farm: str, tasks: Iterable[Task], now: datetime) -> bytes:
    """Open tasks; what is done is gone from it."""
    from icalendar import Calendar, Event, vText

    calendar = Calendar()
    calendar.add("prodid", "-//bellwether//tasks of a farm//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", vText(farm))
    calendar.add("refresh-interval", AGAIN, parameters={"value": "DURATION"})
    for task in tasks:
        if task.state == "open":
            event = Event()
            event.add("uid", f"{task.id}@bellwether")
            event.add("dtstamp", now)
            event.add("sequence", task.rev)
            event.add("dtstart", task.due_on)
            event.add("dtend", task.due_on + timedelta(days=1))
            event.add("summary", task.title)
            event.add("transp", "TRANSPARENT")
            if task.note:
                event.add("description", task.note)
            calendar.add_component(event)
    return bytes(calendar.to_ical())
