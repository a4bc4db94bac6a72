"""The hot read: a page of animals in one statement on a bare asyncpg connection.

Keyset over (farm, id) or (farm, flock, id); identifiers come as parallel arrays, which decode faster than JSON.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from bellwether.farm.animals.schemas import Animal
from bellwether.platform.pagination import next_cursor
from bellwether.platform.wire import Page

# scalar subqueries, not joins: a page in the middle of a large herd must not become a merge join from its start
SELECT = """
select a.id, a.farm_id, a.flock_id, a.tag, a.sex, a.fertility, a.birth_date, a.birth_type, a.rear_type, a.drop_year,
  a.reference_only,
  (select parent_id from farm.parent_claim where child_id = a.id and status = 'accepted'
     and parent_type = 'sire') as sire_id,
  (select parent_id from farm.parent_claim where child_id = a.id and status = 'accepted'
     and parent_type in ('dam', 'et_donor_dam')) as dam_id,
  i.schemes, i.tags, i.kinds, a.rev, a.updated_at
from ({page}) a
left join lateral (
  select array_agg(scheme) as schemes, array_agg(value) as tags, array_agg(kind) as kinds
  from farm.identifier where farm_id = a.farm_id and animal_id = a.id and state = 'active'
) i on true
order by a.id
"""
OF_FARM = SELECT.format(page="select * from farm.animal where farm_id = $1 and id > $2 order by id limit $3")
OF_FLOCK = SELECT.format(
    page="select * from farm.animal where farm_id = $1 and flock_id = $4 and id > $2 order by id limit $3"
)
BY_IDS = SELECT.format(page="select * from farm.animal where id = any($1::uuid[])")
FIRST = UUID(int=0)
PAGE: TypeAdapter[Page[Animal]] = TypeAdapter(Page[Animal])
ITEMS: TypeAdapter[list[Animal]] = TypeAdapter(list[Animal])


async def page(
    connection: asyncpg.Connection, farm_id: UUID, flock_id: UUID | None, after: UUID | None, limit: int
) -> bytes | None:
    """The page as JSON; None when the first page is empty."""
    if flock_id is None:
        rows = await connection.fetch(OF_FARM, farm_id, after or FIRST, limit + 1)
    else:
        rows = await connection.fetch(OF_FLOCK, farm_id, after or FIRST, limit + 1, flock_id)
    if not rows and after is None:
        return None
    found = {"items": [as_animal(row) for row in rows[:limit]], "next": next_cursor(rows, limit, ["id"])}
    return PAGE.dump_json(PAGE.validate_python(found))


async def by_ids(connection: asyncpg.Connection, ids: Sequence[UUID]) -> list[Animal]:
    """Those of the animals that the user can see."""
    rows = await connection.fetch(BY_IDS, list(ids))
    return ITEMS.validate_python([as_animal(row) for row in rows])


async def is_member(connection: asyncpg.Connection, farm_id: UUID) -> bool:
    """Whether the user sees the farm at all."""
    return bool(await connection.fetchval("select $1 = any (farm.my_farms())", farm_id))


def as_animal(row: asyncpg.Record) -> dict[str, Any]:
    """One row with its identifiers as objects."""
    animal = dict(row)
    schemes, tags, kinds = animal.pop("schemes") or (), animal.pop("tags") or (), animal.pop("kinds") or ()
    animal["identifiers"] = [
        {"scheme": scheme, "value": value, "kind": kind}
        for scheme, value, kind in zip(schemes, tags, kinds, strict=True)
    ]
    return animal
