"""Workbooks are read as a person sees them (field cases, section 1), or asked about."""

import io
from datetime import date, datetime, time

import openpyxl
import pytest

from .reading import codes, read_all, refusal


def workbook(*lines: list[object], formats: dict[str, str] | None = None, pages: int = 1) -> bytes:
    """An XLSX file."""
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for line in lines:
        page.append(line)
    for place, style in (formats or {}).items():
        page[place].number_format = style
    for _ in range(1, pages):
        book.create_sheet().append(["ID", "Sex"])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_a_workbook_is_read_as_a_person_sees_it() -> None:
    head: list[object] = ["EID", "Tag", "Datum", "Gewicht (kg)"]
    content = workbook(
        head,
        [982000123456789, 123, date(2024, 11, 25), 31.125],
        [9820001234567891, "007", datetime(2024, 11, 25, 14, 5), 30],  # noqa: DTZ001
        [982000123456790.0, None, "25.11.2024", "31"],
        ["Total", None, None, 92.1],
        formats={"B2": "000000"},
    )
    layout, rows = read_all(content, None, trait="WWT")
    assert (layout.kind, layout.sheet, layout.encoding) == ("weights", "Sheet", "xlsx")
    assert (rows[2].data.tags.eid, rows[2].data.tags.vid, rows[2].data.measured.value) == (
        "982000123456789",
        "000123",
        31.125,
    )
    assert (rows[3].data.tags.eid, rows[3].data.tags.eid_warning) == ("", "eid_scientific_notation")
    assert (rows[3].data.measured.date, rows[3].data.measured.time) == (date(2024, 11, 25), time(14, 5))
    assert (rows[4].data.tags.eid, rows[4].data.measured.date) == ("982000123456790", date(2024, 11, 25))
    assert codes(rows)[5] == ["not_an_animal"]


def with_marks(content: bytes, merged: str = "", hidden: int = 0) -> bytes:
    """The workbook with merged cells and a hidden line."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    page = book.worksheets[0]
    if merged:
        page.merge_cells(merged)
    if hidden:
        page.row_dimensions[hidden].hidden = True
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_merged_cells_are_no_empty_cells_and_hidden_lines_are_told() -> None:
    plain = workbook(["Lambs"], ["Tag", "Sex", "Sire"], ["A1", "F", "R1"], ["A2", "F", None], ["A3", "F", "R2"])
    _, rows = read_all(with_marks(plain, merged="C3:C4"), "flock")
    assert codes(rows) == {3: ["merged_cells"], 4: ["merged_cells"], 5: []}
    layout, rows = read_all(with_marks(plain, merged="A1:C1", hidden=4), "flock")
    assert codes(rows) == {3: [], 4: [], 5: []}
    assert "1 hidden line is read like the others" in layout.told()


def test_the_unit_and_the_letters_that_a_cell_shows_are_read() -> None:
    day = date(2024, 11, 25)
    formats = {"A2": '"A"000', "C2": '0.0" lb"', "A3": "00\\-0000", "C3": '0.0" lb"', "C4": '#,##0.0" lb"'}
    content = workbook(["Tag", "Date", "Weight"], [17, day, 70], [240001, day, 71.5], ["B1", day, 60], formats=formats)
    layout, rows = read_all(content, "weights", trait="WWT")
    assert layout.unit == "lb"
    assert [row.data.tags.vid for row in rows.values()] == ["A017", "24-0001", "B1"]
    assert [round(row.data.measured.value, 3) for row in rows.values()] == [31.751, 32.432, 27.216]
    share = workbook(["Tag", "Date", "Weight"], ["B1", day, 0.31], formats={"C2": "0%"})
    assert codes(read_all(share, "weights", trait="WWT")[1]) == {2: ["not_a_number"]}


@pytest.mark.parametrize("tag", [date(2024, 3, 5), "2024-03-05", "5/03/2024", "05.03.2024"])
def test_a_tag_that_became_a_whole_date(tag: object) -> None:
    _, rows = read_all(workbook(["Tag", "Sex"], [tag, "F"]), "flock")
    assert codes(rows) == {2: ["id_became_date"]}


def test_a_workbook_of_several_sheets_is_asked_about() -> None:
    content = workbook(["ID", "Sex"], ["A1", "F"], pages=2)
    assert refusal(content, "flock") == ["sheet_ambiguous"]
    assert refusal(content, "flock", sheet="Sheet") == []
    assert refusal(content, "flock", sheet="Nowhere") == ["sheet_unknown"]


def test_formulas_that_were_never_computed_are_no_empty_cells() -> None:
    assert refusal(workbook(["ID", "Sex"], ["A1", "=B1"]), "flock") == ["formula_without_value"]
