"""Bytes as tables: encodings, delimiters, headers and the shape of lines."""

import codecs
from contextlib import suppress

import pytest
from bellwether.sheep.reading import headers, kinds, lines
from bellwether.sheep.reading.encoding import decode
from bellwether.sheep.reading.refusal import FileRefused
from bellwether.sheep.reading.sheet import Sheet, read_sheet
from hypothesis import given, settings
from hypothesis import strategies as st

NAMES = headers.Names(headers.WORDS)
PLAIN = st.text(
    st.characters(codec="ascii", exclude_characters='";,\t|\r\n\x00', exclude_categories=["Cc"]), max_size=8
)


def sheet(text: str) -> Sheet:
    """A table of text."""
    return read_sheet(text.encode(), NAMES.score)


@settings(deadline=None)
@given(st.text(st.characters(codec="cp1252", exclude_characters="\x00\ufeff"), min_size=4, max_size=200))
def test_text_comes_back_from_every_encoding(text: str) -> None:
    for encoding, mark in (("utf-8", b""), ("utf-8", codecs.BOM_UTF8), ("utf-16", b""), ("utf-32", b"")):
        # refused: text that begins like JSON, HTML, a PDF
        with suppress(FileRefused):
            assert decode(mark + text.encode(encoding)).text == text


def test_what_is_not_utf_8_is_told() -> None:
    found = decode("Mütterchen;Père".encode("cp1252"))
    assert (found.text, found.encoding) == ("Mütterchen;Père", "cp1252")
    assert found.notes
    assert decode("A;B\r\n7;Ä\r\n".encode("utf-16-le")).text == "A;B\r\n7;Ä\r\n"
    for content in ("Zoë müde Käthe".encode() + b"\xe9t", b"M\x81tter"):
        with pytest.raises(FileRefused) as caught:
            decode(content)
        assert caught.value.faults[0].code == "encoding"
        assert decode(content, "cp1252").text
    assert decode(b"31\x00,7").notes == ("1 NUL characters left out",)
    assert decode(b'"x\x00",2\x00\r\n\x00c').text == '"x",2\r\nc'


def test_what_a_nul_parts_is_not_joined() -> None:
    """4\\x005 is neither 45 nor 4."""
    found = decode(b"EID,Weight,Group\r\n982000123456789,4\x005,3\x00\r\n")
    assert (found.text, found.notes) == (
        "EID,Weight,Group\r\n982000123456789,4\ufffd5,3\r\n",
        ("1 NUL characters left out", "1 characters that cannot be read"),
    )
    assert [decode(b"a,31," + cell).text[5:] for cell in (b"4.\x005", b"4\x00.5", b"-\x00\x005", b"4\x00")] == [
        "4.\ufffd5",
        "4\ufffd.5",
        "-\ufffd5",
        "4",
    ]


@settings(deadline=None)
@given(
    st.lists(st.tuples(PLAIN, PLAIN, PLAIN), max_size=12),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n", "\r"]),
)
def test_a_plain_table_is_read_as_written(rows: list[tuple[str, ...]], mark: str, end: str) -> None:
    text = end.join([mark.join(("VID", "Date", "Weight")), *(mark.join(row) for row in rows), ""])
    found = sheet(text)
    assert found.delimiter == mark
    assert found.header == ["VID", "Date", "Weight"]
    assert found.rows[1:] == [[cell.strip() for cell in row] for row in rows]


