"""The page on vets, scanners, contractors and organisations is true: each of its commands is sent and answered."""

from .conftest import Farmer, NewFarmer
from .test_recorders import SOON, sheep
from .typed_pages import type_in


async def test_the_page_is_typed_in(farmer: Farmer, new_farmer: NewFarmer) -> None:
    await sheep(farmer)
    vet, hand = await new_farmer(with_farm=False), await new_farmer(with_farm=False)
    names = {"FARM": farmer.farm_id, "FLOCK": farmer.flock_id, "VET": str(vet.user_id), "HAND": str(hand.user_id)}
    names["FRIDAY"] = SOON
    answers = await type_in(farmer, "how-to/people-who-help.md", names, {"VETS_TOKEN": vet})
    _, mine, sent, _, _, _, members = answers
    assert (len(mine["items"]), sent["accepted"], sent["rejected"]) == (1, 1, 0)
    assert [member["role"] for member in members["items"]] == ["owner", "owner", "worker"]
    await hand.ask("GET", f"/farms/{farmer.farm_id}", 200)
