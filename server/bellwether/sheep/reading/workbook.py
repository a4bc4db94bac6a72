"""A sheet of an XLSX workbook as rows of text: what a person sees in it, and nothing that a float has lost."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING

from bellwether.sheep.findings import Finding
from bellwether.sheep.reading.encoding import AS_TEXT
from bellwether.sheep.reading.refusal import FileRefused, refused

if TYPE_CHECKING:
    from openpyxl.cell import Cell, MergedCell

UNPACKED = 512 * 1024 * 1024
MOST_CELLS = 20_000_000
PADDED = re.compile(r"0+")
THREE = re.compile(r"-?[0-9]{1,3}\.[0-9]{3}")
UNCOUNTED = re.compile(rb"<f[^>]*(?:/>|>[^<]*</f>)(?:<v ?/>|<v></v>)?</c>")
PAGES = "xl/worksheets/"
EXACT = 10**15
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="[A-Z]+([0-9]+):[A-Z]+([0-9]+)"')
HIDDEN = re.compile(rb'<(?:\w+:)?row\s[^>]*?hidden="(?:1|true)"')
IN_MERGED = Finding(
    "bad_format",
    "merged_cells",
    "the line has cells that are merged with others, and it is not said for which of them the value holds",
    "unmerge the cells and write each value into its own cell",
)
WORDS = r"""(?:"[^"]*"|\\.| )*"""
SHOWN = re.compile(rf"(?P<before>{WORDS})(?P<digits>[0#?,.]+|General|0+(?:-0+)+)(?P<after>(?:{WORDS}|%)*)")


@dataclass(slots=True)
class Book:
    """The rows of one sheet."""

    name: str
    rows: list[list[str]]
    notes: list[str] = field(default_factory=list)
    faults: dict[int, Finding] = field(default_factory=dict)


def read(content: bytes, sheet: str | None) -> Book:
    """The sheet of that name, or the only one with anything in it.

    Raises:
        FileRefused: the archive is no workbook, or which sheet is meant cannot be told.
    """
    check_archive(content)
    # loaded with the first workbook: it costs every start of a service half a second
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        found = {page.title: rows_of(page.iter_rows()) for page in book.worksheets if sheet in (None, page.title)}
    except (
        InvalidFileException,
        zipfile.BadZipFile,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        OSError,
    ) as error:
        raise refused("unreadable_file", "the workbook cannot be read", AS_TEXT) from error
    filled = {name: rows for name, rows in found.items() if rows}
    if sheet is not None and sheet not in found:
        names = ", ".join(page.title for page in book.worksheets)
        raise refused(
            "sheet_unknown", f"there is no sheet {sheet[:40]}", f"send sheet as one of {names}", field="sheet"
        )
    if not filled:
        raise refused("file_empty", "the workbook is empty", "send a header line and one line for each row", row=1)
    if len(filled) > 1:
        names = ", ".join(filled)
        message = f"{len(filled)} sheets have something in them: {names[:200]}"
        raise refused("sheet_ambiguous", message, f"send sheet as one of {names[:200]}", field="sheet")
    ((name, rows),) = filled.items()
    path = next(str(getattr(page, "_worksheet_path", "")) for page in book.worksheets if page.title == name)
    return Book(name, rows, *beside_cells(content, path, rows))


