"""Pedigrees and records as programs and people write them, each as one kind of the field: read, or asked about."""

import openpyxl
import pytest

from .conftest import PEDIGREE, RECORDS, message_of


def read_of(answer):
    return answer.report["read"]


@pytest.mark.parametrize("header", ["Id,Sire,Dam", "ID,SIRE,DAM", "Animal ID,Sire ID,Dam ID", "Tier,Vater,Mutter"])
def test_headers_as_programs_write_them(evaluate, header):
    answer = evaluate(PEDIGREE.replace("animal,sire,dam", header), RECORDS.replace("animal", header.split(",")[0]))
    found, read = answer.table(), read_of(answer)
    assert found.equals(evaluate().table())
    assert f"{header.split(',')[0]} is animal" in read["pedigree"]


def test_two_columns_that_may_be_the_animal_are_asked_about(evaluate):
    answer = evaluate("EID,Tag,Sire,Dam\n9,1,,\n", None, None, arguments=["--json"])
    assert (answer.problem["code"], answer.problem["errors"][0]["line"]) == ("column_twice", 1)


DIALECTS = {
    "semicolons": lambda text: text.replace(",", ";").encode(),
    "bars": lambda text: text.replace(",", "|").encode(),
    "tabs": lambda text: text.replace(",", "\t").encode(),
    "crlf": lambda text: text.replace("\n", "\r\n").encode(),
    "bom": lambda text: text.encode("utf-8-sig"),
    "utf-16": lambda text: text.encode("utf-16"),
    "sep": lambda text: ("sep=;\n" + text.replace(",", ";")).encode(),
    "quoted": lambda text: "".join(
        ",".join(f'"{cell}"' for cell in line.split(",")) + "\n" for line in text.splitlines()
    ).encode(),
    "lines before the header": lambda text: ("Flock of the north\nprinted 1 May 2024, by hand\n\n" + text).encode(),
}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_files_as_programs_write_them(evaluate, dialect):
    write = DIALECTS[dialect]
    answer = evaluate(write(PEDIGREE), write(RECORDS))
    assert answer.exit_code == 0, answer.stderr
    found = answer.table()
    assert found.equals(evaluate().table())


def test_a_decimal_comma_with_semicolons(evaluate):
    records = RECORDS.replace(",", ";").replace(".", ",")
    answer = evaluate(PEDIGREE.replace(",", ";"), records)
    found, read = answer.table(), read_of(answer)
    assert found.equals(evaluate().table())
    assert read["records"] == ["semicolons", "decimal comma"]


def test_windows_1252(evaluate):
    answer = evaluate(PEDIGREE.replace("8,3,6", "l\xe4mmchen,3,6").encode("cp1252"), RECORDS.replace("8,M,5.0\n", ""))
    assert answer.exit_code == 0, answer.stderr
    assert "l\xe4mmchen" in answer.table()["animal"].to_list()
    assert any("Windows-1252" in note for note in read_of(answer)["pedigree"])


def test_a_workbook(evaluate, tmp_path):
    for name, text in (("p", PEDIGREE), ("r", RECORDS)):
        book = openpyxl.Workbook()
        for row in text.splitlines():
            book.active.append([float(c) if "." in c else int(c) if c.isdigit() else c for c in row.split(",")])
        book.save(tmp_path / f"{name}.xlsx")
    answer = evaluate(tmp_path / "p.xlsx", tmp_path / "r.xlsx")
    assert answer.exit_code == 0, answer.stderr
    found = answer.table()
    assert found.equals(evaluate().table())


def test_a_number_that_can_be_read_in_two_ways_is_asked_about(evaluate):
    rows = ["animal;sex;WWG", "4;M;1,200", "5;F;2,400", "6;F;1,800", "7;M;1,900", "8;M;2,100"]
    records = "\n".join(rows) + "\n"
    asked = evaluate(records=records, arguments=["--json"])
    assert (asked.exit_code, asked.problem["code"]) == (2, "decimal_ambiguous")
    assert "--decimal" in asked.problem["errors"][0]["fix"]
    small = evaluate(records=records, arguments=["--decimal", ","]).table("fixed_effects")["estimate"].max()
    large = evaluate(records=records, arguments=["--decimal", "."]).table("fixed_effects")["estimate"].max()
    assert large == pytest.approx(1000 * small)


