"""What a stranger's file is, and which of its lines and columns count (field cases, section 1)."""

from datetime import date

import pytest
from bellwether.farm.imports.judging.weighing import Tags
from bellwether.farm.imports.judging.weighings import TaggedAnimals, unknown

from .reading import codes, detected, read_all, refusal, sample, session


def test_a_total_becomes_no_sheep() -> None:
    _, rows = read_all(sample("total-row-becomes-sheep/flock.csv"), "flock")
    assert codes(rows) == {2: [], 3: [], **{number: ["not_an_animal"] for number in (4, 5, 6)}}


@pytest.mark.parametrize(
    "line",
    ["Total,,", "Average,,31.5", "Mean 31.5,,", "Gesamt: 2,,63", "*** End of list ***", "Page 1 of 2", "-----,,",
     "n=2,,", "Printed by Heiniger on Monday,,", "VID,Date,Weight"],
)  # fmt: skip
def test_footers_are_no_animals(line: str) -> None:
    _, rows = read_all(session("1,2024-11-25,31", "2,2024-11-25,32", line), "weights", trait="WWT")
    assert codes(rows)[4] in (["not_an_animal"], ["header_again"])


@pytest.mark.parametrize(
    "line", ["Notes:,,", "Signed,,", "This list was printed,,", "No. of animals: 2,,", "Reviewed by JB,,"]
)
def test_remarks_after_a_list_are_no_animals(line: str) -> None:
    _, rows = read_all(f"ID,Sex,DOB\nA1,F,2024-08-01\n{line}\n".encode(), "flock")
    assert codes(rows) == {2: [], 3: ["not_an_animal"]}


def test_an_animal_with_nothing_but_its_tag_is_an_animal() -> None:
    _, rows = read_all(b"ID,Sex,DOB\nA3,,\nTotal Eclipse,F,2024-08-01\n", "flock")
    assert codes(rows) == {2: [], 3: []}


@pytest.mark.parametrize("head", ["EID,VID,When,Liveweight kilos", "EID,Scan Day,Eye Muscle"])
def test_a_file_of_which_nothing_but_tags_would_be_read_is_asked_about(head: str) -> None:
    cells = ["982000123456789", *["240001", "2024-11-25", "31.5"][3 - head.count(",") :]]
    content = f"{head}\n{','.join(cells)}\n".encode()
    assert refusal(content, None) == ["kind_unclear"]
    assert codes(read_all(content, "flock")[1]) == {2: []}


@pytest.mark.parametrize(
    "head", ["Date Time,Live Wt. [kg]", "Date/Time,Wgt", "TIMESTAMP,Body Wt", "Session Date,LiveWt kg"]
)
def test_a_session_of_another_maker_is_a_session(head: str) -> None:
    content = f"EID No.,VID No,{head}\n982000123456789,240001,2024-11-25 14:05:02,31.5\n".encode()
    layout = detected(content, None, trait="WWT")
    assert (layout.kind, layout.ignored) == ("weights", [])


def test_a_header_is_not_called_a_trait_where_columns_are_no_traits() -> None:
    content = b"EID,Date,Trait,Value,Score\n982000123456789,2024-11-25,PEMD,31.5,3\n"
    assert refusal(content, "measurements", columns={"Score": "BCS"}) == ["column_unknown"]
    assert detected(content, "measurements", farm_columns={"Score": "BCS"}).ignored == ["Score"]


def test_a_list_of_tags_alone_is_a_list() -> None:
    assert detected(b"Tag,Name\n240001,Bess\n", None).kind == "flock"
    assert detected(b"Tag,import_row,import_reasons\n240001,2,x\n", None).kind == "flock"


def test_a_column_twice_is_asked_about_with_both_places() -> None:
    for name in ("weights.csv", "two_names.csv"):
        content = sample(f"columns-twice/{name}")
        assert set(refusal(content, "weights", trait="WWT")) == {"column_twice"}
    layout = detected(content, "weights", trait="WWT", columns={"Weight": "ignore"})
    assert (layout.columns["weight"], layout.ignored) == (2, ["Weight"])


