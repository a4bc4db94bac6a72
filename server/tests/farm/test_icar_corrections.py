"""What its sender corrects by the same source and sourceId: another animal, another day, another dam, another number."""

from typing import Any

import pytest

from .conftest import Farmer, weights_of
from .test_event_log import log_of, taken
from .test_icar_births import birth, ewe_of, lambs_of, tagged
from .test_icar_taking import send


async def born_of(farmer: Farmer) -> list[tuple[str, str, int]]:
    """Of each lamb its dam, its day and the size of its litter."""
    return [(str(one["dam_id"]), str(one["birth_date"]), one["birth_type"]) for one in await lambs_of(farmer)]


async def lambings_of(farmer: Farmer) -> list[tuple[str, str, int]]:
    """Of each lambing the ewe, the day and the lambs."""
    found = [event for event in await log_of(farmer) if event["kind"] == "lambing.recorded"]
    return [(event["animal_id"], event["occurred_on"], len(event["payload"]["lambs"])) for event in found]


@pytest.mark.parametrize("day", ["2024-07-30", "2024-06-20", "2024-09-09"])
async def test_a_birth_of_another_dam_or_day_moves_its_lamb(farmer: Farmer, day: str) -> None:
    """Also a lamb of which more is known: its whole litter is corrected, and nothing of it is lost."""
    ewe, other = await ewe_of(farmer), await ewe_of(farmer)
    first = await send(farmer, "births", birth(1, ewe))
    lamb = (await lambs_of(farmer))[0]["id"]
    weighed = {"animal_id": lamb, "trait": "WWT", "weight": 31.5, "occurred_on": "2024-11-11"}
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=[weighed])
    for dam in (other, ewe):
        stored = await send(farmer, "births", birth(1, dam, day))
        assert (stored["id"], stored["eventDateTime"][:10]) == (first["id"], day)
        assert await send(farmer, "births", birth(1, dam, day)) == stored
        assert await born_of(farmer) == [(dam, day, 1)]
        assert await lambings_of(farmer) == [(dam, day, 1)]
    (kept,) = await weights_of(farmer)
    assert kept["animal_id"] == lamb


async def test_one_of_twins_goes_to_the_ewe_who_bore_it(farmer: Farmer) -> None:
    ewe, other = await ewe_of(farmer), await ewe_of(farmer)
    await send(farmer, "births", [birth(1, ewe), birth(2, ewe), birth(3, other)])
    await send(farmer, "births", birth(2, other))
    assert sorted(await born_of(farmer)) == sorted([(ewe, "2024-07-30", 1), *[(other, "2024-07-30", 2)] * 2])
    await send(farmer, "births", birth(2, ewe, "2024-07-31"))
    await send(farmer, "births", birth(2, ewe))
    assert sorted(await born_of(farmer)) == sorted([*[(ewe, "2024-07-30", 2)] * 2, (other, "2024-07-30", 1)])
    worn = {number["value"] for one in await lambs_of(farmer) for number in one["identifiers"]}
    assert worn == {tagged(number)["id"] for number in (1, 2, 3)}


async def test_twins_of_whom_more_is_known_go_together(farmer: Farmer) -> None:
    ewe, other = await ewe_of(farmer), await ewe_of(farmer)
    await send(farmer, "births", [birth(1, ewe), birth(2, ewe)])
    for lamb in await lambs_of(farmer):
        marked = {"kind": "marking.recorded", "animal_id": lamb["id"], "occurred_on": "2024-09-01", "payload": {}}
        await taken(farmer, marked | {"payload": {"docked": True}})
    (error,) = (await send(farmer, "births", birth(1, other), 422))["errors"]
    assert (error["code"], error["instance"]) == ("lamb_has_records", "animalDetail.parentage")
    assert "in one batch" in error["detail"]
    assert await born_of(farmer) == [(ewe, "2024-07-30", 2)] * 2
    results = await send(farmer, "births", [birth(1, other), birth(2, other)])
    assert [said for result in results for said in result["messages"]] == []
    assert await born_of(farmer) == [(other, "2024-07-30", 2)] * 2
    assert await lambings_of(farmer) == [(other, "2024-07-30", 2)]


@pytest.mark.parametrize("is_twin", [False, True])
async def test_a_birth_that_cannot_be_moved_stays_where_it_was(farmer: Farmer, is_twin: bool) -> None:
    """I1, I2: the new dam is too young; of the whole nothing is changed."""
    ewe, young = await ewe_of(farmer), (await farmer.animal(sex="female", birth_date="2024-06-01"))["id"]
    await send(farmer, "births", [birth(1, ewe), birth(2, ewe)] if is_twin else [birth(1, ewe)])
    before = (await born_of(farmer), len(await log_of(farmer, state="all")))
    results = await send(farmer, "births", [birth(1, young), birth(5, ewe, "2024-12-20")])
    assert [said["title"] for said in results[0]["messages"]] == ["dam_too_young"]
    assert results[0]["messages"][0]["instance"] == "0.animalDetail.parentage"
    assert [said for said in results[1]["messages"] if said["severity"] == "Error"] == []
    left = [one for one in await born_of(farmer) if one[1] != "2024-12-20"]
    assert (left, len(await log_of(farmer, state="all"))) == (before[0], before[1] + 1)


async def test_another_sender_does_not_move_a_lamb(farmer: Farmer) -> None:
    ewe, other = await ewe_of(farmer), await ewe_of(farmer)
    await send(farmer, "births", birth(1, ewe))
    strange: dict[str, Any] = birth(1, other) | {"meta": {"source": "org.other", "sourceId": "1"}}
    (error,) = (await send(farmer, "births", strange, 422))["errors"]
    assert error["code"] == "animal_exists"
    assert await born_of(farmer) == [(ewe, "2024-07-30", 1)]
