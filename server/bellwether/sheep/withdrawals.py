"""How long an animal is withheld from a market after it was treated or ate introduced feed.

Days, not moments: who got the last dose on the first with a period of 14 days is clear on the fifteenth.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from math import ceil
from typing import Literal, NamedTuple

Market = Literal["meat", "export", "milk"]
UNDECLARED_FEED_DAYS = 60
NEVER = date.max
"""No label and no veterinarian has said how long: no day is known on which the animal is clear."""


class Periods(NamedTuple):
    """Whole days for each market; None: nobody has said."""

    meat: int | None
    export: int | None
    milk: int | None


class Ends(NamedTuple):
    """The first day on which an animal may go to each market."""

    meat: date
    export: date
    milk: date


def whole_days(count: float, unit: Literal["days", "hours"]) -> int:
    """Hours are rounded up (I18)."""
    return ceil(count / 24) if unit == "hours" else ceil(count)


def counting(label: Periods, off_label: Periods) -> Periods:
    """What counts: the user's own figure, and never less than the label (I18)."""
    return Periods(
        *(max((day for day in two if day is not None), default=None) for two in zip(label, off_label, strict=True))
    )


def ends(last: date, periods: Periods) -> Ends:
    """Of one course whose last dose was given on `last`. What cannot be eaten at home is not exported either."""
    meat, export, milk = (NEVER if days is None else last + timedelta(days=days) for days in periods)
    return Ends(meat, max(meat, export), milk)


def latest(found: Iterable[Ends]) -> Ends | None:
    """Of an animal the maximum over all that it got (I18); None: it got nothing."""
    columns = list(zip(*found, strict=True))
    return Ends(*map(max, columns)) if columns else None


def open_markets(ends: Ends, day: date, markets: Iterable[Market]) -> list[tuple[Market, date]]:
    """Those of the markets for which an animal is withheld on a day, with the day on which it is clear."""
    found = {market: getattr(ends, market) for market in markets}
    return [(market, until) for market, until in found.items() if day < until]
