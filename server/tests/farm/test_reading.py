"""Files become rows: detection, dates, numbers, and no line is ever lost."""

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from bellwether.farm.imports import problems
from bellwether.farm.imports.formats import FORMATS
from bellwether.farm.imports.reading import lines, values
from bellwether.farm.imports.reading.detection import detect
from bellwether.farm.imports.reading.layout import Layout
from bellwether.farm.imports.reading.repeated_rows import FirstRows
from bellwether.farm.imports.reading.rows import ReadRow, read
from bellwether.sheep.findings import Broken
from bellwether.sheep.traits import TRAITS, check_hard
from hypothesis import given
from hypothesis import strategies as st

from .conftest import SAMPLES

TODAY = date(2026, 1, 1)


def read_all(content: bytes, kind: str, **options: Any) -> tuple[Layout, dict[int, ReadRow[Any]]]:
    """Every row of a file."""
    form = FORMATS[kind]
    layout = detect(content, form, **options)
    text, _ = lines.decode(content)
    firsts = FirstRows(form.key)
    found = [
        firsts.check(read(line, layout, form, TODAY))
        for line in lines.numbered(lines.split(text), layout.delimiter)
        if line.number != layout.header_line
    ]
    return layout, {row.row: row for row in found}


def test_weigh_session_sample() -> None:
    layout, rows = read_all((SAMPLES / "weigh_session_dirty.csv").read_bytes(), "weights", trait="WWT")
    assert layout.encoding == "utf-8-sig"
    assert layout.date_order == "dmy"
    assert layout.ignored == ["Draft", "Condition Score", "Note"]
    codes = {number: row.finding and row.finding.code for number, row in rows.items()}
    assert codes == {2: None, 3: None, 4: None, 5: "out_of_range", 6: None, 7: "no_tag", 8: None, 9: "blank"}
    assert rows[2].data is not None
    assert rows[2].data.eid == "982000123456789"
    assert rows[4].data is not None
    assert rows[4].data.eid_warning == "eid_scientific_notation"
    assert rows[5].finding is not None
    assert "30.1" in rows[5].finding.fix


def test_digistar_sample_in_pounds() -> None:
    layout, rows = read_all((SAMPLES / "digistar_eid.csv").read_bytes(), "weights", trait="AWT")
    assert layout.header_line == 0
    assert [row.finding and row.finding.code for row in rows.values()] == ["out_of_range", "out_of_range"]
    _, rows = read_all(b"A 00000 0 982 000017383201, 120,LB,$,GR,8/27/03,10:15,_\r\n", "weights", trait="adult")
    assert rows[1].data is not None
    assert rows[1].data.value == pytest.approx(54.431084)
    assert rows[1].data.date == date(2003, 8, 27)


def test_submission_sample() -> None:
    _, rows = read_all((SAMPLES / "sg_submission_like.csv").read_bytes(), "sg")
    assert all(row.finding is None for row in rows.values())
    first = rows[2].data
    assert first is not None
    traits = {item.trait for item in first.measurements}
    assert traits == {"BWT", "WWT", "PWT", "PEMD", "PFAT", "WEC", "DAG"}
    assert ("org.bellwether.vid", "240001", "visual", "240001") in first.identifiers
    embryo = rows[5].data
    assert embryo is not None
    assert embryo.is_embryo_transfer is True
    assert embryo.recipient.value == "1612342021210331"


@pytest.mark.parametrize(
    ("content", "kind", "problem"),
    [
        (b"", "sg", problems.FileEmpty),
        (b"\n \n", "sg", problems.FileEmpty),
        (b"colour,shape\nred,round\n", "sg", problems.HeaderUnknown),
        (b"EID,Date\n1,2\n", "weights", problems.HeaderIncomplete),
        (b"EID,Date,Weight\n982000123456789,2024-01-01,30\n", "weights", problems.TraitMissing),
        (b"EID,Date,Weight,Trait\n982000123456789,03/04/2024,30,WWT\n", "weights", problems.DateOrderAmbiguous),
    ],
)
def test_a_file_that_cannot_be_read(content: bytes, kind: str, problem: type[Exception]) -> None:
    with pytest.raises(problem):
        detect(content, FORMATS[kind])


def test_semicolons_and_decimal_commas() -> None:
    layout, rows = read_all("Tag;Date;Weight;Stage\n7;31.12.2024;31,5;weaning\n".encode("utf-16"), "weights")
    assert (layout.delimiter, layout.date_order) == (";", "dmy")
    assert rows[2].data is not None
    assert rows[2].data.value == 31.5


@pytest.mark.parametrize(
    ("text", "order", "day"),
    [
        ("2024-08-03", "dmy", date(2024, 8, 3)),
        ("20240803", "dmy", date(2024, 8, 3)),
        ("3/8/24", "dmy", date(2024, 8, 3)),
        ("8/3/99", "mdy", date(1999, 8, 3)),
        ("03.08.2024", "dmy", date(2024, 8, 3)),
    ],
)
def test_dates(text: str, order: values.DateOrder, day: date) -> None:
    assert values.parse_date(text, order, field="date") == day


@pytest.mark.parametrize("text", ["31/02/2024", "2024", "yesterday", "1/1/20244", "", "45567"])
def test_no_dates(text: str) -> None:
    with pytest.raises(Broken):
        values.parse_date(text, "dmy", field="date")


def test_a_duplicate_animal_names_the_first_row() -> None:
    content = b"ID,SEX\n1612342024240001,1\n1612342024240002,1\n1612342024240001,2\n"
    _, rows = read_all(content, "sg")
    found = rows[4].finding
    assert found is not None
    assert (found.verdict, "row 2" in found.message) == ("duplicate", True)


def test_a_unit_slip_is_explained() -> None:
    with pytest.raises(Broken) as caught:
        check_hard(TRAITS["WWT"], 301, field="weight")
    assert caught.value.finding.message == "301 kg is outside 3 to 90 kg for WWT"


CELLS = st.text(st.characters(codec="utf-8"), max_size=12)
DIRT = st.one_of(
    st.lists(CELLS, max_size=9).map(",".join),
    st.sampled_from(
        ["", ",,,", '"', "982 000123456789,1,11/11/2024,09:14,31.5", "9.82E+14,,1/1/2024,,28", "\x00,\x1c\u2028"]
    ),
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@given(st.lists(DIRT, max_size=30), ENDS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
def test_every_line_is_a_row(dirt: list[str], end: str, encoding: str) -> None:
    head = "EID,VID,Date,Time,Weight"
    content = end.join([head, *dirt, ""]).encode(encoding, errors="replace")
    text, _ = lines.decode(content)
    try:
        _, rows = read_all(content, "weights", trait="WWT", date_order="dmy")
    except problems.HeaderUnknown:
        # a heap of dirt may outvote the comma as the delimiter
        return
    except problems.HeaderIncomplete:
        return
    assert sorted(rows) == list(range(2, len(lines.split(text)) + 1))
    assert all((row.data is None) == (row.finding is not None) for row in rows.values())
    assert all(row.finding is None or row.finding.code for row in rows.values())


@given(st.binary(max_size=400), st.sampled_from(["sg", "flock", "weights"]))
def test_any_bytes_are_read_or_refused(content: bytes, kind: str) -> None:
    with suppress(problems.HeaderUnknown, problems.HeaderIncomplete, problems.DateOrderAmbiguous):
        read_all(b"ID,Weight,Date\n" + content, kind, trait="WWT")
