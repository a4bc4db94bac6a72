"""Numbers by one rule for a file: its decimal and its thousands mark, proved by all of its numbers or asked for."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from bellwether.sheep.findings import Broken, broken
from bellwether.sheep.reading.headers import UNITS, normal
from bellwether.sheep.reading.refusal import FileFault

Decimal = Literal[".", ","]
SPACES = "  \u00a0\u202f\u2009'’"
PLAIN = re.compile(r"[+-]?[0-9]+")
WITH_POINT = re.compile(r"[+-]?(?:[0-9]+\.[0-9]*|\.[0-9]+)")
WITH_COMMA = re.compile(r"[+-]?(?:[0-9]+,[0-9]*|,[0-9]+)")
EITHER = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
GROUPED = re.compile(rf"[+-]?[0-9]{{1,3}}(?:([{SPACES}])[0-9]{{3}})(?:\1[0-9]{{3}})*(?:([.,])[0-9]*)?")
COMMA_GROUPS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+(\.[0-9]*)?")
POINT_GROUPS = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:\.[0-9]{3})+(,[0-9]*)?")
UNIT = re.compile(r"([-+]?[0-9][^A-Za-zµ]*?)\s*([A-Za-zµ]+)\.?")
SCIENTIFIC = re.compile(r"[+-]?[0-9.,]+[eE][+-]?[0-9]+")
LONGEST = 30


def split_unit(text: str) -> tuple[str, str]:
    """The number and the unit behind it, empty when there is none that is known: `70lb` is 70 and lb."""
    match = UNIT.fullmatch(text) if len(text) <= LONGEST else None
    unit = UNITS.get(normal(match[2])) if match else None
    return (match[1].rstrip(), unit) if match and unit else (text, "")


def evidence(text: str) -> str:
    """What a number says of the decimal mark: `.`, `,`, `?` for either, `=` for nothing; empty when it is no number."""
    text = text.strip().replace("\u2212", "-")
    if len(text) > LONGEST:
        return ""
    if PLAIN.fullmatch(text):
        return "="
    if EITHER.fullmatch(text):
        return "?"
    if WITH_POINT.fullmatch(text):
        return "."
    if WITH_COMMA.fullmatch(text):
        return ","
    if match := GROUPED.fullmatch(text):
        return match[2] or "="
    if COMMA_GROUPS.fullmatch(text):
        return "."
    return "," if POINT_GROUPS.fullmatch(text) else ""


@dataclass
class Proof:
    """What the numbers of a file show."""

    decimal: Decimal | None
    thousands: str | None = None
    faults: list[FileFault] = field(default_factory=list)


def prove(cells: Iterable[tuple[int, str]], *, asked: Decimal | None = None) -> Proof:
    """The marks of a file, from each of its numbers with its row; `asked` is the sender's own word."""
    rows: dict[str, tuple[int, str]] = {}
    seen: set[str] = set()
    thousands = None
    for row, cell in cells:
        if cell in seen:
            continue
        seen.add(cell)
        text = split_unit(cell.strip())[0]
        found = evidence(text)
        if found in (".", ",", "?"):
            rows.setdefault(found, (row, text))
        thousands = thousands or group_mark(text, found)
    decimal: Decimal | None = asked or ("," if "," in rows else "." if "." in rows else None)
    if asked is None and "." in rows and "," in rows:
        return Proof(None, None, [mixed(rows)])
    if decimal is None and "?" in rows:
        return Proof(None, None, [ambiguous(*rows["?"])])
    if thousands is None and "?" in rows and decimal is not None:
        other = "," if decimal == "." else "."
        thousands = next(
            (other for text in seen if EITHER.fullmatch(split_unit(text.strip())[0]) and other in text), None
        )
    return Proof(decimal, thousands)


def group_mark(text: str, found: str) -> str | None:
    """The mark between thousands, where the number alone shows it."""
    if found in ("=", ".", ",") and (match := GROUPED.fullmatch(text)):
        return match[1]
    if found == "." and "," in text:
        return ","
    return "." if found == "," and "." in text else None


def mixed(rows: dict[str, tuple[int, str]]) -> FileFault:
    """Numbers with a decimal point and numbers with a decimal comma."""
    (one, point), (two, comma) = rows["."], rows[","]
    message = f"row {one} ({point[:30]}) has a decimal point, row {two} ({comma[:30]}) a decimal comma"
    fix = "write all numbers alike, or send decimal as . or , to refuse those that differ"
    return FileFault("decimal_mixed", message, fix, max(one, two), "decimal")


def ambiguous(row: int, text: str) -> FileFault:
    """A number with one mark before three digits, and no other number that decides."""
    mark = "comma" if "," in text else "point"
    message = f"{text[:30]} can be read in two ways: the {mark} may stand before decimals or between thousands"
    return FileFault("decimal_ambiguous", message, "send decimal as . or ,", row, "decimal")


class Numbers:
    """The numbers of one file, each distinct text read once."""

    def __init__(self, decimal: Decimal | None) -> None:
        self.decimal: Decimal = decimal or "."
        self.known: dict[str, float] = {}
        groups = COMMA_GROUPS if self.decimal == "." else POINT_GROUPS
        self.shapes = (PLAIN, WITH_POINT if self.decimal == "." else WITH_COMMA, GROUPED, groups)

    def read(self, text: str, *, field: str) -> float:
        """The number.

        Raises:
            Broken: it is none by the rule of this file.
        """
        found = self.known.get(text)
        if found is None:
            found = self._read(text, field)
            if len(self.known) < 100_000:
                self.known[text] = found
        return found

    def _read(self, text: str, field: str) -> float:
        plain = text.strip().replace("\u2212", "-")
        if len(plain) > LONGEST or not any(shape.fullmatch(plain) for shape in self.shapes):
            raise self.wrong(plain, field)
        other = "," if self.decimal == "." else "."
        if (match := GROUPED.fullmatch(plain)) and match[2] == other:
            raise self.wrong(plain, field)
        digits = re.sub(rf"[{SPACES}{other}]", "", plain).replace(self.decimal, ".")
        return float(digits)

    def wrong(self, text: str, field: str) -> Broken:
        """The text is no number here."""
        shown = text[:40]
        if SCIENTIFIC.fullmatch(text):
            message, fix = f"{shown} is in scientific notation", "write the number with its digits"
        elif evidence(text):
            mark = "point" if self.decimal == "." else "comma"
            message, fix = f"{shown} is no number with a decimal {mark}, as this file has", "correct the number"
        else:
            message, fix = f"{shown} is not a number", "write digits and one decimal mark"
        return broken("not_a_number", message, fix, field=field)


def whole(number: float, text: str, low: int, high: int, *, field: str) -> int:
    """A whole number within its range.

    Raises:
        Broken: it has decimals or lies outside.
    """
    if number != int(number):
        raise broken("not_a_whole_number", f"{text[:40]} is not a whole number", "correct the value", field=field)
    if not low <= number <= high:
        message = f"{text[:40]} is outside {low} to {high}"
        raise broken("out_of_range", message, "correct the value", field=field, verdict="out_of_range")
    return int(number)
