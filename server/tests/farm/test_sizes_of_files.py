"""A file of any bytes is taken or refused at a cost that has an end, beside everybody else's requests."""

import io
import time
import zipfile
from datetime import date

import openpyxl
import pytest
from bellwether.farm.imports import inspecting
from bellwether.farm.imports.formats import FORMATS
from bellwether.farm.imports.inspecting import inspected
from bellwether.farm.imports.problems import FileTooCostly, FileUnreadable
from bellwether.farm.imports.reading import size
from bellwether.farm.imports.reading.detection import detect
from bellwether.farm.imports.reading.options import Options
from bellwether.platform.jobs.child_process import Limits
from bellwether.sheep.reading import workbook
from bellwether.sheep.reading.refusal import FileRefused
from hypothesis import given
from hypothesis import strategies as st

from .conftest import Farmer

HEAD = b"VID,Date,Weight\n"
ROW = b"240001,2024-11-11,31.5\n"
SAID = Options(trait="WWT", today=date(2026, 1, 1))


def refusal(content: bytes) -> FileRefused:
    """Why a file is not read."""
    with pytest.raises(FileRefused) as found:
        detect(content, FORMATS, SAID, "weights")
    return found.value


@pytest.mark.parametrize("line", [b"\n", b"\r\n", b"\r", b" \n", b",,\n", b";;;\n", b'"",""\n', b"\t\t\n"])
def test_a_file_of_empty_lines_is_no_table(line: bytes) -> None:
    content = HEAD.replace(b"\n", b"\r") + ROW.replace(b"\n", b"\r") if line == b"\r" else HEAD + ROW
    found = refusal(content + line * 20_000)
    assert [fault.code for fault in found.faults] == ["too_many_empty_lines"]
    assert found.faults[0].message.startswith("20,00")
    assert "delete the empty rows" in found.faults[0].fix


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n"])
def test_ends_of_lines_of_more_than_one_kind_all_count(end: bytes) -> None:
    other = b"\n" if end == b"\r" else b"\r"
    table = (HEAD + ROW).replace(b"\n", other)
    assert [fault.code for fault in refusal(table + end * 20_000).faults] == ["too_many_empty_lines"]
    assert [fault.code for fault in refusal(table + (b"1" + end) * 1_100_001).faults] == ["too_many_lines"]


@given(st.lists(st.sampled_from([b"\n", b"\r\n", b" \n", b",,\n", b"a\n", b"1,2\n", b"a", b" "]), max_size=40))
def test_lines_are_counted_as_one_by_one(parts: list[bytes]) -> None:
    content = b"".join(parts)
    lines = content.split(b"\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(size, "check_empty", lambda *counted: found.append(counted))
        found: list[tuple[int, int]] = []
        size.check_size(content)
    assert found == [(len(lines), sum(1 for line in lines if line.strip(b" ,\r")))]


def test_a_second_carriage_return_is_no_line() -> None:
    rows = b"".join(b"24%04d,2024-11-11,31.5\n" % n for n in range(12_000))
    size.check_size((HEAD + rows).replace(b"\n", b"\r\r\n"))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig"])
def test_empty_lines_are_empty_in_any_encoding(encoding: str) -> None:
    found = refusal((HEAD + ROW + b"\r\n" * 20_000).decode().encode(encoding))
    assert [fault.code for fault in found.faults] == ["too_many_empty_lines"]


@pytest.mark.parametrize("n_empty", [0, 1, 9_999])
def test_some_empty_lines_are_no_reason(n_empty: int) -> None:
    assert detect(HEAD + ROW + b"\n" * n_empty, FORMATS, SAID, "weights").n_lines == n_empty + 2
    between = HEAD + b"".join(b"24%04d,2024-11-11,31.5\n\n" % n for n in range(12_000))
    assert detect(between, FORMATS, SAID, "weights").n_lines == 24_001


@pytest.mark.parametrize("line", [b"\n", b"1\n", b"\r\n", b'"\n', ROW])
def test_a_file_has_so_many_lines_at_most(line: bytes) -> None:
    began = time.process_time()
    found = refusal(HEAD + line * 1_200_000)
    assert time.process_time() - began < 0.5
    assert [fault.code for fault in found.faults] == ["too_many_lines"]
    assert found.faults[0].message == "the file has 1,200,001 lines, 1,100,000 are allowed"


def book(*cells: str) -> bytes:
    """A workbook with a header, a row, and something in these cells."""
    made = openpyxl.Workbook()
    page = made.active
    assert page is not None
    for line in (["VID", "Date", "Weight"], ["240001", "2024-11-11", "31.5"]):
        page.append(line)
    for cell in cells:
        page[cell] = "x"
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def test_a_cell_far_away_makes_no_large_sheet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MOST_CELLS", 100_000)
    for cells in (["XFD1048576"], ["A300", "XFD3"], ["C1048576"]):
        found = refusal(book(*cells))
        assert [fault.code for fault in found.faults] == ["file_too_large"], cells
    monkeypatch.setattr(size, "MOST_EMPTY", 100)
    assert refusal(book("A300")).faults[0].code == "too_many_empty_lines"
    assert detect(book("A90"), FORMATS, SAID, "weights").n_lines == 90


def packed(letters: int) -> bytes:
    """A workbook of a few kilobytes whose one cell has very many letters."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book())) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.startswith("xl/worksheets/"):
                content = content.replace(
                    b"</sheetData>", b"<row><c t='inlineStr'><is><t>X</t></is></c></row></sheetData>"
                )
                content = content.replace(b">X<", b">" + b"x" * letters + b"<")
            new.writestr(name, content)
    return stream.getvalue()


async def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = packed(300_000_000)
    assert len(bomb) < 1_000_000
    monkeypatch.setattr(inspecting, "LIMITS", Limits(cpu_s=40, memory_bytes=400_000_000))
    with pytest.raises(FileTooCostly) as found:
        await inspected(bomb, SAID, "weights")
    assert (found.value.status, found.value.code) == (422, "file_too_costly")


async def test_a_large_file_is_read_beside_the_service_and_says_the_same() -> None:
    """Whoever else asks meanwhile is not kept waiting: this process does next to nothing."""
    good = HEAD + b"".join(b"24%06d,2024-11-11,31.5\n" % n for n in range(40_000))
    began = time.process_time()
    here = detect(good, FORMATS, SAID, "weights")
    alone = time.process_time() - began
    began = time.process_time()
    there = await inspected(good, SAID, "weights")
    beside = time.process_time() - began
    assert there == here
    assert beside < alone / 3
    with pytest.raises(FileUnreadable) as found:
        await inspected(good.replace(b"Weight", b"Colour"), SAID, "weights")
    assert [(error.code, error.field) for error in found.value.errors] == [("column_missing", "weight")]


async def test_a_megabyte_of_empty_lines_is_refused_at_once(farmer: Farmer) -> None:
    answer = await farmer.upload(HEAD + ROW + b"\n" * 1_200_000, "weights", 422, trait="WWT")
    assert answer["code"] == "too_many_lines"
    answer = await farmer.upload(HEAD + ROW + b"\n" * 400_000, "weights", 422, trait="WWT")
    assert (answer["code"], answer["errors"][0]["fix"][:21]) == ("too_many_empty_lines", "delete the empty rows")
    assert (await farmer.ask("GET", "/imports", 200, params={"farm_id": farmer.farm_id})).json()["items"] == []
