"""Any trait of the dictionary over HTTP: what is refused, what is warned of, and who may do what."""

from typing import Any

import httpx
import pytest
from bellwether.sheep.findings import Broken
from bellwether.sheep.traits import TRAITS, check_hard, converted, units_of, warning
from hypothesis import given
from hypothesis import strategies as st

from .conftest import BASE, Farmer, NewFarmer
from .test_event_log import SOLD, taken

SCAN = {"trait": "PEMD", "value": 2.75, "unit": "cm", "occurred_on": "2025-03-11"}


async def record(farmer: Farmer, *sent: dict[str, Any], expect: int = 201) -> Any:
    """What the farm says of a session."""
    body = {"farm_id": farmer.farm_id, "measurements": list(sent)}
    return (await farmer.ask("POST", "/measurements", expect, json=body)).json()


async def listed(farmer: Farmer, **query: str) -> list[dict[str, Any]]:
    """What counts."""
    found: list[dict[str, Any]] = (await farmer.ask("GET", "/measurements", 200, params=query)).json()["items"]
    return found


async def test_a_session_of_several_traits_keeps_what_was_said(farmer: Farmer) -> None:
    animal = (await farmer.animal(birth_date="2024-08-01"))["id"]
    scan, eggs = SCAN | {"animal_id": animal}, {"animal_id": animal, "trait": "WEC", "value": 350}
    made = await record(farmer, scan, eggs | {"occurred_on": "2025-03-11"})
    assert [(m["trait"], m["value"], m["unit"], m["raw_value"], m["raw_unit"]) for m in made["items"]] == [
        ("PEMD", 27.5, "mm", "2.75", "cm"), ("WEC", 350, "epg", "350", "epg"),
    ]  # fmt: skip
    assert made["items"][0]["contemporary_group"] is not None
    assert made["warnings"] == []
    assert [m["trait"] for m in await listed(farmer, animal_id=animal, trait="WEC")] == ["WEC"]
    assert len(await listed(farmer, flock_id=farmer.flock_id)) == 2
    asked = {"animal_ids": [animal], "traits": ["PEMD"]}
    found = (await farmer.ask("POST", "/measurements/query", 200, json=asked)).json()["items"]
    assert [m["id"] for m in found] == [made["items"][0]["id"]]
    assert (await farmer.ask("GET", "/weights", 200, params={"animal_id": animal})).json()["items"] == []
    for path, body in (("", None), ("/query", {})):
        answer = await farmer.ask("POST" if path else "GET", f"/measurements{path}", 422, json=body)
        assert answer.json()["code"] == "whose_measurements"


async def test_i22_a_row_that_breaks_a_rule_stores_nothing(farmer: Farmer) -> None:
    animal = (await farmer.animal(birth_date="2024-08-01"))["id"]
    sold = (await farmer.animal(birth_date="2022-08-01"))["id"]
    await taken(farmer, SOLD | {"animal_id": sold})
    rows = [
        SCAN,
        SCAN | {"value": 27.5},
        SCAN | {"unit": "kg"},
        SCAN | {"occurred_on": "2024-07-31"},
        SCAN | {"animal_id": sold},
    ]
    answer = await record(farmer, *({"animal_id": animal} | row for row in rows), expect=422)
    assert answer["code"] == "measurements_rejected"
    assert [(e["row"], e["field"], e["code"]) for e in answer["errors"]] == [
        (1, "measurements.1.value", "out_of_range"),
        (2, "measurements.2.unit", "unit_unknown"),
        (3, "measurements.3.occurred_on", "date_impossible"),
        (4, "measurements.4.occurred_on", "off_farm"),
    ]
    assert await listed(farmer, animal_id=animal) == []
    answer = await record(farmer, SCAN | {"animal_id": animal, "trait": "XYZ"}, expect=422)
    assert answer["errors"][0]["field"] == "measurements.0.trait"


async def test_i22_what_is_unusual_is_taken_with_a_warning(farmer: Farmer) -> None:
    animal = (await farmer.animal(birth_date="2024-08-01"))["id"]
    rows = [SCAN | {"value": 6}, SCAN | {"trait": "YEMD"}, SCAN | {"occurred_on": "2025-03-31"}]
    made = await record(farmer, *({"animal_id": animal} | row for row in rows))
    assert [(w["row"], w["code"], w["field"]) for w in made["warnings"]] == [
        (0, "soft_range", "measurements.0.value"),
        (1, "age_outside_window", "measurements.1.value"),
        (2, "group_over_weeks", "date"),
    ]


