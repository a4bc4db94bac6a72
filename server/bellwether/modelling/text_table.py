"""Tables as text: csv, csv.gz, parquet, and tab- or space-separated files, every cell a stripped string."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bellwether.modelling.findings import SHOWN, BadInput, Finding, refuse

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
            raise refuse(self.path, 1, "missing_column", message, self._how_to_add(name), name)
        return self.frame[name]

    def _how_to_add(self, name: str) -> str:
        first = self.frame.columns[0]
        if first.lstrip("# ") == name:
            return f"Remove what stands before {name} in the first line"
        return f"Add the column {name} or correct its name"

    def lines(self, rows: Sequence[int]) -> dict[int, int]:
        """Lines of the file that hold these data rows, in one pass."""
        wanted = {row if self.kept is None else int(self.kept[row]): row for row in rows}
        if self.text is None or not wanted:
            return {row: original + 2 for original, row in wanted.items()}
        last = max(wanted)
        numbered = enumerate(islice(_rows(self.text, self.separator), 1, last + 2))
        found = {wanted[at]: line for at, (line, _) in numbered if at in wanted}
        return {row: found.get(row, original + 2) for original, row in wanted.items()}

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


def read_table(path: Path) -> Table:
    """Read a table by its ending and first line.

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
    text = _decode(path, raw)
    first = next((line for line in text.splitlines() if line.strip()), "")
    if not first:
        raise refuse(path, 1, "empty_file", "the file is empty", "Give a header line and one line per row")
    separator = "," if "," in first else "\t" if "\t" in first else " " if " " in first.strip() else ","
    return Table(path, _parse(path, text, separator), digest, text, separator)


def _decode(path: Path, raw: bytes) -> str:
    try:
        data = gzip.decompress(raw) if path.suffix == ".gz" else raw
    except (OSError, EOFError, zlib.error) as error:
        raise refuse(path, None, "unreadable_file", "the file is not a gzip file", "Compress it again") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise refuse(path, line, "encoding", "the file is not UTF-8 text", "Save it as UTF-8") from error
    return text.replace("\r", "\n") if "\r" in text and "\n" not in text else text


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


def _parse(path: Path, text: str, separator: str) -> pl.DataFrame:
    source = text
    if separator == " ":
        source = "\n".join("\t".join(cells) for _, cells in _rows(text, separator))
    elif "\n\n" in text or "\r\n\r\n" in text or text[:1].isspace():
        source = "".join(line for line in text.splitlines(keepends=True) if line.strip())
    header = next(_rows(text, separator))
    names = [name.strip() for name in header[1]]
    wrong = next((sign for sign in ";|" if len(names) == 1 and sign in names[0]), None)
    if wrong is not None:
        message = f"the columns are separated by {wrong}"
        raise refuse(path, header[0], "separator", message, "Separate them by commas, tabs or spaces")
    if names[:1] == ["#"]:
        raise refuse(path, header[0], "no_header", "the first line begins with #", "Remove the # before the names")
    repeated = sorted({name for name in names if names.count(name) > 1})
    if _is_data(names) or (repeated and _is_data(repeated)):
        raise refuse(path, header[0], "no_header", f"the first line is {', '.join(names[:5])}", HEADER)
    if repeated:
        message = f"the column {repeated[0]} appears twice"
        raise refuse(path, header[0], "repeated_column", message, "Rename or remove one of them", repeated[0])
    used = "\t" if separator == " " else separator
    try:
        frame = pl.read_csv(io.BytesIO(source.encode()), separator=used, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        _refuse_ragged(path, text, separator, len(names))
        fix = "Check quotes and separators"
        raise refuse(path, None, "unreadable_file", f"the file cannot be read as a table: {error}", fix) from error
    if frame.height == 0:
        raise refuse(path, 1, "no_rows", "the file has a header and no rows", "Add rows")
    if '"' in source or source.count(used) != (len(names) - 1) * (frame.height + 1):
        _refuse_ragged(path, text, separator, len(names))
    frame.columns = names
    return frame.select(pl.all().fill_null("").str.strip_chars())


def _refuse_ragged(path: Path, text: str, separator: str, width: int) -> None:
    for line, cells in _rows(text, separator):
        if len(cells) != width:
            message = f"the line has {len(cells)} cells, the header has {width}"
            fix = "Give every line one cell per column; quote cells that hold the separator"
            raise refuse(path, line, "ragged_line", message, fix)


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
