"""Tables as text: csv, csv.gz, parquet, xlsx, and files with other separators, every cell a stripped string."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bellwether.modelling.findings import SHOWN, BadInput, Finding, refuse
from bellwether.modelling.header_line import HEAD, Shape, find_header, header_row
from bellwether.modelling.header_words import Kind
from bellwether.sheep.reading import workbook
from bellwether.sheep.reading.encoding import decode, is_zip
from bellwether.sheep.reading.lines import NAMES
from bellwether.sheep.reading.refusal import FileRefused

HEADER = "Put the names of the columns into the first line"


@dataclass(frozen=True)
class Table:
    """A file as columns of text; missing cells are empty."""

    path: Path
    frame: pl.DataFrame
    sha256: str
    text: str | None
    separator: str
    kept: NDArray[np.int64] | None = None
    skipped: int = 0
    notes: tuple[str, ...] = ()

    @property
    def header_line(self) -> int:
        """Line of the header."""
        return 1 + self.skipped

    def renamed(self, names: Mapping[str, str], notes: Sequence[str]) -> Table:
        """Columns under other names, and what is told of it."""
        return replace(self, frame=self.frame.rename(dict(names)), notes=(*self.notes, *notes))

    def with_frame(self, frame: pl.DataFrame) -> Table:
        """The same with other cells."""
        return replace(self, frame=frame)

    def noted(self, *notes: str) -> Table:
        """More of how it was read."""
        return replace(self, notes=(*self.notes, *notes))

    def told(self) -> list[str]:
        """How the file was read, in words."""
        return [NAMES[self.separator], *self.notes] if self.text is not None else list(self.notes)

    @classmethod
    def of(cls, name: str, columns: Mapping[str, Sequence[str]]) -> Table:
        """A table that a program makes: what `read_table` would find in the file that `text` is."""
        frame = pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)).select(pl.all().str.strip_chars())
        text = frame.write_csv()
        return cls(Path(name), frame, hashlib.sha256(text.encode()).hexdigest(), text, ",")

    def column(self, name: str) -> pl.Series:
        """A column, or a finding that it is missing."""
        if name not in self.frame.columns:
            have = ", ".join(self.frame.columns[:12])
            message = f"the column {name} is missing; the file has {have}"
            raise refuse(self.path, self.header_line, "missing_column", message, self._how_to_add(name), name)
        return self.frame[name]

    def _how_to_add(self, name: str) -> str:
        first = self.frame.columns[0]
        if first.lstrip("# ") == name:
            return f"Remove what stands before {name} in the first line"
        return f"Add the column {name} or correct its name"

    @cached_property
    def _is_one_line_a_row(self) -> bool:
        """Without quotes and blank lines nobody has to count."""
        text = self.text or ""
        return not any(sign in text for sign in ('"', "\n\n", "\r\n\r\n")) and not text[:1].isspace()

    def lines(self, rows: Sequence[int]) -> dict[int, int]:
        """Lines of the file that hold these data rows, in one pass."""
        wanted = {row if self.kept is None else int(self.kept[row]): row for row in rows}
        if self._is_one_line_a_row or not wanted:
            return {row: original + 2 + self.skipped for original, row in wanted.items()}
        last = max(wanted)
        numbered = enumerate(islice(_rows(self.text or "", self.separator), 1, last + 2))
        found = {wanted[at]: line + self.skipped for at, (line, _) in numbered if at in wanted}
        return {row: found.get(row, original + 2 + self.skipped) for original, row in wanted.items()}

    def line(self, row: int) -> int:
        """Line of the file that holds data row `row` (from 0); parquet counts as if it had a header."""
        return self.lines([row])[row]

    def only(self, keep: NDArray[np.bool_]) -> Table:
        """The rows that are kept; they know the lines that they came from."""
        kept = np.flatnonzero(keep)
        return replace(
            self, frame=self.frame.filter(pl.Series(keep)), kept=kept if self.kept is None else self.kept[kept]
        )

    def findings(self, rows: Sequence[int], code: str, message: str, fix: str, field: str) -> list[Finding]:
        """Findings about data rows; `{}` in the message stands for the cell."""
        cells = self.frame[field] if field in self.frame.columns else None
        lines = self.lines(rows)
        return [
            Finding(
                str(self.path),
                lines[row],
                code,
                message.replace("{}", cells[row]) if cells is not None else message,
                fix,
                field,
            )
            for row in rows
        ]

    def refuse_rows(self, wrong: NDArray[np.bool_], code: str, message: str, fix: str, field: str) -> None:
        """Refuse the rows that are wrong: the first 20 by line, and how many there are.

        Raises
        ------
        BadInput
            Any of them is.
        """
        rows = np.flatnonzero(wrong)
        if rows.size:
            found = self.findings(rows[:SHOWN].tolist(), code, message, fix, field)
            raise BadInput(found, {code: int(rows.size)})


def _is_data(names: list[str]) -> bool:
    """Are these cells numbers, where names of columns should stand?"""
    return all(name != "" and name[0] in "-.0123456789" for name in names)


def read_table(path: Path, kind: Kind | None = None) -> Table:
    """Read a table by its ending and its lines; `kind` finds the header where lines stand before it.

    Raises
    ------
    BadInput
        No such file, unreadable, no header, repeated columns, a line with too many cells.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        fix = "Check the path"
        raise refuse(path, None, "unreadable_file", f"the file cannot be read: {error.strerror}", fix) from error
    digest = hashlib.sha256(raw).hexdigest()
    if path.suffix == ".parquet":
        return Table(path, _parquet(path, raw), digest, None, ",")
    with _refusals_of(path):
        if is_zip(raw):
            return _of_workbook(path, raw, digest, kind)
        found = decode(_unpacked(path, raw))
    text = found.text.replace("\r", "\n") if "\r" in found.text and "\n" not in found.text else found.text
    if not text.strip():
        raise refuse(path, 1, "empty_file", "the file is empty", "Give a header line and one line per row")
    shape = find_header(text, kind)
    body = text[shape.start :]
    notes = (*([shape.told] if shape.told else []), *found.notes)
    table = Table(path, _parse(path, body, shape), digest, body, shape.separator, skipped=shape.skipped, notes=notes)
    return table


