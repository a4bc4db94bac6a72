"""A parent cell is looked for among every identifier of the farm, and the strongest evidence stands."""

from typing import Any

import pytest

from ..conftest import Farmer, animals_of
from .conftest import codes, listed, told

RAM, EWE = "982000123456701", "982000123456702"
HEAD = "ID,EID,Tag,Name,Sex,DOB,Sire,Dam"
SIRE = f"1612342020200012,{RAM},R12,Bruno,M,2020-08-01,,"
DAM = f"1612342020200005,{EWE},E5,Berta,F,2020-08-02,,"


async def lamb_of(farmer: Farmer) -> dict[str, Any]:
    """The lamb L1."""
    return next(animal for animal in await animals_of(farmer) if animal["tag"] == "L1")


CELLS = (
    RAM, "982 000123456701", "0982000123456701", "982.000123456701", f"urn:iso:std:iso:11784:{RAM}", f"{RAM}.0",
    f'="{RAM}"', "A 00000 0 982 000123456701", "1612342020200012", "16 1234 2020 200012", "16-1234-2020-200012",
    "R12", "r 12", "bruno", "BRUNO ",
)  # fmt: skip


async def test_a_parent_is_looked_up_by_every_identifier(farmer: Farmer) -> None:
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in CELLS]
    lambs = [f",,L{place},,M,2023-08-01,{cell},E5" for place, cell in enumerate(quoted)]
    rows = await listed(farmer, SIRE, DAM, *lambs, head=HEAD)
    assert codes(rows) == [None] * (2 + len(CELLS))
    found = await animals_of(farmer)
    assert len(found) == 2 + len(CELLS)
    by_tag = {animal["tag"]: animal["id"] for animal in found}
    parents = {(animal["sire_id"], animal["dam_id"]) for animal in found if animal["tag"].startswith("L")}
    assert parents == {(by_tag["R12"], by_tag["E5"])}


@pytest.mark.parametrize("column", ["Ear Tag", "EID"])
async def test_a_parent_by_the_print_form(farmer: Farmer, column: str) -> None:
    own = "UK0713393 00046" if column == "Ear Tag" else "826071339300046"
    cells = ("UK 0713393 00046", "UK0713393 00046", "UK713393 46", "UK-0713393-00046", "0713393 00046")
    lambs = [f"UK0713393 0010{place},F,2023-04-15,{cell}" for place, cell in enumerate(cells)]
    rows = await listed(farmer, f"{own},M,2021-04-20,", *lambs, head=f"{column},Sex,DOB,Sire")
    assert codes(rows) == [None] * 6
    found = await animals_of(farmer)
    assert len(found) == 6
    assert len({animal["sire_id"] for animal in found}) == 2


async def test_several_animals_of_one_tag_are_asked_for(farmer: Farmer) -> None:
    rows = await listed(farmer, "12,M,2020-08-01,,", "12,M,2021-08-01,,", "L1,M,2023-08-01,12,")
    assert codes(rows)[2] == "ambiguous_parent"
    assert "2020-08-01" in rows[4]["message"]
    assert "2021-08-01" in rows[4]["message"]
    assert (rows[4]["verdict"], rows[4]["field"], bool(rows[4]["fix"])) == ("ambiguous", "sire", True)
    # one of them is a ewe, or not yet born: then it is the other one
    rows = await listed(farmer, "13,F,2020-08-01,,", "13,M,2021-08-01,,", "14,M,2024-08-01,,", "L2,M,2023-08-01,13,")
    assert codes(rows) == [None] * 4


async def test_two_animals_of_one_name(farmer: Farmer) -> None:
    rows = await listed(
        farmer,
        "R1,Bruno,M,2020-08-01,",
        "R2,Bruno,M,2020-08-02,",
        "L1,,M,2023-08-01,Bruno",
        head="Tag,Name,Sex,DOB,Sire",
    )
    assert codes(rows) == [None, None, "ambiguous_parent"]
    assert {animal["tag"] for animal in await animals_of(farmer)} == {"R1", "R2"}


async def test_a_tag_counts_within_its_flock(farmer: Farmer) -> None:
    await listed(farmer, "R12,M,2020-08-01,,")
    other = await farmer.make("/flocks", farm_id=farmer.farm_id, name="Two", code="2")
    rows = await listed(farmer, "L1,M,2023-08-01,R12,", flock=other["id"])
    assert codes(rows) == ["parent_not_listed"]


async def test_an_unknown_parent_is_an_ancestor_with_a_warning(farmer: Farmer) -> None:
    rows = await listed(farmer, "L1,M,2023-08-01,R12,E5")
    assert rows[2]["is_accepted"] is True
    assert rows[2]["code"] == "parent_not_listed"
    ghosts = [animal for animal in await animals_of(farmer) if animal["reference_only"]]
    assert {animal["tag"] for animal in ghosts} == {"R12", "E5"}


@pytest.mark.parametrize("later", [RAM, "1612342020200012", "R12"])
async def test_an_ancestor_becomes_the_animal_when_its_row_arrives(farmer: Farmer, later: str) -> None:
    await listed(farmer, f"L1,M,2023-08-01,{later},")
    await listed(farmer, SIRE, head=HEAD)
    found = await animals_of(farmer)
    assert len(found) == 2
    assert not any(animal["reference_only"] for animal in found)
    (sire,) = [animal for animal in found if animal["sire_id"] is None]
    assert {"R12", RAM} <= {item["value"] for item in sire["identifiers"]}


