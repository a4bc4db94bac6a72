"""Where the header of a text stands, and what separates its cells."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from bellwether.modelling.header_words import Kind, score
from bellwether.sheep.reading.lines import SEP

HEAD = 60
MARKS = ",;\t| "


@dataclass(frozen=True)
class Shape:
    """Where the header begins in the text, how many lines stand before it, and the separator."""

    start: int
    skipped: int
    separator: str
    told: str = ""


def find_header(text: str, kind: Kind | None) -> Shape:
    """The line that names the columns of the kind; else the first line with anything in it, whose own signs tell the
    separator."""
    lines = list(islice(text.splitlines(keepends=True), HEAD)) if len(text) < 1 << 20 else _first_lines(text)
    declared = SEP.fullmatch(lines[0].strip())
    first = next(i for i, line in enumerate(lines) if line.strip() and not (declared and i == 0))
    marks = declared[1] if declared else MARKS
    ranked = [(score(kind, cells(line, mark)), -i, -k) for i, line in enumerate(lines) for k, mark in enumerate(marks)]
    best, at, mark = max(ranked)
    place = -at if best >= _enough(kind) else first
    separator = marks[-mark] if best >= _enough(kind) else _by_signs(lines[first], marks)
    before = sum(bool(line.strip()) for line in lines[:place])
    told = "" if not before else f"{before} line{'' if before == 1 else 's'} before the header"
    blank = place if before else 0  # blank lines at the top count as lines of the text, as they always have
    return Shape(sum(map(len, lines[:blank])), blank, separator, told)


def header_row(rows: Sequence[Sequence[str]], kind: Kind | None) -> int:
    """Place of the row that names most columns of the kind, else of the first that is not empty."""
    first = next((i for i, row in enumerate(rows) if any(row)), 0)
    best, at = max((score(kind, row), -i) for i, row in enumerate(rows))
    return -at if best >= _enough(kind) else first


def cells(line: str, mark: str) -> list[str]:
    """The cells of one line, as a header is read."""
    bare = line.strip("\r\n")
    if mark == " ":
        return bare.split()
    return [cell.strip() for cell in next(csv.reader([bare], delimiter=mark), [])]


def _enough(kind: Kind | None) -> int:
    """Columns that a line must name to be the header wherever it stands."""
    return {"pedigree": 3, "records": 1, "genotypes": 1}.get(kind or "", 1)


def _by_signs(line: str, marks: str) -> str:
    """Commas, else tabs, else semicolons, bars or spaces, whatever the line has."""
    return next((mark for mark in ",\t;| " if mark in marks and mark in line.strip()), marks[0])


def _first_lines(text: str) -> list[str]:
    return text[: 1 << 20].splitlines(keepends=True)[:HEAD]
