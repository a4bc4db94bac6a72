"""What the face of ICAR ADE tells of a farm is taken again without change, on this farm and on another one."""

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from bellwether.farm.icar.moments import moment

from .conftest import Farmer, NewFarmer, animals_of, weights_of
from .icar_schemas import COLLECTIONS
from .test_event_log import log_of, taken
from .test_icar import members
from .test_icar_births import birth, ewe_of, lambs_of, tagged
from .test_icar_herds import herd
from .test_icar_taking import message, send, weight
from .test_treatments import treated

NUMBERS = {"ewe": "982000123400001", "lamb": "9820001234001"}


async def flock_with(farmer: Farmer, *lambs: tuple[str, str]) -> str:
    """A ewe with lambs of some sexes and fertilities, all with tags."""
    worn = [{"kind": "eid", "value": NUMBERS["ewe"]}]
    ewe = str((await farmer.animal(sex="female", birth_date="2020-08-01", identifiers=worn))["id"])
    claim = {"parent_id": ewe, "parent_type": "dam"}
    for place, (sex, fertility) in enumerate(lambs):
        numbers = [{"kind": "eid", "value": f"{NUMBERS['lamb']}{place:02}"}, {"kind": "visual", "value": f"Y{place}"}]
        await farmer.animal(birth_date="2024-07-30", sex=sex, fertility=fertility, identifiers=numbers, parents=[claim])
    return ewe