@pytest.mark.parametrize(
    "head",
    ["animal,trait,effect,ebv,reliability,inbreeding", "ID,WWT EBV,WWT ACC", "ID,Date,Weight,ASBV",
     "ID,SEX,DATE,RUN_NAME,WWT,ACC_WWT", "ID,WWT,WWTDATE,WWT_ACC", "EID,PIC From,PIC To,NVD,Transfer Date",
     "SNP Name,Sample ID,Allele1 - AB,Allele2 - AB",
     "EID,Date,Product,Dose,WHP", "ID,Date,Weight,PFAT,Index", "ID,WWT,PFAT,Carcase Plus Index", "EID,PWT,PEMD,TCP"],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["flock", "weights", "sg", None])
def test_a_file_of_another_kind_is_named(head: str, kind: str | None) -> None:
    content = f"{head}\n{','.join(['1'] * len(head.split(',')))}\n".encode()
    if kind is None and "RUN_NAME" in head:
        assert "other_kind" not in refusal(content, kind, trait="WWT")
    else:
        assert refusal(content, kind, trait="WWT") == ["other_kind"]


def test_an_index_counts_the_lines_where_no_trait_of_a_stage_is() -> None:
    assert detected(b"Index,EID,Date,Weight,BCS\n1,982000123456789,2025-03-01,41.5,3\n", "weights", trait="WWT")
    left_out = {"Index": "ignore"}
    content = b"ID,Date,Weight,PFAT,Index\nA1,2025-03-01,41.5,3.1,1\n"
    assert detected(content, "weights", trait="PWT", columns=left_out).ignored == ["Index"]


def test_a_session_may_tell_of_treatments_and_drafts_beside_the_weights() -> None:
    content = b"EID,Date,Weight,Product,Dose,Destination\n982000123456789,2024-11-25,31,Drench,5,Sale\n"
    assert "3 columns ignored: Product, Dose, Destination" in detected(content, None, trait="WWT").told()
    assert refusal(content.replace(b"Weight", b"Mass"), "flock") == ["other_kind"]


def test_weights_are_no_flock() -> None:
    content = session("1,2024-11-25,31")
    assert refusal(content, "flock") == ["other_kind"]
    assert refusal(b"ID,Sex,DOB\nA1,F,2024-08-01\n", "weights", trait="WWT") != []


def test_a_row_counter_is_no_identifier() -> None:
    content = b"ID,EID,Sex\n1,982000123456789,F\n2,982000123456790,F\n3,982000123456791,M\n"
    assert refusal(content, "flock") == ["row_counter"]
    assert "id" not in detected(content, "flock", columns={"ID": "ignore"}).columns
    assert "id" in detected(content, "flock", columns={"ID": "id"}).columns


@pytest.mark.parametrize(
    ("content", "name"),
    [(b"%PDF-1.7 ...", "PDF"), (b"\x89PNG\r\n", "image"), (b"PK\x03\x04rubbish", ""), (b"\x1f\x8b\x08", "gzip"),
     (b"\xd0\xcf\x11\xe0\xa1\xb1", "Excel"), (b"<html><table>", "HTML"),
     (b'{"animals": []}', "JSON"), (b"PAR1", "Parquet")],
)  # fmt: skip
def test_what_is_no_table_is_named(content: bytes, name: str) -> None:
    assert refusal(content, "flock") in (["other_kind"], ["unreadable_file"])


def test_lines_before_the_header_are_told() -> None:
    content = b"Session,Weaning 2024\nDate,25/11/2024\n\nVID;Fecha;Peso (kg);Notas\n7;25/11/2024;31,5;x\n"
    layout, rows = read_all(content, "weights", trait="WWT")
    assert (layout.header_line, layout.preamble, layout.delimiter) == (4, 2, ";")
    assert rows[5].data.measured.value == 31.5
    assert {"day first", "kilograms", "decimal comma", "2 lines before the header"} <= set(layout.told())
    assert "1 column ignored: Notas" in layout.told()