async def test_ancestors_of_two_spellings_become_one_animal(farmer: Farmer) -> None:
    await listed(farmer, f"L1,M,2023-08-01,{RAM},", "L2,M,2023-08-01,R12,")
    assert len(await animals_of(farmer)) == 4
    await listed(farmer, SIRE, head=HEAD)
    found = await animals_of(farmer)
    assert len(found) == 3
    assert len({animal["sire_id"] for animal in found if animal["sire_id"]}) == 1


async def test_an_ancestor_becomes_the_animal_that_the_api_registers(farmer: Farmer) -> None:
    await listed(farmer, f"L1,M,2023-08-01,{RAM},", "L2,M,2023-08-01,R12,")
    tags = [{"kind": "eid", "value": RAM}, {"kind": "visual", "value": "R12"}]
    made = await farmer.animal(sex="male", birth_date="2020-08-01", identifiers=tags)
    found = await animals_of(farmer)
    assert len(found) == 3
    assert {animal["sire_id"] for animal in found if animal["sire_id"]} == {made["id"]}
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "identifiers": tags[:1]}
    assert (await farmer.ask("POST", "/animals", 409, json=body)).json()["code"] == "duplicate_identifier"


async def test_a_tag_of_a_new_lamb_is_not_the_ancestor_of_that_tag(farmer: Farmer) -> None:
    await listed(farmer, "L1,M,2021-08-01,12,")
    rows = await listed(farmer, "12,F,2024-08-01,,")
    assert codes(rows) == [None]
    assert len(await animals_of(farmer)) == 3


async def test_a_parent_of_the_api_is_looked_up_too(farmer: Farmer) -> None:
    await listed(farmer, SIRE, DAM, head=HEAD)
    for cell in (RAM, "R12", "Bruno"):
        await claim_by(farmer, cell)


async def claim_by(farmer: Farmer, cell: str) -> None:
    """Both routes take a parent by this identifier."""
    parents = [{"identifier": cell, "parent_type": "sire"}, {"identifier": "e 5", "parent_type": "dam"}]
    made = await farmer.animal(birth_date="2023-08-01", parents=parents)
    assert made["sire_id"]
    assert made["dam_id"]
    other = await farmer.animal(birth_date="2023-08-01")
    claimed = await farmer.make(f"/animals/{other['id']}/parents", identifier=cell, parent_type="sire")
    assert claimed["sire_id"] == made["sire_id"]
    for claim, code in (
        ({"identifier": "nobody"}, "parent_not_listed"),
        ({"identifier": cell, "parent_id": made["sire_id"]}, "whose_parent"),
        ({}, "whose_parent"),
    ):
        body = claim | {"parent_type": "sire"}
        answer = await farmer.ask("POST", f"/animals/{other['id']}/parents", 422, json=body)
        assert [error["code"] for error in answer.json()["errors"]] == [code]


async def registered(farmer: Farmer, method: str) -> dict[str, Any]:
    """A lamb with a sire of known evidence."""
    await listed(farmer, SIRE, DAM, "R13,,R13,,M,2020-08-03,,", head=HEAD)
    sire = {"identifier": "R12", "parent_type": "sire", "method": method}
    return await farmer.animal(birth_date="2023-08-01", identifiers=[{"kind": "visual", "value": "L1"}], parents=[sire])


@pytest.mark.parametrize("method", ["observed", "associated", "dna"])
async def test_weaker_evidence_never_replaces_stronger(farmer: Farmer, method: str) -> None:
    before = await registered(farmer, method)
    for cell in ("R13", "nobody", "R13"):
        rows = await listed(farmer, f"L1,M,2023-08-01,{cell},")
        assert rows[2]["is_accepted"] is True
        assert "weaker_evidence" in told(rows[2])
        assert (await lamb_of(farmer))["sire_id"] == before["sire_id"]


async def test_a_ghost_never_replaces_a_recorded_parent(farmer: Farmer) -> None:
    before = await registered(farmer, "derived")
    rows = await listed(farmer, "L1,M,2023-08-01,nobody,")
    assert "weaker_evidence" in told(rows[2])
    assert (await lamb_of(farmer))["sire_id"] == before["sire_id"]
    await listed(farmer, "L1,M,2023-08-01,R13,")
    assert (await lamb_of(farmer))["sire_id"] != before["sire_id"]


async def test_weaker_evidence_of_the_api_is_asked_about(farmer: Farmer) -> None:
    lamb = await registered(farmer, "observed")
    claim = {"identifier": "R13", "parent_type": "sire", "method": "derived"}
    answer = await farmer.ask("POST", f"/animals/{lamb['id']}/parents", 409, json=claim)
    assert answer.json()["code"] == "weaker_evidence"
    assert "replace" in answer.json()["errors"][0]["fix"]
    found = await farmer.make(f"/animals/{lamb['id']}/parents", **claim, replace=True)
    assert found["sire_id"] != lamb["sire_id"]


async def test_every_fault_of_a_row_is_told(farmer: Farmer) -> None:
    rows = await listed(farmer, SIRE, DAM, "L1,,L1,,M,2020-08-01,E5,R12", head=HEAD)
    assert told(rows[4]) >= {"sex_clash", "born_before_parent"}
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "birth_date": "2020-01-01", "sex": "male"}
    body["identifiers"] = [{"kind": "eid", "value": "9.82E+14"}]
    body["parents"] = [{"identifier": "E5", "parent_type": "sire"}, {"identifier": "nobody", "parent_type": "dam"}]
    answer = await farmer.ask("POST", "/animals", 422, json=body)
    assert {error["code"] for error in answer.json()["errors"]} == {
        "eid_scientific_notation", "sex_clash", "parent_not_listed", "born_before_parent",
    }  # fmt: skip
