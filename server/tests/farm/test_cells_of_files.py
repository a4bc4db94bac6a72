"""What stands in the cells of a stranger's file (field cases, section 1): read rightly, asked about or refused."""

from datetime import date, time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from .reading import codes, detected, read_all, refusal, sample, session, warned, weight_of


def test_words_for_unknown() -> None:
    _, rows = read_all(sample("unknown-parent-words/flock.csv"), "flock")
    parents = {number: (row.data.sire, row.data.dam) for number, row in rows.items() if row.data}
    assert parents == dict.fromkeys((2, 3, 4, 5, 8), (None, None))
    assert codes(rows)[6] == ["syndicate_parent", "syndicate_parent"]
    assert codes(rows)[7] == ["syndicate_parent"]
    assert warned(rows) == {4: ["unknown_parent"], 5: ["unknown_parent"], 8: ["unknown_parent"]}


@pytest.mark.parametrize(
    "word", ["NA", "n.a.", "NULL", "None", "-", "?", "*", "unbekannt", "Inconnu", "desconocido", "0"]
)
def test_a_parent_in_any_word_for_unknown_is_none(word: str) -> None:
    _, rows = read_all(f"ID,Sire,Dam\nA1,{word},R1\n".encode(), "flock")
    assert rows[2].data is not None
    assert (rows[2].data.sire, rows[2].data.dam.value) == (None, "R1")


@pytest.mark.parametrize(
    "text", ["999", "9999", "R1/R2", "R1 or R2", "R1 & R2", "240001/240002", "Syndicate", "mob 3", "#REF!"]
)
def test_a_parent_that_may_be_none_or_several_is_refused(text: str) -> None:
    _, rows = read_all(f"ID,Sire,Dam\nA1,{text},\n".encode(), "flock")
    assert codes(rows)[2]
    if text != "#REF!":
        _, rows = read_all(f"ID,Sire,Dam\nA1,{text},\n".encode(), "flock", present=[text])
        assert codes(rows)[2] == []


@pytest.mark.parametrize("text", ["unknown ram", "sire unknown", "not recorded.", "Vater unbekannt", "xxx"])
def test_a_sentence_that_says_unknown_is_no_parent(text: str) -> None:
    _, rows = read_all(f"ID,Sire\nA1,{text}\n".encode(), "flock")
    assert rows[2].data is not None
    assert rows[2].data.sire is None


def test_an_identifier_with_a_slash_is_one_animal() -> None:
    _, rows = read_all(b"ID,Sire,Dam\nA1,ABC/21/00123,R12/2020\n", "flock")
    assert rows[2].data is not None


@pytest.mark.parametrize("text", ["-9", "-99", "999", "9999"])
def test_a_trait_with_a_number_that_often_means_unknown(text: str) -> None:
    content = f"ID,DOB,WEC,WECDATE\nA1,2024-01-01,{text},2024-06-01\n".encode()
    assert codes(read_all(content, "flock")[1])[2] == ["suspicious_value"]
    missing = read_all(content, "flock", missing=[text])[1][2]
    assert missing.data is not None
    assert missing.data.measurements == ()


def test_a_zero_is_told() -> None:
    _, rows = read_all(b"ID,DOB,WEC,WECDATE\nA1,2024-01-01,0,2024-06-01\nA2,2024-01-01,40,2024-06-01\n", "flock")
    assert warned(rows) == {2: ["suspicious_value"]}


def test_declared_context_is_the_default() -> None:
    layout, rows = read_all(sample("farm-in-pounds/weights.csv"), "weights", trait="WWT", farm_unit="lb")
    said = [row.data.measured for row in rows.values() if row.data]
    assert [(round(one.value, 2), one.raw_value, one.raw_unit) for one in said] == [
        (31.75, "70", "lb"), (27.22, "60", "lb"),
    ]  # fmt: skip
    assert {"pounds", "the unit is the farm's"} <= set(layout.told())
    _, rows = read_all(sample("farm-in-pounds/nsip.csv"), "sg", farm_unit="lb")
    assert {m.trait: round(m.value, 2) for m in rows[2].data.measurements} == {"BWT": 4.31, "WWT": 31.75}