def beside_cells(content: bytes, path: str, rows: list[list[str]]) -> tuple[list[str], dict[int, Finding]]:
    """What a sheet says of its lines and the cells do not: hidden ones are told, those with merged cells refused."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        page = archive.read(path) if path in archive.namelist() else b""
    n_hidden = len(HIDDEN.findall(page))
    notes = (
        [f"{n_hidden} hidden {'line is' if n_hidden == 1 else 'lines are'} read like the others"] if n_hidden else []
    )
    spans = [(int(first), int(last)) for first, last in MERGED.findall(page)]
    lines = {line for first, last in spans for line in range(first, min(last, len(rows)) + 1)}
    return notes, {line: IN_MERGED for line in lines if any(rows[line - 1])}


def check_archive(content: bytes) -> None:
    """A workbook of a size that can be unpacked.

    Raises:
        FileRefused: another archive, or one that grows too large.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            names = {item.filename for item in archive.infolist()}
            size = sum(item.file_size for item in archive.infolist())
            pages = [name for name in names if name.startswith(PAGES) and name.endswith(".xml")]
            is_counted = size > UNPACKED or not any(UNCOUNTED.search(archive.read(name)) for name in pages)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise refused("unreadable_file", "the archive is damaged", AS_TEXT) from error
    if "xl/workbook.xml" not in names:
        raise other_archive(names)
    if size > UNPACKED:
        raise refused("file_too_large", "the workbook is too large when unpacked", AS_TEXT)
    if not is_counted:
        message = "the workbook has formulas whose values were never computed"
        raise refused("formula_without_value", message, "open it in a spreadsheet, save it and send it again")


def other_archive(names: set[str]) -> FileRefused:
    """A ZIP file that is no workbook of Excel."""
    if "word/document.xml" in names:
        return refused("other_kind", "the file is a Word document", AS_TEXT)
    if "content.xml" in names:
        return refused("other_kind", "the file is an OpenDocument sheet (.ods)", "save it as XLSX or CSV and send that")
    return refused("other_kind", "the file is a ZIP archive", "unpack it and send the table in it")


def rows_of(found: Iterable[tuple[Cell | MergedCell, ...]]) -> list[list[str]]:
    """The cells as text, without empty rows at the end; all rows are as wide as the widest."""
    rows: list[list[str]] = []
    n_cells = 0
    for row in found:
        n_cells += len(row)
        check_cells(n_cells)
        rows.append([text_of(cell) for cell in row])
    while rows and not any(rows[-1]):
        rows.pop()
    wide = max((place + 1 for row in rows for place, cell in enumerate(row) if cell), default=0)
    check_cells(len(rows) * wide)
    return [(row + [""] * wide)[:wide] for row in rows]


def check_cells(n_cells: int) -> None:
    """Refuses a sheet that is larger than anybody fills.

    Raises:
        FileRefused
    """
    if n_cells > MOST_CELLS:
        message = f"the sheet has more than {MOST_CELLS:,} cells, empty ones among them"
        fix = "delete the empty rows and columns beside the table, or save it as CSV and send that"
        raise refused("file_too_large", message, fix)


def text_of(cell: Cell | MergedCell) -> str:
    """A cell as a person sees it: whole numbers with all digits and leading zeros, days as year, month, day."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return with_words(value, str(cell.number_format or ""))
    return " ".join(str(value).split())


def with_words(value: int | float, style: str) -> str:
    """A number with what its cell shows beside it: 70 in a cell of `0.0" lb"` is 70 lb, 17 in `"A"000` is A017."""
    match = SHOWN.fullmatch(style.split(";")[0].replace("\\-", "-"))
    if match is None or value != value or abs(value) >= EXACT:
        return number_text(value, style)
    before, after = (re.sub(r'["\\]', "", match[name]) for name in ("before", "after"))
    if "%" in after:
        value = float(Decimal(repr(value)) * 100)
    groups = match["digits"].split("-")
    text = number_text(value, "".join(groups))
    for group in reversed(groups[1:]) if text.isdecimal() else ():
        text, after = text[: -len(group)], f"-{text[-len(group) :]}{after}"
    return f"{before}{text}{after}".strip()


def number_text(value: int | float, style: str) -> str:
    """A number with its digits; one too long for a spreadsheet is written as rounded, for so it is."""
    if value != value or abs(value) == float("inf"):
        return ""
    if value == int(value):
        whole = str(int(value))
        if abs(value) >= EXACT:
            return f"{Decimal(whole):.5E}"
        return whole.zfill(len(style)) if PADDED.fullmatch(style) and value >= 0 else whole
    text = f"{Decimal(repr(value)):f}"
    # three decimals could be read as thousands, four cannot
    return text + "0" if THREE.fullmatch(text) else text