@contextmanager
def _refusals_of(path: Path) -> Iterator[None]:
    """What the reader of tables refuses, as findings about the file."""
    try:
        yield
    except FileRefused as error:
        found = [Finding(str(path), f.row, f.code, f.message, f"{f.fix[:1].upper()}{f.fix[1:]}") for f in error.faults]
        raise BadInput(found) from error


def _of_workbook(path: Path, raw: bytes, digest: str, kind: Kind | None) -> Table:
    """The one sheet of an XLSX workbook that has something in it."""
    book = workbook.read(raw, None)
    place = header_row(book.rows[:HEAD], kind)
    names = book.rows[place]
    _check_header(path, place + 1, names)
    merged = [(line, fault) for line, fault in sorted(book.faults.items()) if line > place + 1]
    if merged:
        raise BadInput(
            [Finding(str(path), line, f.code, f.message, f"{f.fix[:1].upper()}{f.fix[1:]}") for line, f in merged]
        )
    rows = book.rows[place + 1 :]
    numbered = [(number, row) for number, row in enumerate(rows) if any(row)]
    if not numbered:
        raise refuse(path, place + 1, "no_rows", "the sheet has a header and no rows", "Add rows")
    columns = {name: [row[k] for _, row in numbered] for k, name in enumerate(names)}
    frame = pl.DataFrame(columns, schema=dict.fromkeys(names, pl.String)).select(pl.all().str.strip_chars())
    kept = np.array([number for number, _ in numbered], dtype=np.int64)
    notes = (f"sheet {book.name}", *book.notes)
    return Table(path, frame, digest, None, ",", kept=kept, skipped=place, notes=notes)


