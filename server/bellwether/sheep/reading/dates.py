"""Dates as farms write them: the order of day, month and year is proved by a whole column, or asked for."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo

from bellwether.sheep.findings import Broken, broken
from bellwether.sheep.reading.headers import normal
from bellwether.sheep.reading.masks import DateOrder as DateOrder
from bellwether.sheep.reading.refusal import FileFault
from bellwether.sheep.reading.times import parse_time

ORDERS: tuple[DateOrder, ...] = ("dmy", "mdy", "ymd")
TOLD: Mapping[DateOrder, str] = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}
NUMERIC = re.compile(r"([0-9]{1,4})(\s?[-/.]\s?|\s)([0-9]{1,2})\2([0-9]{1,4})(?![0-9])(.*)", re.DOTALL)
COMPACT = re.compile(r"((?:19|20)[0-9]{2})(0[1-9]|1[0-2])([0-9]{2})(?![0-9])(.*)", re.DOTALL)
DAY_NAME = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th|er)?[-/., ]{0,2}(?:de |of )?\s?([^\W\d_]{3,10})[-/., ]{0,2}(?:de |del )?\s?"
    r"([0-9]{4}|[0-9]{2})(?![0-9])(.*)"
)
NAME_DAY = re.compile(r"([^\W\d_]{3,10})[-/. ]{1,2}([0-9]{1,2})(?:st|nd|rd|th)?[-/, ]{1,2}([0-9]{4})(?![0-9])(.*)")
YEAR_NAME = re.compile(r"([0-9]{4})[-/. ]([^\W\d_]{3,10})[-/. ]([0-9]{1,2})(?![0-9])(.*)")
ZONE = re.compile(r"(?:Z|([+-])([0-9]{2}):?([0-9]{2})?)$")
SERIAL = re.compile(r"[2-6][0-9]{4}(?:[.,][0-9]+)?")
EXCEL_DAY_ZERO = date(1899, 12, 30)
CENTURY_TURN = 70
MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "JAN JANUARY JANUAR JANNER JANVIER JANV ENERO ENE JAENNER",
            "FEB FEBRUARY FEBRUAR FEVRIER FEVR FEV FEBRERO",
            "MAR MARCH MARZ MRZ MAERZ MARS MARZO",
            "APR APRIL AVRIL AVR ABRIL ABR",
            "MAY MAI MAYO",
            "JUN JUNE JUNI JUIN JUNIO",
            "JUL JULY JULI JUILLET JUIL JULIO",
            "AUG AUGUST AOUT AOU AGOSTO AGO",
            "SEP SEPT SEPTEMBER SEPTEMBRE SEPTIEMBRE",
            "OCT OKT OCTOBER OKTOBER OCTOBRE OCTUBRE",
            "NOV NOVEMBER NOVEMBRE NOVIEMBRE",
            "DEC DEZ DIC DECEMBER DEZEMBER DECEMBRE DICIEMBRE",
        ),
        1,
    )
    for name in names.split()
}


@dataclass(frozen=True, slots=True)
class Reading:
    """The days that a text may mean: one for each order, the same in all where the text leaves no doubt."""

    days: Mapping[DateOrder, date]
    clock: time | None = None
    is_sure: bool = False

    @property
    def is_alike(self) -> bool:
        """Whether every possible order gives the same day."""
        return len(set(self.days.values())) == 1 and len(self.days) > 1


NONE = Reading({})


def read(text: str, today: date, zone: tzinfo | None = None) -> Reading:
    """Every day that the text may mean. `today` decides the century of a year with two digits."""
    text = text.strip()
    if len(text) > 60:
        return NONE
    if match := COMPACT.fullmatch(text):
        return sure(int(match[1]), int(match[2]), int(match[3]), match[4], zone)
    if match := NUMERIC.fullmatch(text):
        return numeric(match, today, zone)
    for shape, order in ((DAY_NAME, "dmy"), (NAME_DAY, "mdy"), (YEAR_NAME, "ymd")):
        if match := shape.fullmatch(text):
            parts = dict(zip(order, match.groups(), strict=False))
            month = MONTHS.get(normal(parts["m"]))
            if month:
                return sure(full_year(parts["y"], today), month, int(parts["d"]), match[4], zone)
    return NONE


def numeric(match: re.Match[str], today: date, zone: tzinfo | None) -> Reading:
    """Three numbers: a year of four digits stands first or last; one of two digits last, or with hyphens anywhere."""
    first, mark, second, third, rest = match[1], match[2].strip(), match[3], match[4], match[5]
    if len(first) == 4:
        return sure(int(first), int(second), int(third), rest, zone) if len(third) <= 2 else NONE
    if len(first) == 3 or len(third) not in (2, 4):
        return NONE
    year = full_year(third, today)
    found: dict[DateOrder, date] = {}
    put(found, "dmy", year, int(second), int(first))
    put(found, "mdy", year, int(first), int(second))
    if len(third) == 2 and len(first) == 2 and mark == "-":
        put(found, "ymd", full_year(first, today), int(second), int(third))
        if "ymd" in found and found["ymd"] > today:
            del found["ymd"]
    clock, is_good = clock_of(rest)
    return Reading(found, clock) if found and is_good else NONE


def has_short_year(text: str) -> bool:
    """Whether the year of a date has two digits."""
    match = NUMERIC.fullmatch(text.strip())
    if match:
        return len(match[1]) < 3 and len(match[4]) == 2
    named = DAY_NAME.fullmatch(text.strip())
    return named is not None and len(named[3]) == 2


def put(found: dict[DateOrder, date], order: DateOrder, year: int, month: int, day: int) -> None:
    """The day of one order, if there is such a day."""
    if (made := day_of(year, month, day)) is not None:
        found[order] = made


def day_of(year: int, month: int, day: int) -> date | None:
    """A day that the calendar has."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def full_year(text: str, today: date) -> int:
    """A year of two digits is of this century unless it lies ahead and is 70 or later."""
    year = int(text)
    if len(text) > 2:
        return year
    return year + (1900 if year >= CENTURY_TURN and 2000 + year > today.year else 2000)


