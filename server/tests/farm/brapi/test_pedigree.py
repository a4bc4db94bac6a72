"""The pedigree as nodes."""

import json
from typing import Any

from .conftest import Breeder, Family, NewBreeder


def parents_of(node: Any) -> set[tuple[str, str]]:
    return {(parent["germplasmDbId"], parent["parentType"]) for parent in node["parents"]}


async def test_a_node_names_its_parents(breeder: Breeder, family: Family) -> None:
    (node,) = await breeder.data("/pedigree", germplasmDbId=family.lambs[0])
    assert parents_of(node) == {(family.sire, "MALE"), (family.dam, "FEMALE")}
    assert node["pedigreeString"].startswith("E1/")
    assert node["crossingYear"] == 2024
    assert "progeny" not in node
    assert "siblings" not in node
    claims = json.loads(node["additionalInfo"]["parentClaims"])
    assert {claim["parent_type"] for claim in claims} == {"sire", "dam", "rearing_dam"}
    (bare,) = await breeder.data("/pedigree", germplasmDbId=family.lambs[0], includeParents="false")
    assert "parents" not in bare


async def test_offspring_and_siblings_are_named_when_asked_for(breeder: Breeder, family: Family) -> None:
    (ram,) = await breeder.data("/pedigree", germplasmDbId=family.sire, includeProgeny="true", includeSiblings="true")
    assert {(each["germplasmDbId"], each["parentType"]) for each in ram["progeny"]} == {
        (lamb, "MALE") for lamb in family.lambs
    }
    assert (ram["siblings"], ram["parents"]) == ([], [])
    (lamb,) = await breeder.data("/pedigree", germplasmDbId=family.lambs[0], includeSiblings="true")
    assert {each["germplasmDbId"] for each in lamb["siblings"]} == set(family.lambs[1:])


async def test_depth_brings_ancestors_and_descendants(breeder: Breeder, family: Family) -> None:
    """Four generations: the pair, its lambs, a lamb of the first of them, and a lamb of that."""
    ids = [family.lambs[0]]
    for n in range(2):
        parents = [{"parent_id": ids[-1], "parent_type": "dam"}]
        ids.append((await breeder.farmer.animal(sex="female", birth_date=f"{2025 + n}-08-01", parents=parents))["id"])

    async def around(animal: str, **asked: Any) -> set[str]:
        nodes = await breeder.data("/pedigree", germplasmDbId=animal, **asked)
        return {node["germplasmDbId"] for node in nodes}

    pair = {family.sire, family.dam}
    assert await around(ids[2]) == {ids[2]}
    assert await around(ids[2], pedigreeDepth=0) == {ids[2]}
    assert await around(ids[2], pedigreeDepth=1) == {ids[2], ids[1]}
    assert await around(ids[2], pedigreeDepth=3) == {*ids, *pair}
    assert await around(family.sire, progenyDepth=1) == {family.sire, *family.lambs}
    assert await around(family.sire, progenyDepth=2) == {family.sire, *family.lambs, ids[1]}
    assert await around(ids[1], pedigreeDepth=1, progenyDepth=1) == set(ids)
    assert await around(ids[2], includeFullTree="true") == {*ids, *pair, *family.lambs}
    assert "pedigreeDepth" in await breeder.ask("GET", "/pedigree", 400, pedigreeDepth=31)


async def test_sires_of_a_syndicate_are_several_parents(breeder: Breeder, family: Family) -> None:
    farmer = breeder.farmer
    other = (await farmer.animal(sex="male", birth_date="2020-08-01"))["id"]
    lamb = (await farmer.animal(sex="male", birth_date="2024-08-03"))["id"]
    sires = [{"sire_id": sire} for sire in (family.sire, other)]
    syndicate = await farmer.make("/syndicates", farm_id=farmer.farm_id, code="SYN1", year=2023, sires=sires)
    await farmer.make(f"/syndicates/{syndicate['id']}/offspring", child_ids=[lamb])
    (node,) = await breeder.data("/pedigree", germplasmDbId=lamb)
    assert parents_of(node) == {(family.sire, "MALE"), (other, "MALE")}
    assert "pedigreeString" not in node


async def test_a_search_of_the_pedigree(breeder: Breeder, family: Family, new_breeder: NewBreeder) -> None:
    wanted = {"germplasmDbIds": family.lambs[:2], "pedigreeDepth": 1}
    found = await breeder.ask("POST", "/search/pedigree", **wanted)
    assert {node["germplasmDbId"] for node in found["result"]["data"]} == {*family.lambs[:2], family.sire, family.dam}
    kept = await breeder.ask("POST", "/search/pedigree", 202, pageSize=3, **wanted)
    of_kept = {"searchResultsDbId": kept["result"]["searchResultsDbId"]}
    template = "/search/pedigree/{searchResultsDbId}"
    assert len(await breeder.data(template, pageSize=3, page=1, **of_kept)) == 1
    await breeder.ask("GET", "/search/germplasm/{searchResultsDbId}", 404, **of_kept)
    stranger = await new_breeder()
    assert (await stranger.ask("POST", "/search/pedigree", **wanted))["result"]["data"] == []
