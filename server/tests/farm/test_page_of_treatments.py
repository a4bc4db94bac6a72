"""The page on treatments and sales is true: each of its commands is sent, in its order, and answered."""

from .conftest import Farmer
from .test_event_log import taken
from .test_mobs import assigned, mob
from .typed_pages import type_in


async def test_the_page_is_typed_in(farmer: Farmer) -> None:
    ewe, group = (await farmer.animal(sex="female"))["id"], await mob(farmer)
    await taken(farmer, assigned(ewe, group))
    names = {"FARM": farmer.farm_id, "MOB": group, "EWE": ewe}
    answers = await type_in(farmer, "how-to/treatments-and-sales.md", names)
    assert all(answer.get("rejected", 0) == 0 for answer in answers)
    board, card, check, _, _, sales, declared, files, _, stock, _, _, margins = answers[3:]
    assert (board["items"], card["export"]["clear_on"]) == ([], "2024-03-29")
    assert [check["items"][0][market]["may_be_sold"] for market in ("meat", "export")] == [True, False]
    assert [sale["reason"] for sale in sales["items"]] == ["the buyer keeps her"]
    assert (declared["missing"], declared["items"][0]["is_withheld"]) == (["eid of 1 animals"], True)
    assert files["without_number"] == [ewe]
    assert (stock["is_balanced"], stock["total"]["closing"]) == (True, 250)
    assert margins["total"] == 140 - 6.5 - 1.2