def _unpacked(path: Path, raw: bytes) -> bytes:
    try:
        return gzip.decompress(raw) if path.suffix == ".gz" else raw
    except (OSError, EOFError, zlib.error) as error:
        raise refuse(path, None, "unreadable_file", "the file is not a gzip file", "Compress it again") from error


def _parquet(path: Path, raw: bytes) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(io.BytesIO(raw))
        whole = [column.name for column in frame if column.dtype.is_float() and _is_whole(column)]
        frame = frame.with_columns(pl.col(whole).fill_nan(None).cast(pl.Int64))
        text = frame.select(pl.all().cast(pl.String).fill_null("").str.strip_chars())
    except (pl.exceptions.PolarsError, OSError) as error:
        fix = "Write it again, with plain columns of text and numbers"
        raise refuse(path, None, "unreadable_file", f"the parquet file cannot be read: {error}", fix) from error
    if text.height == 0:
        raise refuse(path, None, "no_rows", "the file has no rows", "Add rows")
    return text


def _is_whole(column: pl.Series) -> bool:
    """Ids that became floats because some were missing."""
    known = column.drop_nulls().drop_nans()
    return bool(((known == known.round()) & (known.abs() < 2**53)).all())


def _check_header(path: Path, line: int, names: list[str]) -> None:
    """Refuse what is no line of names.

    Raises
    ------
    BadInput
        Data, or a name twice.
    """
    if names[:1] == ["#"]:
        raise refuse(path, line, "no_header", "the first line begins with #", "Remove the # before the names")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if _is_data(names) or (repeated and _is_data(repeated)):
        raise refuse(path, line, "no_header", f"the first line is {', '.join(names[:5])}", HEADER)
    if repeated:
        message = f"the column {repeated[0]} appears twice"
        raise refuse(path, line, "repeated_column", message, "Rename or remove one of them", repeated[0])


def _parse(path: Path, text: str, shape: Shape) -> pl.DataFrame:
    separator, source = shape.separator, text
    if separator == " ":
        source = "\n".join("\t".join(cells) for _, cells in _rows(text, separator))
    elif "\n\n" in text or "\r\n\r\n" in text or text[:1].isspace():
        source = "".join(line for line in text.splitlines(keepends=True) if line.strip())
    header = next(_rows(text, separator))
    names = [name.strip() for name in header[1]]
    _check_header(path, header[0] + shape.skipped, names)
    used = "\t" if separator == " " else separator
    try:
        frame = pl.read_csv(io.BytesIO(source.encode()), separator=used, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        _refuse_ragged(path, text, shape, len(names))
        fix = "Check quotes and separators"
        raise refuse(path, None, "unreadable_file", f"the file cannot be read as a table: {error}", fix) from error
    if frame.height == 0:
        raise refuse(path, 1 + shape.skipped, "no_rows", "the file has a header and no rows", "Add rows")
    if '"' in source or source.count(used) != (len(names) - 1) * (frame.height + 1):
        _refuse_ragged(path, text, shape, len(names))
    frame.columns = names
    return frame.select(pl.all().fill_null("").str.strip_chars())


def _refuse_ragged(path: Path, text: str, shape: Shape, width: int) -> None:
    wrong = [(line, len(cells)) for line, cells in _rows(text, shape.separator) if len(cells) != width]
    if wrong:
        fix = "Give every line one cell per column; quote cells that hold the separator"
        code, file = "ragged_line", str(path)
        message = "the line has {} cells, the header has {}"
        found = [Finding(file, line + shape.skipped, code, message.format(n, width), fix) for line, n in wrong[:SHOWN]]
        raise BadInput(found, {code: len(wrong)})


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of each line that is not blank, the header first."""
    if separator == " ":
        yield from ((n, line.split()) for n, line in enumerate(text.splitlines(), 1) if line.strip())
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    before = 0
    for cells in reader:
        if len(cells) > 1 or (cells and cells[0].strip()):
            yield before + 1, cells
        before = reader.line_num
