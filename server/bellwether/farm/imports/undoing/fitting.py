"""Whether what an undo brings back still fits what stands: the same rules as for any other correction."""

from collections.abc import Collection
from functools import partial
from uuid import UUID

import asyncpg

from bellwether.farm.imports.undoing.obstacles import FIX, obstacle
from bellwether.farm.lives import roles
from bellwether.farm.measurements import repository as measurements
from bellwether.platform.problems import RowError
from bellwether.sheep import pedigree
from bellwether.sheep.findings import Broken, Faults
from bellwether.sheep.pedigree import Kin, Measured

TOUCHED = """
with touched as (select relation, id from farm.import_change where farm_id = $1 and import_id = $2)
"""
PAIRS = f"""{TOUCHED}, claims as (
  select c.* from touched t join farm.parent_claim c on c.farm_id = $1 and c.id = t.id where relation = 'parent_claim'
  union select c.* from touched t join farm.parent_claim c on c.farm_id = $1 and c.child_id = t.id
  where relation = 'animal'
  union select c.* from touched t join farm.parent_claim c on c.farm_id = $1 and c.parent_id = t.id
  where relation = 'animal'
)
select k.parent_type, c.tag as child, c.sex as child_sex, c.fertility as child_fertility, c.birth_date as child_birth,
  p.tag as parent, p.sex as parent_sex, p.fertility as parent_fertility, p.birth_date as parent_birth
from claims k join farm.animal c on c.farm_id = $1 and c.id = k.child_id
join farm.animal p on p.farm_id = $1 and p.id = k.parent_id
where k.status = 'accepted' and k.parent_type <> 'excluded_sire'
"""
LOOPS = f"""{TOUCHED}, recursive_start as (
  select c.child_id, c.parent_id from touched t join farm.parent_claim c on c.farm_id = $1 and c.id = t.id
  where relation = 'parent_claim' and c.status = 'accepted' and c.parent_type in ('sire', 'dam', 'et_donor_dam')
)
select distinct a.tag from farm.animal a join (
  with recursive up (child, parent) as (
    select child_id, parent_id from recursive_start
    union
    select up.child, k.id from up join farm.accepted_parents p on p.farm_id = $1 and p.animal_id = up.parent
    cross join lateral (values (p.sire_id), (p.dam_id)) k (id) where k.id is not null
  )
  select child from up where child = parent
) loop on loop.child = a.id where a.farm_id = $1
"""
ANIMALS = f"""{TOUCHED}
select a.id, coalesce(a.tag, a.id::text) as tag, a.sex, a.fertility, a.birth_date from farm.animal a
where a.farm_id = $1 and a.merged_into is null
  and (a.id = any($3::uuid[]) or a.id in (select t.id from touched t where t.relation = 'animal'))
"""
TOO_EARLY = f"""{TOUCHED}, animals as (
  select id from touched where relation = 'animal'
  union select o.animal_id from touched t join farm.observation o on o.farm_id = $1 and o.id = t.id
  where relation = 'observation'
)
select distinct coalesce(a.tag, a.id::text) as tag, o.occurred_on < a.birth_date as is_early
from animals join farm.animal a on a.farm_id = $1 and a.id = animals.id
join farm.observation o on o.farm_id = $1 and o.animal_id = a.id
where o.state = 'active' and (o.occurred_on < a.birth_date or (a.reference_only
  and a.id in (select id from touched where relation = 'animal')
  and o.created_at > (select created_at from farm.import_batch where id = $2)))
"""


async def find(
    connection: asyncpg.Connection, farm_id: UUID, import_id: UUID, also: Collection[UUID] = ()
) -> list[RowError]:
    """Rules that would be broken by what was changed, and by what is told of animals in `also` now."""
    found = []
    for row in await connection.fetch(PAIRS, farm_id, import_id):
        child, parent = kin(row, "child"), kin(row, "parent")
        try:
            pedigree.check_parent(child, parent, row["parent_type"], field="parent")
        except Broken as error:
            found += [RowError(code=each.code, message=each.message, fix=FIX) for each in error.findings]
    loops = [row["tag"] or "?" for row in await connection.fetch(LOOPS, farm_id, import_id)]
    if loops:
        found.append(obstacle("pedigree_loop", "its own ancestor with the parents of before", loops[:5], len(loops)))
    measured = await connection.fetch(TOO_EARLY, farm_id, import_id)
    early = [row["tag"] for row in measured if row["is_early"]]
    ghosts = [row["tag"] for row in measured if not row["is_early"]]
    if early:
        found.append(obstacle("before_birth", "measured before the birth date of before", early[:5], len(early)))
    if ghosts:
        found.append(obstacle("measured_since", "measured, and was only an ancestor before", ghosts[:5], len(ghosts)))
    return found + await of_the_log(connection, farm_id, import_id, also)


async def of_the_log(
    connection: asyncpg.Connection, farm_id: UUID, import_id: UUID, also: Collection[UUID]
) -> list[RowError]:
    """What the log tells of animals that would be born later than it, or of the other sex."""
    rows = await connection.fetch(ANIMALS, farm_id, import_id, list(also))
    ids = [row["id"] for row in rows]
    played = await roles.played(connection, farm_id, ids)
    first = {row["animal_id"]: row for row in await connection.fetch(measurements.FIRST, farm_id, ids)}
    faults = Faults()
    for row in rows:
        name, told = row["tag"], first.get(row["id"])
        faults.take(partial(roles.check, name, row["sex"], row["fertility"], played.get(row["id"], ())))
        # measurements are asked for above; the kind of an event has a dot, no trait does
        if told is not None and "." in told["what"]:
            event = Measured(told["what"], told["occurred_on"])
            faults.take(partial(pedigree.check_first_measurement, name, row["birth_date"], event, field="birth_date"))
    return [RowError(code=each.code, message=each.message, fix=FIX) for each in faults.findings]


def kin(row: asyncpg.Record, who: str) -> Kin:
    """What the pedigree rules need."""
    name = row[who] or f"the {who}"
    return Kin(name, row[f"{who}_sex"], row[f"{who}_fertility"], row[f"{who}_birth"])