def test_numbers_of_two_dialects_are_refused(evaluate):
    records = "animal;sex;WWG\n4;M;4,5\n5;F;2.9\n6;F;3,9\n7;M;3,5\n8;M;5,0\n"
    assert evaluate(records=records, arguments=["--json"]).problem["code"] == "decimal_mixed"


def test_points_between_thousands_beside_a_decimal_comma(evaluate):
    records = "animal;sex;WWG\n4;M;1.031,5\n5;F;1.002\n6;F;999,5\n7;M;1.020,5\n8;M;1.040\n"
    plain = "animal,sex,WWG\n4,M,1031.5\n5,F,1002\n6,F,999.5\n7,M,1020.5\n8,M,1040\n"
    assert evaluate(records=records).table().equals(evaluate(records=plain).table())


BORN = "animal,sire,dam,birth_date\n1,,,{}\n2,,,{}\n3,1,2,{}\n"


def test_dates_are_read_in_the_order_that_the_column_proves(evaluate):
    answer = evaluate(BORN.format("05/08/2020", "13/08/2020", "01/09/2022"), None, None)
    assert "dates day first" in read_of(answer)["pedigree"]
    early = evaluate(BORN.format("05/08/2022", "13/08/2020", "01/09/2021"), None, None, arguments=["--json"])
    assert early.problem["code"] == "born_before_parent"
    asked = evaluate(BORN.format("05/08/2020", "06/08/2020", "01/09/2022"), None, None, arguments=["--json"])
    assert (asked.problem["code"], asked.problem["errors"][0]["fix"]) == (
        "date_order_ambiguous", "Say --dates dmy, mdy or ymd",
    )  # fmt: skip
    told = evaluate(BORN.format("05/08/2020", "06/08/2020", "01/09/2022"), None, None, arguments=["--dates", "mdy"])
    assert "dates month first" in read_of(told)["pedigree"]
    both = evaluate(BORN.format("13/08/2020", "08/14/2020", "01/09/2022"), None, None, arguments=["--json"])
    assert both.problem["code"] == "date_order_contradiction"


def test_words_for_sexes_are_read_in_languages_and_unknown_ones_told(evaluate):
    rows = "animal,sire,dam,sex\na,,,Bock\nb,,,brebis\nc,a,b,w\nd,a,b,?\n"
    answer = evaluate(rows, None, None)
    assert message_of(answer, "sex_unknown").startswith("'w' (1) in sex")
    wrong = evaluate(rows.replace("Bock", "hembra"), None, None, arguments=["--json"])
    assert wrong.problem["code"] == "sire_is_female"


def test_ids_that_a_spreadsheet_has_rounded_are_refused(evaluate):
    pedigree = "animal,sire,dam\n9.82E+14,,\nb,9.82E+14,\n"
    problem = evaluate(pedigree, None, None, arguments=["--json"]).problem
    assert problem["totals"] == {"id_scientific_notation": 2}


@pytest.mark.parametrize("row", ["Total,8,8", "End of file,,", "Gesamt,,"])
def test_a_total_is_no_sheep(evaluate, row):
    problem = evaluate(PEDIGREE + row + "\n", None, None, arguments=["--json"]).problem
    assert problem["code"] == "not_an_animal"


def test_how_unusual_files_were_read_is_printed(evaluate):
    assert "records read as: semicolons" in evaluate(records=RECORDS.replace(",", ";")).stdout
    assert "read as" not in evaluate().stdout


def test_columns_of_the_model_in_another_case(evaluate):
    answer = evaluate(records=RECORDS.replace("sex,WWG", "SEX,Wwg"))
    assert {"SEX is sex", "Wwg is WWG"} <= set(read_of(answer)["records"])
    two = evaluate(records=RECORDS.replace("animal,sex", "animal,SEX,Sex").replace(",M", ",M,M").replace(",F", ",F,F"))
    assert two.exit_code == 2
    assert "SEX and Sex may both be sex" in two.stderr
