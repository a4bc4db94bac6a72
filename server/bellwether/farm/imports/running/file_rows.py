"""The rows of a stored file, a chunk at a time, read while the chunk before meets the database."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from itertools import islice

from bellwether.farm.imports.reading.format import AnyFormat
from bellwether.farm.imports.reading.layout import Layout
from bellwether.farm.imports.reading.options import Options
from bellwether.farm.imports.reading.repeated_rows import FirstRows
from bellwether.farm.imports.reading.rows import ReadRow, read_sheet, reopened
from bellwether.sheep.reading.sheet import Sheet

AnyRow = ReadRow[object]
FIRST_CHUNK, CHUNK = 500, 5000


def read_all(sheet: Sheet, layout: Layout, form: AnyFormat, options: Options) -> Iterator[AnyRow]:
    """Every line after the header, as data or with every reason why there is none."""
    assert options.today is not None
    rows = read_sheet(sheet, layout, form, options.today, options.known)
    return rows if form.key is None else map(FirstRows(form.key).check, rows)


@contextmanager
def uncollected() -> Iterator[None]:
    """What is made here is kept for long and has no cycles: looking for them costs more than to read the file."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class FileRows:
    """A file that is being read; it is read once, from its start."""

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
            self._rows = read_all(reopened(self._content, self.layout), self.layout, self.form, self._options)
            if self.form.survey is not None:
                self._rows = iter(self._surveyed())

    def _surveyed(self) -> list[AnyRow]:
        found = list(self._rows)
        assert self.form.survey is not None
        self.survey = self.form.survey([(row.row, row.data) for row in found if row.data is not None])
        return found

    async def chunks(self) -> AsyncIterator[list[AnyRow]]:
        """A small chunk first, so that there is something to see at once."""
        coming = asyncio.create_task(self._next(FIRST_CHUNK))
        try:
            while chunk := await coming:
                coming = asyncio.create_task(self._next(CHUNK))
                yield chunk
        finally:
            # a thread cannot be stopped, and nobody else may read on while it reads
            await asyncio.wait([coming])
            gc.unfreeze()

    async def _next(self, most: int) -> list[AnyRow]:
        return await asyncio.to_thread(lambda: list(islice(self._rows, most)))

    def share(self, row: int) -> float:
        """How much of the file lies before a row."""
        return min(1.0, row / max(1, self.layout.n_lines))
