"""What users and their files have written is text in every form of a report and in calendars, and ends none of them."""

import csv
import io
from datetime import UTC, date, datetime
from xml.etree import ElementTree

import openpyxl
import pytest
from bellwether.farm.reports.declaring import Found
from bellwether.farm.reports.growth.gain import GAIN_BY_MOB
from bellwether.farm.reports.rendering.drawing import drawn
from bellwether.farm.reports.rendering.tables import csv_of, xlsx_of
from bellwether.farm.reports.rendering.told import Told
from bellwether.farm.work.tasks.calendar import calendar_of
from bellwether.farm.work.tasks.schemas import Task
from bellwether.platform.ids import new_id
from icalendar import Calendar

from .pdf_text import text_of

NAMES = (
    "=cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "+1+cmd|' /C calc'!A0",
    "-2+3",
    "\t=1+1",
    "\n=1",
    "＝1+1",
    "<script>alert(1)</script>]]>&amp;",
    "\u202eנעجة🐑",
    "a\x07b\x1b[31mc\ufffe",
    "x" * 5000,
    '#let x = read("/etc/passwd") $ @a \\u{0}',
    "Mob\r\nATTENDEE:mailto:a@b.example\r\nEND:VEVENT",
)
COLUMNS = len(GAIN_BY_MOB.columns)


def report_of(*names: str) -> Told:
    """Of mobs, farm and parameters of these names."""
    rows = [(name, *[1] * (COLUMNS - 1)) for name in names]
    moment = datetime(2024, 1, 1, tzinfo=UTC)
    return Told(GAIN_BY_MOB, new_id(), names[0], moment.date(), moment, {"mob": names[-1]}, Found(rows))


def test_no_cell_is_a_formula() -> None:
    told = report_of(*NAMES)
    lines = list(csv.reader(io.StringIO(csv_of(told).decode("utf-8-sig"), newline="")))[1:]
    for line, name in zip(lines, NAMES, strict=True):
        assert line[0].removeprefix("'") == name
        assert line[0].lstrip()[:1] not in "=+-@＝"
    book = openpyxl.load_workbook(io.BytesIO(xlsx_of(told)))
    for cells in (*book["Report"].iter_rows(), *book["Definitions"].iter_rows()):
        assert all(cell.data_type in ("s", "n") and cell.hyperlink is None for cell in cells)


async def test_no_name_ends_a_drawing_or_a_page() -> None:
    told = report_of(*NAMES)
    svg = await drawn(told, "svg")
    tags = {part.tag.rpartition("}")[2] for part in ElementTree.fromstring(svg).iter()}
    assert not tags & {"script", "foreignObject", "image", "a"}
    page = text_of(await drawn(told, "pdf"))
    for name in ("=cmd|", "<script>alert(1)</script>]]>&amp;", "#let", "@SUM(1+1)"):
        assert "".join(name.split()) in "".join(page.split())
    assert "root:" not in page


@pytest.mark.parametrize("name", NAMES)
def test_a_calendar_has_one_event_whatever_its_title(name: str) -> None:
    words = dict.fromkeys(Task.model_fields) | {
        "id": new_id(), "title": name, "note": name, "due_on": date(2024, 1, 1), "rev": 0, "state": "open",
    }  # fmt: skip
    found = Calendar.from_ical(calendar_of(name, [Task.model_construct(**words)], datetime(2024, 1, 1, tzinfo=UTC)))
    (event,) = found.walk("VEVENT")
    assert "ATTENDEE" not in event
    assert event["SUMMARY"] == name.replace("\r\n", "\n")
