"""Rams that ran together: who may be the sire, and what tells which of them is (I7, I25)."""

from typing import Any

import pytest
from bellwether.platform.ids import new_id
from bellwether.sheep.evidence import Evidence, standing
from bellwether.sheep.pedigree import STRENGTH
from hypothesis import given
from hypothesis import strategies as st

from .conftest import Farmer, NewFarmer
from .test_pedigree_invariants import accepted, check


async def rams(farmer: Farmer, count: int) -> list[str]:
    """Old enough for lambs of 2024."""
    return [(await farmer.animal(sex="male", birth_date="2020-08-01"))["id"] for _ in range(count)]


async def syndicate(farmer: Farmer, sires: list[str], expect: int = 201, **body: Any) -> dict[str, Any]:
    """Of 2023, for the drop of 2024."""
    shares = body.pop("shares", [None] * len(sires))
    members = [{"sire_id": key, "share": share} for key, share in zip(sires, shares, strict=True)]
    sent = {"farm_id": farmer.farm_id, "code": "SYN1", "year": 2023, "sires": members} | body
    found: dict[str, Any] = (await farmer.ask("POST", "/syndicates", expect, json=sent)).json()
    return found


async def sired(farmer: Farmer, made: dict[str, Any], *lambs: str, expect: int = 201) -> Any:
    """The lambs are of the syndicate."""
    path = f"/syndicates/{made['id']}/offspring"
    return (await farmer.ask("POST", path, expect, json={"child_ids": lambs})).json()


async def sire_of(farmer: Farmer, lamb: str) -> str | None:
    """The accepted one."""
    found: str | None = (await farmer.ask("GET", f"/animals/{lamb}", 200)).json()["sire_id"]
    return found


async def test_of_rams_that_are_alike_none_is_accepted_until_dna_tells(farmer: Farmer) -> None:
    sires = await rams(farmer, 3)
    lamb = (await farmer.animal(birth_date="2024-08-01"))["id"]
    made = await syndicate(farmer, sires)
    claims = (await sired(farmer, made, lamb))["items"]
    assert {(c["parent_id"], c["method"], c["status"], c["syndicate_id"]) for c in claims} == {
        (sire, "derived", "proposed", made["id"]) for sire in sires
    }
    assert await sire_of(farmer, lamb) is None
    dna = {"parent_id": sires[1], "parent_type": "sire", "method": "dna", "probability": 0.99}
    await farmer.ask("POST", f"/animals/{lamb}/parents", 201, json=dna)
    assert await sire_of(farmer, lamb) == sires[1]
    resolved = (await farmer.ask("POST", "/claims/resolve", 200, json={"ids": [lamb]})).json()["items"]
    assert len(resolved) == 4
    assert await sire_of(farmer, lamb) == sires[1]
    # said once more, it changes nothing of what stands, and the earlier proposals are kept
    await sired(farmer, made, lamb)
    assert await sire_of(farmer, lamb) == sires[1]
    statuses = [
        c["status"] for c in (await farmer.ask("POST", "/claims/query", 200, json={"ids": [lamb]})).json()["items"]
    ]
    assert sorted(statuses) == ["accepted", *["proposed"] * 3, *["superseded"] * 3]


async def test_a_single_ram_and_the_likeliest_ram_are_accepted(farmer: Farmer) -> None:
    one, two = await rams(farmer, 2)
    lambs = [(await farmer.animal(birth_date="2024-08-01"))["id"] for _ in range(2)]
    await sired(farmer, await syndicate(farmer, [one]), lambs[0])
    await sired(farmer, await syndicate(farmer, [one, two], code="SYN2", shares=[0.3, 0.7]), lambs[1])
    assert [await sire_of(farmer, lamb) for lamb in lambs] == [one, two]


async def test_i7_an_excluded_ram_leaves_the_other_one(farmer: Farmer) -> None:
    one, two = await rams(farmer, 2)
    lamb = (await farmer.animal(birth_date="2024-08-01"))["id"]
    await sired(farmer, await syndicate(farmer, [one, two]), lamb)
    no = {"parent_id": one, "parent_type": "excluded_sire", "method": "dna"}
    answer = await farmer.ask("POST", f"/animals/{lamb}/parents", 201, json=no)
    assert answer.json()["sire_id"] == two, "whom the exclusion leaves alone stands at once"
    assert await sire_of(farmer, lamb) == two
    await farmer.ask("POST", "/claims/resolve", 200, json={"ids": [lamb]})
    assert await sire_of(farmer, lamb) == two
    check(await accepted(farmer))


