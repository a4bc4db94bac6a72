"""Conflicts in the database. A number that two animals claim is one while it is disputed, and has a row here after."""

from uuid import UUID

from bellwether.farm.conflicts.models import ConflictRow, Said
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.json import json_text

COLUMNS = ", ".join(ConflictRow._fields)
ADD = """
insert into farm.conflict (id, farm_id, kind, collection, row_id, field, kept, other, kept_clock, other_clock, kept_by,
  other_by, device_id)
values ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8::text::jsonb, $9, $10, $11, $12, $13)
"""
DISPUTED = """
select i.id, i.farm_id, 'duplicate_identifier' as kind, 'identifiers' as collection, i.id as row_id,
  'value' as field, to_jsonb(o.animal_id) as kept, to_jsonb(i.animal_id) as other, null::uuid as kept_by,
  null::uuid as other_by, 'open' as state, null::text as choice, i.created_at, null::timestamptz as settled_at
from farm.identifier i
left join lateral (
  select animal_id from farm.identifier o
  where o.farm_id = $1 and o.scheme = i.scheme and o.scope = i.scope and o.value = i.value and o.state = 'active'
  limit 1
) o on true
where i.farm_id = $1 and i.state = 'disputed'
"""
OPEN = f"""
select * from (
  (select {COLUMNS} from farm.conflict where farm_id = $1 and state = 'open' and ($2::uuid is null or id > $2)
    order by id limit $3)
  union all ({DISPUTED} and ($2::uuid is null or i.id > $2) order by i.id limit $3)
) found order by id limit $3
"""
SETTLED = f"""
select {COLUMNS} from farm.conflict
where farm_id = $1 and state = 'settled' and ($2::uuid is null or id > $2) order by id limit $3
"""
GET = f"""
select {COLUMNS} from farm.conflict where farm_id = $1 and id = $2
union all {DISPUTED} and i.id = $2
"""
SETTLE = """
update farm.conflict set state = 'settled', choice = $3, settled_by = $4, settled_at = clock_timestamp()
where farm_id = $1 and id = $2
"""
FORGET = "delete from farm.identifier where farm_id = $1 and id = $2 and state = 'disputed'"
SAME = """
select id from farm.conflict where farm_id = $1 and state = 'open' and row_id = $2 and kind = $3
  and field is not distinct from $4 and kept = $5::text::jsonb and other = $6::text::jsonb
"""
RIVALS = """
select o.id from farm.identifier i join farm.identifier o on o.farm_id = $1 and o.scheme = i.scheme
  and o.scope = i.scope and o.value = i.value and o.state = 'active'
where i.farm_id = $1 and i.id = $2
"""


async def forget_claim(session: Session, farm_id: UUID, identifier_id: UUID) -> None:
    """A number that was another animal's all the time."""
    await driver(session).execute(FORGET, farm_id, identifier_id)


async def add(session: Session, found: ConflictRow, kept: Said, other: Said, device_id: UUID | None = None) -> UUID:
    """A new one; what is told twice, for its answer was lost, is one."""
    what = (found.id, found.farm_id, found.kind, found.collection, found.row_id, found.field)
    values = (json_text(kept.value), json_text(other.value))
    who = (kept.clock, other.clock, kept.by, other.by, device_id)
    same: UUID | None = await driver(session).fetchval(
        SAME, found.farm_id, found.row_id, found.kind, found.field, *values
    )
    if same is not None:
        return same
    await driver(session).execute(ADD, *what, *values, *who)
    return found.id


async def listing(session: Session, farm_id: UUID, state: str, after: UUID | None, limit: int) -> list[ConflictRow]:
    """Of a farm, by id."""
    rows = await driver(session).fetch(OPEN if state == "open" else SETTLED, farm_id, after, limit)
    return [ConflictRow(*row.values()) for row in rows]


async def get(session: Session, farm_id: UUID, conflict_id: UUID) -> ConflictRow | None:
    """One of them."""
    row = await driver(session).fetchrow(GET, farm_id, conflict_id)
    return None if row is None else ConflictRow(*row.values())


async def settle(session: Session, farm_id: UUID, conflict_id: UUID, choice: str, user_id: UUID | None) -> None:
    """A person has decided."""
    await driver(session).execute(SETTLE, farm_id, conflict_id, choice, user_id)


async def rivals(session: Session, farm_id: UUID, identifier_id: UUID) -> list[UUID]:
    """Uses of the same number that count."""
    return [row[0] for row in await driver(session).fetch(RIVALS, farm_id, identifier_id)]
