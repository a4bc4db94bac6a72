"""The page on clients is true: each of its commands is sent, in its order, and answered."""

from bellwether.platform.ids import new_id

from ..conftest import Farmer
from ..typed_pages import type_in


async def test_the_page_is_typed_in(farmer: Farmer) -> None:
    names = {"FARM": farmer.farm_id, "FLOCK": farmer.flock_id, "DEVICE": str(new_id()), "EWE": str(new_id())}
    names |= {"WEIGHT": str(new_id())}
    device, changes, pushed, conflicts, unsent, left = await type_in(farmer, "how-to/write-a-sync-client.md", names)
    assert device["name"] == "Yard tablet"
    assert [row["collection"] for row in changes["documents"]] == ["flocks"]
    assert [row["status"] for row in pushed["results"]] == ["applied"] * 3
    assert conflicts["items"] == []
    assert unsent["unsent"] == 0
    assert left["signed_out_at"] is not None
