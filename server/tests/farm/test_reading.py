"""Files become rows: detection, dates, numbers, and no line is ever lost."""

from contextlib import suppress
from datetime import date

import pytest
from bellwether.farm.imports.formats import FORMATS
from bellwether.sheep.findings import Broken
from bellwether.sheep.reading.refusal import FileRefused
from bellwether.sheep.traits import TRAITS, check_hard
from hypothesis import given, settings
from hypothesis import strategies as st

from .conftest import SAMPLES
from .reading import codes, detected, read_all, refusal


def test_weigh_session_sample() -> None:
    layout, rows = read_all((SAMPLES / "weigh_session_dirty.csv").read_bytes(), "weights", trait="WWT")
    assert layout.encoding == "utf-8-sig"
    assert layout.date_order == "dmy"
    assert layout.ignored == ["Draft", "Condition Score", "Note"]
    assert codes(rows) == {2: [], 3: [], 4: [], 5: ["out_of_range"], 6: [], 7: ["no_tag"], 8: [], 9: ["blank"]}
    assert rows[2].data is not None
    assert rows[2].data.tags.eid == "982000123456789"
    assert rows[4].data is not None
    assert rows[4].data.tags.eid_warning == "eid_scientific_notation"
    assert rows[5].finding is not None
    assert "30.1" in rows[5].finding.fix


def test_digistar_sample_in_pounds() -> None:
    layout, rows = read_all((SAMPLES / "digistar_eid.csv").read_bytes(), "weights", trait="AWT")
    assert layout.header_line == 0
    assert codes(rows) == {1: ["out_of_range"], 2: ["out_of_range"]}
    _, rows = read_all(b"A 00000 0 982 000017383201, 120,LB,$,GR,8/27/03,10:15,_\r\n", "weights", trait="adult")
    assert rows[1].data is not None
    assert rows[1].data.measured.value == pytest.approx(54.431084)
    assert rows[1].data.measured.date == date(2003, 8, 27)


def test_submission_sample() -> None:
    _, rows = read_all((SAMPLES / "sg_submission_like.csv").read_bytes(), "sg")
    assert all(row.finding is None for row in rows.values())
    first = rows[2].data
    assert first is not None
    traits = {item.trait for item in first.measurements}
    assert traits == {"BWT", "WWT", "PWT", "PEMD", "PFAT", "WEC", "DAG"}
    assert ("org.bellwether.vid", "240001", "visual", "240001", True) in first.identifiers
    embryo = rows[5].data
    assert embryo is not None
    assert embryo.is_embryo_transfer is True
    assert embryo.recipient.value == "1612342021210331"


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (b"", "sg", "file_empty"),
        (b"\n \n", "sg", "file_empty"),
        (b"colour,shape\nred,round\n", "sg", "header_unknown"),
        (b"982000123456789,25/11/2024,31.5\n982000123456790,25/11/2024,30\n", "weights", "no_header"),
        (b"EID,Date\n1,2\n", "weights", "column_missing"),
        (b"EID,Date,Weight\n982000123456789,2024-01-01,30\n", "weights", "trait_missing"),
        (b"EID,Date,Weight,Trait\n982000123456789,03/04/2024,30,WWT\n", "weights", "date_order_ambiguous"),
    ],
)
def test_a_file_that_cannot_be_read(content: bytes, kind: str, expected: str) -> None:
    assert expected in refusal(content, kind)


def test_everything_wrong_with_a_file_is_told_at_once() -> None:
    content = b"VID,Date,Date,Weight,Weight (lb)\n1,03/04/2024,2024-01-01,30,66\n"
    assert refusal(content, "weights") == ["column_twice", "column_twice", "trait_missing", "date_order_ambiguous"]


def test_semicolons_and_decimal_commas() -> None:
    layout, rows = read_all("Tag;Date;Weight;Stage\n7;31.12.2024;31,5;weaning\n".encode("utf-16"), "weights")
    assert (layout.delimiter, layout.date_order, layout.decimal) == (";", "dmy", ",")
    assert rows[2].data is not None
    assert rows[2].data.measured.value == 31.5


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


def test_every_fault_of_a_row_is_told() -> None:
    _, rows = read_all(b"EID,Date,Weight\n98,25/13/2024,heavy\n982000123456789,25/11/2024,31\n", "weights", trait="WWT")
    assert codes(rows)[2] == ["eid_length", "date_format", "not_a_number"]
    _, rows = read_all(b"ID,Sex,DOB,BT,Sire\nA1,alien,2031-01-01,11,R1/R2\n", "flock")
    assert codes(rows)[2] == ["date_impossible", "sex_unknown", "birth_type_unknown", "syndicate_parent"]


CELLS = st.text(st.characters(codec="utf-8"), max_size=12)
DIRT = st.one_of(
    st.lists(CELLS, max_size=9).map(",".join),
    st.sampled_from(
        ["", ",,,", '"', "982 000123456789,1,11/11/2024,09:14,31.5", "9.82E+14,,1/1/2024,,28", "\x00,\x1c\u2028"]
    ),
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@settings(deadline=None)
@given(st.lists(DIRT, max_size=30), ENDS, st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]))
def test_every_line_is_a_row(dirt: list[str], end: str, encoding: str) -> None:
    head = "EID,VID,Date,Time,Weight"
    content = end.join([head, *dirt, ""]).encode(encoding, errors="replace")
    try:
        layout, rows = read_all(content, "weights", trait="WWT", date_order="dmy", decimal=".", unit="kg")
    except FileRefused:
        # text in two encodings, or a heap of dirt that begins like something else
        return
    assert sorted(rows) == list(range(layout.header_line + 1, layout.n_lines + 1))
    assert all((row.data is None) == (row.finding is not None) for row in rows.values())
    assert all(finding.code for row in rows.values() for finding in row.findings)


@settings(deadline=None)
@given(st.binary(max_size=400), st.sampled_from(["sg", "flock", "weights"]))
def test_any_bytes_are_read_or_refused(content: bytes, kind: str) -> None:
    with suppress(FileRefused):
        read_all(b"ID,Weight,Date\n" + content, kind, trait="WWT")


def test_a_kind_may_be_left_out() -> None:
    for sample, kind in (
        ("weigh_session_dirty.csv", "weights"),
        ("digistar_eid.csv", "weights"),
        ("sg_submission_like.csv", "sg"),
    ):
        assert detected((SAMPLES / sample).read_bytes(), None, trait="WWT").kind == kind
    assert detected(b"Tag,Sex,DOB\nR12,M,2020-08-01\n", None).kind == "flock"
    assert {"flock", "weights", "measurements", "sg"} <= set(FORMATS)


@pytest.mark.parametrize(
    ("day", "is_told"), [("2024-03-01", False), ("13/02/2024", False), ("13/02/24", True), ("13 Feb 24", True)]
)
def test_years_of_two_digits_are_told_where_there_are_some(day: str, is_told: bool) -> None:
    found = detected(f"VID,Date,Weight\nA,{day},31\nB,NA,31\n".encode(), "weights", trait="WWT").told()
    assert any("two digits" in words for words in found) == is_told
