"""A line as data, judged by itself: what can be said without looking at any other row or at the database."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Generic, NamedTuple, TypeVar

from bellwether.farm.imports.reading.entry import Entry, Rules
from bellwether.farm.imports.reading.format import Format
from bellwether.farm.imports.reading.layout import Layout
from bellwether.sheep.findings import Broken, Finding
from bellwether.sheep.reading.sheet import Sheet, open_sheet, set_header

R = TypeVar("R")
LONGEST = 10_000


class ReadRow(NamedTuple, Generic[R]):
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


def read_file(content: bytes, layout: Layout, form: Format[R], today: date) -> Iterator[ReadRow[R]]:
    """Every line of a file but its header and what stands before it, in order."""
    sheet = reopened(content, layout)
    return read_lines(sheet, sheet.body(), Rules(layout, today), form)


def read_lines(sheet: Sheet, numbers: Iterable[int], rules: Rules, form: Format[R]) -> Iterator[ReadRow[R]]:
    """Some lines of an opened file."""
    heart = form.by_heart(rules) if form.by_heart else None
    for number in numbers:
        data = None
        if heart is not None and number not in sheet.faults:
            data = heart.recall(sheet.rows[number - 1])
        if data is not None:
            yield ReadRow(number, sheet.lines[number - 1][:LONGEST], data)
            continue
        row = read_row(sheet, number, rules, form)
        if heart is not None and row.data is not None and not row.warnings:
            heart.learn(sheet.rows[number - 1], row.data)
        yield row


def reopened(content: bytes, layout: Layout) -> Sheet:
    """The lines and cells of a file whose layout is known."""
    sheet = open_sheet(content, delimiter=layout.delimiter, encoding=layout.encoding, sheet=layout.sheet)
    set_header(sheet, layout.header_line)
    return sheet


def read_row(sheet: Sheet, number: int, rules: Rules, form: Format[R]) -> ReadRow[R]:
    """One line as data, or with every rule that it breaks."""
    raw = sheet.lines[number - 1][:LONGEST]
    shape = sheet.faults.get(number)
    if shape is not None:
        return ReadRow(number, raw, None, (shape,))
    entry = Entry(sheet.rows[number - 1], rules)
    try:
        data = form.read(entry)
        entry.stop()
    except Broken as error:
        known = {id(finding) for finding in error.findings}
        return ReadRow(number, raw, None, (*(f for f in entry.faults if id(f) not in known), *error.findings))
    return ReadRow(number, raw, data, (), tuple(entry.warnings))
