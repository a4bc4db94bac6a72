"""The animals that the tags of a chunk of weights name."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from bellwether.farm.imports.judging.weighing import Weighing
from bellwether.farm.imports.judging.weighings import TaggedAnimals, Weighed, cells_of
from bellwether.farm.measurements import repository as measurements
from bellwether.farm.measurements.groups import Group, Placed, touched
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep import damage
from bellwether.sheep.identifiers import is_of_flock, spellings

# one table at a time: freshly filled tables have no statistics, and a join of them goes wrong by a factor of a hundred
NAMED = """
select kind, value, scope, animal_id from farm.identifier
where farm_id = $1 and state = 'active' and value = any($2::text[])
union all
select kind, value, scope, animal_id from farm.identifier
where farm_id = $1 and state = 'active' and kind = 'name' and lower(value) = any($3::text[])
union all
select kind, value, scope, animal_id from farm.identifier
where farm_id = $1 and state = 'active' and value like '0%' and ltrim(value, '0') = any($4::text[])
"""
ANIMALS = """
select id, flock_id, birth_date, tag, drop_year, birth_group, is_embryo_transfer from farm.animal
where farm_id = $1 and id = any($2::uuid[]) and not reference_only
"""
EIDS = """
select animal_id, value from farm.identifier
where farm_id = $1 and animal_id = any($2::uuid[]) and kind = 'eid' and state = 'active'
"""
CODES = "select id, code from farm.flock where farm_id = $1"


async def load(session: Session, farm_id: UUID, flock_id: UUID, rows: Sequence[tuple[int, Weighing]]) -> TaggedAnimals:
    """Visual tags count within the import's flock, the others within the farm."""
    connection: asyncpg.Connection = driver(session)
    named = await connection.fetch(NAMED, farm_id, *cells({cell for _, row in rows for cell, _ in cells_of(row)}))
    ids = list({row["animal_id"] for row in named})
    eids = {row["animal_id"]: row["value"] for row in await connection.fetch(EIDS, farm_id, ids)}
    codes = dict(await connection.fetch(CODES, farm_id))
    tags = TaggedAnimals()
    for row in await connection.fetch(ANIMALS, farm_id, ids):
        placed = Placed(codes[row["flock_id"]], row["drop_year"], row["birth_group"], row["is_embryo_transfer"])
        tags.animals[row["id"]] = Weighed(
            row["id"], row["flock_id"], row["birth_date"], eids.get(row["id"]), placed, row["tag"] or ""
        )
    for row in named:
        if row["animal_id"] in tags.animals and (row["kind"] != "visual" or is_of_flock(row["scope"], flock_id)):
            tags.add(row["kind"], row["value"], row["animal_id"])
    tags.spans.known |= await measurements.spans(session, farm_id, groups_of(tags, rows))
    return tags


def groups_of(tags: TaggedAnimals, rows: Sequence[tuple[int, Weighing]]) -> list[Group]:
    """The contemporary groups that the rows may touch."""
    placed = {(key, row.trait, row.group) for _, row in rows for key in tags.candidates(row)}
    kinds = {(tags.animals[key].placed, trait, group) for key, trait, group in placed}
    return touched(place.group(trait, group) for place, trait, group in kinds)


def cells(found: set[str]) -> tuple[list[str], list[str], list[str]]:
    """What to look for: values in every spelling, names, and numbers without the zeros before them."""
    values = {value for cell in found for value in (cell, *spellings(cell))}
    numbers = {damage.without_zeros(value) for value in values if value.isdecimal() and len(value) < 15}
    return sorted(values | numbers), sorted({" ".join(cell.split()).lower() for cell in found}), sorted(numbers)