def sure(year: int, month: int, day: int, rest: str, zone: tzinfo | None) -> Reading:
    """A day that reads alike in every order, moved to the farm's zone where the text gives an offset."""
    found = day_of(year, month, day)
    offset = ZONE.search(rest.strip()) if rest else None
    clock, is_good = clock_of(rest[: offset.start()] if offset and ":" in rest else rest)
    if found is None or not is_good:
        return NONE
    if offset and clock and zone and (clock.hour, clock.minute, clock.second) != (0, 0, 0):
        moment = datetime.combine(found, clock, offset_of(offset)).astimezone(zone)
        found, clock = moment.date(), moment.time()
    return Reading(dict.fromkeys(ORDERS, found), clock, is_sure=True)


def offset_of(match: re.Match[str]) -> timezone:
    """The zone of `Z` or `+11:00`."""
    if not match[1]:
        return UTC
    minutes = int(match[2]) * 60 + int(match[3] or 0)
    return timezone(timedelta(minutes=min(minutes, 1439) * (-1 if match[1] == "-" else 1)))


def clock_of(rest: str) -> tuple[time | None, bool]:
    """The time behind a date, and whether what stands there is nothing or a time."""
    text = rest.strip(" \tT,.").rstrip("Z").strip()
    if not text:
        return None, True
    found = parse_time(text)
    return found, found is not None


@dataclass
class Proof:
    """What the cells of one column show."""

    order: DateOrder | None
    faults: list[FileFault] = field(default_factory=list)


