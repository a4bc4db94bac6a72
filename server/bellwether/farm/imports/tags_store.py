"""The animals that the tags of a chunk of weights name."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg

from bellwether.farm.imports.judge_weights import Tags, Weighed
from bellwether.platform.database import Session, driver

FIND = """
select i.kind, i.value, a.id, a.flock_id, a.birth_date,
  (select e.value from farm.identifier e
   where e.farm_id = $1 and e.animal_id = a.id and e.kind = 'eid' and e.state = 'active' limit 1) as eid
from farm.identifier i join farm.animal a on a.farm_id = $1 and a.id = i.animal_id
where i.farm_id = $1 and i.state = 'active' and not a.reference_only
  and ((i.kind = 'eid' and i.value = any($3::text[])) or (i.kind = 'registration' and i.value = any($5::text[]))
       or (i.kind = 'visual' and i.value = any($4::text[]) and a.flock_id = $2))
"""


async def load(session: Session, farm_id: UUID, flock_id: UUID, rows: Sequence[tuple[int, dict[str, Any]]]) -> Tags:
    """Visual tags count within the import's flock, the others within the farm."""
    connection: asyncpg.Connection = await driver(session)
    values = [sorted({data[field] for _, data in rows} - {""}) for field in ("eid", "vid", "id")]
    tags = Tags()
    for row in await connection.fetch(FIND, farm_id, flock_id, *values):
        tags.animals[row["id"]] = Weighed(row["id"], row["flock_id"], row["birth_date"], row["eid"])
        if row["kind"] == "visual":
            tags.by_vid.setdefault(row["value"], set()).add(row["id"])
        elif row["kind"] == "eid":
            tags.by_eid[row["value"]] = row["id"]
        else:
            tags.by_id[row["value"]] = row["id"]
    return tags
