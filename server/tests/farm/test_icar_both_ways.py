"""What the face of ICAR ADE tells of a farm is taken again without change, on this farm and on another one."""

from typing import Any

import pytest

from .conftest import Farmer, NewFarmer
from .test_icar import members
from .test_icar_births import birth, ewe_of, lambs_of, tagged
from .test_icar_taking import send

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
