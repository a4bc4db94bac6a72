"""What spreadsheets do to identifiers is recognised in every column that holds one; every spelling is one animal."""

from contextlib import suppress

import pytest
from bellwether.sheep import damage, eid, identifiers
from bellwether.sheep.findings import Broken
from hypothesis import given
from hypothesis import strategies as st

from ..conftest import Farmer, animals_of
from .conftest import codes, listed

COLUMNS = ("ID", "EID", "Tag", "Sire")


def file_of(column: str, cells: list[str]) -> tuple[str, list[str]]:
    """Header and rows with these cells in the column."""
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in cells]
    if column == "Sire":
        return "Tag,Sire", [f"T{place},{cell}" for place, cell in enumerate(quoted)]
    return f"{column},Sex", [f"{cell},F" for cell in quoted]


@pytest.mark.parametrize("column", COLUMNS)
async def test_a_rounded_number(farmer: Farmer, column: str) -> None:
    cells = ["9.82E+14", "9,82E+14", "9.82000123E+14", "1.61234201824E+15", "1.6123E+015"]
    head, rows = file_of(column, cells)
    found = await listed(farmer, *rows, head=head)
    assert set(codes(found)) <= {"eid_scientific_notation", "id_scientific_notation"}
    assert all("text" in row["fix"] for row in found.values())
    assert await animals_of(farmer) == []


LOST = {
    "ID": {
        "112342020200001": "id_zeros_lost", "36000123456789": "id_zeros_lost", "161234201824000000": "id_rounded",
        "16123420182400000": "id_rounded", "8000F5A3C2B1D0E9": "eid_hexadecimal", "Mar-24": "id_became_date",
    },
    "EID": {"36000123456789": "eid_length", "8000F5A3C2B1D0E9": "eid_hexadecimal"},
    "Sire": {
        "112342020200001": "id_zeros_lost", "40000123456789": "id_zeros_lost", "16123420182400000": "id_rounded",
        "8000F5A3C2B1D0E9": "eid_hexadecimal", "01-Feb": "id_became_date",
    },
    "Tag": {"12-Jan": "id_became_date"},
}  # fmt: skip


@pytest.mark.parametrize("column", COLUMNS)
async def test_digits_that_are_lost(farmer: Farmer, column: str) -> None:
    head, rows = file_of(column, list(LOST[column]))
    found = await listed(farmer, *rows, head=head)
    assert codes(found) == list(LOST[column].values())
    assert all(row["fix"] for row in found.values())


@pytest.mark.parametrize("column", ["Tag", "Sire", "Name"])
async def test_a_long_one_is_kept_whole_or_not_at_all(farmer: Farmer, column: str) -> None:
    """Two that differ only behind the hundredth character were one animal."""
    long = "A" * 100
    head, rows = file_of(column, [long + "1", long + "2"])
    if column == "Name":
        head, rows = "Tag,Name", [f"T{place},{long}{place}" for place in (1, 2)]
    found = await listed(farmer, *rows, head=head)
    assert codes(found) == ["id_too_long"] * 2


@pytest.mark.parametrize("column", ["ID", "EID", "Tag"])
async def test_what_programs_put_around_a_number(farmer: Farmer, column: str) -> None:
    number = {"ID": "161234202424000", "EID": "98200012345670", "Tag": "24000"}[column]
    cells = [form.format(number + str(n)) for n, form in enumerate(['="{}"', "'{}", " {} ", "{}.0"], 1)]
    head, rows = file_of(column, cells)
    assert codes(await listed(farmer, *rows, head=head)) == [None] * 4
    found = {item["value"] for animal in await animals_of(farmer) for item in animal["identifiers"]}
    assert {f"{number}{n}" for n in range(1, 5)} <= found


async def test_numbers_of_sixteen_digits_that_all_end_in_zero(farmer: Farmer) -> None:
    numbers = [f"16123420242400{n}0" for n in range(1, 6)]
    rows = await listed(farmer, *(f"{number},F" for number in numbers), head="ID,Sex")
    assert codes(rows) == ["id_rounded"] * 5
    assert "rounded_ids=keep" in rows[2]["fix"]
    assert await animals_of(farmer) == []
    rows = await listed(farmer, *(f"{number},F" for number in [*numbers, "1612342024240007"]), head="ID,Sex")
    assert codes(rows) == [None] * 6


