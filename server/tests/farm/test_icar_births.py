"""Births of other systems: lambs of a lambing of their dam, by the rules of the season (I8, I10, I12)."""

from typing import Any

import pytest

from .conftest import Farmer, animals_of
from .icar_schemas import faults, unknown_names
from .test_event_log import log_of, taken
from .test_icar import members
from .test_icar_reproduction import named
from .test_icar_taking import refused, send

DAY = "2024-07-30"


def tagged(number: int) -> dict[str, str]:
    """A tag."""
    return {"scheme": "std.iso.11785", "id": str(982000123450000 + number)}


def birth(number: int, dam: str, day: str = DAY, **more: Any) -> dict[str, Any]:
    """As a herd program sends it."""
    mother = {"gender": "Female", "relation": "Genetic", "identifier": named(dam), "parentOf": tagged(number)}
    detail = {"identifier": tagged(number), "specie": "Sheep", "gender": "Female", "parentage": [mother]}
    return {
        "meta": {"source": "org.example.herd", "sourceId": str(number)},
        "animal": tagged(number),
        "eventDateTime": f"{day}T00:00:00Z",
        "registrationReason": "Born",
        "animalDetail": detail | more.pop("detail", {}),
    } | more


def of_dam(*parents: tuple[str, str, str]) -> dict[str, Any]:
    """Parents by gender, relation and id."""
    return {
        "parentage": [
            {"gender": gender, "relation": relation, "identifier": named(key)} for gender, relation, key in parents
        ]
    }


async def ewe_of(farmer: Farmer) -> str:
    """A ewe."""
    return str((await farmer.animal(sex="female", birth_date="2020-08-01"))["id"])


async def lambs_of(farmer: Farmer) -> list[dict[str, Any]]:
    """Who was born in the year."""
    found = [one for one in await animals_of(farmer) if str(one["birth_date"]) > "2024-01-01"]
    return sorted(found, key=lambda one: str(one["id"]))


async def test_i10_births_of_one_dam_are_one_litter(farmer: Farmer) -> None:
    ewe = await ewe_of(farmer)
    stored = await send(farmer, "births", birth(1, ewe))
    assert faults("resources/icarMovementBirthEventResource", stored) == []
    assert unknown_names("resources/icarMovementBirthEventResource", stored) == set()
    assert (stored["animal"], stored["registrationReason"]) == (tagged(1), "Born")
    assert stored["animalDetail"]["parentage"][0]["identifier"] == named(ewe)
    assert await send(farmer, "births", birth(1, ewe)) == stored
    (first,) = await lambs_of(farmer)
    assert (first["birth_type"], first["birth_date"]) == (1, DAY)
    batch = [birth(1, ewe), birth(2, ewe, "2024-07-31", detail={"gender": "Male"}), birth(3, ewe)]
    results = await send(farmer, "births", batch)
    assert [said for result in results for said in result["messages"]] == []
    lambs = await lambs_of(farmer)
    assert {(one["birth_type"], one["birth_date"]) for one in lambs} == {(3, DAY), (3, "2024-07-31")}
    (lambing,) = await log_of(farmer)
    assert (lambing["kind"], lambing["animal_id"], len(lambing["payload"]["lambs"])) == ("lambing.recorded", ewe, 3)
    again = await send(farmer, "births", batch)
    assert [result["id"] for result in again] == [result["id"] for result in results]
    assert len(await log_of(farmer)) == 1
    assert {one["animal"]["id"] for one in await members(farmer, "births")} >= {tagged(n)["id"] for n in (1, 2, 3)}


async def test_a_birth_finds_the_lamb_that_a_lambing_counted(farmer: Farmer) -> None:
    ewe = await ewe_of(farmer)
    counted = birth(9, ewe) | {"animal": named(ewe), "totalProgeny": 2, "liveProgeny": 2}
    await send(farmer, "parturitions", counted)
    for number in (1, 2):
        await send(farmer, "births", birth(number, ewe))
    lambs = await lambs_of(farmer)
    assert [(one["sex"], one["birth_type"]) for one in lambs] == [("female", 2)] * 2
    worn = {item["value"] for one in lambs for item in one["identifiers"]}
    assert worn == {tagged(1)["id"], tagged(2)["id"]}


