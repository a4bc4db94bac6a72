"""How the lines of one file are to be read: encoding, delimiter, columns, date order."""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import BaseModel

from bellwether.sheep.reading.dates import DateOrder


class Layout(BaseModel):
    """How to read the lines of one file."""

    kind: str
    encoding: str
    delimiter: str
    header_line: int
    columns: dict[str, int]
    measurements: dict[str, list[int | None]] = {}
    ignored: list[str] = []
    date_order: DateOrder = "ymd"
    trait: str | None = None
    n_lines: int
    headers: list[str] = []
    date_orders: dict[int, DateOrder] = {}
    decimal: Literal[".", ","] | None = None
    thousands: str | None = None
    unit: Literal["kg", "lb"] | None = None
    unit_from: Literal["header", "option", "farm", "cells"] | None = None
    units: dict[int, Literal["kg", "lb"]] = {}
    preamble: int = 0
    sheet: str | None = None
    notes: list[str] = []
    options: dict[str, object] = {}

    def cell(self, cells: list[str], name: str) -> str:
        """The cell of a known field; empty when the line or the file lacks it."""
        return at(cells, self.columns.get(name))

    def told(self) -> list[str]:
        """How the file is read, in words."""
        found = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}
        return [found[self.date_order]]


def at(cells: list[str], place: int | None) -> str:
    """The cell at `place`; empty when there is none."""
    return "" if place is None or place >= len(cells) else cells[place]


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line of a file tells."""

    columns: dict[str, int]
    measurements: dict[str, list[int | None]] = field(default_factory=dict)
    ignored: list[str] = field(default_factory=list)
    date_order: DateOrder | None = None
    is_missing: bool = False