async def test_i4_what_would_close_a_loop_stays_proposed(farmer: Farmer) -> None:
    ram = (await farmer.animal(sex="male"))["id"]
    child = (await farmer.animal(sex="male"))["id"]
    await farmer.ask("POST", f"/animals/{ram}/parents", 201, json={"parent_id": child, "parent_type": "sire"})
    claims = (await sired(farmer, await syndicate(farmer, [ram]), child))["items"]
    assert [claim["status"] for claim in claims] == ["proposed"]
    check(await accepted(farmer))


@pytest.mark.parametrize(
    ("animal", "code"),
    [({"sex": "female"}, "no_ram"), ({}, "no_ram"), ({"sex": "male", "fertility": "neutered"}, "no_ram")],
    ids=str,
)
async def test_i25_all_sires_are_rams(farmer: Farmer, animal: dict[str, Any], code: str) -> None:
    one = (await farmer.animal(**animal))["id"]
    ram = (await rams(farmer, 1))[0]
    answer = await syndicate(farmer, [ram, one, ram, str(new_id())], 422)
    assert [(error["field"], error["code"]) for error in answer["errors"]] == [
        ("sires.1.sire_id", code), ("sires.2.sire_id", "twice"), ("sires.3.sire_id", "not_found")
    ]  # fmt: skip


async def test_i25_one_to_ten_rams_of_the_year_before_the_drop(farmer: Farmer) -> None:
    many = await rams(farmer, 11)
    await syndicate(farmer, [], 422)
    await syndicate(farmer, many, 422)
    made = await syndicate(farmer, many[:10])
    assert (await syndicate(farmer, many[:1], 409, code="syn1"))["code"] == "syndicate_exists"
    lamb = (await farmer.animal(birth_date="2025-08-01"))["id"]
    old = (await farmer.animal(birth_date="2020-08-01"))["id"]
    answer = await sired(farmer, made, lamb, old, str(new_id()), expect=422)
    codes = {(error["field"], error["code"]) for error in answer["errors"]}
    assert codes == {
        ("child_ids.0", "syndicate_year"), ("child_ids.1", "syndicate_year"), ("child_ids.1", "born_before_parent"),
        ("child_ids.2", "not_found"),
    }  # fmt: skip
    assert (await farmer.ask("POST", "/claims/query", 200, json={"ids": [lamb]})).json()["items"] == []


async def test_others_neither_read_nor_claim(farmer: Farmer, new_farmer: NewFarmer) -> None:
    ram = (await rams(farmer, 1))[0]
    made = await syndicate(farmer, [ram])
    lamb = (await farmer.animal(birth_date="2024-08-01"))["id"]
    await sired(farmer, made, lamb)
    other = await new_farmer()
    await sired(other, made, lamb, expect=404)
    await other.ask("GET", "/syndicates", 404, params={"farm_id": farmer.farm_id})
    await other.ask("POST", "/claims/resolve", 404, json={"ids": [lamb]})
    assert (await other.ask("POST", "/claims/query", 200, json={"ids": [lamb]})).json()["items"] == []
    assert (await syndicate(other, [ram], 422))["errors"][0]["code"] == "not_found"
    viewer = await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(viewer.user_id), role="viewer")
    await sired(viewer, made, lamb, expect=403)
    (listed,) = (await viewer.ask("GET", "/syndicates", 200, params={"farm_id": farmer.farm_id})).json()["items"]
    assert listed == made


CLAIMS = st.lists(
    st.builds(
        Evidence,
        st.integers(0, 99),
        st.sampled_from("abc"),
        st.sampled_from(sorted(STRENGTH)),
        st.sampled_from([0.0, 0.3, 0.7, 1.0]),
        st.just(False),
    ),
    max_size=6,
    unique_by=lambda claim: claim.id,
)


@given(CLAIMS, st.sets(st.sampled_from("abc")), st.integers(0, 99))
def test_i7_no_stronger_claim_is_passed_over_and_no_excluded_sire_stands(
    claims: list[Evidence], excluded: set[str], which: int
) -> None:
    claims = [claim._replace(is_accepted=place == which) for place, claim in enumerate(claims)]
    found = standing(claims, excluded)
    able = [claim for claim in claims if claim.parent_id not in excluded]
    if found is None:
        # nothing is known, or several stand side by side
        ranks = [(STRENGTH[claim.method], claim.probability) for claim in able]
        first = {claim.parent_id for claim, rank in zip(able, ranks, strict=True) if rank == max(ranks)}
        assert len(first) != 1
        return
    assert found in able
    for claim in able:
        assert (STRENGTH[claim.method], claim.probability) <= (STRENGTH[found.method], found.probability)