@pytest.mark.parametrize(
    ("head", "line"),
    [("Ohrmarke;Datum;Gewicht (kg)", "7;25.11.2024;31,5"), ("Boucle\tDate de pesée\tPoids", "7\t25/11/2024\t31,5"),
     ("crotal|FECHA|peso_vivo", "7|25/11/2024|31,5"), ("Ear Tag No,weigh-date,Live Weight,", '7,25/11/2024,"31,5",'),
     ("sep=;\nVID;Date;Weight", "7;25/11/2024;31,5")],
)  # fmt: skip
def test_headers_of_other_languages(head: str, line: str) -> None:
    _, rows = read_all(f"{head}\n{line}\n".encode(), "weights", trait="WWT")
    row = next(iter(rows.values()))
    assert row.data is not None, row.findings
    assert (row.data.tags.vid, row.data.measured.date, row.data.measured.value) == ("7", date(2024, 11, 25), 31.5)


def test_a_trait_may_be_named_in_words() -> None:
    content = b"ID,DOB,Birth Weight (lb),Weaning Weight in pounds,Weaning Date\nA,2024-01-01,9,70,2024-05-01\n"
    measured = read_all(content, "flock")[1][2].data.measurements
    assert [(m.trait, round(m.value, 2), m.date) for m in measured] == [
        ("BWT", 4.08, date(2024, 1, 1)), ("WWT", 31.75, date(2024, 5, 1)),
    ]  # fmt: skip


def test_founders_with_nothing_but_a_name_are_animals() -> None:
    _, rows = read_all(b"ID,Sire,Dam\nKing,,\nQueen,,\nPrince,King,Queen\n", "flock")
    assert codes(rows) == {2: [], 3: [], 4: []}


def test_headers_of_the_farms_own() -> None:
    content = b"Schaf,Tag des Wiegens,Kilo\n7,25/11/2024,31.5\n"
    own = {"Schaf": "vid", "Tag des Wiegens": "date", "Kilo": "weight"}
    assert refusal(content, "weights", trait="WWT") != []
    assert read_all(content, "weights", trait="WWT", columns=own)[1][2].data.measured.value == 31.5
    assert refusal(content, "weights", trait="WWT", columns=own | {"Nowhere": "id"}) == ["column_unknown"]
    assert refusal(content, "weights", trait="WWT", columns=own | {"Kilo": "wait"})[0] == "column_unknown"


def test_a_unit_before_the_header_counts() -> None:
    content = b"Weight unit: lb\nVID,Date,Weight\n1,2024-11-25,70\n"
    assert refusal(content, "weights", trait="WWT") == ["unit_contradiction"]
    assert refusal(content, "weights", trait="WWT", farm_unit="lb") == []
    assert refusal(content, "weights", trait="WWT", unit="kg") == []


def test_a_long_session_of_a_digistar_scale() -> None:
    line = b"A 00000 0 982 000017383201, 7,M1,,120,LB,$,GR,8/27/03,10:15,,,,_\n"
    layout, rows = read_all(line, "weights", trait="AWT")
    assert "a session of a Digi-Star scale, which has no header" in layout.told()
    assert (rows[1].data.tags.vid, rows[1].data.measured.group, rows[1].data.measured.raw_unit) == ("7", "M1", "lb")


def test_a_header_with_a_line_break_is_refused() -> None:
    content = b'VID,Date,"Weight\n(kg)"\n1,2024-11-25,31\n'
    assert refusal(content, "weights", trait="WWT") == ["open_quote"]


def test_a_ram_called_max_is_weighed() -> None:
    _, rows = read_all(session("Max,2024-11-25,31", "1,2024-11-25,32"), "weights", trait="WWT")
    assert codes(rows) == {2: [], 3: []}


@pytest.mark.parametrize("line", ["n = 2,,", "N=2,,", "Females,1,", "2 lambs,,", "Ewes: 12,,", "14 head,,"])
def test_counts_below_a_list_are_no_sheep(line: str) -> None:
    _, rows = read_all(f"Tag,Sex,DOB\nA1,F,2024-08-01\n{line}\n".encode(), "flock")
    assert codes(rows) == {2: [], 3: ["not_an_animal"]}
    _, rows = read_all(b"Tag,Sex,DOB\nEwe 12,2,\nLamb 3,1,\nRam,1,\n", "flock")
    assert codes(rows) == {2: [], 3: [], 4: []}