def without_ours(told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Births without what differs from farm to farm."""
    found = []
    for one in told:
        detail = {
            name: one["animalDetail"].get(name) for name in ("identifier", "gender", "birthDate", "managementTag")
        }
        dams = [each["identifier"] for each in one["animalDetail"]["parentage"]]
        found.append({"day": one["eventDateTime"], "animal": one["animal"], "dams": dams, **detail})
    return sorted(found, key=lambda one: str(one["animal"]))


SEXES = (
    ("male", "neutered"), ("male", "cryptorchid"), ("male", "unknown"), ("female", "neutered"), ("female", "fertile"),
    ("unknown", "unknown"),
)  # fmt: skip


async def test_births_of_every_gender_are_taken_by_another_farm_and_again_by_this_one(
    farmer: Farmer, new_farmer: NewFarmer
) -> None:
    await flock_with(farmer, *SEXES)
    told = [one for one in await members(farmer, "births") if one["animal"]["id"] != NUMBERS["ewe"]]
    assert {one["animalDetail"]["gender"] for one in told} >= {"MaleNeuter", "FemaleNeuter", "MaleCryptorchid"}
    other = await new_farmer()
    await flock_with(other)
    for _ in range(2):
        results = await send(other, "births", told)
        assert [said for result in results for said in result["messages"]] == []
        again = [one for one in await members(other, "births") if one["animal"]["id"] != NUMBERS["ewe"]]
        assert without_ours(again) == without_ours(told)
    before = await members(farmer, "births")
    results = await send(farmer, "births", before)
    assert [said for result in results for said in result["messages"]] == []
    assert await members(farmer, "births") == before
    assert len(await lambs_of(farmer)) == len(SEXES)


@pytest.mark.parametrize("gender", ["Bull", "maleneuter"])
async def test_the_gender_that_is_not_known_is_told_at_its_own_field(farmer: Farmer, gender: str) -> None:
    ewe = await ewe_of(farmer)
    (error,) = (await send(farmer, "births", birth(1, ewe, detail={"gender": gender}), 422))["errors"]
    assert (error["code"], error["instance"]) == ("word_unknown", "animalDetail.gender")
    assert "MaleNeuter" in error["detail"]
    sent = birth(9, ewe) | {"animal": {"scheme": "org.bellwether.animal", "id": ewe}}
    lambs = [{"gender": "Male"}, {"gender": gender}]
    (error,) = (await send(farmer, "parturitions", sent | {"progenyDetails": lambs}, 422))["errors"]
    assert error["instance"] == "progenyDetails.1.gender"


async def test_who_is_castrated_here_stays_so_and_the_sender_is_told(farmer: Farmer) -> None:
    ewe = await ewe_of(farmer)
    await send(farmer, "births", birth(1, ewe, detail={"gender": "MaleNeuter"}))
    (lamb,) = await lambs_of(farmer)
    assert (lamb["sex"], lamb["fertility"]) == ("male", "neutered")
    (result,) = await send(farmer, "births", [birth(1, ewe, detail={"gender": "Male"})])
    assert [(said["title"], said["severity"]) for said in result["messages"]] == [("gender_differs", "Warning")]
    (lamb,) = await lambs_of(farmer)
    assert (lamb["sex"], lamb["fertility"]) == ("male", "neutered")


async def test_a_parturition_tells_of_neuters(farmer: Farmer) -> None:
    ewe = await ewe_of(farmer)
    sent = birth(9, ewe) | {"animal": {"scheme": "org.bellwether.animal", "id": ewe}}
    lambs = [{"gender": "MaleNeuter", "identifier": tagged(1)}, {"gender": "FemaleNeuter"}]
    await send(farmer, "parturitions", sent | {"progenyDetails": lambs})
    assert sorted(lamb["sex"] for lamb in await lambs_of(farmer)) == ["female", "male"]


@pytest.mark.parametrize("zone", ["America/Denver", "Australia/Sydney", "Europe/London"])
async def test_a_time_that_is_midnight_in_utc_stays_a_time_of_its_day(
    farmer: Farmer, new_farmer: NewFarmer, zone: str
) -> None:
    """Six in the evening in Colorado: read as a day without a time it would be the day after."""
    other, days = await new_farmer(), []
    for one in (farmer, other):
        await one.ask("PATCH", f"/farms/{one.farm_id}", 200, json={"time_zone": zone}, headers={"If-Match": "*"})
        await flock_with(one)
    plain = moment(date(2024, 6, 13), None, zone).isoformat()
    for number, text in enumerate(("2024-06-12T00:00:00Z", plain)):
        ewe = {"scheme": "std.iso.11785", "id": NUMBERS["ewe"]}
        sent = {"meta": {"source": "x", "sourceId": str(number)}, "animal": ewe, "eventDateTime": text}
        await send(farmer, "diagnoses", sent | {"diagnoses": [{"name": "lame"}]})
    local = datetime(2024, 6, 11, tzinfo=UTC).astimezone(ZoneInfo(zone))
    key = (await members(farmer, "animals"))[0]["meta"]["sourceId"]
    sick = {"kind": "diagnosis.recorded", "animal_id": key, "payload": {"finding": "lame"}}
    when = {"occurred_on": local.date().isoformat(), "occurred_time": local.time().isoformat()}
    await taken(farmer, sick | when)
    told = await members(farmer, "diagnoses")
    assert told[-1]["eventDateTime"] == "2024-06-11T00:00:00.001000Z"
    await send(other, "diagnoses", told)
    for one in (farmer, other):
        days.append([(event["occurred_on"], event["occurred_time"]) for event in await log_of(one)])
    assert days[0] == days[1]
    assert days[0][0] == ("2024-06-12", None)
    assert days[0][1][1] is not None
    assert days[0][2] == (local.date().isoformat(), local.time().isoformat())


@pytest.mark.parametrize(
    ("value", "units", "kg"), [(31.5, "kg", 31.5), (31500, "g", 31.5), (70, "lbs", 31.751), (31.5, "kgm", 31.5)]
)
async def test_units_and_moments_as_systems_spell_them(farmer: Farmer, value: float, units: str, kg: float) -> None:
    await flock_with(farmer)
    ewe = {"scheme": "std.iso.11785", "id": NUMBERS["ewe"]}
    sent = weight(weight={"measurement": value, "units": units}, eventDateTime="2024-04-10t21:30:00z")
    await send(farmer, "weights", sent | {"animal": ewe})
    (kept,) = await weights_of(farmer)
    assert (round(kept["weight_kg"], 3), kept["occurred_on"]) == (kg, "2024-04-11")
    lamb = {"gender": "Male", "birthWeight": {"measurement": 4.6, "units": None}}
    await send(farmer, "parturitions", message("2", progenyDetails=[lamb]) | {"animal": ewe})
    assert sorted(round(one["weight_kg"], 3) for one in await weights_of(farmer)) == sorted([kg, 4.6])


async def test_nothing_of_a_long_reason_is_lost(farmer: Farmer) -> None:
    await flock_with(farmer)
    ewe = {"scheme": "std.iso.11785", "id": NUMBERS["ewe"]}
    long = "the dog of the neighbour " * 10
    sent = message(deathReason="Accident", explanation=long, remark="at night") | {"animal": ewe}
    (result,) = await send(farmer, "deaths", [sent])
    assert [said["title"] for said in result["messages"]] == ["cause_cut"]
    (event,) = await log_of(farmer)
    assert event["payload"]["note"] == f"at night; Accident: {long.strip()}"


async def test_the_own_lists_of_a_farm_change_nothing_on_it(farmer: Farmer) -> None:
    """A partner that sends back what it has read: no treatment is given twice, and no head come again."""
    await herd(farmer)
    ewe, lamb = (one["meta"]["sourceId"] for one in (await members(farmer, "animals"))[:2])
    weighed = {"animal_id": lamb, "trait": "WWT", "weight": 30, "occurred_on": "2024-04-11"}
    await farmer.make("/weights", farm_id=farmer.farm_id, weights=[weighed])
    sick = {"kind": "diagnosis.recorded", "occurred_on": "2024-03-01", "payload": {"finding": "lame"}}
    scored = {"kind": "condition.scored", "occurred_on": "2024-03-01", "payload": {"score": 3, "scale": "1-5"}}
    product = (await farmer.ask("GET", "/products", 200, params={"farm_id": farmer.farm_id})).json()["items"][0]["id"]
    await taken(farmer, *(one | {"animal_id": ewe} for one in (sick, scored)))
    await taken(farmer, treated(product, "2024-03-05", animal_id=ewe))
    before, heads = len(await log_of(farmer, state="all")), await members(farmer, "group-arrivals")
    for kind in COLLECTIONS:
        if kind in ("animals", "breeding-values", "inseminations", "animal-set-joins", "animal-set-leaves"):
            continue
        told = await members(farmer, kind)
        results = await send(farmer, kind, told) if told else []
        assert [said["title"] for one in results for said in one["messages"] if said["severity"] == "Error"] == [], kind
    assert len(await log_of(farmer, state="all")) == before
    assert await members(farmer, "group-arrivals") == heads
    (copy,) = await members(farmer, "treatments")
    assert await send(farmer, "treatments", copy) == copy


async def test_a_parturition_of_another_farm_makes_lambs_of_this_one(farmer: Farmer, new_farmer: NewFarmer) -> None:
    """Lambs without tags are known by ids of ours, which are those of animals of the other farm."""
    other = await new_farmer()
    for one in (farmer, other):
        await flock_with(one)
    ewe = {"scheme": "std.iso.11785", "id": NUMBERS["ewe"]}
    await send(farmer, "parturitions", message("2", totalProgeny=2, liveProgeny=1) | {"animal": ewe})
    told = await members(farmer, "parturitions")
    for _ in range(2):
        (result,) = await send(other, "parturitions", told)
        assert result["messages"] == []
    here, there = await members(farmer, "parturitions"), await members(other, "parturitions")
    names = ("liveProgeny", "totalProgeny", "eventDateTime", "animal")
    assert [[one[name] for name in names] for one in there] == [[one[name] for name in names] for one in here]
    assert len(await animals_of(other)) == len(await animals_of(farmer)) == 3
