"""A correction is held to every rule that joins two facts, whichever of the two it changes and by whichever way."""

from typing import Any

from ..conftest import Farmer, animals_of, weights_of
from .conftest import codes, listed, told

HEAD = "ID,Sex,DOB,Sire,Dam"


async def changed(farmer: Farmer, animal_id: str, expect: int, **change: Any) -> list[str]:
    """A PATCH of an animal; the codes of what is wrong."""
    tag = (await farmer.ask("GET", f"/animals/{animal_id}", 200)).headers["etag"]
    answer = await farmer.ask("PATCH", f"/animals/{animal_id}", expect, json=change, headers={"If-Match": tag})
    return [error["code"] for error in answer.json().get("errors", [])]


async def family(farmer: Farmer) -> dict[str, Any]:
    """Sire, dam, and a lamb that is a dam already and was weighed."""
    rows = ("R1,M,2020-08-01,,", "E1,F,2020-08-02,,", "L1,F,2022-08-01,R1,E1", "L2,M,2024-08-01,,L1")
    assert codes(await listed(farmer, *rows, head=HEAD)) == [None] * 4
    found = {animal["tag"]: animal["id"] for animal in await animals_of(farmer)}
    weight = {"animal_id": found["L1"], "trait": "WWT", "weight": 31.5, "occurred_on": "2022-11-11"}
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=[weight])
    return found


CHANGES: list[tuple[str, dict[str, str], str]] = [
    ("L1", {"birth_date": "2022-12-01"}, "born_after_measurement"),
    ("L1", {"birth_date": "2019-08-01"}, "born_before_parent"),
    ("L1", {"birth_date": "2020-11-01"}, "dam_too_young"),
    ("L1", {"birth_date": "2024-07-01"}, "dam_too_young"),
    ("L1", {"sex": "male"}, "sex_clash"),
    ("R1", {"birth_date": "2023-08-01"}, "born_before_parent"),
    ("R1", {"sex": "female"}, "sex_clash"),
    ("E1", {"birth_date": "2022-05-01"}, "dam_too_young"),
    ("L1", {"birth_date": "2200-01-01"}, "date_impossible"),
]


async def test_a_change_by_the_api(farmer: Farmer) -> None:
    found = await family(farmer)
    for tag, change, code in CHANGES:
        assert code in await changed(farmer, found[tag], 422, **change), (tag, change)


ROWS = [
    ("L1,F,2022-12-01,,", "born_after_measurement"),
    ("L1,F,2019-08-01,,", "born_before_parent"),
    ("L1,F,2020-11-01,,", "dam_too_young"),
    ("L1,F,2024-07-01,,", "born_after_measurement"),
    ("L1,M,2022-08-01,,", "sex_clash"),
    ("R1,M,2023-08-01,,", "born_before_parent"),
    ("R1,F,2020-08-01,,", "sex_clash"),
    ("R1,wether,2020-08-01,,", "sire_is_wether"),
    ("E1,F,2022-05-01,,", "dam_too_young"),
    ("R1,M,2020-08-01,,L1", "pedigree_loop"),
]


async def test_a_change_by_a_list(farmer: Farmer) -> None:
    await family(farmer)
    before = await animals_of(farmer)
    for row, code in ROWS:
        rows = await listed(farmer, row, head=HEAD)
        assert not rows[2]["is_accepted"], row
        assert code in told(rows[2]), row
    assert await animals_of(farmer) == before


async def test_a_measurement_before_birth(farmer: Farmer) -> None:
    """By a list that gives no birth date, by a weigh session and by the API."""
    found = await family(farmer)
    rows = await listed(farmer, "L1,30,2022-07-31", head="ID,WWT,WWTDATE")
    assert codes(rows) == ["before_birth"]
    done = await farmer.take_in(b"ID,Date,Weight\nL1,2022-07-31,30\n", "weights", trait="WWT")
    assert codes(await farmer.rows(done["import_id"])) == ["before_birth"]
    weight = {"animal_id": found["L1"], "trait": "WWT", "weight": 31.5, "occurred_on": "2022-07-31"}
    body = {"farm_id": farmer.farm_id, "weights": [weight]}
    answer = await farmer.ask("POST", "/weights", 422, json=body)
    assert [error["code"] for error in answer.json()["errors"]] == ["date_impossible"]


async def test_ages_and_groups_follow_a_correction(farmer: Farmer) -> None:
    await farmer.animal(birth_date="2024-08-03", identifiers=[{"kind": "visual", "value": "12"}])
    await farmer.take_in(b"Tag,Date,Weight\n12,2024-11-11,30\n", "weights", trait="WWT")
    (animal,) = await animals_of(farmer)
    assert await changed(farmer, animal["id"], 200, birth_date="2023-08-13") == []
    (weight,) = await weights_of(farmer)
    assert (weight["age_days"], weight["contemporary_group"]) == (456, "1234/2023/W/b0/g0")
    rows = await listed(farmer, "12,2023-08-23", head="Tag,DOB")
    assert (codes(rows), len(await animals_of(farmer))) == (["fact_replaced"], 1)
    assert [weight["age_days"] for weight in await weights_of(farmer)] == [446]


async def test_a_list_that_replaces_a_fact_says_so(farmer: Farmer) -> None:
    await listed(farmer, "1,M,2024-08-03", "2,,2024-08-03", head="Tag,Sex,DOB")
    rows = await listed(farmer, "1,F,2024-08-23", "2,F,2024-08-03", head="Tag,Sex,DOB")
    assert [row["is_accepted"] for row in rows.values()] == [True, True]
    assert [[found["field"] for found in row["findings"]] for row in rows.values()] == [["sex", "birth_date"], []]
    assert codes(rows) == ["fact_replaced", None]
    assert codes(await listed(farmer, "1,,", "2,F,2024-08-03", head="Tag,Sex,DOB")) == [None, None]


async def test_a_birth_date_in_another_year_than_the_number(farmer: Farmer) -> None:
    number = "1612342024240001"
    await listed(farmer, f"{number},240001,F,2024-08-03", head="ID,Tag,Sex,DOB")
    (animal,) = await animals_of(farmer)
    assert await changed(farmer, animal["id"], 422, birth_date="2023-08-03") == ["id_year_mismatch"]


async def test_a_sire_is_not_excluded_at_the_same_time(farmer: Farmer) -> None:
    found = await family(farmer)
    claim = {"parent_id": found["R1"], "parent_type": "excluded_sire"}
    answer = await farmer.ask("POST", f"/animals/{found['L1']}/parents", 422, json=claim)
    assert [error["code"] for error in answer.json()["errors"]] == ["sire_excluded"]