def prove(
    cells: Iterable[tuple[int, str]], today: date, *, header: str, field: str, asked: DateOrder | None = None
) -> Proof:
    """The order of a column, from each of its cells with its row; `asked` is the sender's own word.

    A column that proves nothing needs no order only where each cell reads alike in all orders.
    """
    rows: dict[DateOrder, tuple[int, str]] = {}
    doubt: tuple[int, str] | None = None
    possible: set[DateOrder] = set(ORDERS)
    is_numeric, seen = False, set()
    for row, text in cells:
        if text in seen:
            continue
        seen.add(text)
        found = read(text, today)
        if not found.days or found.is_sure:
            continue
        is_numeric = True
        possible &= found.days.keys()
        if len(found.days) == 1:
            rows.setdefault(next(iter(found.days)), (row, text))
        elif not found.is_alike:
            doubt = doubt or (row, text)
    if asked:
        return Proof(asked)
    if len(rows) > 1:
        return Proof(None, [contradiction(rows, header, field)])
    if rows:
        return Proof(next(iter(rows)))
    if doubt and len(possible) > 1:
        return Proof(None, [ambiguous(doubt, header, field)])
    if is_numeric:
        return Proof("dmy" if "dmy" in possible else next(iter(possible), "dmy"))
    return Proof("ymd" if seen else None)


def ambiguous(doubt: tuple[int, str], header: str, field: str) -> FileFault:
    """No cell of the column says which number is the day."""
    row, text = doubt
    message = f"{text[:40]} in {header[:40]} can be read in two ways, and no other date there decides"
    return FileFault("date_order_ambiguous", message, "send date_order as dmy, mdy or ymd", row, field)


def contradiction(rows: Mapping[DateOrder, tuple[int, str]], header: str, field: str) -> FileFault:
    """Two cells of one column that no order fits."""
    shown = " but ".join(f"row {row} ({text[:40]}) is {TOLD[order]}" for order, (row, text) in rows.items())
    fix = "write all dates of the column alike, or send date_order to refuse those that differ"
    return FileFault(
        "date_order_contradiction", f"{header[:40]}: {shown}", fix, max(row for row, _ in rows.values()), field
    )


class DateColumn:
    """The dates of one column, each distinct text read once."""

    def __init__(self, order: DateOrder | None, today: date, field: str, zone: tzinfo | None = None) -> None:
        self.order, self.today, self.field, self.zone = order, today, field, zone
        self.known: dict[str, tuple[date, time | None]] = {}

    def read(self, text: str) -> tuple[date, time | None]:
        """The day, and the time behind it if there is one.

        Raises:
            Broken: it is no date in this order, or one that is not over yet.
        """
        found = self.known.get(text)
        if found is None:
            found = self.known[text] = self._read(text)
        return found

    def _read(self, text: str) -> tuple[date, time | None]:
        found = read(text, self.today, self.zone)
        days = found.days
        day = days.get(self.order) if self.order else next(iter(days.values()), None)
        if day is None:
            raise self.wrong(text, found)
        if day > self.today or day.year < 1900:
            shown = f"{day} cannot be" if found.is_sure else f"{text[:40]}, read as {day}, cannot be"
            raise broken("date_impossible", shown, "correct the date", field=self.field, verdict="out_of_range")
        return day, found.clock

    def wrong(self, text: str, found: Reading) -> Broken:
        """The text is no date here."""
        shown = text.strip()[:40]
        if SERIAL.fullmatch(text.strip()):
            day = EXCEL_DAY_ZERO + timedelta(days=int(text.strip()[:5]))
            message = f"{shown} is a day number of a spreadsheet, perhaps {day}"
            fix = "format the column as a date and export again"
            return broken("date_serial", message, fix, field=self.field)
        if found.days and self.order:
            message = f"{shown} is no date with {TOLD[self.order].replace(' first', '')} first"
            return broken("date_format", message, f"write it as {shown_as(self.order)}", field=self.field)
        fix = f"write it as {shown_as(self.order or 'ymd')}"
        return broken("date_format", f"{shown} is not a date", fix, field=self.field)


def shown_as(order: DateOrder) -> str:
    """The order as a user writes it."""
    return {"ymd": "2024-08-31", "dmy": "31/08/2024", "mdy": "08/31/2024"}[order]