@pytest.mark.parametrize(
    ("header", "cell", "options", "expected"),
    [
        ("Weight (lb)", "70", {}, 31.75),
        ("Weight [kg]", "31", {"farm_unit": "lb"}, 31),
        ("Weight", "70lb", {}, 31.75),
        ("Weight", "31.5 kg", {"farm_unit": "lb"}, 31.5),
        ("Weight", "70", {"unit": "lb"}, 31.75),
        ("Weight (kg)", "70 lb", {}, "unit_contradiction"),
        ("Weight (kg)", "31", {"unit": "lb"}, "unit_contradiction"),
        ("Weight (g)", "31500", {}, "unit_unknown"),
    ],
)
def test_units(header: str, cell: str, options: dict[str, str], expected: float | str) -> None:
    content = session(f"1,2024-11-25,{cell}", head=f"VID,Date,{header}\n")
    stopped = refusal(content, "weights", trait="WWT", **options)
    if isinstance(expected, str):
        assert stopped == [expected]
    else:
        assert stopped == []
        row = read_all(content, "weights", trait="WWT", **options)[1][2]
        assert row.data is not None
        assert round(row.data.measured.value, 2) == expected


def test_some_weights_with_a_unit_and_others_without_are_asked_about() -> None:
    content = session("1,2024-11-25,70lb", "2,2024-11-25,65")
    assert refusal(content, "weights", trait="WWT") == ["unit_missing"]
    assert refusal(content, "weights", trait="WWT", unit="lb") == []


def test_a_line_without_the_unit_that_others_have_is_asked_about() -> None:
    content = session("1,2024-11-25,70,lb", "2,2024-11-25,31,kg", "3,2024-11-25,31,", head="VID,Date,Weight,Unit\n")
    assert refusal(content, "weights", trait="WWT") == ["unit_missing"]
    assert refusal(content, "weights", trait="WWT", unit="kg") == []


def test_row_shape_is_checked() -> None:
    _, rows = read_all(sample("unquoted-decimal-comma/weights.csv"), "weights", trait="WWT")
    assert codes(rows) == {2: ["ragged_line"], 3: ["ragged_line"]}
    assert rows[2].finding is not None
    assert (rows[2].finding.message, rows[2].finding.fix) == (
        "the line has 5 cells, the header has 4", "quote the cell or separate by semicolons",
    )  # fmt: skip
    _, rows = read_all(sample("unquoted-decimal-comma/note_comma.csv"), "weights", trait="WWT")
    assert codes(rows) == {2: ["ragged_line"], 3: []}
    assert rows[3].data.measured.value == 30.5


def test_an_open_quote_never_swallows_its_neighbours() -> None:
    content = session(
        '1,2024-11-25,31,"lame', "2,2024-11-25,32,", '3,2024-11-25,33,"a ""b"""', head="VID,Date,Weight,Note\n"
    )
    _, rows = read_all(content, "weights", trait="WWT")
    assert codes(rows) == {2: ["open_quote"], 3: [], 4: []}
    content = session('1,2024-11-25,31,"lame', '2,2024-11-25,32,left"', head="VID,Date,Weight,Note\n")
    assert codes(read_all(content, "weights", trait="WWT")[1]) == {2: ["open_quote"], 3: ["open_quote"]}