@settings(deadline=None)
@given(st.lists(st.lists(st.text(st.sampled_from('ab1,;"\t '), max_size=6), min_size=3, max_size=3), max_size=8))
def test_quoted_cells_are_read_as_meant(rows: list[list[str]]) -> None:
    quoted = [",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows]
    found = sheet("\n".join(["VID,Date,Weight", *quoted, ""]))
    assert found.rows[1:] == [[cell.strip() for cell in row] for row in rows]


def test_two_delimiters_that_fit_alike_are_asked_about() -> None:
    with pytest.raises(FileRefused) as caught:
        sheet("VID;Date,Weight\n1;2024-11-25,31\n")
    assert caught.value.faults[0].code == "delimiter_ambiguous"


@pytest.mark.parametrize("head", ["EID Date Weight", "EID              Date         Weight"])
def test_spaces_separate_what_a_known_header_says_they_do(head: str) -> None:
    found = sheet(f"{head}\n982000123456789  2024-11-11   31.5\n\n")
    assert (found.delimiter, found.rows[1]) == (" ", ["982000123456789", "2024-11-11", "31.5"])


def test_a_tag_with_a_space_in_it_is_no_two_cells() -> None:
    with pytest.raises(FileRefused) as caught:
        sheet("EID Date Weight\n982 000123456789 2024-11-11 31.5\n")
    assert (caught.value.faults[0].code, caught.value.faults[0].row) == ("delimiter_ambiguous", 2)
    assert sheet("Animal ID\n982 000123456789\n").rows[1] == ["982 000123456789"]


@pytest.mark.parametrize("text", ["Ear Tag Sex\nUK 101 F\n", "Tag No Sex\nA 101 F\n", "VID Note\n1 lame\n", "VID\n1\n"])
def test_words_that_name_one_column_or_none_are_not_separated_by_spaces(text: str) -> None:
    assert (sheet(text).delimiter, len(sheet(text).rows[1])) == (",", 1)


def test_a_line_of_another_length_says_both_numbers() -> None:
    found = sheet("VID,Date,Weight\n1,2024-11-25,31\n2,2024-11-25,31,5\n3,2024-11-25\n\n# weighed by Tom\n")
    assert {number: fault.code for number, fault in found.faults.items()} == {
        3: "ragged_line", 4: "ragged_line", 5: "blank", 6: "comment",
    }  # fmt: skip
    assert found.faults[3].message == "the line has 4 cells, the header has 3"


def test_no_alias_names_two_fields() -> None:
    seen: dict[str, str] = {}
    for field, aliases in headers.WORDS.items():
        for alias in aliases:
            assert seen.setdefault(headers.normal(alias), field) == field, alias


@pytest.mark.parametrize(
    ("header", "field", "unit"),
    [
        ("weight_kg", "weight", "kg"), ("Live Weight (lb)", "weight", "lb"), ("WT LBS", "weight", "lb"),
        ("Poids [kg]", "weight", "kg"), (" e.i.d. ", "eid", ""), ("Numéro de boucle", "vid", ""), ("MÈRE", "dam", ""),
        ("Tag #", "vid", ""), ("", None, ""), ("Notes", None, ""), ("Sire Name", None, ""),
    ],
)  # fmt: skip
def test_a_header_names_a_field_and_a_unit(header: str, field: str | None, unit: str) -> None:
    assert NAMES.field(header) == (field, unit)


def test_a_place_is_told_as_a_spreadsheet_does() -> None:
    assert headers.place(0, "VID") == "column A (VID)"
    assert headers.place(27, "") == "column AB"


def test_an_excel_line_says_the_delimiter() -> None:
    assert lines.sep_line(["sep=;", "A;B"]) == ";"
    assert lines.sep_line(["Separator"]) is None


def test_kinds_of_files_by_their_headers() -> None:
    assert kinds.other_kind(["animal", "trait", "effect", "ebv", "reliability", "inbreeding"]) == kinds.BREEDING_VALUES
    assert kinds.other_kind(["NLIS ID", "PIC From", "PIC To", "NVD"]) == kinds.MOVEMENTS
    assert kinds.other_kind(["SNP Name", "Sample ID", "Allele1 - Top", "Allele2 - Top"]) == kinds.GENOTYPES
    assert kinds.other_kind(["EID", "Date", "Product", "Dose"]) == kinds.TREATMENTS
    assert kinds.other_kind(["ID", "Accession", "Relatives", "Date", "Weight"]) is None
