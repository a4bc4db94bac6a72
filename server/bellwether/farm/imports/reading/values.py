"""Dates and numbers as farms write them."""

import re
from datetime import date, time

from bellwether.sheep.findings import broken
from bellwether.sheep.reading.dates import DateOrder

DATE = re.compile(r"^(\d{1,4})[-/. ](\d{1,2})[-/. ](\d{1,4})$")
TIME = re.compile(r"^(\d{1,2})[:.-](\d{2})(?:[:.-](\d{2}))?$")
NUMBER = re.compile(r"^[+-]?(\d+([.,]\d*)?|[.,]\d+)$")
COMPACT = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
CENTURY_TURN = 70


def readings(text: str) -> set[DateOrder]:
    """The orders in which the text is a date; one that reads alike in two orders counts for both."""
    match = DATE.match(text.strip())
    if match is None:
        return set()
    orders: tuple[DateOrder, ...] = ("ymd",) if len(match[1]) > 2 else ("dmy", "mdy")
    return {order for order in orders if in_order(match, order) is not None}


def parse_date(text: str, order: DateOrder, *, field: str) -> date:
    """A date in the order of the file; a four-digit year first is always year, month, day."""
    text = text.strip()
    match = COMPACT.match(text) or DATE.match(text)
    if match:
        found = in_order(match, "ymd" if len(match[1]) == 4 else order)
        if found:
            return found
    raise broken("date_format", f"{text[:40]} is not a date", f"write it as {shown(order)}", field=field)


def parse_past(text: str, order: DateOrder, today: date, *, field: str) -> date:
    """A day that is over or is today."""
    day = parse_date(text, order, field=field)
    if day > today or day.year < 1900:
        raise broken("date_impossible", f"{day} cannot be", "correct the date", field=field, verdict="out_of_range")
    return day


def in_order(match: re.Match[str], order: DateOrder) -> date | None:
    """The three numbers as a date, if they are one."""
    parts = dict(zip(order, match.groups(), strict=True))
    year = int(parts["y"])
    if len(parts["y"]) == 3 or len(parts["d"]) > 2 or len(parts["m"]) > 2:
        return None
    if len(parts["y"]) <= 2:
        year += 1900 if year >= CENTURY_TURN else 2000
    try:
        return date(year, int(parts["m"]), int(parts["d"]))
    except ValueError:
        return None


def shown(order: DateOrder) -> str:
    """The order as a user writes it."""
    return {"ymd": "2024-08-31", "dmy": "31/08/2024", "mdy": "08/31/2024"}[order]


def parse_time(text: str) -> time | None:
    """A time of day; None when there is none, for it only orders two weighings of one day."""
    match = TIME.match(text.strip())
    try:
        return time(int(match[1]), int(match[2]), int(match[3] or 0)) if match else None
    except ValueError:
        return None


def parse_number(text: str, *, field: str) -> float:
    """A number with a point or a comma as its decimal mark."""
    text = text.strip()
    if not NUMBER.match(text) or not text.isascii() or len(text) > 30:
        raise broken("not_a_number", f"{text[:40]} is not a number", "write digits and one decimal mark", field=field)
    return float(text.replace(",", "."))


def parse_whole(text: str, low: int, high: int, *, field: str) -> int:
    """A whole number within its range."""
    number = parse_number(text, field=field)
    if number != int(number):
        raise broken("not_a_whole_number", f"{text[:40]} is not a whole number", "correct the value", field=field)
    if not low <= number <= high:
        raise broken(
            "out_of_range",
            f"{text[:40]} is outside {low} to {high}",
            "correct the value",
            field=field,
            verdict="out_of_range",
        )
    return int(number)
