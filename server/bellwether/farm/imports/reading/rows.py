"""A line as data, judged by itself: what can be said without looking at any other row or at the database."""

from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from bellwether.farm.imports.reading.format import Format
from bellwether.farm.imports.reading.layout import Layout
from bellwether.farm.imports.reading.lines import Line
from bellwether.sheep.findings import Broken, Finding

R = TypeVar("R")
BLANK = Finding("blank", "blank", "the line is empty", "nothing to do")
UNREADABLE = Finding("bad_format", "unreadable", "the line cannot be split into cells", "check its quotes")


@dataclass(frozen=True, slots=True)
class ReadRow(Generic[R]):
    """One line of the file: either data, perhaps with warnings, or every reason why there is none."""

    row: int
    raw: str
    data: R | None
    findings: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()

    @property
    def finding(self) -> Finding | None:
        """The first reason."""
        return self.findings[0] if self.findings else None


def read(line: Line, layout: Layout, form: Format[R], today: date) -> ReadRow[R]:
    """The line as data, or with every rule that it breaks."""
    raw = line.text[:10_000]
    if line.is_blank:
        return ReadRow(line.number, raw, None, (BLANK,))
    if line.cells is None:
        return ReadRow(line.number, raw, None, (UNREADABLE,))
    try:
        return ReadRow(line.number, raw, form.read(line.cells, layout, today))
    except Broken as error:
        return ReadRow(line.number, raw, None, error.findings)
