"""Reading files without a service: what tests of reading ask."""

from datetime import date
from typing import Any

from bellwether.farm.imports.formats import FORMATS
from bellwether.farm.imports.reading.detection import detect
from bellwether.farm.imports.reading.layout import Layout
from bellwether.farm.imports.reading.options import Options
from bellwether.farm.imports.reading.repeated_rows import FirstRows
from bellwether.farm.imports.reading.rows import ReadRow, read_file
from bellwether.sheep.reading.refusal import FileRefused

from .conftest import SAMPLES

TODAY = date(2026, 1, 1)
HEAD = "VID,Date,Weight\n"
Rows = dict[int, ReadRow[Any]]


def detected(content: bytes, kind: str | None, **options: Any) -> Layout:
    """The layout of a file."""
    return detect(content, FORMATS, Options(**{"today": TODAY} | options), kind)


def read_all(content: bytes, kind: str, **options: Any) -> tuple[Layout, Rows]:
    """Every row of a file, read by the layout as it was stored."""
    layout = Layout.model_validate_json(detected(content, kind, **options).model_dump_json())
    form = FORMATS[layout.kind]
    firsts = FirstRows(form.key)
    return layout, {row.row: firsts.check(row) for row in read_file(content, layout, form, TODAY)}


def refusal(content: bytes, kind: str | None, **options: Any) -> list[str]:
    """The codes for which a file is refused; none when it is read."""
    try:
        detected(content, kind, **options)
    except FileRefused as error:
        return [fault.code for fault in error.faults]
    return []


def codes(rows: Rows) -> dict[int, list[str]]:
    """What is wrong with each row."""
    return {number: [finding.code for finding in row.findings] for number, row in rows.items()}


def warned(rows: Rows) -> dict[int, list[str]]:
    """What each row is warned of."""
    return {number: [finding.code for finding in row.warnings] for number, row in rows.items() if row.warnings}


def sample(name: str) -> bytes:
    """A file of the field."""
    return (SAMPLES / name).read_bytes()


def session(*lines: str, head: str = HEAD) -> bytes:
    """A weigh session."""
    return (head + "".join(line + "\n" for line in lines)).encode()


def weight_of(text: str, *more: str, **options: object) -> object:
    """The weight of the first line, or the codes of its refusal."""
    lines = [f"{n};2024-11-25;{cell}" for n, cell in enumerate((text, *more), 1)]
    content = session(*lines, head="VID;Date;Weight\n")
    if stopped := refusal(content, "weights", trait="WWT", **options):
        return stopped
    row = read_all(content, "weights", trait="WWT", **options)[1][2]
    return row.data.measured.value if row.data else [finding.code for finding in row.findings]