def test_empty_cells_at_the_end_count_only_when_all_lines_have_them() -> None:
    lines = [f"{n},2024-11-25,31.5,," for n in (1, 2, 3)]
    layout, rows = read_all(session(*lines), "weights", trait="WWT")
    assert codes(rows) == {2: [], 3: [], 4: []}
    assert any("empty cells at the end" in line for line in layout.told())
    split = session(*(f"{n},2024-11-25,31,5," for n in (1, 2, 3)), head="VID,Date,Weight,Note\n")
    assert set(map(tuple, codes(read_all(split, "weights", trait="WWT")[1]).values())) == {("ragged_line",)}
    _, rows = read_all(session("1,2024-11-25,31,", "2,2024-11-25,32"), "weights", trait="WWT")
    assert codes(rows) == {2: ["ragged_line"], 3: []}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (("1,200",), ["decimal_ambiguous"]),
        (("31.500", "28.250"), ["decimal_ambiguous"]),
        (("31.500", "28.2"), 31.5),
        (("1.031,5", "30"), ["out_of_range"]),
        (("3e1",), ["not_a_number"]),
        (("31,5", "28.5"), ["decimal_mixed"]),
        (("31,5", "28"), 31.5),
        (("٣١",), ["not_a_number"]),
        (("31½",), ["not_a_number"]),
        (("1'031.5",), ["out_of_range"]),
        (("0.0315e3",), ["not_a_number"]),
        (("31 5",), ["not_a_number"]),
        (("+31.5",), 31.5),
        (("31-",), ["not_a_number"]),
        (("inf",), ["not_a_number"]),
    ],
)
def test_numbers_are_never_guessed(cells: tuple[str, ...], expected: object) -> None:
    assert weight_of(*cells) == expected


def test_a_number_of_two_readings_is_answered_by_an_option() -> None:
    assert weight_of("31,500", decimal=",") == 31.5
    assert weight_of("31.500", decimal=".") == 31.5
    assert weight_of("31,5", "28.5", decimal=",") == 31.5
    layout = detected(b'ID,DOB,WEC,WECDATE\nA,2024-01-01,"1,200",2024-06-01\nB,2024-01-01,30.5,2024-06-01\n', "flock")
    assert {"decimal point", "thousands comma"} <= set(layout.told())


def test_dates_are_proved_over_the_whole_file() -> None:
    lines = [f"L{n},08/08/2024,30" for n in range(1, 2001)] + ["L2001,07/08/2024,30", "L2002,07/25/2024,30"]
    layout, rows = read_all(session(*lines, head="ID,Date,Weight\n"), "weights", trait="WWT")
    assert layout.date_order == "mdy"
    assert rows[2002].data.measured.date == date(2024, 7, 8)
    assert rows[2003].data.measured.date == date(2024, 7, 25)


def test_dates_that_contradict_each_other_name_both_rows() -> None:
    content = session("1,25/11/2024,30", "2,11/25/2024,31")
    assert refusal(content, "weights", trait="WWT") == ["date_order_contradiction"]
    _, rows = read_all(content, "weights", trait="WWT", date_order="dmy")
    assert codes(rows) == {2: [], 3: ["date_format"]}


def test_two_columns_may_have_two_orders() -> None:
    content = b"ID,DOB,WWT,WWTDATE\nA1,03/25/2024,30,25/06/2024\nA2,04/05/2024,31,05/06/2024\n"
    layout, rows = read_all(content, "flock")
    assert (layout.date_order, sorted(layout.date_orders.values())) == (None, ["dmy", "mdy"])
    assert rows[3].data.birth_date == date(2024, 4, 5)
    assert rows[3].data.measurements[0].date == date(2024, 6, 5)
    assert {"DOB month first", "WWTDATE day first"} <= set(layout.told())
    unproved = b"ID,DOB,WWT,WWTDATE\nA1,03/25/2024,30,05/06/2024\n"
    assert refusal(unproved, "flock") == ["date_order_ambiguous"]
    assert refusal(unproved, "flock", date_orders={"WWTDATE": "dmy"}) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-11-25", date(2024, 11, 25)),
        ("20241125", date(2024, 11, 25)),
        ("2024-11-25T14:05:00", date(2024, 11, 25)),
        ("25 Nov 2024", date(2024, 11, 25)),
        ("25-Nov-24", date(2024, 11, 25)),
        ("25. November 2024", date(2024, 11, 25)),
        ("5 mars 2024", date(2024, 3, 5)),
        ("5 août 2024", date(2024, 8, 5)),
        ("5. März 2024", date(2024, 3, 5)),
        ("5 de agosto de 2024", date(2024, 8, 5)),
        ("Nov 25 2024", date(2024, 11, 25)),
        ("25/11/24", date(2024, 11, 25)),
        ("3/3/2024", date(2024, 3, 3)),
        ("27/8/99", date(1999, 8, 27)),
        ("45621", "date_serial"),
        ("25/11/27", "date_impossible"),
        ("2024-25-11", "date_format"),
        ("31/02/2024", "date_format"),
        ("٢٥/١١/٢٠٢٤", "date_format"),
        ("yesterday", "date_format"),
        ("25/11/024", "date_format"),
        ("NA", "date_missing"),
        ("10/11/24", "date_order_ambiguous"),
        ("24-11-25", "date_order_ambiguous"),
        ("31-12-24", date(2024, 12, 31)),
    ],
)
def test_dates_as_farms_write_them(text: str, expected: date | str) -> None:
    content = session(f"1;{text};31", head="VID;Date;Weight\n")
    stopped = refusal(content, "weights", trait="WWT")
    if stopped:
        assert stopped == [expected]
        return
    row = read_all(content, "weights", trait="WWT")[1][2]
    assert (row.data.measured.date if row.data else row.findings[0].code) == expected


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles", "UTC", "Europe/Berlin"])
def test_born_on_new_years_day_in_any_time_zone(zone: str) -> None:
    content = b"ID,DOB\nA1,2024-01-01T00:00:00.000Z\nA2,2024-01-01\nA3,1.1.2024\nA4,2024-01-01T00:00:00+13:00\n"
    _, rows = read_all(content, "flock", time_zone=zone)
    assert {row.data.birth_date for row in rows.values() if row.data} == {date(2024, 1, 1)}


