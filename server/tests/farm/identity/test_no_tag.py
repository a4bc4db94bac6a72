"""A cell that says that there is no tag is none, and is refused for that reason."""

import pytest

from ..conftest import Farmer


@pytest.mark.parametrize("value", ["0", "-", "n/a", "No Tag"])
async def test_no_tag_is_no_duplicate(farmer: Farmer, value: str) -> None:
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "sex": "female"}
    tag = {"kind": "visual", "value": value}
    answer = (await farmer.ask("POST", "/animals", 422, json=body | {"identifiers": [tag]})).json()
    assert [(one["field"], one["code"]) for one in answer["errors"]] == [("identifiers.0.value", "no_identifier")]
    animal = (await farmer.animal())["id"]
    answer = (await farmer.ask("POST", "/identifiers", 422, json=tag | {"animal_id": animal})).json()
    assert [(one["field"], one["code"]) for one in answer["errors"]] == [("value", "no_identifier")]


async def test_a_second_use_of_a_tag_is_a_duplicate_as_before(farmer: Farmer) -> None:
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "drop_year": 2024}
    tag = {"identifiers": [{"kind": "visual", "value": "00"}]}
    await farmer.ask("POST", "/animals", 201, json=body | tag)
    answer = (await farmer.ask("POST", "/animals", 409, json=body | tag)).json()
    assert answer["code"] == "duplicate_identifier"