@pytest.mark.parametrize(("live", "total"), [(2, 3), (0, 1), (2, 2)])
async def test_counted_lambs_that_did_not_live_are_dead(farmer: Farmer, live: int, total: int) -> None:
    ewe = await ewe_of(farmer)
    counted = birth(9, ewe) | {"animal": named(ewe), "totalProgeny": total, "liveProgeny": live}
    stored = await send(farmer, "parturitions", counted)
    assert (stored["liveProgeny"], stored["totalProgeny"]) == (live, total)
    (lambing,) = await log_of(farmer)
    assert sorted(lamb["born"] for lamb in lambing["payload"]["lambs"]) == ["alive"] * live + ["dead"] * (total - live)


async def test_a_birth_brings_every_number_of_its_lamb(farmer: Farmer) -> None:
    ewe = await ewe_of(farmer)
    other = {"scheme": "org.example.herdbook", "id": "HB 77"}
    detail = {"managementTag": "Y123", "alternativeIdentifiers": [other]}
    await send(farmer, "births", birth(1, ewe, detail=detail))
    (lamb,) = await lambs_of(farmer)
    worn = {(item["kind"], item["value"]) for item in lamb["identifiers"]}
    assert worn >= {("eid", tagged(1)["id"]), ("visual", "Y123")}
    assert len(worn) == 3


async def test_the_same_parturition_again_takes_no_tag_from_its_lambs(farmer: Farmer) -> None:
    ewe = await ewe_of(farmer)
    counted = birth(9, ewe) | {"animal": named(ewe), "totalProgeny": 1, "liveProgeny": 1}
    await send(farmer, "parturitions", counted)
    await send(farmer, "births", birth(1, ewe))
    await send(farmer, "parturitions", counted)
    (lamb,) = await lambs_of(farmer)
    assert [item["value"] for item in lamb["identifiers"]] == [tagged(1)["id"]]


@pytest.mark.parametrize("day", ["2024-07-29", "2024-07-31", "2024-07-20"])
async def test_a_lamb_that_is_told_again_with_another_day_is_one_lamb(farmer: Farmer, day: str) -> None:
    """Within two days its day is corrected; else, or of another dam, it is refused and never doubled."""
    ewe, other = await ewe_of(farmer), await ewe_of(farmer)
    await send(farmer, "births", birth(1, ewe))
    source = {"meta": {"source": "org.other", "sourceId": "7"}}
    (result,) = await send(farmer, "births", [birth(1, ewe, day) | source])
    near = day != "2024-07-20"
    assert [said["title"] for said in result["messages"]] == ([] if near else ["animal_exists"])
    (lamb,) = await lambs_of(farmer)
    assert (lamb["birth_type"], lamb["birth_date"]) == (1, day if near else DAY)
    (result,) = await send(farmer, "births", [birth(1, other, day) | source])
    assert [said["title"] for said in result["messages"]] == ["animal_exists"]
    assert len(await lambs_of(farmer)) == 1


async def test_a_birth_corrects_its_day_back_and_its_tag(farmer: Farmer) -> None:
    ewe = await ewe_of(farmer)
    await send(farmer, "births", [birth(1, ewe), birth(2, ewe, "2024-07-31")])
    await send(farmer, "births", birth(2, ewe))
    assert [lamb["birth_date"] for lamb in await lambs_of(farmer)] == [DAY, DAY]
    await send(farmer, "births", birth(2, ewe, detail={"identifier": tagged(3)}) | {"animal": tagged(3)})
    worn = {item["value"] for lamb in await lambs_of(farmer) for item in lamb["identifiers"]}
    assert worn == {tagged(1)["id"], tagged(3)["id"]}


