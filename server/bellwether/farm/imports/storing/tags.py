"""The animals that the tags of a chunk of weights name."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from bellwether.farm.imports.judging.weighing import Weighing
from bellwether.farm.imports.judging.weighings import TaggedAnimals, Weighed
from bellwether.platform.database.transactions import Session, driver

# one table at a time: freshly filled tables have no statistics, and a join of them goes wrong by a factor of a hundred
NAMED = """
select kind, value, animal_id from farm.identifier
where farm_id = $1 and state = 'active' and value = any($2::text[])
"""
ANIMALS = """
select id, flock_id, birth_date from farm.animal
where farm_id = $1 and id = any($2::uuid[]) and not reference_only
"""
EIDS = """
select animal_id, value from farm.identifier
where farm_id = $1 and animal_id = any($2::uuid[]) and kind = 'eid' and state = 'active'
"""


async def load(session: Session, farm_id: UUID, flock_id: UUID, rows: Sequence[tuple[int, Weighing]]) -> TaggedAnimals:
    """Visual tags count within the import's flock, the others within the farm."""
    connection: asyncpg.Connection = driver(session)
    values = sorted({tag for _, row in rows for tag in (row.eid, row.vid, row.id)} - {""})
    named = await connection.fetch(NAMED, farm_id, values)
    ids = list({row["animal_id"] for row in named})
    eids = {row["animal_id"]: row["value"] for row in await connection.fetch(EIDS, farm_id, ids)}
    tags = TaggedAnimals()
    for row in await connection.fetch(ANIMALS, farm_id, ids):
        tags.animals[row["id"]] = Weighed(row["id"], row["flock_id"], row["birth_date"], eids.get(row["id"]))
    for row in named:
        animal = tags.animals.get(row["animal_id"])
        if animal is not None and (row["kind"] != "visual" or animal.flock_id == flock_id):
            tags.add(row["kind"], row["value"], animal.id)
    return tags
