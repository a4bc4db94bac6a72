"""Every report in every form: the same rows in each, whatever its users have written."""

import csv
import io
import re
from datetime import date
from typing import Any
from xml.etree import ElementTree

import openpyxl
import pytest
from bellwether.farm.reports.catalogue import REPORTS
from bellwether.farm.reports.service import MEDIA_TYPES, wanted

from ..conftest import Farmer, NewFarmer
from .conftest import ODD, ask, told
from .pdf_text import text_of

NEEDED: dict[str, dict[str, str]] = {
    "weight-targets": {"target": "40"},
    "draft-list": {"target": "40"},
    "season-rates": {"year": "2024"},
    "ewe-efficiency": {"year": "2024"},
    "stock-reconciliation": {"first": "2024-01-01", "last": "2024-12-31"},
    "worm-treatment": {"treated_on": "2025-01-01"},
    "margin-by-mob": {"first": "2024-01-01", "last": "2024-12-31"},
    "genetic-trend": {"run": "R1"},
    "trait-distribution": {"trait": "WWT"},
}
Weighed = tuple[Farmer, list[str], str]


def test_every_report_says_what_it_is() -> None:
    assert len({found.name for found in REPORTS}) == len(REPORTS) == len({found.title for found in REPORTS})
    for found in REPORTS:
        names = [column.name for column in found.columns]
        assert len(set(names)) == len(names)
        assert all(column.definition and column.title for column in found.columns)
        for column in found.columns:
            assert (column.kind == "percent") == (column.of is not None), f"{found.name}: {column.name}"
            assert set(column.of or ()) <= set(names)


@pytest.mark.parametrize("name", [found.name for found in REPORTS])
async def test_a_report_has_rows_definitions_and_a_plot_of_its_columns(weighed: Weighed, name: str) -> None:
    farmer, *_ = weighed
    found = await told(farmer, name, **NEEDED.get(name, {}))
    names = [column["name"] for column in found["columns"]]
    assert all(list(row) == names for row in found["rows"])
    assert found["vega_lite"]["datasets"]["rows"] == found["rows"]
    assert set(fields_of(found["vega_lite"])) <= set(names)
    for row in found["rows"]:
        for column in found["columns"]:
            if column["of"]:
                numerator, denominator = (row[each] for each in column["of"])
                expected = 100 * numerator / denominator if denominator else None
                assert row[column["name"]] == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize("name", [found.name for found in REPORTS])
async def test_the_same_rows_stand_in_every_form(weighed: Weighed, name: str) -> None:
    farmer, *_ = weighed
    query = NEEDED.get(name, {})
    found = await told(farmer, name, **query)
    text = (await ask(farmer, name, "csv", **query)).content.decode("utf-8-sig")
    head, *lines = csv.reader(io.StringIO(text))
    assert head == [column["name"] for column in found["columns"]]
    assert len(lines) == len(found["rows"])
    book = openpyxl.load_workbook(io.BytesIO((await ask(farmer, name, "xlsx", **query)).content))
    sheet, explained = book["Report"], book["Definitions"]
    assert sheet.max_row == len(found["rows"]) + 1
    for cells, row in zip(sheet.iter_rows(min_row=2), found["rows"], strict=True):
        assert [same(cell.value) for cell in cells] == [same(value) for value in row.values()]
        assert not any(cell.data_type == "f" for cell in cells)
    said = {row[0].value: row[1].value for row in explained.iter_rows()}
    assert said["Farm"] == found["farm"]
    page = text_of((await ask(farmer, name, "pdf", **query)).content)
    assert found["title"] in page
    assert re.search(r"\b1 / \d", page)


