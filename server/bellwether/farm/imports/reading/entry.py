"""One line of a file as its format asks for it: texts, days, numbers and words, by the rules of the whole file."""

import re
from collections.abc import Callable
from datetime import date, time
from typing import TypeVar
from zoneinfo import ZoneInfo

from bellwether.farm.imports.judging.weighing import Tags
from bellwether.farm.imports.reading.layout import Layout
from bellwether.sheep import damage, identifiers, missing, traits
from bellwether.sheep.findings import Broken, Finding, broken, warning
from bellwether.sheep.missing import Codes
from bellwether.sheep.reading.dates import DateColumn
from bellwether.sheep.reading.formulas import bare
from bellwether.sheep.reading.numbers import Numbers, split_unit
from bellwether.sheep.reading.times import parse_time
from bellwether.sheep.reading.words import Said, Vocabulary
from bellwether.sheep.traits import DICTIONARY, Known, Trait

T = TypeVar("T")
MIDNIGHT = time()
THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){1,6}")
DIGITS = frozenset("0123456789")
CLEAR = "<clear>"
"""What a cell says to take back what is known; an empty one changes nothing."""


class Rules:
    """What holds for every line of one file, with each distinct date and number read once."""

    def __init__(self, layout: Layout, today: date, known: Known = DICTIONARY) -> None:
        self.layout, self.today, self.known = layout, today, known
        self.places = layout.columns
        self.codes = Codes.of(texts(layout.options, "missing"), texts(layout.options, "present"))
        self.numbers = Numbers(layout.decimal)
        self.zone = ZoneInfo(layout.time_zone)
        self.times: dict[str, time | None] = {}
        self.traits: dict[str, Trait] = {}
        self.tags: dict[tuple[str, str, str], Tags] = {}
        self.values: dict[tuple[int, str, str, str], tuple[float, str, str]] = {}
        self._days: dict[tuple[int, str], DateColumn] = {}
        self._words: dict[str, Said] = {}

    def days(self, place: int, field: str) -> DateColumn:
        """The dates of one column."""
        found = self._days.get((place, field))
        if found is None:
            order = self.layout.date_orders.get(place, self.layout.date_order)
            found = self._days[(place, field)] = DateColumn(order, self.today, field, self.zone)
        return found

    def said(self, vocabulary: Vocabulary) -> Said:
        """The words of one column."""
        found = self._words.get(vocabulary.name)
        if found is None:
            own = self.layout.words.get(vocabulary.name, {})
            found = self._words[vocabulary.name] = Said(vocabulary, own)
        return found


def texts(options: dict[str, object], name: str) -> list[str]:
    """A list of codes among the options that were sent."""
    found = options.get(name, [])
    return [str(code) for code in found] if isinstance(found, list | tuple) else []


def as_identifier(text: str, field: str) -> str:
    """The text of an identifier, empty where it says that there is none.

    Raises:
        Broken: a spreadsheet has put an error or marks between thousands into it, or it is too long.
    """
    if text == "" or missing.is_no_tag(text):
        return ""
    if missing.SPREADSHEET_ERROR.fullmatch(text[: missing.LONGEST]):
        raise broken("spreadsheet_error", f"{text[:40]} is an error of a spreadsheet", "correct it", field=field)
    if THOUSANDS.fullmatch(text):
        message = f"{text[:40]} has marks between thousands, which a spreadsheet has put into an identifier"
        raise broken("id_thousands", message, damage.TEXT, field=field)
    identifiers.check_length(text, field)
    return text


