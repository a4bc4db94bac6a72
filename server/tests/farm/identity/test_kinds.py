"""What breeders ask of imports in public (field cases, section 3), each kind by its name."""

import pytest

from ..conftest import Farmer, animals_of, weights_of
from .conftest import codes, listed
from .test_corrections import changed
from .test_parents import DAM, HEAD, SIRE


async def test_an_empty_cell_changes_nothing(farmer: Farmer) -> None:
    await listed(farmer, SIRE, DAM, ",,L1,Lisa,F,2023-08-01,R12,E5", head=HEAD)
    before = await animals_of(farmer)
    rows = await listed(farmer, ",,L1,,,,,", head=HEAD)
    assert (codes(rows), rows[2]["verdict"]) == ([None], "match")
    assert await animals_of(farmer) == before


async def test_a_list_with_one_column_less_changes_nothing(farmer: Farmer) -> None:
    await listed(farmer, SIRE, DAM, ",,L1,,F,2023-08-01,R12,E5", head=HEAD)
    before = await animals_of(farmer)
    rows = await listed(farmer, "L1,F,2023-08-01,R12", head="Tag,Sex,DOB,Sire")
    rows |= await listed(farmer, "L1,F,2023-08-01", head="Tag,Sex,DOB")
    assert {row["verdict"] for row in rows.values()} == {"match"}
    assert await animals_of(farmer) == before


async def test_a_weekly_upload_of_the_growing_list(farmer: Farmer) -> None:
    weeks = [SIRE, DAM, ",,L1,,F,2023-08-01,R12,E5", ",,L2,,F,2023-08-02,R12,E5", ",,L3,,F,2023-08-03,nobody,E5"]
    for n in range(2, len(weeks) + 1):
        rows = await listed(farmer, *weeks[:n], head=HEAD)
        assert all(row["is_accepted"] for row in rows.values())
    rows = await listed(farmer, *weeks, "", head=HEAD)
    assert {row["verdict"] for row in rows.values() if row["is_accepted"]} == {"match"}
    assert len(await animals_of(farmer)) == 6
    rows = await listed(farmer, "L4,,R12", "R12,,", "L5,,E5", "E5,,", head="Tag,Name,Sire")
    assert codes(rows) == [None, None, "sex_clash", None]
    assert len(await animals_of(farmer)) == 7
    content = b"Tag,Date,Time,Weight\nL1,2023-11-11,09:14,31\nL1,2023-11-11,09:17,31.5\nL2,2023-11-11,09:20,32\n"
    for more in (b"", b"L3,2023-11-11,09:22,33\n", b"L1,2023-11-18,09:22,34\n"):
        content += more
        await farmer.take_in(content, "weights", trait="WWT")
    assert [weight["weight_kg"] for weight in await weights_of(farmer)] == [31.5, 32, 33, 34]


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
async def test_born_on_1_january_in_any_time_zone(farmer: Farmer, zone: str) -> None:
    tag = (await farmer.ask("GET", f"/farms/{farmer.farm_id}", 200)).headers["etag"]
    headers = {"If-Match": tag}
    await farmer.ask("PATCH", f"/farms/{farmer.farm_id}", 200, json={"time_zone": zone}, headers=headers)
    await listed(farmer, "12,F,2024-01-01", head="Tag,Sex,DOB")
    await farmer.animal(birth_date="2024-01-01")
    found = await animals_of(farmer)
    assert {(animal["birth_date"], animal["drop_year"]) for animal in found} == {("2024-01-01", 2024)}


async def test_zeros_before_a_number_are_kept(farmer: Farmer) -> None:
    await listed(farmer, "007,F,2024-08-01", "UK0713393 00045,F,2024-08-01", head="Tag,Sex,DOB")
    assert {animal["tag"] for animal in await animals_of(farmer)} == {"007", "UK071339300045"}


async def test_a_drop_goes_over_new_year_and_no_further(farmer: Farmer) -> None:
    made = await farmer.animal(birth_date="2024-12-28", drop_year=2025)
    assert await changed(farmer, made["id"], 200, drop_year=2024) == []
    assert await changed(farmer, made["id"], 422, drop_year=2021) == ["drop_year_mismatch"]