def test_a_column_without_a_header_that_has_something_in_it_is_told() -> None:
    layout, _ = read_all(
        session("1,2024-11-25,31,", "2,2024-11-25,32,sick", head="VID,Date,Weight,\n"), None, trait="WWT"
    )
    assert "1 column ignored: column 4, which has no header" in layout.told()
    layout, _ = read_all(session("1,2024-11-25,31,", "2,2024-11-25,32,", head="VID,Date,Weight,\n"), None, trait="WWT")
    assert not layout.ignored


def test_a_unit_below_the_header_is_asked_about() -> None:
    """Else its line is refused, and all others are read in another unit."""
    for line in (",,lb", "text,dd/mm/yyyy,[lbs]", "\n,,g"):
        content = session(line, "1,25/11/2024,70")
        assert refusal(content, "weights", trait="WWT") == ["unit_contradiction"]
    content = session(",,lb", "1,25/11/2024,70")
    assert refusal(content, "weights", trait="WWT", unit="lb") == []
    assert refusal(session(",,kg", "1,25/11/2024,70"), "weights", trait="WWT") == []
    content = b"Tag,Sex,DOB,PEMD,SCANDATE\n,,,cm,\n1,ewe,13/08/2024,31,20/11/2024\n"
    assert refusal(content, "flock") == ["unit_contradiction"]


@pytest.mark.parametrize(
    ("head", "order"),
    [("Date (dd/mm/yyyy)", "dmy"), ("Date [mm/dd/yyyy]", "mdy"), ("Weigh date dd.mm.yy", "dmy"), ("Date_M/D/YY", "mdy"),
     ("Datum (TT.MM.JJJJ)", "dmy"), ("Date de pesée (jj/mm/aaaa)", "dmy"), ("Fecha (dd/mm/aaaa)", "dmy")],
)  # fmt: skip
def test_a_header_says_the_order_of_its_dates(head: str, order: str) -> None:
    content = f"EID,{head},Weight\n982000123456789,10/11/2024,31.5\n".encode()
    layout = detected(content, "weights", trait="WWT")
    assert (layout.columns["date"], layout.date_orders) == (1, {1: order})
    assert detected(content, "weights", trait="WWT", date_order="mdy").date_orders == {1: "mdy"}


def test_a_date_that_is_not_as_its_header_says_is_refused() -> None:
    content = b"EID,Date (dd/mm/yyyy),Weight\n982000123456789,10/11/2024,31.5\n982000123456790,11/25/2024,31.5\n"
    _, rows = read_all(content, "weights", trait="WWT")
    assert codes(rows) == {2: [], 3: ["date_format"]}


@pytest.mark.parametrize(
    "head", ["Sire EID,Dam EID", "Sire VID,Mother ID", "Father Tag,Dam Ear Tag", "N° père,N° mère"]
)
def test_a_parent_is_read_by_whatever_number_it_is_called(head: str) -> None:
    layout = detected(f"Tag,{head}\n240001,A1,B2\n".encode(), "flock")
    assert (layout.columns["sire"], layout.columns["dam"], layout.ignored) == (1, 2, [])


def test_a_list_says_that_it_takes_nobody_for_dead() -> None:
    told = detected(b"Tag,Sex,Status,Date of death\n240001,F,Dead,2025-01-01\n", "flock").told()
    assert "a list does not say who died or left: all come in as alive, whatever Status, Date of death says" in told


def test_a_weight_of_a_stage_is_called_so_or_wt() -> None:
    assert detected(b"Tag,DOB,Birth Wt\n240001,2024-08-03,4.5\n", "flock").measurements == {"BWT": [2, None, None]}


def test_of_a_line_with_a_spoilt_eid_and_a_tag_that_nobody_has_both_are_told() -> None:
    _, rows = read_all(b"EID,VID,Date,Weight\n9.82E+14,240003,2024-11-25,33\n", "weights", trait="WWT")
    tags = Tags("", "240003", "", "eid_scientific_notation")
    assert codes(rows) == {2: []}
    found = unknown(tags, TaggedAnimals())
    assert [each.code for each in found.findings] == ["unknown_tag", "eid_scientific_notation"]
    assert [each.code for each in unknown(tags._replace(eid_warning=None), TaggedAnimals()).findings] == ["unknown_tag"]
