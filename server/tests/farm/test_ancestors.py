"""The way up a pedigree: complete, each ancestor once, by the accepted parents, and read from indexes alone."""

import random
from typing import Any
from uuid import UUID

import asyncpg
from bellwether.farm.pedigree.repository import ANCESTORS

from .conftest import Farmer
from .large_tables import FILL

MANY_CLAIMS = """
insert into farm.parent_claim (id, farm_id, child_id, parent_id, parent_type, source)
select gen_random_uuid(), farm_id, id, before, 'sire', 'api'
from (select farm_id, id, lag(id) over (partition by farm_id order by id) as before from farm.animal
      where farm_id in (select id from f)) a where before is not null
"""


async def a_pedigree(farmer: Farmer, rng: random.Random, n: int = 24) -> dict[str, list[str]]:
    """Animals with parents among the older ones, relatives mated too; parents by child."""
    made: list[dict[str, Any]] = []
    parents: dict[str, list[str]] = {}
    for year in range(n):
        claims = []
        for sex, role in (("male", "sire"), ("female", "dam")):
            older = [animal["id"] for animal in made[:-1] if animal["sex"] == sex]
            if older and rng.random() < 0.8:
                claims.append({"parent_id": rng.choice(older), "parent_type": role})
        sex = "male" if year % 2 else "female"
        made.append(await farmer.animal(sex=sex, birth_date=f"{1980 + year}-08-01", parents=claims))
        parents[made[-1]["id"]] = [claim["parent_id"] for claim in claims]
    return parents


def expected(parents: dict[str, list[str]], animal: str, generations: int) -> dict[str, int]:
    """The least generation of each ancestor, step by step."""
    found, level = {animal: 0}, {animal}
    for generation in range(1, generations + 1):
        level = {parent for child in level for parent in parents[child]}
        for parent in level:
            found.setdefault(parent, generation)
    return found


async def test_ancestors_are_complete_and_each_comes_once(farmer: Farmer) -> None:
    parents = await a_pedigree(farmer, random.Random(5))
    for animal in list(parents)[-6:]:
        for generations in (1, 2, 5, 12):
            path = f"/animals/{animal}/ancestors"
            items = (await farmer.ask("GET", path, 200, params={"generations": generations})).json()["items"]
            assert {item["id"]: item["generation"] for item in items} == expected(parents, animal, generations)
            assert len(items) == len({item["id"] for item in items})
            assert [item["generation"] for item in items] == sorted(item["generation"] for item in items)
            for item in items:
                assert [key for key in (item["sire_id"], item["dam_id"]) if key] == parents[item["id"]]


async def test_the_question_has_a_limit(farmer: Farmer) -> None:
    animal = (await farmer.animal())["id"]
    await farmer.ask("GET", f"/animals/{animal}/ancestors", 422, params={"generations": 13})
    await farmer.ask("GET", f"/animals/{animal}/ancestors", 422, params={"generations": 0})


async def test_parents_are_read_from_their_index_alone(farmer: Farmer) -> None:
    animal = UUID((await farmer.animal())["id"])
    connection = await asyncpg.connect(farmer.admin_dsn)
    await connection.execute("begin; set local search_path = farm, public")
    try:
        await connection.execute(f"{FILL}; {MANY_CLAIMS}; analyze farm.parent_claim; analyze farm.accepted_parents")
        await connection.execute(f"set local role farm_app; set local app.user_id = '{farmer.user_id}'")
        plan = await connection.fetch(f"explain {ANCESTORS}", UUID(farmer.farm_id), animal, 10)
        text = "\n".join(row[0] for row in plan)
        for table in ("animal", "accepted_parents"):
            assert f"Seq Scan on {table}" not in text, text
        assert text.count("Index Only Scan using accepted_parents_pkey") == 2, text
        assert "parent_claim" not in text, text
        assert "Merge Join" not in text, text
    finally:
        await connection.close()