def test_a_moment_with_its_offset_is_a_day_of_the_farm() -> None:
    content = session("1,2024-11-25T22:30:00Z,31")
    row = read_all(content, "weights", trait="WWT", time_zone="Pacific/Auckland")[1][2]
    assert (row.data.measured.date, row.data.measured.time) == (date(2024, 11, 26), time(11, 30))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2:05 PM", time(14, 5)), ("2:05pm", time(14, 5)), ("12:05 AM", time(0, 5)), ("14h05", time(14, 5)),
        ("14:05:30", time(14, 5, 30)), ("14.05", time(14, 5)), ("14:05 Uhr", time(14, 5)), ("9:05 a.m.", time(9, 5)),
        ("25:00", None), ("13:05 AM", None), ("0.5868", None), ("noon", None), ("905", None),
    ],
)  # fmt: skip
def test_a_time_is_read_or_warned_of(text: str, expected: time | None) -> None:
    _, rows = read_all(session(f"1,2024-11-25,{text},31", head="VID,Date,Time,Weight\n"), "weights", trait="WWT")
    assert rows[2].data.measured.time == expected
    assert warned(rows) == ({} if expected else {2: ["time_unread"]})


def test_the_time_behind_a_date_counts() -> None:
    _, rows = read_all(session("1,25/11/2024 2:05 PM,31", head="VID,Date,Weight\n"), "weights", trait="WWT")
    assert rows[2].data.measured.time == time(14, 5)


@pytest.mark.parametrize(
    ("words", "header", "expected"),
    [
        (("M", "W"), "Sex", ["word_ambiguous"]),
        (("M", "W"), "Geschlecht", ["male", "female"]),
        (("M", "W", "E"), "Sex", ["male", "neutered", "female"]),
        (("ram", "ewe lamb", "wether"), "Sex", ["male", "female", "neutered"]),
        (("männlich", "weiblich", "w"), "Sex", ["male", "female", "female"]),
        (("Macho", "Hembra"), "Sexo", ["male", "female"]),
        (("bélier", "brebis"), "Sexe", ["male", "female"]),
        (("1", "2", "1.0"), "Sex", ["male", "female", "male"]),
        (("B", "F"), "Sex", ["word_ambiguous"]),
        (("0", "1"), "Sex", ["word_ambiguous"]),
        (("0", "1", "2"), "Sex", ["unknown", "male", "female"]),
        (("T", "F"), "Sex", ["word_ambiguous"]),
    ],
)
def test_words_of_the_sex(words: tuple[str, ...], header: str, expected: list[str]) -> None:
    content = f"ID,{header}\n".encode() + "".join(f"A{n},{word}\n" for n, word in enumerate(words)).encode()
    if stopped := refusal(content, "flock"):
        assert stopped == expected
        assert refusal(content, "flock", words={"w": "female", "b": "male", "0": "female", "f": "female"}) == []
        return
    rows = read_all(content, "flock")[1].values()
    assert ["neutered" if row.data.fertility == "neutered" else row.data.sex for row in rows] == expected


