"""What its sender corrects by the same source and sourceId: another animal, day or dam, another number."""

from typing import Any

import pytest

from .conftest import Farmer, weights_of
from .icar_schemas import faults
from .test_event_log import log_of, taken
from .test_icar import family
from .test_icar_births import birth, ewe_of, lambs_of, tagged
from .test_icar_reproduction import named
from .test_icar_taking import TRAIT, send, weight

DAY = "2024-04-11"


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


def of(key: str) -> dict[str, Any]:
    """The animal of a message."""
    return {"animal": named(key)}


async def kept(farmer: Farmer) -> set[tuple[str, str, float]]:
    """Of each weight that counts the animal, the day and the kilograms."""
    return {(each["animal_id"], each["occurred_on"], each["weight_kg"]) for each in await weights_of(farmer)}


async def test_a_weight_of_the_wrong_animal_or_day_is_moved(farmer: Farmer) -> None:
    """There and back again; each time it is one weight, and the same again changes nothing."""
    ewe, lamb = await family(farmer)
    places = [(ewe, "2024-04-11"), (lamb, "2024-04-11"), (lamb, "2024-05-01"), (ewe, "2024-04-11"), (ewe, "2024-05-01")]
    for animal, day in places:
        sent = weight(eventDateTime=f"{day}T00:00:00Z") | of(animal)
        stored = await send(farmer, "weights", sent)
        assert stored["eventDateTime"][:10] == day
        assert await send(farmer, "weights", sent) == stored
        assert await kept(farmer) == {(animal, day, 31.5)}
        await send(farmer, "weights", sent | {"weight": {"measurement": 32, "units": "KGM"}})
        assert await send(farmer, "weights", sent) | {"id": "", "meta": ""} == stored | {"id": "", "meta": ""}
        assert await kept(farmer) == {(animal, day, 31.5)}
    moved = await send(farmer, "weights", weight(traitLabel={"scheme": TRAIT["scheme"], "id": "PWT"}) | of(ewe))
    assert [one["trait"] for one in await weights_of(farmer)] == [moved["traitLabel"]["id"]] == ["PWT"]


async def test_a_weight_is_taken_back_and_said_again(farmer: Farmer) -> None:
    ewe, _ = await family(farmer)
    meta = weight()["meta"] | {"isDeleted": True}
    for _ in range(2):
        stored = await send(farmer, "weights", weight())
        gone = await send(farmer, "weights", weight() | {"meta": meta})
        assert (gone["meta"]["isDeleted"], gone["id"], gone["weight"]) == (True, stored["id"], stored["weight"])
        assert faults("resources/icarWeightEventResource", gone) == []
        assert await send(farmer, "weights", weight() | {"meta": meta}) == gone
        assert await weights_of(farmer) == []
    await send(farmer, "weights", weight(value=33))
    await send(farmer, "weights", weight(value=34))
    assert {one[2] for one in await kept(farmer)} == {34}
    assert ewe


async def test_what_a_wrong_weight_had_replaced_counts_again(farmer: Farmer) -> None:
    ewe, lamb = await family(farmer)
    await farmer.make(
        "/weights",
        farm_id=farmer.farm_id,
        weights=[{"animal_id": ewe, "trait": "WWT", "weight": 60, "occurred_on": DAY}],
    )
    for value in (31, 32):
        await send(farmer, "weights", weight("1", value, eventDateTime=DAY) | of(ewe))
    await send(farmer, "weights", weight("1", 32, eventDateTime=DAY) | of(lamb))
    assert await kept(farmer) == {(ewe, DAY, 60), (lamb, DAY, 32)}


async def test_weights_that_were_mixed_up_are_put_right_in_one_batch(farmer: Farmer) -> None:
    ewe, lamb = await family(farmer)
    await send(farmer, "weights", [weight("1", 60) | of(lamb), weight("2", 30) | of(ewe)])
    right = [weight("1", 60) | of(ewe), weight("2", 30) | of(lamb)]
    for _ in range(2):
        results = await send(farmer, "weights", right)
        assert {said["severity"] for result in results for said in result["messages"]} <= {"Warning"}
        assert {one[::2] for one in await kept(farmer)} == {(ewe, 60), (lamb, 30)}
        assert {result["id"] for result in results} == {one["id"] for one in await weights_of(farmer)}
    await send(farmer, "weights", [one | {"meta": one["meta"] | {"isDeleted": True}} for one in right])
    assert await weights_of(farmer) == []


async def test_a_weight_that_cannot_be_moved_stays(farmer: Farmer) -> None:
    ewe, _ = await family(farmer)
    await send(farmer, "weights", weight())
    before = await kept(farmer)
    for change in ({"eventDateTime": "2150-01-01T00:00:00Z"}, {"animal": {"id": "982000123456702"}}):
        (error,) = (await send(farmer, "weights", weight() | change, 422))["errors"]
        assert error["code"] in ("date_impossible", "unknown_tag")
        assert await kept(farmer) == before
    assert ewe


