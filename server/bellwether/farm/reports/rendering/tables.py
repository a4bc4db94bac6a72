"""A report as lines of text and as a workbook. What users wrote is text there, and never a formula."""

import io
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from uuid import UUID

from bellwether.farm.imports.rows_file import BOM, written
from bellwether.farm.reports.declaring import Cell, Column
from bellwether.farm.reports.rendering.told import Told
from bellwether.sheep.reading.formulas import shielded

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

FORMATS = {"whole": "0", "year": "0", "day": "yyyy-mm-dd", "percent": "0.0"}


def csv_of(told: Told) -> bytes:
    """Names of the columns, then the rows; a value that is not known is an empty cell."""
    head = [column.name for column in told.report.columns]
    lines = written([head, *([as_text(cell) for cell in row] for row in told.found.rows)], ",")
    return (BOM + lines).encode()


def as_text(cell: Cell) -> str:
    """A cell; of a number all its digits."""
    if isinstance(cell, str):
        return shielded(cell)
    return "" if cell is None else str(cell).lower() if isinstance(cell, bool) else str(cell)


def xlsx_of(told: Told) -> bytes:
    """The rows under their titles, and a second sheet that says what they mean."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    options = {"in_memory": True, "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(out, options) as book:
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        sheet, formats = book.add_worksheet("Report"), [book.add_format({"num_format": f}) for f in shown(told)]
        sheet.freeze_panes(1, 0)
        for at, column in enumerate(told.report.columns):
            sheet.write_string(0, at, heading(column), bold)
            sheet.set_column(at, at, 14)
        for line, row in enumerate(told.found.rows, 1):
            for at, cell in enumerate(row):
                write(sheet, line, at, cell, formats[at])
        explain(book.add_worksheet("Definitions"), told, bold)
    return out.getvalue()


def shown(told: Told) -> list[str]:
    """How the cells of each column look."""
    return [
        FORMATS.get(c.kind, "0." + "0" * c.decimals if c.kind == "number" and c.decimals else "General")
        for c in told.report.columns
    ]


def heading(column: Column) -> str:
    """Title and unit."""
    return f"{column.title} ({column.unit})" if column.unit else column.title


def write(sheet: "Worksheet", line: int, at: int, cell: Cell, shape: "Format") -> None:
    """One cell, by what it is."""
    if isinstance(cell, bool):
        sheet.write_boolean(line, at, cell)
    elif isinstance(cell, int | float):
        sheet.write_number(line, at, cell, shape)
    elif isinstance(cell, date):
        sheet.write_datetime(line, at, datetime.combine(cell, time()), shape)
    elif isinstance(cell, str | UUID):
        sheet.write_string(line, at, str(cell))


def explain(sheet: "Worksheet", told: Told, bold: "Format") -> None:
    """Title, farm, day, parameters, definitions, and what was left out."""
    about = [("Report", told.report.title), ("Farm", told.farm), ("Day", told.today.isoformat())]
    asked = [(f"Parameter {name}", str(value)) for name, value in told.parameters.items() if value is not None]
    columns = [(heading(column), column.definition) for column in told.report.columns]
    missing = [(f"Left out: {reason}", str(count)) for reason, count in told.found.left_out.items()]
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 90)
    for line, (name, text) in enumerate(lines(about, [("", told.report.says)], asked, columns, missing)):
        sheet.write_string(line, 0, name, bold)
        sheet.write_string(line, 1, text)


def lines(*parts: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """One after the other."""
    return [line for part in parts for line in part]