@pytest.mark.parametrize(
    ("column", "word", "expected"),
    [
        ("BT", "Twin", 2), ("BT", "TW", 2), ("BT", "single", 1), ("BT", "S", 1), ("BT", "Drilling", 3),
        ("BT", "2.0", 2),
        ("BT", "T", "word_ambiguous"), ("BT", "11", "birth_type_unknown"), ("BT", "21", "birth_type_unknown"),
        ("BT", "many", "birth_type_unknown"), ("BT", "0", "birth_type_unknown"), ("RT", "0", 0),
        ("ET", "Y", True), ("ET", "ET", True), ("ET", "nein", False), ("ET", "X", "word_ambiguous"),
        ("ET", "maybe", "et_unknown"), ("Sex", "hogget", "sex_unknown"),
    ],
)  # fmt: skip
def test_words_are_known_or_refused(column: str, word: str, expected: object) -> None:
    content = f"ID,{column}\nA1,{word}\n".encode()
    if stopped := refusal(content, "flock"):
        assert stopped == [expected]
        return
    row = read_all(content, "flock")[1][2]
    if row.data is None:
        assert row.findings[0].code == expected
    else:
        assert {"BT": row.data.birth_type, "RT": row.data.rear_type, "ET": row.data.is_embryo_transfer}[
            column
        ] == expected


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("EID", "9.82E+14", "eid_scientific_notation"),
        ("EID", '="982000123456789"', None),
        ("EID", "982000123456789.0", None),
        ("ID", "1.61234E+15", "id_scientific_notation"),
        ("VID", "1.2E+05", "id_scientific_notation"),
        ("VID", "12-Mar", "id_became_date"),
        ("ID", '="000123"', None),
        ("Sire", "1.61234E+15", "id_scientific_notation"),
        ("Dam", "9,82E+14", "id_scientific_notation"),
        ("ID", "#REF!", "spreadsheet_error"),
        ("VID", "######", "spreadsheet_error"),
        ("ID", "1,234", "id_thousands"),
        ("VID", "12,345", "id_thousands"),
        ("VID", "24\x000001", "id_unreadable"),
        ("ID", "N\ufffdra", "id_unreadable"),
        ("Sire", "R\x071", "id_unreadable"),
    ],
)
def test_spreadsheet_damage_is_recognised_in_every_identifier(column: str, cell: str, expected: str | None) -> None:
    first = "ID" if column != "ID" else "Name"
    quoted = '"' + cell.replace('"', '""') + '"'
    content = f"{first},{column}\nA1,{quoted}\n".encode()
    row = read_all(content, "flock")[1][2]
    assert [finding.code for finding in row.findings] == ([expected] if expected else [])
    if cell == '="000123"':
        assert row.data.identifiers[0].value == "000123"
    if expected and expected != "spreadsheet_error":
        assert "export" in row.findings[0].fix


@settings(deadline=None)
@given(st.sampled_from([".", ","]), st.lists(st.integers(30, 899), min_size=1, max_size=8), st.sampled_from("kl"))
def test_any_weight_is_right_or_asked(mark: str, tenths: list[int], unit: str) -> None:
    cells = [f"{n // 10}{mark}{n % 10}" for n in tenths]
    found = weight_of(*cells, unit="kg")
    assert found == tenths[0] / 10


def test_a_character_that_cannot_be_read_is_no_part_of_a_number_or_a_tag() -> None:
    """4\x005 and 4.\x005 are neither 45 nor 4."""
    content = b"VID,Date,Weight\n1,2024-11-25,4\x005\n2,2024-11-25,4.\x005\n3,2024-11-25,45\x00\n"
    found = codes(read_all(content, "weights", trait="WWT")[1])
    assert found == {2: ["not_a_number"], 3: ["not_a_number"], 4: []}
