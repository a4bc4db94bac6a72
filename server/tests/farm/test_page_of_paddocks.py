"""The page on paddocks and mobs is true: each of its commands is sent, in its order, and answered."""

from .conftest import Farmer
from .typed_pages import type_in


async def test_the_page_is_typed_in(farmer: Farmer) -> None:
    ewe = (await farmer.animal(sex="female"))["id"]
    answers = await type_in(farmer, "how-to/paddocks-and-mobs.md", {"FARM": farmer.farm_id, "EWE": ewe})
    assert all(answer.get("rejected", 0) == 0 for answer in answers)
    where, members, grazing, rests, stocking, nearest = answers[-6:]
    assert where["paddock_name"] == "Creek flat"
    assert [item["animal_id"] for item in members["items"]] == [ewe]
    assert len(grazing["items"]) == 2
    assert [(item["name"], item["rest_days"]) for item in rests["items"]] == [("Creek flat", 0), ("Hill", None)]
    assert [item["head"] for item in stocking["items"]] == [1, 0]
    assert nearest["items"][0]["distance_m"] == 0
