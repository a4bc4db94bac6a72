"""What is said again, too late, or with an id that is taken, changes no more than it should."""

from bellwether.platform.ids import new_id

from .conftest import Farmer, NewFarmer, weights_of
from .season import LAMBED_ON, ewe, get, joined, lamb, lambed, of, ram
from .test_event_log import NOTE, refused, send, taken
from .test_lambing import warnings_of


async def test_a_lamb_with_the_id_of_an_animal_of_another_farm_is_refused_alone(
    farmer: Farmer, new_farmer: NewFarmer
) -> None:
    other, dam = await new_farmer(), await ewe(farmer)
    theirs, ours = await ewe(other), lamb()
    wrong = lambed(dam, [lamb(id=theirs)], id=str(new_id()))
    again = lambed(dam, [ours], "2025-08-05")
    found = await send(farmer, NOTE | {"animal_id": dam}, wrong, again)
    assert [one["verdict"] for one in found["items"]] == ["new", "rejected", "new"]
    (error,) = found["items"][1]["errors"]
    assert (error["code"], error["field"]) == ("lamb_exists", "events.1.payload.lambs.0.id")
    assert (await get(farmer, ours["id"]))["dam_id"] == dam
    await farmer.ask("GET", f"/animals/{theirs}", 404)
    assert (await get(other, theirs))["birth_date"] == "2020-08-01"
    await taken(farmer, wrong | {"payload": {"lambs": [lamb()]}})


async def test_a_birth_weight_that_was_corrected_alone_outlives_a_correction_of_the_note(farmer: Farmer) -> None:
    dam, one = await ewe(farmer), lamb(weight=4.2)
    (event,) = await taken(farmer, lambed(dam, [one]))
    weighed = {"animal_id": one["id"], "trait": "BWT", "occurred_on": "2024-08-05", "weight": 4.6}
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=[weighed])
    (event,) = await taken(farmer, lambed(dam, [one], note="by the creek", supersedes=event))
    assert [item["weight_kg"] for item in await weights_of(farmer)] == [4.6]
    await taken(farmer, lambed(dam, [one | {"weight": 4.4}], supersedes=event))
    assert [item["weight_kg"] for item in await weights_of(farmer)] == [4.4]


async def test_i5_a_wether_was_a_ram_until_he_was_castrated(farmer: Farmer) -> None:
    dam, sire = await ewe(farmer), await ram(farmer)
    await taken(farmer, of(sire, "marking.recorded", "2024-02-01", castrated=True))
    found = await send(farmer, joined([dam], [sire], "2023-03-01"), joined([dam], [sire], "2024-03-01"))
    assert [one["verdict"] for one in found["items"]] == ["new", "rejected"]
    assert found["items"][1]["errors"][0]["code"] == "sex_clash"
    served = await ram(farmer)
    await taken(farmer, joined([await ewe(farmer)], [served], "2024-03-01"))
    assert await refused(farmer, of(served, "marking.recorded", "2024-02-01", castrated=True)) == "sex_clash"
    await taken(farmer, of(served, "marking.recorded", "2024-06-01", castrated=True))
    one = lamb()
    await taken(farmer, lambed(dam, [one], "2023-07-28"))
    assert (await get(farmer, one["id"]))["sire_id"] == sire


async def test_a_lamb_that_is_weaned_far_from_the_age_for_it_is_asked_about(farmer: Farmer) -> None:
    dam, one, two = await ewe(farmer), lamb(), lamb()
    await taken(farmer, lambed(dam, [one, two]))
    assert await warnings_of(farmer, of(one["id"], "weaning.recorded", "2024-08-08")) == ["age_outside_window"]
    assert await warnings_of(farmer, of(two["id"], "weaning.recorded", "2024-11-05")) == []


async def test_what_follows_from_a_lambing_is_changed_by_correcting_it(farmer: Farmer) -> None:
    dam, one, two = await ewe(farmer), lamb(sex="male"), lamb(sex="unknown")
    (event,) = await taken(farmer, lambed(dam, [one, two]))
    path, head = f"/animals/{one['id']}", {"If-Match": "*"}
    for change in ({"birth_date": "2024-08-03"}, {"birth_type": 1}, {"sex": "female"}):
        answer = await farmer.ask("PATCH", path, 422, json=change, headers=head)
        (error,) = answer.json()["errors"]
        assert (error["code"], error["field"]) == ("of_a_lambing", next(iter(change)))
        assert event in error["fix"]
    found = await get(farmer, one["id"])
    assert (found["birth_date"], found["birth_type"], found["sex"]) == (LAMBED_ON, 2, "male")
    same = {"birth_date": LAMBED_ON, "birth_type": 2, "sex": "male", "rear_type": 1}
    await farmer.ask("PATCH", path, 200, json=same, headers=head)
    await farmer.ask("PATCH", f"/animals/{two['id']}", 200, json={"sex": "female"}, headers=head)
    await taken(farmer, lambed(dam, [one, two], "2024-08-03", supersedes=event))
    assert (await get(farmer, one["id"]))["birth_date"] == "2024-08-03"