class Entry:
    """A line: its cells, the faults and the warnings that were found in it."""

    __slots__ = ("cells", "faults", "rules", "warnings")

    def __init__(self, cells: list[str], rules: Rules) -> None:
        self.cells, self.rules = cells, rules
        self.faults: list[Finding] = []
        self.warnings: list[Finding] = []

    def take(self, make: Callable[..., T], *arguments: object) -> T | None:
        """What `make` gives; None, with its faults remembered, when it breaks a rule."""
        try:
            return make(*arguments)
        except Broken as error:
            self.faults.extend(error.findings)
            return None

    def stop(self) -> None:
        """Go on only when the line has no fault.

        Raises:
            Broken: with all of them.
        """
        if self.faults:
            raise Broken(*self.faults)

    def raw(self, field: str) -> str:
        """The cell as written."""
        place = self.rules.places.get(field)
        return "" if place is None else self.cells[place]

    def text(self, field: str) -> str:
        """The cell, empty where it says that nothing is known."""
        place = self.rules.places.get(field)
        return "" if place is None else self.known(self.cells[place])

    def known(self, cell: str) -> str:
        """A cell, empty where it says that nothing is known."""
        codes = self.rules.codes
        # no word of the table begins with a digit
        if cell == "" or (cell[0] in DIGITS and not codes.extra):
            return cell
        if cell[0] == "'":
            return bare(cell)
        if cell[0] == "<" and cell.casefold() == CLEAR:
            return ""
        return "" if codes.is_missing(cell) else cell

    def is_clear(self, place: int | None) -> bool:
        """Whether a cell says that what is known is taken back."""
        return place is not None and self.cells[place].casefold() == CLEAR

    def trait(self, code: str, *, field: str) -> Trait:
        """A trait that the farm can record.

        Raises:
            Broken: it is gone since the file was sent.
        """
        found = self.rules.known.get(code)
        if found is None:
            fix = "define the trait on the farm again, or send the file anew"
            raise broken("trait_unknown", f"the farm has no trait {code}", fix, field=field)
        return found

    def identifier(self, field: str) -> str:
        """The cell of an identifier, empty where it says that there is none.

        Raises:
            Broken: a spreadsheet has put an error or marks between thousands into it, or it is too long.
        """
        return as_identifier(self.text(field), field)

    def day(self, field: str) -> date | None:
        """The day in a field; None when there is none.

        Raises:
            Broken: it cannot be read, or is not over yet.
        """
        place = self.rules.places.get(field)
        return None if place is None else self.day_at(place, field)

    def day_at(self, place: int | None, field: str) -> date | None:
        """The day in a column."""
        text = "" if place is None else self.known(self.cells[place])
        return None if text == "" or place is None else self.rules.days(place, field).read(text)[0]

    def clock(self, field: str, beside: str) -> time | None:
        """The time of day in a field, or behind the date in `beside`; one that cannot be read is warned of."""
        return self.own_clock(field) if self.text(field) else self.clock_behind(beside)

    def own_clock(self, field: str) -> time | None:
        """The time of day in a field that has something in it."""
        text, times = self.text(field), self.rules.times
        found = times[text] if text in times else times.setdefault(text, parse_time(text))
        if found is None:
            message = f"{text[:40]} is no time of day, so it does not order two weighings of the day"
            self.warnings.append(warning("time_unread", message, "write it as 14:05", field=field))
        return found

    def clock_behind(self, beside: str) -> time | None:
        """The time of day behind a date."""
        place = self.rules.places.get(beside)
        text = "" if place is None else self.known(self.cells[place])
        behind = self.rules.days(place, beside).read(text)[1] if text and place is not None else None
        # midnight is what programs write behind a day without a time
        return None if behind == MIDNIGHT else behind

    def word(self, vocabulary: Vocabulary) -> str | None:
        """The meaning of the word in a field; None when there is none."""
        text = self.text(vocabulary.name)
        return self.rules.said(vocabulary).read(text) if text else None

    def value(self, place: int, trait: Trait, field: str, unit: str = "") -> tuple[float, str, str] | None:
        """The value of a trait in a column, as written, and its unit; None when there is none.

        Raises:
            Broken: it is no number, in two units at once, impossible, or a number that often stands for "unknown".
        """
        key, known = (place, self.cells[place], unit, trait.code), self.rules.values
        if key in known:
            return known[key]
        cell = self.known(self.cells[place])
        if cell == "":
            return None
        if trait.words and not cell[0].isdigit():
            return known.setdefault(key, (traits.value_of_word(trait, cell, field=field), cell, trait.unit))
        text, own = split_unit(cell) if cell[-1].isalpha() or cell[-1] == "." else (cell, "")
        used = self.unit_of(own, unit, place, trait, field)
        value = self.rules.numbers.read(text, field=field)
        if used != trait.unit:
            value = traits.converted(trait, value, used, field=field)
        is_suspicious = self.rules.codes.is_suspicious(text)
        if is_suspicious:
            self._suspect(text, value, trait, field)
        traits.check_hard(trait, value, field=field)
        # a warning belongs to its line
        return (value, text, used) if is_suspicious else known.setdefault(key, (value, text, used))

    def unit_of(self, own: str, column: str, place: int, trait: Trait, field: str) -> str:
        """The unit of a value: that of its cell, of its line, of its header, of the file."""
        if own and column and own != column:
            message = f"the cell says {own}, the column of units {column}"
            raise broken("unit_contradiction", message, "correct one of them", field=field)
        if trait.unit != "kg":
            found = own or column or trait.unit
        else:
            found = own or column or self.rules.layout.units.get(place) or self.rules.layout.unit or "kg"
        if found != trait.unit and found not in traits.units_of(trait):
            message = f"{trait.code} is kept in {trait.unit}, and {found[:20]} cannot be converted"
            raise broken("unit_unknown", message, f"write it in {', '.join(traits.units_of(trait))}", field=field)
        return found

    def _suspect(self, text: str, value: float, trait: Trait, field: str) -> None:
        low, high = trait.hard
        message = f"{text} is often written for unknown"
        fix = f"send missing={text}, or present={text} if it was measured"
        if value == 0 and low <= value <= high:
            self.warnings.append(warning("suspicious_value", message, fix, field=field))
        else:
            raise broken("suspicious_value", message, fix, field=field, verdict="out_of_range")