async def test_i23_a_weight_off_the_animals_own_curve_is_told(farmer: Farmer) -> None:
    animal = (await farmer.animal(birth_date="2024-08-01"))["id"]

    def weight(value: float, day: str) -> dict[str, Any]:
        return {"animal_id": animal, "trait": "PWT", "unit": "kg", "value": value, "occurred_on": day}

    await record(farmer, weight(30, "2025-01-01"))
    await record(farmer, weight(32, "2025-01-11"))
    for value, codes in ((34.5, []), (38, ["off_own_curve"]), (44, ["far_off_own_curve"])):
        told = (await record(farmer, weight(value, "2025-01-21")))["warnings"]
        assert [w["code"] for w in told if w["code"].endswith("own_curve")] == codes
    sent = {"animal_id": animal, "trait": "PWT", "weight": 20, "unit": "kg", "occurred_on": "2025-01-22"}
    made = await farmer.make("/weights", farm_id=farmer.farm_id, weights=[sent])
    assert "far_off_own_curve" in {w["code"] for w in made["warnings"]}


@given(
    st.sampled_from(sorted(TRAITS)), st.floats(0, 200_000), st.sampled_from(["kg", "lb", "mm", "cm", "furlong", "epg"])
)
def test_i22_every_value_is_converted_or_refused_and_inside_its_range(code: str, value: float, unit: str) -> None:
    trait = TRAITS[code]
    if unit not in units_of(trait):
        with pytest.raises(Broken, match="cannot be converted"):
            converted(trait, value, unit, field="unit")
        return
    kept = converted(trait, value, unit, field="unit")
    low, high = trait.hard
    if not low <= kept <= high:
        with pytest.raises(Broken, match="outside"):
            check_hard(trait, kept, field="value")
        return
    check_hard(trait, kept, field="value")
    told = warning(trait, kept, None, field="value")
    assert (told is None) == (trait.soft[0] <= kept <= trait.soft[1])


@pytest.mark.parametrize("code", sorted(TRAITS))
def test_what_is_usual_is_possible(code: str) -> None:
    hard, soft = TRAITS[code].hard, TRAITS[code].soft
    assert hard[0] <= soft[0] < soft[1] <= hard[1]


async def test_the_matrix_of_measurements(farmer: Farmer, new_farmer: NewFarmer, client: httpx.AsyncClient) -> None:
    animal = (await farmer.animal())["id"]
    row = SCAN | {"animal_id": animal}
    body = {"farm_id": farmer.farm_id, "measurements": [row]}
    assert (await client.post(BASE + "/measurements", json=body)).status_code == 401
    researcher = await new_farmer(with_farm=False, roles=("researcher",))
    await researcher.ask("POST", "/measurements", 403, json=body)
    other, viewer = await new_farmer(), await new_farmer(with_farm=False)
    assert (await other.ask("POST", "/measurements", 422, json=body)).json()["code"] == "reference_not_found"
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(viewer.user_id), role="viewer")
    await viewer.ask("POST", "/measurements", 403, json=body)
    own = row | {"id": "0198c0de-0000-7000-8000-0000000000a7"}
    assert len((await record(farmer, own))["items"]) == 1
    assert (await record(farmer, own, expect=409))["code"] == "measurement_exists"
    assert len(await listed(viewer, animal_id=animal)) == 1
    assert await listed(other, animal_id=animal) == []
    asked = {"animal_ids": [animal]}
    assert (await other.ask("POST", "/measurements/query", 200, json=asked)).json() == {"items": []}
    assert (await client.get(BASE + "/measurements", params={"animal_id": animal})).status_code == 401
    student = await new_farmer(with_farm=False, roles=("student",))
    await student.ask("GET", "/measurements", 403, params={"animal_id": animal})


async def test_a_carcass_is_told_of_after_the_animal_left(farmer: Farmer) -> None:
    sold = (await farmer.animal(birth_date="2022-08-01", identifiers=[{"kind": "visual", "value": "220001"}]))["id"]
    await taken(farmer, SOLD | {"animal_id": sold})
    await record(farmer, {"animal_id": sold, "trait": "HCWT", "value": 24.5, "unit": "kg", "occurred_on": "2024-04-02"})
    content = b"VID,Date,Trait,Value,Unit\n220001,2024-04-02,IMF,4.5,\n220001,2024-04-02,PFAT,4.5,mm\n"
    sent = await farmer.upload(content, "measurements")
    await farmer.run_import(sent["import_id"])
    rows = sorted((await farmer.rows(sent["import_id"])).items())
    assert [row["code"] for _, row in rows] == [None, "off_farm"]
    assert {m["trait"] for m in await listed(farmer, animal_id=sold)} == {"HCWT", "IMF"}


async def test_a_condition_score_of_one_scale_is_never_taken_for_the_other(farmer: Farmer) -> None:
    animal = {"animal_id": (await farmer.animal())["id"], "occurred_on": "2025-03-11"}
    made = await record(farmer, animal | {"trait": "BCS", "value": 3}, animal | {"trait": "BCS9", "value": 6})
    assert [(m["trait"], m["value"], m["unit"]) for m in made["items"]] == [
        ("BCS", 3, "score"), ("BCS9", 6, "score of 9"),
    ]  # fmt: skip
    answer = await record(
        farmer,
        animal | {"trait": "BCS", "value": 6},
        animal | {"trait": "BCS", "value": 4, "unit": "score of 9"},
        expect=422,
    )
    assert [e["code"] for e in answer["errors"]] == ["out_of_range", "unit_unknown"]
