"""The statistics page before a run: in text, JSON and HTML, and inside every report."""

import json
from html.parser import HTMLParser

import pytest

from .conftest import MODEL, PEDIGREE, RECORDS

PARTS = MODEL.replace("[variances]", '[[effects]]\nname = "herd"\nkind = "fixed"\n\n[variances]').replace(
    '["WWG"]', '["WWG", "PWG"]'
)
TWO = PARTS.replace("[[20.0]]", "[[20.0, 1.0], [1.0, 20.0]]").replace("[[40.0]]", "[[40.0, 1.0], [1.0, 40.0]]")
ROWS = (
    "animal,sex,herd,date,WWG,PWG\n4,M,a,2021-05-01,4.5,0\n5,F,a,2021-05-02,2.9,7\n6,F,a,2022-05-01,3.9,\n"
    "7,M,b,2022-05-01,4.5,9\n8,M,b,x,2.9,9\n4,F,c,2022-01-01,,\n"
)


class Sources(HTMLParser):
    """Everything that a page loads from elsewhere, and whether its tags close."""

    def __init__(self):
        super().__init__()
        self.loaded, self.open = [], []

    def handle_starttag(self, tag, attributes):
        self.loaded += [value for name, value in attributes if name in ("src", "href", "data", "action")]
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_statistics_are_those_of_the_records(evaluate):
    answer = evaluate(records=ROWS, model=TWO, arguments=["--describe", "--json"])
    assert answer.exit_code == 0, answer.stderr
    found = json.loads((answer.out / "statistics.json").read_text())
    assert json.loads(answer.stdout) == found
    statistics = found["statistics"]
    first, second = statistics["numbers"]
    assert (first["n"], first["missing"], first["minimum"], first["maximum"]) == (5, 1, 2.9, 4.5)
    assert (first["at_minimum"], first["at_maximum"]) == (2, 2)
    assert first["mean"] == pytest.approx(3.74)
    assert first["sd"] == pytest.approx(0.8050, abs=1e-4)
    assert (second["zeros"], second["like_missing_codes"]) == (1, [{"value": 0.0, "count": 1}])
    assert sum(first["histogram"]["counts"]) == 5
    (table,) = statistics["cross_tables"]
    assert (table["row_levels"], table["column_levels"]) == (["F", "M"], ["a", "b"])
    assert table["counts"] == [[2, 0], [1, 2]]
    assert (table["empty_cells"], table["cells_with_one_record"]) == (1, 1)
    assert statistics["years"] == {"column": "date", "without": 1, "counts": {"2021": 2, "2022": 2}}
    assert statistics["animals"]["without_records"] == 3
    assert [each["levels"] for each in statistics["classes"]] == [2, 2]
    assert not (answer.out / "breeding_values.csv").exists()


def test_the_page_loads_nothing_and_draws_each_trait(evaluate):
    records = ROWS.replace(",a,", ",<script src=//x>,")
    answer = evaluate(records=records, model=TWO, arguments=["--describe"])
    page = (answer.out / "statistics.html").read_text()
    parser = Sources()
    parser.feed(page)
    assert (parser.loaded, parser.open) == ([], [])
    assert page.count("<svg") == 3
    assert "&lt;script src=//x&gt;" in page
    assert [word for word in ("http://", "https://", "@import", "url(") if word in page] == []
    assert "sex by herd: 4 cells, 1 empty, 1 with one record" in answer.stdout


def test_every_report_has_them(evaluate):
    assert evaluate().report["statistics"]["numbers"][0]["n"] == 5
    alone = evaluate(records=None, model=None).report["statistics"]
    assert (alone["animals"]["founders"], alone["records"]) == (3, None)


def test_a_page_replaces_its_own_and_no_other_file(evaluate, tmp_path):
    assert evaluate(arguments=["--describe"]).exit_code == 0
    assert evaluate(records=RECORDS.replace("4.5", "5.5"), arguments=["--describe"]).exit_code == 0
    (tmp_path / "out" / "statistics.json").write_text("mine")
    assert evaluate(arguments=["--describe"]).exit_code == 2
    assert (tmp_path / "out" / "statistics.json").read_text() == "mine"


def test_records_by_the_year_of_birth(evaluate):
    born = ["", "2020-01-01", "2020-01-02", "2021-02-01", "2021-03-01", "2021-03-02", "2023-04-01", "2023-04-02"]
    rows = [f"{row},{day}" for row, day in zip(PEDIGREE.split()[1:], born, strict=True)]
    answer = evaluate("\n".join(["animal,sire,dam,birth_date", *rows]) + "\n")
    found = answer.report["statistics"]["years"]
    assert found == {"column": "birth_date", "without": 0, "counts": {"2021": 3, "2023": 2}}
