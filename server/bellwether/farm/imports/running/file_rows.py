"""The rows of a stored file, a chunk at a time, read while the chunk before meets the database."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from bellwether.farm.imports.judging.plain.lines import PlainLines
from bellwether.farm.imports.reading.entry import Rules
from bellwether.farm.imports.reading.format import AnyFormat
from bellwether.farm.imports.reading.layout import Layout
from bellwether.farm.imports.reading.options import Options
from bellwether.farm.imports.reading.parts import plain_lines
from bellwether.farm.imports.reading.repeated_rows import FirstRows
from bellwether.farm.imports.reading.rows import LONGEST, ReadRow, read_lines, reopened
from bellwether.platform.memory import uncollected
from bellwether.sheep.reading.sheet import Sheet

AnyRow = ReadRow[object]
FIRST_CHUNK, CHUNK = 500, 10_000
LONGER = 10
"""How many times as long a chunk is whose lines are read by their parts."""


@dataclass(frozen=True)
class Portion:
    """A chunk of a file: rows read one by one, and lines between them that were read by their parts."""

    rows: Sequence[AnyRow]
    plain: PlainLines | None
    first: int
    last: int
    raws: Sequence[str] = ()
    whole: Callable[..., object] | None = None

    def __len__(self) -> int:
        return len(self.rows) + (0 if self.plain is None else len(self.plain))

    def one_by_one(self) -> "Portion":
        """The same with a row for each line."""
        if self.plain is None or self.whole is None:
            return self
        found = [AnyRow(number, self.raw(number), self.whole(*parts)) for number, parts in self.plain.each()]
        return replace(self, rows=sorted([*self.rows, *found], key=lambda row: row.row), plain=None)

    def raw(self, number: int) -> str:
        """A line as it stands in the file."""
        return self.raws[number - self.first][:LONGEST]

    def raws_of(self, numbers: Sequence[int]) -> list[str]:
        """The same of many."""
        return [self.raws[number - self.first][:LONGEST] for number in numbers]


def read_all(sheet: Sheet, rules: Rules, form: AnyFormat, plain: PlainLines | None) -> Iterator[AnyRow]:
    """Every line after the header but the plain ones, as data or with every reason why there is none."""
    rows = read_lines(sheet, sheet.body() if plain is None else others(sheet.body(), plain), rules, form)
    return rows if form.key is None else map(FirstRows(form.key).check, rows)


def others(body: Sequence[int], plain: PlainLines) -> Sequence[int]:
    """The lines that are not among the plain ones."""
    found = set(plain.numbers.tolist()) if len(plain) < len(body) else None
    return () if found is None else [number for number in body if number not in found]


class FileRows:
    """A file that is being read; it is read once, from its start."""

    _lines: Sequence[str] = ()
    _plain: PlainLines | None = None
    _at: int = 0
    _ahead: AnyRow | None = None

    def __init__(self, content: bytes, layout: Layout, form: AnyFormat, options: Options) -> None:
        self.layout, self.form = layout, form
        self.survey: object = None
        self.memory: dict[type, object] = {}
        self.traits = options.known
        self._content, self._options = content, options
        self._rows: Iterator[AnyRow] = iter(())

    async def open(self) -> None:
        """Take the file apart into cells, and look through all of it where its format asks for that."""
        await asyncio.to_thread(self._open)

    def _open(self) -> None:
        with uncollected():
            sheet = reopened(self._content, self.layout)
            assert self._options.today is not None
            rules = Rules(self.layout, self._options.today, self._options.known)
            # what stands in columns of traits is in no part
            parts = {} if self.layout.measurements else self.form.parts
            self._lines, self._plain = sheet.lines, plain_lines(sheet, rules, parts)
            sheet.table = None
            self._rows = read_all(sheet, rules, self.form, self._plain)
            if self.form.survey is not None:
                self._rows = iter(self._surveyed())
            if self._plain is not None:
                self._at, self._ahead = sheet.body().start, next(self._rows, None)

    def _surveyed(self) -> list[AnyRow]:
        found = list(self._rows)
        assert self.form.survey is not None
        self.survey = self.form.survey([(row.row, row.data) for row in found if row.data is not None])
        return found

    async def chunks(self) -> AsyncIterator[Portion]:
        """A small chunk first, so that there is something to see at once."""
        coming = asyncio.create_task(self._next(FIRST_CHUNK))
        most = CHUNK if self._plain is None else CHUNK * LONGER
        try:
            while chunk := await coming:
                coming = asyncio.create_task(self._next(most))
                yield chunk
        finally:
            # a thread cannot be stopped, and nobody else may read on while it reads
            await asyncio.wait([coming])
            gc.unfreeze()

    async def _next(self, most: int) -> Portion:
        return await asyncio.to_thread(self._portion, most)

    def _portion(self, most: int) -> Portion:
        if self._plain is None:
            rows = list(islice(self._rows, most))
            return Portion(rows, None, rows[0].row if rows else 0, rows[-1].row if rows else 0)
        start, stop = self._at, min(self._at + most, len(self._lines) + 1)
        rows = []
        while self._ahead is not None and self._ahead.row < stop:
            rows.append(self._ahead)
            self._ahead = next(self._rows, None)
        self._at = stop
        plain = self._plain.between(start, stop)
        return Portion(rows, plain, start, stop - 1, self._lines[start - 1 : stop - 1], self.form.whole)

    def share(self, row: int) -> float:
        """How much of the file lies before a row."""
        return min(1.0, row / max(1, self.layout.n_lines))
