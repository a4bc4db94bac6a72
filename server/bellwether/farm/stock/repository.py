"""Stock in the database: classes of a farm, what happened to head without tags, tagged animals that came and went."""

from collections.abc import Collection, Iterable, Sequence
from typing import Literal
from uuid import UUID

from bellwether.farm.lives.repository import BORN_DEAD
from bellwether.farm.stock.models import KINDS
from bellwether.farm.whereabouts.models import moment
from bellwether.platform.database.many_rows import execute_with
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep.stock import USUAL, Change, Sheep, Step, StockClass, Turn

CLASSES = """
select code, name, sex, neutered, from_days, to_days from farm.stock_class where farm_id = $1 order by position
"""
CLEAR_CLASSES = "delete from farm.stock_class where farm_id = $1"
CLASS = {
    "code": "text", "name": "text", "sex": "text", "neutered": "bool", "from_days": "int4", "to_days": "int4",
    "position": "int2",
}  # fmt: skip
ADD_CLASSES = f"""
insert into farm.stock_class (farm_id, {", ".join(CLASS)}) select $1, {", ".join(f"t.{name}" for name in CLASS)}
from {{rows}} as t
"""
CURRENT = "not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id)"
STEPS = f"""
select e.id, e.kind, e.place, e.occurred_on, e.occurred_time, e.tz, e.group_id, e.payload
from farm.event e where e.farm_id = $1 and e.kind = any($2::text[]) and {CURRENT}
"""
GROUPS = "select id from farm.animal_group where farm_id = $1 and id = any($2::uuid[])"
CLEAR = "delete from farm.stock_change where farm_id = $1"
CHANGE = {
    "event_id": "uuid", "at": "timestamptz", "place": "int8", "occurred_on": "date", "group_id": "uuid",
    "stock_class": "text", "flow": "text", "type": "text", "change": "int4",
}  # fmt: skip
ADD = f"""
insert into farm.stock_change (farm_id, {", ".join(CHANGE)}) select $1, {", ".join(f"t.{name}" for name in CHANGE)}
from {{rows}} as t
"""
CHANGES = f"select {', '.join(CHANGE)} from farm.stock_change where farm_id = $1 order by at, place, id"
FLOCK = """
select id, sex, fertility = 'neutered' as neutered, birth_date from farm.animal
where farm_id = $1 and not reference_only and merged_into is null
"""
TURNS = f"""
select coalesce(a.merged_into, a.id) as animal_id, e.kind, e.place, e.occurred_on, e.occurred_time,
  coalesce(e.payload ->> 'fate', e.payload ->> 'reason', 'died') as type
from farm.event e join farm.animal a on a.farm_id = $1 and a.id = e.animal_id
where e.farm_id = $1 and e.kind = any(array['animal.arrived', 'animal.departed', 'animal.died']) and {CURRENT}
union all
select coalesce(a.merged_into, a.id), 'animal.died', e.place,
  coalesce((select (l ->> 'born_on')::date from jsonb_array_elements(e.payload -> 'lambs') l
            where l ->> 'id' = o.animal_id::text), e.occurred_on), null, 'born_dead'
from farm.event e
join farm.event_other o on o.farm_id = $1 and o.event_id = e.id and o.role = '{BORN_DEAD}'
join farm.animal a on a.farm_id = $1 and a.id = o.animal_id
where e.farm_id = $1 and e.kind = 'lambing.recorded' and {CURRENT}
"""


async def classes(session: Session, farm_id: UUID) -> list[StockClass]:
    """Those of a farm, in their order; what is usual when it has set none."""
    rows = await driver(session).fetch(CLASSES, farm_id)
    return [StockClass(*row.values()) for row in rows] or list(USUAL)


async def set_classes(session: Session, farm_id: UUID, found: Sequence[StockClass]) -> None:
    """These in the place of those that were set."""
    await driver(session).execute(CLEAR_CLASSES, farm_id)
    await execute_with(session, ADD_CLASSES, CLASS, [(*each, place) for place, each in enumerate(found)], farm_id)


async def steps(session: Session, farm_id: UUID) -> dict[UUID, Step]:
    """All that happened to head without tags."""
    found = {}
    for row in await driver(session).fetch(STEPS, farm_id, list(KINDS)):
        payload = row["payload"]
        at = moment(row["occurred_on"], row["occurred_time"], row["tz"], row["place"])
        heads = tuple((each["stock_class"], each["head"]) for each in payload["heads"])
        kind = payload.get("fate") or payload.get("reason") or row["kind"].removeprefix("stock.")
        what = (row["id"], at, row["occurred_on"], KINDS[row["kind"]], row["group_id"])
        other = payload.get("to_class") or payload.get("from_class") or payload.get("to_group_id")
        found[row["id"]] = Step(*what, heads, kind, other)
    return found


async def groups(session: Session, farm_id: UUID, ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the groups that the farm has."""
    return frozenset(row["id"] for row in await driver(session).fetch(GROUPS, farm_id, list(ids)))


async def project(session: Session, farm_id: UUID, changes: Iterable[Change]) -> None:
    """What happened to head without tags is what `changes` say."""
    await driver(session).execute(CLEAR, farm_id)
    rows = [(key, *at, *rest) for key, at, *rest in changes]
    if rows:
        await execute_with(session, ADD, CHANGE, rows, farm_id)


async def changes(session: Session, farm_id: UUID) -> list[Change]:
    """What follows from all that happened to head without tags."""
    rows = await driver(session).fetch(CHANGES, farm_id)
    return [Change(key, (at, place), *rest) for key, at, place, *rest in rows]


async def flock(session: Session, farm_id: UUID) -> list[Sheep]:
    """Tagged animals of a farm with all that came and went."""
    connection = driver(session)
    turns: dict[UUID, list[Turn]] = {}
    for row in await connection.fetch(TURNS, farm_id):
        turn: Literal["arrived", "departed", "died"] = row["kind"].removeprefix("animal.")
        found = Turn(row["occurred_on"], row["occurred_time"], row["place"], turn, row["type"])
        turns.setdefault(row["animal_id"], []).append(found)
    rows = await connection.fetch(FLOCK, farm_id)
    return [Sheep(row["sex"], row["neutered"], row["birth_date"], turns.get(row["id"], ())) for row in rows]