@pytest.mark.parametrize(("stored", "sent"), [("0045", "45"), ("45", "0045"), ("000777", "777")])
async def test_zeros_before_a_tag_that_are_gone(farmer: Farmer, stored: str, sent: str) -> None:
    await listed(farmer, f"{stored},M,2020-08-01", head="Tag,Sex,DOB")
    rows = await listed(farmer, f"{sent},M,2020-08-01", "L1,F,2023-08-01", head="Tag,Sex,DOB")
    assert codes(rows) == ["leading_zeros_lost", None]
    rows = await listed(farmer, f"L2,F,2023-08-01,{sent}", head="Tag,Sex,DOB,Sire")
    assert (codes(rows), rows[2]["verdict"]) == (["leading_zeros_lost"], "ambiguous")
    done = await farmer.take_in(f"Tag,Date,Weight\n{sent},2020-11-11,31\n".encode(), "weights", trait="WWT")
    assert codes(await farmer.rows(done["import_id"])) == ["leading_zeros_lost"]


async def test_damage_that_comes_by_the_api(farmer: Farmer) -> None:
    sent = {"eid": "9.82E+14", "registration": "1.6E+15", "visual": "12-Jan"}
    tags = [{"kind": kind, "value": value} for kind, value in sent.items()]
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "identifiers": tags}
    answer = await farmer.ask("POST", "/animals", 422, json=body)
    assert [(error["field"], error["code"]) for error in answer.json()["errors"]] == [
        ("identifiers.0.value", "eid_scientific_notation"),
        ("identifiers.1.value", "id_scientific_notation"),
        ("identifiers.2.value", "id_became_date"),
    ]


NUMBERS = st.tuples(st.integers(900, 998), st.integers(0, eid.MAX_NATIONAL)).map(lambda n: f"{n[0]}{n[1]:012}")
IN_DIGITS = st.from_regex(r"(?a:[1-9][0-9]{5}(19|20)[0-9]{8})", fullmatch=True)
SHEEP_GENETICS = st.from_regex(r"(?a:[1-9][0-9][0-9A-Z]{4}(19|20)[0-9]{2}[0-9A-Z]{6})", fullmatch=True)


def written(draw: st.DrawFn, number: str) -> str:
    """The number as somebody writes it."""
    cut = draw(st.integers(0, len(number)))
    mark = draw(st.sampled_from(["", " ", "  ", "\u00a0"]))
    text = number[:cut] + mark + number[cut:]
    text = draw(st.sampled_from([text, text.lower(), text.upper()]))
    return draw(st.sampled_from(["{}", '="{}"', "'{}", " {} ", "\ufeff{}"])).format(text)


@given(st.data(), st.one_of(NUMBERS, SHEEP_GENETICS))
def test_every_spelling_of_a_number_names_one_animal(data: st.DataObject, number: str) -> None:
    text = data.draw(st.composite(lambda draw: written(draw, number))())
    assert number in identifiers.spellings(text)


@given(
    st.integers(1, 9_999_999),
    st.integers(1, 99_999),
    st.sampled_from(["UK{} {}", "UK {} {}", "uk{}-{}", "UK{:07} {:05}"]),
)
def test_every_print_of_a_british_tag_names_one_animal(flock: int, number: int, form: str) -> None:
    full = f"826{flock:07}{number:05}"
    assert full in identifiers.spellings(form.format(flock, number))
    assert identifiers.tag_value(form.format(flock, number)) == f"UK{flock:07}{number:05}"
    assert set(identifiers.spellings(full)) & set(identifiers.spellings(form.format(flock, number)))


@given(st.text(max_size=30))
def test_any_text_is_an_identifier_or_refused(text: str) -> None:
    with suppress(Broken):
        identifiers.cited(text, field="sire")
    assert all(identifiers.spellings(text))
    assert damage.unwrapped(text) == damage.unwrapped(text).strip()


@given(st.lists(IN_DIGITS, min_size=1, max_size=20))
def test_numbers_are_rounded_only_if_all_are(numbers: list[str]) -> None:
    spoilt = {number[:15] + "0" for number in numbers}
    assert damage.are_rounded(spoilt) == (len(spoilt) >= damage.FEW)
    assert not damage.are_rounded({*spoilt, "1612342024240001"})


@pytest.mark.parametrize("mark", ["\u200b", "\u202a", "\u202c", "\u2060", "\u00ad", "\ufeff"])
def test_marks_that_nobody_sees_make_no_other_animal(mark: str) -> None:
    assert identifiers.tag_value(f"{mark}24{mark}01") == "2401"
    assert eid.parse_eid(f"{mark}982 000123456789{mark}") == "982000123456789"
    plain = identifiers.cited("1234", field="sire")
    assert identifiers.cited(f"1234{mark}", field="sire") == plain._replace(raw=f"1234{mark}")
