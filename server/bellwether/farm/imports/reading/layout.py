"""How the lines of one file are to be read, and how that is told to its sender."""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel

from bellwether.sheep.reading.dates import TOLD, DateOrder
from bellwether.sheep.reading.lines import NAMES

UNITS = {"kg": "kilograms", "lb": "pounds"}
MARKS = {".": "point", ",": "comma", "'": "apostrophe", "’": "apostrophe"}
SOURCES = {
    "farm": "the unit is the farm's",
    "option": "the unit is as sent",
    "header": "the unit is as the header says",
    "cells": "the unit is as the cells say",
}


class Layout(BaseModel):
    """How to read the lines of one file."""

    kind: str
    encoding: str
    delimiter: str
    header_line: int
    columns: dict[str, int]
    measurements: dict[str, list[int | None]] = {}
    ignored: list[str] = []
    date_order: DateOrder | None = None
    trait: str | None = None
    n_lines: int
    headers: list[str] = []
    date_orders: dict[int, DateOrder] = {}
    decimal: Literal[".", ","] | None = None
    thousands: str | None = None
    unit: Literal["kg", "lb"] | None = None
    unit_from: Literal["header", "option", "farm", "cells"] | None = None
    units: dict[int, Literal["kg", "lb"]] = {}
    words: dict[str, dict[str, str]] = {}
    preamble: int = 0
    sheet: str | None = None
    notes: list[str] = []
    options: dict[str, object] = {}
    time_zone: str = "UTC"

    def cell(self, cells: list[str], name: str) -> str:
        """The cell of a known field; empty when the line or the file lacks it."""
        return at(cells, self.columns.get(name))

    def told(self) -> list[str]:
        """How the file is read, in words."""
        found = [f"kind {self.kind}", f"sheet {self.sheet}" if self.sheet else NAMES.get(self.delimiter, "one column")]
        if self.preamble:
            found.append(f"{self.preamble} {'line' if self.preamble == 1 else 'lines'} before the header")
        found += self._days()
        if self.unit:
            found += [UNITS[self.unit], SOURCES[self.unit_from or "farm"]]
        found += [f"{self._header(place)} in {UNITS[unit]}" for place, unit in self.units.items() if unit != self.unit]
        if self.decimal:
            found.append(f"decimal {MARKS[self.decimal]}")
        if self.thousands:
            found.append(f"thousands {MARKS.get(self.thousands, 'space')}")
        if self.trait:
            found.append(f"all weights are {self.trait}")
        if self.ignored:
            n = len(self.ignored)
            found.append(f"{n} {'column' if n == 1 else 'columns'} ignored: {', '.join(self.ignored[:10])}")
        return found + self.notes

    def _days(self) -> list[str]:
        if self.date_order or not self.date_orders:
            return [TOLD[self.date_order]] if self.date_order else []
        return [f"{self._header(place)} {TOLD[order]}" for place, order in self.date_orders.items()]

    def _header(self, place: int) -> str:
        return at(self.headers, place) or f"column {place + 1}"


def at(cells: list[str], place: int | None) -> str:
    """The cell at `place`; empty when there is none."""
    return "" if place is None or place >= len(cells) else cells[place]


@dataclass(frozen=True, slots=True)
class Header:
    """What is known of a file without a header line, by its cells."""

    columns: dict[str, int]
    date_order: DateOrder | None = None
    name: str = ""
    measurements: dict[str, list[int | None]] = field(default_factory=dict)
