"""Consignments and money in the database."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from sqlalchemy import text

from bellwether.farm.trading.models import ConsignmentRow, HeadRow, SentRow
from bellwether.platform.database.transactions import Session, driver

SHOWN = ", ".join(ConsignmentRow._fields)
INSERT = text("""
insert into farm.consignment
  (id, farm_id, number, kind, moved_on, from_location, to_location, carrier, note, recorded_by)
values (:id, :farm_id, :number, :kind, :moved_on, :from_location, :to_location, :carrier, :note, :recorded_by)
""")
OWN = ("number", "moved_on", "from_location", "to_location", "carrier", "note")
UPDATE = text(f"""
update farm.consignment set {", ".join(f"{name} = coalesce(:{name}, {name})" for name in OWN)}, rev = rev + 1,
  updated_at = clock_timestamp()
where id = :id and rev = :rev returning id
""")
GET = f"select {SHOWN} from farm.consignment where id = $1"
LIST = f"""
select {SHOWN} from farm.consignment where farm_id = $1 and ($2::uuid is null or id > $2) order by id limit $3
"""
CURRENT = "not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id)"
NAMED = f"e.farm_id = $1 and lower(e.payload ->> 'consignment') = lower($2) and {CURRENT}"
WORN = """(select i.value from farm.identifier i where i.farm_id = $1 and i.animal_id = a.id and i.state = 'active'
  and {which} order by i.official desc, upper(i.validity) desc nulls first, i.id limit 1)"""
KINDS = "('animal.arrived', 'animal.departed', 'stock.arrived', 'stock.departed')"
SENT = f"""
select a.id, {WORN.format(which="i.scheme = 'std.iso.11785'")}, {WORN.format(which="i.kind = 'visual'")},
  coalesce((select max(s.arrived_on) from farm.stay s where s.farm_id = $1 and s.animal_id = a.id
    and s.arrived_on <= e.occurred_on), a.birth_date),
  e.occurred_on, w.meat_until, w.export_until
from farm.event e join farm.animal told on told.farm_id = $1 and told.id = e.animal_id
join farm.animal a on a.farm_id = $1 and a.id = coalesce(told.merged_into, told.id)
left join lateral (select max(d.meat_until) as meat_until, max(d.export_until) as export_until
  from farm.dosed d join farm.course c on c.farm_id = $1 and c.event_id = d.event_id
  where d.farm_id = $1 and d.animal_id = a.id and c.first_on <= e.occurred_on) w on e.kind = 'animal.departed'
where e.kind in ('animal.arrived', 'animal.departed') and {NAMED} order by a.id
"""
HEADS = f"""
select h ->> 'stock_class', sum((h ->> 'head')::int)::int8
from farm.event e cross join lateral jsonb_array_elements(e.payload -> 'heads') as h
where e.kind in ('stock.arrived', 'stock.departed') and {NAMED} group by 1 order by 1
"""
LEFT_ON = f"""
select distinct e.occurred_on from farm.event e
where e.kind in ('animal.departed', 'stock.departed') and {NAMED} order by 1
"""
IS_NAMED = f"select exists (select from farm.event e where e.kind in {KINDS} and {NAMED})"
LAYOUT = "select header, columns from farm.file_layout where farm_id = $1 and format = $2"
SET_LAYOUT = """
insert into farm.file_layout (farm_id, format, header, columns) values ($1, $2, $3, $4)
on conflict (farm_id, format) do update set header = excluded.header, columns = excluded.columns
"""


async def add(session: Session, values: Mapping[str, object]) -> None:
    """A new consignment."""
    await session.execute(INSERT, dict(values))


async def change(session: Session, consignment_id: UUID, rev: int, values: Mapping[str, object]) -> bool:
    """Change what is given, if the consignment still is at `rev`."""
    return (await session.execute(UPDATE, {"id": consignment_id, "rev": rev, **values})).scalar() is not None


async def get(session: Session, consignment_id: UUID) -> ConsignmentRow | None:
    """One consignment, or None."""
    row = await driver(session).fetchrow(GET, consignment_id)
    return None if row is None else ConsignmentRow(*row.values())


async def listing(session: Session, farm_id: UUID, after: UUID | None, limit: int) -> list[ConsignmentRow]:
    """Consignments of a farm, by id."""
    return [ConsignmentRow(*row.values()) for row in await driver(session).fetch(LIST, farm_id, after, limit)]


async def is_named(session: Session, farm_id: UUID, number: str) -> bool:
    """Whether an event that counts names a number."""
    return bool(await driver(session).fetchval(IS_NAMED, farm_id, number))


async def sent(session: Session, farm_id: UUID, number: str) -> list[SentRow]:
    """Tagged animals whose coming or going names a number."""
    return [SentRow(*row.values()) for row in await driver(session).fetch(SENT, farm_id, number)]


async def heads(session: Session, farm_id: UUID, number: str) -> list[HeadRow]:
    """Head without tags whose coming or going names a number."""
    return [HeadRow(*row.values()) for row in await driver(session).fetch(HEADS, farm_id, number)]


async def left_on(session: Session, farm_id: UUID, number: str) -> list[date]:
    """The days on which stock left under a number."""
    return [row[0] for row in await driver(session).fetch(LEFT_ON, farm_id, number)]


async def layout(session: Session, farm_id: UUID, name: str) -> tuple[bool, list[str]] | None:
    """Header and columns that a farm has set."""
    row = await driver(session).fetchrow(LAYOUT, farm_id, name)
    return None if row is None else (row["header"], row["columns"])


async def set_layout(session: Session, farm_id: UUID, name: str, *, header: bool, columns: Sequence[str]) -> None:
    """From now on."""
    await driver(session).execute(SET_LAYOUT, farm_id, name, header, list(columns))
