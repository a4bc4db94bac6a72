"""What the database itself holds of measurements, whatever statement wrote them: days of groups, and their animals."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from bellwether.farm.imports.undoing import obstacles, taking_back, together
from bellwether.farm.imports.undoing.made import of_imports
from bellwether.farm.measurements import repository

from .conftest import Farmer, NewFarmer
from .dumps import MISCOUNTED
from .large_tables import read_whole, said_by

STATES, GROUPS = ("active", "active", "superseded"), ("1234/2024/W/b0/g1", "1234/2024/W/b0/g2", "a/B", "a/b", None)
ADD = """
insert into farm.observation (id, farm_id, flock_id, animal_id, trait, stage, value, unit, raw_value, raw_unit,
  occurred_on, contemporary_group, state, source)
select id, $1, $2, $3, 'WWT', 'W', 30, 'kg', '30', 'kg', day, name, state, 'api'
from unnest($4::uuid[], $5::date[], $6::text[], $7::text[]) as t (id, day, name, state)
"""
SOME = "where farm_id = $1 and id = any($3::uuid[])"
CHANGES = (
    f"update farm.observation set state = $2 {SOME}",
    f"update farm.observation set contemporary_group = $2 {SOME}",
    f"update farm.observation set occurred_on = occurred_on + $2::int {SOME}",
    f"delete from farm.observation {SOME} and $2::text is null",
)
FIRST = date(2024, 11, 1)


async def one_change(connection: asyncpg.Connection, ids: tuple[UUID, UUID, UUID], chance: random.Random) -> None:
    """Some measurements of one animal at once: new, superseded, of another group or day, gone."""
    if chance.random() < 0.4:
        n = chance.choice([1, 3, 20])
        days = [FIRST + timedelta(chance.randrange(3000)) for _ in range(n)]
        what = [uuid4() for _ in range(n)], days, chance.choices(GROUPS, k=n), chance.choices(STATES, k=n)
        await connection.execute(ADD, *ids, *what)
        return
    known = [row[0] for row in await connection.fetch("select id from farm.observation where farm_id = $1", ids[0])]
    some = chance.sample(known, min(len(known), chance.choice([0, 1, 5, 30])))
    number = chance.randrange(len(CHANGES))
    value = (chance.choice(STATES), chance.choice(GROUPS), str(chance.randrange(1, 40)), None)[number]
    await connection.execute(CHANGES[number].replace("$2::int", "$2::text::int"), ids[0], value, some)


async def test_days_are_counted_after_any_statements(
    farmer: Farmer, chance: random.Random, rounds: Callable[[int, int], int]
) -> None:
    ids = UUID(farmer.farm_id), UUID(farmer.flock_id), UUID((await farmer.animal())["id"])
    connection = await asyncpg.connect(farmer.admin_dsn)
    transaction = connection.transaction()
    await transaction.start()
    n_done = 0
    try:
        for _ in range(rounds(120, 4000)):
            try:
                async with connection.transaction():
                    await one_change(connection, ids, chance)
                    n_done += 1
            except asyncpg.UniqueViolationError:
                continue
            assert not await connection.fetch(MISCOUNTED)
        assert n_done > 60
    finally:
        await transaction.rollback()
        await connection.close()


async def test_neither_days_nor_what_an_import_made_are_looked_for_in_all_measurements(farmer: Farmer) -> None:
    farm, made = UUID(farmer.farm_id), [uuid4()]
    asked = [
        (repository.SPANS, farm, ["WWT"], ["1234/2024/W/b0/g1"]),
        (
            taking_back.REMOVE.format(relation="observation", is_made=of_imports("observation"), columns="id"),
            farm,
            made,
        ),
        (together.ADOPT.format(relation="observation", is_made=of_imports("observation")), farm, made, uuid4()),
        (obstacles.BUILT_UPON["measurement_corrected"][1], farm, made[0]),
    ]
    assert not await read_whole(farmer, said_by(asked))


async def test_first_and_last_day_of_a_group_are_those_of_its_measurements_that_count(farmer: Farmer) -> None:
    """One that was superseded, or is of a group whose name differs in capitals alone, is none of them."""
    animal = UUID((await farmer.animal())["id"])
    farm = UUID(farmer.farm_id)
    days = [FIRST + timedelta(n) for n in range(4)]
    connection = await asyncpg.connect(farmer.admin_dsn)
    try:
        await connection.execute(
            ADD, farm, UUID(farmer.flock_id), animal, [uuid4() for _ in days], days,
            ["a/b", "a/b", "a/B", "a/b"], ["active", "active", "active", "superseded"],
        )  # fmt: skip
        found = await connection.fetch(repository.SPANS, farm, ["WWT", "WWT", "PWT"], ["a/b", "a/B", "a/b"])
    finally:
        await connection.close()
    assert [tuple(row) for row in found] == [
        ("WWT", "a/b", days[0], days[1]),
        ("WWT", "a/B", days[2], days[2]),
        ("PWT", "a/b", None, None),
    ]


async def test_a_measurement_is_of_an_animal_and_a_flock_of_its_farm(farmer: Farmer, new_farmer: NewFarmer) -> None:
    """Of a statement with many, in which one is of another farm's animal, of nobody, or of no flock, nothing stays."""
    other = await new_farmer()
    mine = [UUID((await one.animal())["id"]) for one in (farmer, farmer, other)]
    farm, flock = UUID(farmer.farm_id), UUID(farmer.flock_id)
    what = "animal, 'WWT', 'W', 30, 'kg', '30', 'kg', $4::date, 'api'"
    many = f"select $1::uuid, $2::uuid, {what} from unnest($3::uuid[]) as a (animal)"
    columns = "farm_id, flock_id, animal_id, trait, stage, value, unit, raw_value, raw_unit, occurred_on, source"
    add = f"insert into farm.observation (id, {columns}) select gen_random_uuid(), * from ({many}) m"
    connection = await asyncpg.connect(farmer.admin_dsn)
    try:
        for flock_id, animals in ((flock, [*mine[:2], mine[2]]), (flock, [*mine[:2], uuid4()]), (uuid4(), mine[:2])):
            with pytest.raises(asyncpg.ForeignKeyViolationError):
                await connection.execute(add, farm, flock_id, animals, FIRST)
        assert await connection.execute(add, farm, flock, mine[:2], FIRST) == "INSERT 0 2"
        changed = "update farm.observation set animal_id = $2 where farm_id = $1 and animal_id = $3"
        with pytest.raises(asyncpg.ForeignKeyViolationError):
            await connection.execute(changed, farm, uuid4(), mine[0])
    finally:
        await connection.close()