async def test_what_others_said_since_stays_when_a_weight_goes(farmer: Farmer) -> None:
    ewe, lamb = await family(farmer)
    await send(farmer, "weights", weight(eventDateTime=DAY) | of(ewe))
    right = {"animal_id": ewe, "trait": "WWT", "weight": 60, "occurred_on": DAY}
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=[right])
    (result,) = await send(farmer, "weights", [weight(eventDateTime=DAY) | of(lamb)])
    assert "another_counts" in [said["title"] for said in result["messages"]]
    assert await kept(farmer) == {(ewe, DAY, 60), (lamb, DAY, 31.5)}


async def test_two_messages_of_one_day_are_taken_back_together(farmer: Farmer) -> None:
    ewe, _ = await family(farmer)
    both = [weight("1", 31, eventDateTime=DAY), weight("2", 32, eventDateTime=DAY)]
    await send(farmer, "weights", both)
    gone = [one | {"meta": one["meta"] | {"isDeleted": True}} for one in both]
    assert [result["messages"] for result in await send(farmer, "weights", gone)] == [[], []]
    assert await kept(farmer) == set()
    assert ewe


async def test_a_correction_of_an_earlier_weighing_may_come_twice(farmer: Farmer) -> None:
    """What was weighed at noon counts, whatever becomes of the weight of the morning."""
    ewe, _ = await family(farmer)
    await send(farmer, "weights", weight("1", 31))
    noon = {"animal_id": ewe, "trait": "WWT", "weight": 33, "occurred_on": "2024-04-11", "occurred_time": "12:00"}
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=[noon])
    for _ in range(3):
        await send(farmer, "weights", weight("1", 32))
    assert {one[2] for one in await kept(farmer)} == {33}


async def worn_by(farmer: Farmer) -> list[list[tuple[str, str]]]:
    """Of each lamb what it wears."""
    lambs = await lambs_of(farmer)
    return sorted(sorted((each["kind"], each["value"]) for each in one["identifiers"]) for one in lambs)


@pytest.mark.parametrize("tag", [None, "Y1"])
async def test_the_number_of_a_lamb_that_was_counted_is_corrected_by_who_gave_it(
    farmer: Farmer, tag: str | None
) -> None:
    """A parturition counted two, births named them; the old number is free again, and no third lamb is born."""
    ewe = await ewe_of(farmer)
    await send(farmer, "parturitions", birth(9, ewe) | of(ewe) | {"totalProgeny": 2, "liveProgeny": 2})
    both = [birth(number, ewe, detail={"managementTag": f"{tag}{number}" if tag else None}) for number in (1, 2)]
    assert [result["messages"] for result in await send(farmer, "births", both)] == [[], []]
    detail = {"identifier": tagged(3), "managementTag": f"{tag}1" if tag else None}
    right = birth(1, ewe, detail=detail) | {"animal": tagged(3)}
    stored = await send(farmer, "births", right)
    assert await send(farmer, "births", right) == stored
    assert stored["animal"] == tagged(3)
    assert await born_of(farmer) == [(ewe, "2024-07-30", 2)] * 2
    numbers = [tagged(2)["id"], tagged(3)["id"]]
    assert [[value for kind, value in one if kind == "eid"] for one in await worn_by(farmer)] == [
        [number] for number in numbers
    ]
    await send(farmer, "births", both[0])
    (other,) = await send(farmer, "births", [birth(5, ewe, "2024-01-30", detail={"identifier": tagged(3)})])
    assert [said["title"] for said in other["messages"] if said["severity"] == "Error"] == []


async def test_the_number_of_a_lamb_of_a_parturition_is_corrected_by_it(farmer: Farmer) -> None:
    ewe = await ewe_of(farmer)
    lambs = [{"gender": "Female", "identifier": tagged(1)}, {"gender": "Male"}]
    sent = birth(9, ewe) | of(ewe)
    await send(farmer, "parturitions", sent | {"progenyDetails": lambs})
    await send(farmer, "births", birth(2, ewe, detail={"gender": "Male"}))
    right = [{"gender": "Female", "identifier": tagged(3)}, {"gender": "Male", "identifier": tagged(4)}]
    for _ in range(2):
        await send(farmer, "parturitions", sent | {"progenyDetails": right})
        assert await worn_by(farmer) == [[("eid", tagged(3)["id"])], [("eid", tagged(4)["id"])]]


async def test_a_registration_is_corrected_too(farmer: Farmer) -> None:
    ewe = await ewe_of(farmer)
    for number in ("1612342024240001", "1612342024240002"):
        registered = [{"scheme": "au.sheepgenetics", "id": number}]
        await send(farmer, "births", birth(1, ewe, detail={"alternativeIdentifiers": registered}))
        assert ("registration", number) in (await worn_by(farmer))[0]
        assert len((await worn_by(farmer))[0]) == 2
