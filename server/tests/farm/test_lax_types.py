"""Field cases, section 1, "Lax types": `true` is no weight, 0 is no day, an unknown parameter is not ignored."""

from typing import Any

import pytest

from .conftest import Farmer, animals_of, weights_of

WEIGHT = {"trait": "WWT", "weight": 31.5, "occurred_on": "2024-11-11"}


@pytest.mark.parametrize(
    "change",
    [
        *({"weight": value} for value in (True, "31", "31.5", None, [31], 1e999, float("inf"), {"kg": 31})),
        *({"occurred_on": value} for value in (0, "0", 1722643200, 1722643200000, "1722643200", "2024-08-03T00:00:00")),
        *({"occurred_on": value} for value in ("3/8/2024", "20240803", "2024-8-3", True, None)),
        *({"trait": value} for value in (1, "wwt", None)),
        *({"unit": value} for value in (True, "KG", "pounds")),
        {"group": 5},
        {"animal_id": 7},
        {"weigth": 31.5},
    ],
    ids=str,
)
async def test_a_weight_is_a_number_and_a_date_a_day(farmer: Farmer, change: dict[str, Any]) -> None:
    animal = await farmer.animal(sex="female")
    weight = WEIGHT | {"animal_id": animal["id"]} | change
    body = str({"farm_id": farmer.farm_id, "weights": [weight]})
    body = body.replace("'", '"').replace("True", "true").replace("None", "null").replace(": inf", ": 1e999")
    headers = {"content-type": "application/json"}
    answer = (await farmer.ask("POST", "/weights", 422, content=body, headers=headers)).json()
    (field,) = change
    assert {error["field"] for error in answer["errors"]} == {f"weights.0.{field}"}
    assert "Input should" not in str(answer)
    assert await weights_of(farmer) == []


@pytest.mark.parametrize(
    "change",
    [
        *({"birth_date": value} for value in (0, 1722643200000, "0", True)),
        *({name: value} for name in ("birth_type", "rear_type", "drop_year") for value in (True, "1", 1.0, 1e30)),
        *({name: value} for name in ("is_embryo_transfer", "reference_only") for value in (1, "true", "yes", 0)),
    ],
    ids=str,
)
async def test_an_animal_is_registered_as_it_is_written_or_not_at_all(farmer: Farmer, change: dict[str, Any]) -> None:
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id} | change
    answer = (await farmer.ask("POST", "/animals", 422, json=body)).json()
    assert [error["field"] for error in answer["errors"]] == list(change)
    assert await animals_of(farmer) == []


@pytest.mark.parametrize(
    ("query", "code", "fix"),
    [
        ("limit=10&flok_id=1", "unknown_parameter", "Did you mean flock_id?"),
        ("limit=10&limit=20", "repeated_parameter", "Send limit once"),
        ("limit=true", "invalid", None),
        ("limit=1.0", "invalid", None),
    ],
)
async def test_a_parameter_is_known_once_and_as_written(farmer: Farmer, query: str, code: str, fix: str | None) -> None:
    answer = (await farmer.ask("GET", f"/weights?{query}", 422)).json()
    assert answer["code"] == code
    assert fix in (None, answer["errors"][0]["fix"])


async def test_a_name_twice_is_refused_and_stores_nothing(farmer: Farmer) -> None:
    head = f'"farm_id": "{farmer.farm_id}", "flock_id": "{farmer.flock_id}"'
    body = f'{{{head}, "sex": "male", "sex": "female"}}'
    headers = {"content-type": "application/json"}
    answer = (await farmer.ask("POST", "/animals", 422, content=body, headers=headers)).json()
    assert (answer["code"], answer["errors"][0]["field"]) == ("repeated_field", "sex")
    assert await animals_of(farmer) == []