async def test_a_birth_is_corrected_and_taken_back(farmer: Farmer) -> None:
    ewe = await ewe_of(farmer)
    await send(farmer, "births", [birth(1, ewe), birth(2, ewe)])
    await send(farmer, "births", birth(1, ewe, detail={"gender": "Male"}))
    assert sorted(one["sex"] for one in await lambs_of(farmer)) == ["female", "male"]
    meta = {"source": "org.example.herd", "sourceId": "1", "isDeleted": True}
    gone = await send(farmer, "births", birth(1, ewe) | {"meta": meta})
    assert gone["meta"]["isDeleted"] is True
    assert faults("resources/icarMovementBirthEventResource", gone) == []
    (left,) = await lambs_of(farmer)
    assert (left["birth_type"], left["identifiers"][0]["value"]) == (1, tagged(2)["id"])
    await send(farmer, "births", birth(2, ewe) | {"meta": meta | {"sourceId": "2"}})
    assert await lambs_of(farmer) == []
    await send(farmer, "births", birth(2, ewe))
    assert len(await lambs_of(farmer)) == 1


async def test_of_a_litter_each_birth_is_judged_for_itself(farmer: Farmer) -> None:
    ewe = await ewe_of(farmer)
    wrong = birth(2, ewe, detail={"identifier": {"scheme": "std.iso.11785", "id": "98200012345"}})
    results = await send(farmer, "births", [birth(1, ewe), wrong, birth(3, ewe)])
    assert [bool(result.get("id")) for result in results] == [True, False, True]
    assert [one["birth_type"] for one in await lambs_of(farmer)] == [2, 2]


async def test_a_recipient_bore_a_lamb_of_another_ewe(farmer: Farmer) -> None:
    ewe, donor = await ewe_of(farmer), await ewe_of(farmer)
    ram = (await farmer.animal(sex="male", birth_date="2020-08-01"))["id"]
    payload = {"sire_id": ram, "donor_id": donor}
    await taken(
        farmer, {"kind": "embryo.transferred", "animal_id": ewe, "occurred_on": "2024-03-09", "payload": payload}
    )
    parents = of_dam(("Female", "Genetic", donor), ("Female", "Recipient", ewe), ("Male", "Genetic", ram))
    (result,) = await send(farmer, "births", [birth(1, ewe, detail=parents)])
    assert [said["title"] for said in result["messages"]] == ["sire_not_taken"]
    (shown,) = [one for one in await members(farmer, "births") if one["animal"] == tagged(1)]
    claims = {(one["relation"], one["identifier"]["id"]) for one in shown["animalDetail"]["parentage"]}
    assert claims == {("Recipient", ewe), ("Genetic", donor), ("Genetic", ram)}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"animalDetail": None}, "dam_missing"),
        ({"registrationReason": "Registered"}, "not_born"),
        ({"detail": {"specie": "Cattle"}}, "word_unknown"),
        ({"detail": {"gender": "Bull"}}, "word_unknown"),
        ({"eventDateTime": "2020-10-01T00:00:00Z"}, "dam_too_young"),
    ],
    ids=str,
)
async def test_what_is_no_birth_here_is_refused(farmer: Farmer, change: dict[str, Any], code: str) -> None:
    ewe = await ewe_of(farmer)
    assert await refused(farmer, "births", birth(1, ewe, **change)) == code
    assert await lambs_of(farmer) == []


async def test_an_animal_that_is_registered_is_not_born_again(farmer: Farmer) -> None:
    ewe, other = await ewe_of(farmer), await ewe_of(farmer)
    known = [{"kind": "eid", "value": tagged(1)["id"]}]
    await farmer.animal(sex="female", birth_date="2024-07-01", identifiers=known)
    assert await refused(farmer, "births", birth(1, ewe)) == "animal_exists"
    two = of_dam(("Female", "Genetic", ewe), ("Female", "Genetic", other))
    assert await refused(farmer, "births", birth(2, ewe, detail=two)) == "several_dams"