def same(value: Any) -> Any:
    """A value as a spreadsheet gives it back."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    return round(value, 9) if isinstance(value, float | int) else value


def fields_of(part: Any) -> list[str]:
    """Every field that a plot names."""
    if isinstance(part, list):
        return [name for item in part for name in fields_of(item)]
    if not isinstance(part, dict):
        return []
    own = [part["field"]] if isinstance(part.get("field"), str) else []
    return own + [name for key, item in part.items() if key != "datasets" for name in fields_of(item)]


async def test_odd_names_are_text_in_every_form(weighed: Weighed) -> None:
    farmer, *_ = weighed
    found = await told(farmer, "gain-by-mob")
    assert [row["mob"] for row in found["rows"]] == [ODD]
    pdf = "".join(text_of((await ask(farmer, "gain-by-mob", "pdf")).content).split())
    assert "".join(ODD.split()) in pdf
    svg = ElementTree.fromstring((await ask(farmer, "gain-by-mob", "svg")).content)
    bars = [part for part in svg.iter() if part.get("aria-roledescription") == "bar"]
    assert len(bars) == 1
    assert ODD in (bars[0].get("aria-label") or "")
    png = (await ask(farmer, "gain-by-mob", "png")).content
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    text = (await ask(farmer, "gain-by-animal", "csv")).content.decode("utf-8-sig")
    assert [line["tag"] for line in csv.DictReader(io.StringIO(text))] == ["'=1+1", "#2"]


async def test_a_year_on_paper_is_no_number_of_thousands(weighed: Weighed) -> None:
    farmer, *_ = weighed
    page = text_of((await ask(farmer, "flock-trend", "pdf")).content)
    assert "2024" in page
    assert "2,024" not in page


async def test_a_plot_has_a_mark_for_each_row(weighed: Weighed) -> None:
    farmer, *_ = weighed
    found = await told(farmer, "gain-by-animal")
    svg = ElementTree.fromstring((await ask(farmer, "gain-by-animal", "svg")).content)
    points = [part for part in svg.iter() if part.get("aria-roledescription") == "point"]
    assert len(points) == len(found["rows"]) == 2


async def test_a_farm_without_anything_has_every_report_too(farmer: Farmer) -> None:
    for found in REPORTS:
        query = NEEDED.get(found.name, {})
        assert (await told(farmer, found.name, **query))["rows"] == []
        await ask(farmer, found.name, "xlsx", **query)
    assert "There is nothing to show" in text_of((await ask(farmer, REPORTS[0].name, "pdf")).content)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "json"),
        ("*/*", "json"),
        ("application/json", "json"),
        ("text/html, application/pdf;q=0.9, */*;q=0.1", "pdf"),
        ("text/csv", "csv"),
        ("image/*", "svg"),
        ("image/png;q=0.5, image/svg+xml;q=0.4", "png"),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ],
)
def test_accept_says_which_form_is_wanted(accept: str | None, kind: str) -> None:
    assert wanted(accept, None) == kind
    assert wanted(accept, "png") == "png"


async def test_forms_that_nobody_offers_are_refused_by_name(farmer: Farmer) -> None:
    path = f"/farms/{farmer.farm_id}/reports/gain-by-mob"
    refused = await farmer.ask("GET", path, 406, headers={"Accept": "text/html"})
    assert refused.json()["code"] == "not_offered"
    assert (await farmer.ask("GET", path, 422, params={"format": "docx"})).json()["errors"][0]["code"] == "not_one_of"
    answer = await farmer.ask("GET", path, 200, headers={"Accept": "application/pdf"})
    assert answer.headers["content-type"] == MEDIA_TYPES["pdf"]
    assert answer.headers["vary"] == "Accept"


async def test_a_report_is_for_members_only(weighed: Weighed, new_farmer: NewFarmer) -> None:
    farmer, *_ = weighed
    other, viewer = await new_farmer(), await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(viewer.user_id), role="viewer")
    nobody = await new_farmer(with_farm=False, roles=("student",))
    for path in ("", *(f"/{found.name}" for found in REPORTS if not found.is_of_owners)):
        query = NEEDED.get(path.removeprefix("/"), {})
        address = f"/farms/{farmer.farm_id}/reports{path}"
        assert (await farmer.client.get(f"http://farm/api/v1/farm{address}", params=query)).status_code == 401
        await other.ask("GET", address, 404, params=query)
        await viewer.ask("GET", address, 200, params=query)
        await nobody.ask("GET", address, 403, params=query)


async def test_the_index_says_what_may_be_asked(farmer: Farmer) -> None:
    found = (await farmer.ask("GET", f"/farms/{farmer.farm_id}/reports", 200)).json()["items"]
    assert [item["name"] for item in found] == [each.name for each in REPORTS]
    (target,) = [item for item in found if item["name"] == "weight-targets"]
    assert {p["name"]: p["required"] for p in target["parameters"]} == {
        "target": True, "since": False, "until": False, "mob": False, "drop": False,
    }  # fmt: skip
    assert all(parameter["description"] for item in found for parameter in item["parameters"])
