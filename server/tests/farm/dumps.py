"""What a farm holds, table by table, to be compared before and after."""

from typing import Any

import asyncpg

TABLES = ("animal", "identifier", "parent_claim", "observation")
#: a revision never goes back, and when a row was touched is no content of it
UNTOLD = ("rev", "seq", "updated_at")
# the parents that stand by the claims, against those of the projection
ASTRAY = """
with told as (
  select child_id, farm_id, min(parent_id::text) filter (where parent_type = 'sire') as sire,
    min(parent_id::text) filter (where parent_type <> 'sire') as dam
  from farm.parent_claim where status = 'accepted' and parent_type in ('sire', 'dam', 'et_donor_dam')
  group by child_id, farm_id
), kept as (select animal_id, farm_id, sire_id::text, dam_id::text from farm.accepted_parents)
(table told except table kept) union all (table kept except table told)
"""
# the days on which the contemporary groups were measured, against those that are counted
MISCOUNTED = """
with told as (
  select farm_id, trait, contemporary_group, occurred_on, count(*) from farm.observation
  where state = 'active' and contemporary_group is not null group by 1, 2, 3, 4
), kept as (
  select farm_id, trait, contemporary_group, occurred_on, n_measured from farm.group_day where n_measured <> 0
)
(table told except table kept) union all (table kept except table told)
"""


async def dump(dsn: str, farm_id: str) -> dict[str, list[str]]:
    """Every row of the herd as text; the parents and the days of groups that are kept are those that it tells."""
    connection = await asyncpg.connect(dsn)
    try:
        assert not await connection.fetch(ASTRAY)
        assert not await connection.fetch(MISCOUNTED)
        return {name: await rows(connection, name, farm_id) for name in TABLES}
    finally:
        await connection.close()


async def rows(connection: asyncpg.Connection, name: str, farm_id: str) -> list[str]:
    """The rows of one table in a fixed order."""
    untold = " - ".join(["to_jsonb(t)", *(f"'{column}'" for column in UNTOLD)])
    found: list[Any] = await connection.fetch(
        f"select ({untold})::text from farm.{name} t where farm_id = $1 order by id", farm_id
    )
    return [row[0] for row in found]
