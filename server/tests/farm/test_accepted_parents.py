"""The accepted pedigree is what the claims tell, whatever statement has changed them, and nobody else writes it."""

import random
from collections.abc import Callable
from uuid import UUID, uuid4

import asyncpg
import pytest

from .conftest import Farmer, NewFarmer, animals_of
from .dumps import ASTRAY, dump
from .test_merges import merge, undo

TYPES = ("sire", "sire", "dam", "et_donor_dam", "et_recipient_dam", "rearing_dam", "excluded_sire")
STATUSES = ("accepted", "accepted", "proposed", "rejected", "superseded")
ADD = """
insert into farm.parent_claim (id, farm_id, child_id, parent_id, parent_type, status, source)
select id, $1, child, parent, type, status, 'api'
from unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[]) as t (id, child, parent, type, status)
"""
SOME = "where farm_id = $1 and id = any($3::uuid[])"
CHANGES = (
    f"update farm.parent_claim set status = $2 {SOME}",
    f"update farm.parent_claim set child_id = $2::uuid {SOME} and parent_id <> $2::uuid",
    f"update farm.parent_claim set parent_id = $2::uuid {SOME} and child_id <> $2::uuid",
    f"update farm.parent_claim set parent_type = $2 {SOME}",
    f"delete from farm.parent_claim {SOME} and $2::text is not null",
)


async def one_change(connection: asyncpg.Connection, farm: UUID, animals: list[UUID], chance: random.Random) -> None:
    """Some claims at once: new, accepted, superseded, of another child or parent, gone."""
    if chance.random() < 0.5:
        n = chance.choice([1, 2, 6])
        pairs = [chance.sample(animals, 2) for _ in range(n)]
        kinds, states = chance.choices(TYPES, k=n), chance.choices(STATUSES, k=n)
        children, parents = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
        await connection.execute(ADD, farm, [uuid4() for _ in range(n)], children, parents, kinds, states)
        return
    known = [row[0] for row in await connection.fetch("select id from farm.parent_claim where farm_id = $1", farm)]
    some = chance.sample(known, min(len(known), chance.choice([1, 3, 9])))
    number = chance.randrange(len(CHANGES))
    value = (chance.choice(STATUSES), *[str(chance.choice(animals))] * 2, chance.choice(TYPES), "")[number]
    await connection.execute(CHANGES[number], farm, value, some)


async def test_i6_the_projection_is_what_the_claims_tell_after_any_statements(
    farmer: Farmer, chance: random.Random, rounds: Callable[[int, int], int]
) -> None:
    animals = [UUID((await farmer.animal())["id"]) for _ in range(8)]
    connection = await asyncpg.connect(farmer.admin_dsn)
    transaction = connection.transaction()
    await transaction.start()
    n_done = 0
    try:
        for _ in range(rounds(150, 5000)):
            try:
                async with connection.transaction():
                    await one_change(connection, UUID(farmer.farm_id), animals, chance)
                    n_done += 1
            except asyncpg.UniqueViolationError:
                continue
            assert not await connection.fetch(ASTRAY)
        assert n_done > 30
    finally:
        await transaction.rollback()
        await connection.close()


async def test_claims_exclusions_merges_undo_and_imports_are_followed(farmer: Farmer) -> None:
    rams = [(await farmer.animal(sex="male", birth_date="2019-08-01"))["id"] for _ in range(2)]
    ewe, twin = [(await farmer.animal(sex="female", birth_date="2019-08-01"))["id"] for _ in range(2)]
    lamb = (await farmer.animal(birth_date="2024-08-01"))["id"]

    async def parents() -> tuple[str | None, str | None]:
        await dump(farmer.admin_dsn, farmer.farm_id)
        found = (await farmer.ask("GET", f"/animals/{lamb}", 200)).json()
        return found["sire_id"], found["dam_id"]

    async def claim(parent: str, kind: str, method: str = "observed") -> None:
        body = {"parent_id": parent, "parent_type": kind, "method": method, "replace": True}
        await farmer.ask("POST", f"/animals/{lamb}/parents", 201, json=body)

    assert await parents() == (None, None)
    await claim(rams[0], "sire")
    await claim(twin, "dam")
    assert await parents() == (rams[0], twin)
    await claim(rams[1], "sire", "dna")
    assert await parents() == (rams[1], twin)
    merged = await merge(farmer, twin, ewe)
    assert await parents() == (rams[1], ewe)
    await undo(farmer, merged)
    assert await parents() == (rams[1], twin)
    before = await dump(farmer.admin_dsn, farmer.farm_id)
    sent = await farmer.upload(f"ID,Sire,Dam,Born\nL77,{rams[0]},{ewe},2024-08-02\n".encode(), "flock")
    await farmer.run_import(sent["import_id"])
    await farmer.end(sent)
    (made,) = [row for row in await animals_of(farmer) if row["tag"] == "L77"]
    assert (made["sire_id"], made["dam_id"]) == (rams[0], ewe)
    assert await dump(farmer.admin_dsn, farmer.farm_id) != before
    await farmer.undo(sent["import_id"])
    assert await dump(farmer.admin_dsn, farmer.farm_id) == before


async def test_the_parents_of_a_farm_are_written_by_its_writers_alone(farmer: Farmer, new_farmer: NewFarmer) -> None:
    ram, lamb = [UUID((await farmer.animal(sex="male"))["id"]) for _ in range(2)]
    claim = {"parent_id": str(ram), "parent_type": "sire"}
    await farmer.ask("POST", f"/animals/{lamb}/parents", 201, json=claim)
    viewer = await new_farmer(with_farm=False)
    await farmer.make(f"/farms/{farmer.farm_id}/members", user_id=str(viewer.user_id), role="viewer")
    for stranger in (viewer, await new_farmer()):
        connection = await asyncpg.connect(farmer.admin_dsn)
        try:
            await connection.execute(f"begin; set local role farm_app; set local app.user_id = '{stranger.user_id}'")
            changed = await connection.execute("update farm.accepted_parents set dam_id = gen_random_uuid()")
            gone = await connection.execute("delete from farm.accepted_parents")
            assert (changed, gone) == ("UPDATE 0", "DELETE 0")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(
                    "insert into farm.accepted_parents (animal_id, farm_id, sire_id) values ($1, $2, $3)",
                    ram, UUID(farmer.farm_id), lamb,
                )  # fmt: skip
        finally:
            await connection.close()
