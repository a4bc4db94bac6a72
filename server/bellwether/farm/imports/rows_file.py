"""Rows of an import as a file that can be mended and sent again: the columns that came, then number and reasons."""

import csv
import io
import re
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager

from bellwether.farm.imports import repository
from bellwether.farm.imports.models import Batch, JudgedRow
from bellwether.farm.imports.reading.columns import OWN
from bellwether.farm.imports.reading.layout import Layout
from bellwether.farm.imports.row_filter import RowFilter
from bellwether.platform.database.transactions import Session

LookAgain = Callable[[], AbstractAsyncContextManager[Session]]
PAGE = 2000
BOM = "\ufeff"
NUMBER = re.compile(r"[+-]?[\d., ]+%?")


async def parts(look: LookAgain, batch: Batch, wanted: RowFilter) -> AsyncIterator[str]:
    """The file piece by piece; no connection is held while a piece travels."""
    layout = Layout.model_validate(batch.layout)
    yield BOM + head(layout)
    after = 0
    while True:
        async with look() as session:
            found = await repository.rows(session, batch.id, after, PAGE, wanted)
        if not found:
            return
        yield body(found, layout)
        after = found[-1].row


def head(layout: Layout) -> str:
    """The header as it came; a file that has none gets none."""
    return written([[*layout.headers, *OWN]], mark(layout)) if layout.header_line and layout.headers else ""


def body(rows: Iterable[JudgedRow], layout: Layout) -> str:
    """Each row in its own cells; a short one is filled up, so that its number and reasons stand in their columns."""
    return written((cells(row, layout) for row in rows), mark(layout))


def mark(layout: Layout) -> str:
    """What separates the cells; reasons have spaces in them, so where these did, commas do."""
    return "," if layout.delimiter == " " else layout.delimiter


def cells(row: JudgedRow, layout: Layout) -> list[str]:
    """One row."""
    own = next(iter(csv.reader([row.raw], delimiter=layout.delimiter, skipinitialspace=True)), [])
    own = row.raw.split() if layout.delimiter == " " else own
    own += [""] * (len(layout.headers) - len(own))
    reasons = "; ".join(f"{found['message']}: {found['fix']}" for found in row.findings)
    return [*own, str(row.row), reasons]


def written(rows: Iterable[list[str]], delimiter: str) -> str:
    """Lines of cells; none of them is a formula for a spreadsheet."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows([safe(cell) for cell in row] for row in rows)
    return out.getvalue()


def safe(cell: str) -> str:
    """A cell that would start a formula gets an apostrophe before it; a number never does."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") and not NUMBER.fullmatch(cell) else cell
