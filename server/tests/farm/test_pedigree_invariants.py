"""The accepted pedigree keeps its invariants whatever is claimed and corrected, by several people at once.

I1: a parent is born before its child. I2: a dam is at least 200 days old at the birth. I4: no cycle. I5: the sex of a
parent matches its role. I6: one accepted genetic dam and one sire. I7: DNA > Observed > Associated > Derived, and an
excluded sire is no sire.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from .conftest import Farmer
from .dumps import ASTRAY

STRENGTH = {"derived": 1, "associated": 2, "observed": 3, "dna": 4}
TYPES = ("sire", "sire", "dam", "dam", "et_donor_dam", "et_recipient_dam", "rearing_dam", "excluded_sire")
CLAIMS = """
select c.child_id, c.parent_id, c.parent_type, c.method, p.sex, p.fertility, p.birth_date as parent_birth,
  k.birth_date as child_birth
from farm.parent_claim c join farm.animal p on p.id = c.parent_id join farm.animal k on k.id = c.child_id
where c.farm_id = $1 and c.status = 'accepted'
"""
Row = Mapping[str, Any]


async def accepted(farmer: Farmer) -> list[Row]:
    """Every accepted claim with its animals."""
    connection = await asyncpg.connect(farmer.admin_dsn)
    try:
        assert not await connection.fetch(ASTRAY), "the projection is astray"
        found: list[Row] = await connection.fetch(CLAIMS, UUID(farmer.farm_id))
        return found
    finally:
        await connection.close()


def a_birth(chance: random.Random) -> str:
    """Within five years; some are too young to be dams of others."""
    return str(date(2018, 1, 1) + timedelta(days=chance.randrange(1800)))


async def some_animals(farmer: Farmer, chance: random.Random) -> list[str]:
    """Of both sexes and of unknown sex; some births are not known."""
    made = []
    for _ in range(9):
        body = {"sex": chance.choice(["male", "female", "unknown"])}
        body |= {"birth_date": a_birth(chance)} if chance.random() < 0.8 else {}
        made.append((await farmer.animal(**body))["id"])
    return made


async def something(farmer: Farmer, animals: list[str], chance: random.Random) -> None:
    """A claim, or a correction of an animal."""
    animal = chance.choice(animals)
    if chance.random() < 0.25:
        change = chance.choice([{"sex": chance.choice(["male", "female"])}, {"birth_date": a_birth(chance)}])
        answer = await farmer.ask("PATCH", f"/animals/{animal}", json=change, headers={"If-Match": "*"})
    else:
        answer = await farmer.ask("POST", f"/animals/{animal}/parents", json=a_claim(animals, chance))
    assert answer.status_code in (200, 201, 409, 412, 422), answer.text


def a_claim(animals: list[str], chance: random.Random) -> dict[str, Any]:
    """About anybody."""
    what = {"parent_type": chance.choice(TYPES), "method": chance.choice(list(STRENGTH))}
    return {"parent_id": chance.choice(animals), "replace": chance.random() < 0.3} | what


def check(rows: list[Row]) -> None:
    """All six, one claim after the other."""
    genetic = [row for row in rows if row["parent_type"] in ("sire", "dam", "et_donor_dam")]
    slots = Counter((row["child_id"], "sire" if row["parent_type"] == "sire" else "dam") for row in genetic)
    assert max(slots.values(), default=1) == 1, "I6"
    excluded = {(row["child_id"], row["parent_id"]) for row in rows if row["parent_type"] == "excluded_sire"}
    above: dict[UUID, set[UUID]] = {}
    for row in genetic:
        wanted = "male" if row["parent_type"] == "sire" else "female"
        assert row["sex"] in (wanted, "unknown"), "I5"
        assert (row["parent_type"], row["fertility"]) != ("sire", "neutered"), "I5"
        assert row["parent_type"] != "sire" or (row["child_id"], row["parent_id"]) not in excluded, "I7"
        if row["parent_birth"] and row["child_birth"]:
            age = (row["child_birth"] - row["parent_birth"]).days
            assert age > 0, "I1"
            assert row["parent_type"] == "sire" or age >= 200, "I2"
        above.setdefault(row["child_id"], set()).add(row["parent_id"])
    for animal in above:
        seen, front = set(), set(above[animal])
        while front:
            seen |= front
            front = {upper for one in front for upper in above.get(one, ())} - seen
        assert animal not in seen, "I4"


async def test_i1_i2_i4_i5_i6_i7_hold_when_several_people_write_at_once(
    farmer: Farmer, chance: random.Random, rounds: Callable[[int, int], int]
) -> None:
    animals = await some_animals(farmer, chance)
    for _ in range(rounds(12, 600)):
        await asyncio.gather(*(something(farmer, animals, chance) for _ in range(4)))
        check(await accepted(farmer))
    assert await accepted(farmer)


async def test_i4_two_claims_that_would_close_a_loop_together_are_not_both_accepted(farmer: Farmer) -> None:
    """Each is right for itself: only one of them may commit."""
    for _ in range(5):
        one, other = (await farmer.animal())["id"], (await farmer.animal())["id"]
        claims = [(one, other), (other, one)]
        answers = await asyncio.gather(
            *(farmer.ask("POST", f"/animals/{child}/parents", json={"parent_id": parent, "parent_type": "sire"})
              for child, parent in claims)
        )  # fmt: skip
        assert sorted(answer.status_code for answer in answers) == [201, 422]
        (refused,) = [answer for answer in answers if answer.status_code == 422]
        assert refused.json()["errors"][0]["code"] == "pedigree_loop"
    check(await accepted(farmer))


@pytest.mark.parametrize("role", ["sire", "dam", "et_recipient_dam", "rearing_dam", "excluded_sire"])
async def test_nobody_is_its_own_parent_of_any_kind(farmer: Farmer, role: str) -> None:
    animal = (await farmer.animal())["id"]
    claim = {"parent_id": animal, "parent_type": role}
    answer = (await farmer.ask("POST", f"/animals/{animal}/parents", 422, json=claim)).json()
    assert answer["errors"][0]["code"] in ("pedigree_loop", "own_parent")


async def test_i7_weaker_evidence_never_takes_the_place_of_stronger(
    farmer: Farmer, chance: random.Random, rounds: Callable[[int, int], int]
) -> None:
    child = (await farmer.animal())["id"]
    rams = [(await farmer.animal(sex="male"))["id"] for _ in range(3)]
    stands: tuple[str, str] | None = None
    for _ in range(rounds(25, 1000)):
        ram, method = chance.choice(rams), chance.choice(list(STRENGTH))
        claim = {"parent_id": ram, "parent_type": "sire", "method": method}
        answer = await farmer.ask("POST", f"/animals/{child}/parents", json=claim)
        is_weaker = stands is not None and STRENGTH[method] < STRENGTH[stands[1]]
        if stands is None or not is_weaker:
            stands = (ram, method)
        assert answer.status_code == (409 if is_weaker and ram != stands[0] else 201), answer.text
        (row,) = await accepted(farmer)
        assert (str(row["parent_id"]), row["method"]) == stands
