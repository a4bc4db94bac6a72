"""Rows into a file: text in any delimiter, decimal mark and encoding, or a workbook. No cell of them is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Protocol

from bellwether.farm.exports.options import Options
from bellwether.farm.exports.problems import NotInEncoding, TooManyRows
from bellwether.sheep.reading.formulas import shielded

Cell = str | int | float | date | time | None
ENCODINGS = {"utf-8": "utf-8-sig", "cp1252": "cp1252", "utf-16": "utf-16"}
MOST_ROWS = 1_048_576
DECIMALS = 3
MIDNIGHT = time()


class Writer(Protocol):
    """A table that is being written."""

    def add(self, cells: Sequence[Cell]) -> None:
        """One more row."""

    def close(self) -> None:
        """Nothing comes after."""


def writer(path: Path, options: Options) -> Writer:
    """For the file that is wanted."""
    return Workbook(path) if options.file == "xlsx" else Text(path, options)


class Text:
    """Lines of cells."""

    def __init__(self, path: Path, options: Options) -> None:
        self.options, self.n = options, 0
        self._file = path.open("w", encoding=ENCODINGS[options.encoding], newline="")
        self._line = io.StringIO()
        self._csv = csv.writer(self._line, delimiter=options.mark, lineterminator="\r\n")

    def add(self, cells: Sequence[Cell]) -> None:
        """One more line.

        Raises:
            NotInEncoding: a character that the encoding does not have; nothing is written in its place.
        """
        self.n += 1
        self._csv.writerow([text_of(cell, self.options.decimal) for cell in cells])
        line = self._line.getvalue()
        self._line.seek(0)
        self._line.truncate()
        try:
            self._file.write(line)
        except UnicodeEncodeError as error:
            raise NotInEncoding(error.object[error.start], self.options.encoding, line.strip(), self.n) from error

    def close(self) -> None:
        """Flush to the disk."""
        self._file.close()


class Workbook:
    """One sheet, written row by row."""

    def __init__(self, path: Path) -> None:
        import xlsxwriter

        settings = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        self._book = xlsxwriter.Workbook(str(path), settings)
        self._sheet = self._book.add_worksheet("Sheet1")
        self._day = self._book.add_format({"num_format": "yyyy-mm-dd"})
        self.n = 0

    def add(self, cells: Sequence[Cell]) -> None:
        """One more row; words stay words, whatever they look like."""
        if self.n == MOST_ROWS:
            raise TooManyRows(MOST_ROWS)
        for place, cell in enumerate(cells):
            if isinstance(cell, date):
                self._sheet.write_datetime(self.n, place, datetime.combine(cell, MIDNIGHT), self._day)
            elif isinstance(cell, int | float):
                self._sheet.write_number(self.n, place, cell)
            elif cell not in (None, ""):
                self._sheet.write_string(self.n, place, shielded(str(cell)))
        self.n += 1

    def close(self) -> None:
        """Flush to the disk."""
        self._book.close()


def text_of(cell: Cell, decimal: str) -> str:
    """A cell as text that is read in one way."""
    if cell is None:
        return ""
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, float):
        return number(cell, decimal)
    return shielded(cell) if isinstance(cell, str) else str(cell)


def number(value: float, decimal: str) -> str:
    """All digits, never in scientific notation; three decimals could be read as thousands, four cannot."""
    text = f"{Decimal(repr(value)):f}"
    whole, _, rest = text.partition(".")
    if rest.strip("0") == "":
        return whole
    return f"{whole}{decimal}{rest}0" if len(rest) == DECIMALS else f"{whole}{decimal}{rest}"
