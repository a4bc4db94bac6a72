"""Courses and withdrawals in the database: written as what follows from the log, and asked by animal and by day."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from uuid import UUID

from bellwether.farm.health.models import (
    SALE_LISTS,
    BoardRow,
    CardRow,
    Course,
    DosedRow,
    KnownBatch,
    ProductLabel,
    SoldRow,
    StandingRow,
    WithheldSale,
)
from bellwether.platform.database.many_rows import execute_with
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep.withdrawals import Periods

PRODUCTS = """
select id, name, unit, route, meat_days, export_days, milk_days from farm.product
where farm_id = $1 and id = any($2::uuid[])
"""
BATCHES = "select id, product_id, lot, expires_on from farm.product_batch where farm_id = $1 and id = any($2::uuid[])"
LISTS = """
select id from farm.animal_group
where farm_id = $1 and id = any($2::uuid[]) and type = 'planned' and lower(purpose) = any($3::text[])
"""
SHOWN = ", ".join(f"c.{name}" for name in Course._fields if name != "animal_id")
OF_ANIMALS = f"""
select coalesce(a.merged_into, a.id) as animal_id, {SHOWN} from
(select id, merged_into from farm.animal where farm_id = $1 and id = any($2::uuid[])
 union select id, merged_into from farm.animal where farm_id = $1 and merged_into = any($2::uuid[])) a
join farm.course c on c.farm_id = $1 and c.animal_id = a.id
"""
OF_GROUPS = f"select c.animal_id, {SHOWN} from farm.course c where farm_id = $1 and group_id = any($2::uuid[])"
# a membership of no length leaves no row, and may hold the moment of a treatment
EVER_IN = """
select m.animal_id from farm.group_member m where m.farm_id = $1 and m.group_id = any($2::uuid[])
union
select coalesce(a.merged_into, a.id) from farm.event e join farm.animal a on a.farm_id = $1 and a.id = e.animal_id
where e.farm_id = $1 and e.group_id = any($2::uuid[]) and e.kind in ('group.assigned', 'weaning.recorded')
"""
LEAVE = "delete from farm.course where farm_id = $1 and event_id = any($2::uuid[])"
COURSE = {
    "event_id": "uuid", "kind": "text", "animal_id": "uuid", "group_id": "uuid", "at": "timestamptz", "place": "int8",
    "until": "timestamptz", "first_on": "date", "last_on": "date", "product_id": "uuid", "batch_id": "uuid",
    "per_head": "float8", "used": "float8", "meat_days": "int2", "export_days": "int2", "milk_days": "int2",
}  # fmt: skip
ADD = f"""
insert into farm.course (farm_id, {", ".join(COURSE)}) select $1, {", ".join(f"t.{name}" for name in COURSE)}
from {{rows}} as t
"""
CLEAR = "delete from farm.dosed where farm_id = $1 and animal_id = any($2::uuid[])"
DOSED = {
    "animal_id": "uuid", "event_id": "uuid", "last_on": "date", "meat_until": "date", "export_until": "date",
    "milk_until": "date",
}  # fmt: skip
ADD_DOSED = f"""
insert into farm.dosed (farm_id, {", ".join(DOSED)}) select $1, {", ".join(f"t.{name}" for name in DOSED)}
from {{rows}} as t
"""
HAS_COURSES = "select exists (select from farm.course where farm_id = $1)"
# tagged animals that it reached, and head without tags that were in the group at that moment
REACHED_HEAD = """((select count(*) from farm.dosed d where d.farm_id = c.farm_id and d.event_id = c.event_id)
  + coalesce((select sum(s.change) from farm.stock_change s where s.farm_id = c.farm_id and s.group_id = c.group_id
    and (s.at, s.place) < (c.at, c.place)), 0))"""
HEADS = f"""
select c.event_id, {REACHED_HEAD} as head
from farm.course c where c.farm_id = $1 and c.event_id = any($2::uuid[]) and c.group_id is not null
"""
USED = f"""
coalesce((select sum(coalesce(c.used, c.per_head * {REACHED_HEAD}))
  from farm.course c where c.farm_id = b.farm_id and c.batch_id = b.id), 0)
"""
SHORT = f"""
select b.id, b.lot, p.unit, b.quantity - {USED} as on_hand
from farm.product_batch b join farm.product p on p.farm_id = $1 and p.id = b.product_id
where b.farm_id = $1 and b.id = any($2::uuid[])
"""
OF_PRODUCT = f"""
select {SHOWN}, c.animal_id, e.payload -> 'off_label' as off_label
from farm.course c join farm.event e on e.farm_id = $1 and e.id = c.event_id
where c.farm_id = $1 and c.product_id = $2
"""

REACHED = """
select distinct d.animal_id from farm.course c join farm.dosed d on d.farm_id = $1 and d.event_id = c.event_id
where c.farm_id = $1 and c.product_id = $2
"""
OURS = "('alive', 'grazing_off', 'in_transit')"
BOARD = f"""
select * from (
  select d.animal_id, coalesce(a.tag, a.id::text) as name, max(d.meat_until) as meat_until,
    max(d.export_until) as export_until, max(d.milk_until) as milk_until,
    max(case $3::text when 'meat' then d.meat_until when 'export' then d.export_until when 'milk' then d.milk_until
      else d.clear_on end) as until
  from farm.dosed d join farm.animal a on a.farm_id = $1 and a.id = d.animal_id and a.fate in {OURS}
  where d.farm_id = $1 and d.animal_id in (
    select animal_id from farm.dosed o
    where o.farm_id = $1 and (o.clear_on > $2 or ($3 = 'milk' and o.milk_until > $2)))
  and ($4::uuid is null or d.animal_id in (
    select animal_id from farm.group_member m where m.farm_id = $1 and m.group_id = $4 and upper_inf(m.during)))
  group by d.animal_id, a.id
) as b where until > $2 and ($5::date is null or (until, animal_id) > ($5, $6::uuid)) order by until, animal_id limit $7
"""
CARD = """
select c.event_id, c.kind, c.product_id, p.name, c.batch_id, b.lot, c.group_id, c.first_on, d.last_on, d.meat_until,
  d.export_until, d.milk_until
from farm.dosed d join farm.course c on c.farm_id = $1 and c.event_id = d.event_id
left join farm.product p on p.farm_id = $1 and p.id = c.product_id
left join farm.product_batch b on b.farm_id = $1 and b.id = c.batch_id
where d.farm_id = $1 and d.animal_id = $2 order by d.last_on desc, c.place desc
"""
# an animal that was merged is asked about as the one into which it was
STANDING = """
select a.id, array(select u.id from unnest($2::uuid[]) as u (id) join farm.animal t on t.farm_id = $1 and t.id = u.id
  where coalesce(t.merged_into, t.id) = a.id) as asked,
  coalesce(a.tag, a.id::text) as name, a.fate, max(d.meat_until), max(d.export_until), max(d.milk_until)
from farm.animal a left join farm.dosed d on d.farm_id = $1 and d.animal_id = a.id
where a.farm_id = $1 and not a.reference_only and a.id = any(array(
  select coalesce(t.merged_into, t.id) from farm.animal t where t.farm_id = $1 and t.id = any($2::uuid[])))
group by a.id order by a.id
"""
MEMBERS = """
select animal_id from farm.group_member
where farm_id = $1 and group_id = $2 and upper_inf(during) and ($3::uuid is null or animal_id > $3)
order by animal_id limit $4
"""
# what began after the sale had nobody withheld at it
SALES = """
select e.seq, e.id, e.kind, a.id, coalesce(a.tag, a.id::text) as name, e.group_id, e.occurred_on,
  e.payload ->> 'market' as market, e.payload -> 'override' ->> 'reason' as reason, e.recorded_by, e.recorded_at,
  w.meat_until, w.export_until
from (
  select * from farm.event d where d.farm_id = $1 and d.kind = 'animal.departed' and d.seq > $2
    and d.payload ->> 'fate' in ('sold', 'culled')
  union all
  select * from farm.event g where g.farm_id = $1 and g.kind = 'group.assigned' and g.seq > $2
  and g.group_id = any(array(
    select l.id from farm.animal_group l
    where l.farm_id = $1 and l.type = 'planned' and lower(l.purpose) = any($3::text[])))
) as e
join farm.animal told on told.farm_id = $1 and told.id = e.animal_id
join farm.animal a on a.farm_id = $1 and a.id = coalesce(told.merged_into, told.id)
left join lateral (
  select max(d.meat_until) as meat_until, max(d.export_until) as export_until
  from farm.dosed d join farm.course c on c.farm_id = $1 and c.event_id = d.event_id
  where d.farm_id = $1 and d.animal_id = a.id and c.first_on <= e.occurred_on
) as w on true
where not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id)
  and ($5::uuid[] is null or a.id = any($5))
  and (e.payload ? 'override'
    or case e.payload ->> 'market' when 'meat' then w.meat_until else w.export_until end > e.occurred_on)
order by e.seq limit $4
"""
# sales of animals that were withheld, by what is known now, of which nobody has said why they went all the same
SOLD_WITHHELD = """
select a.id, coalesce(a.tag, a.id::text) as name, e.occurred_on, w.product, w.until
from farm.event e
join farm.animal told on told.farm_id = $1 and told.id = e.animal_id
join farm.animal a on a.farm_id = $1 and a.id = coalesce(told.merged_into, told.id)
join lateral (
  select coalesce(p.name, 'introduced feed') as product,
    case e.payload ->> 'market' when 'meat' then d.meat_until else d.export_until end as until
  from farm.dosed d join farm.course c on c.farm_id = $1 and c.event_id = d.event_id
  left join farm.product p on p.farm_id = $1 and p.id = c.product_id
  where d.farm_id = $1 and d.animal_id = a.id and c.first_on <= e.occurred_on order by 2 desc, 1 limit 1
) as w on w.until > e.occurred_on
where e.farm_id = $1 and e.kind = 'animal.departed' and e.payload ->> 'fate' in ('sold', 'culled')
  and not e.payload ? 'override' and ($2::uuid[] is null or a.id = any($2))
  and not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id)
order by e.occurred_on, e.seq
"""
# courses of groups that may still withhold somebody; one of which nobody knows for how long always does
OF_HERDS = f"""
select c.animal_id, {SHOWN} from farm.course c where c.farm_id = $1 and c.group_id is not null and c.first_on <= $2
"""
NAMES = "select id, name from farm.animal_group where farm_id = $1 and id = any($2::uuid[])"
FARM_OF_ANIMAL = "select farm_id, coalesce(merged_into, id) as kept from farm.animal where id = $1"
GROUP = "select exists (select from farm.animal_group where farm_id = $1 and id = $2)"


async def products(session: Session, farm_id: UUID, ids: Collection[UUID]) -> dict[UUID, ProductLabel]:
    """Those of the products that the farm has."""
    rows = await driver(session).fetch(PRODUCTS, farm_id, list(ids))
    return {key: ProductLabel(name, unit, route, Periods(*days)) for key, name, unit, route, *days in rows}


async def batches(session: Session, farm_id: UUID, ids: Collection[UUID]) -> dict[UUID, KnownBatch]:
    """Those of the batches that the farm has."""
    rows = await driver(session).fetch(BATCHES, farm_id, list(ids))
    return {key: KnownBatch(*rest) for key, *rest in rows}


async def lists(session: Session, farm_id: UUID, groups: Collection[UUID]) -> frozenset[UUID]:
    """Those of the groups that are planned for a market."""
    rows = await driver(session).fetch(LISTS, farm_id, list(groups), list(SALE_LISTS))
    return frozenset(row["id"] for row in rows)


async def courses(
    session: Session, farm_id: UUID, animals: Collection[UUID], groups: Collection[UUID]
) -> dict[UUID, Course]:
    """What these animals and groups got."""
    connection = driver(session)
    rows = await connection.fetch(OF_ANIMALS, farm_id, list(animals)) if animals else []
    rows += await connection.fetch(OF_GROUPS, farm_id, list(groups)) if groups else []
    return {row["event_id"]: Course(**row) for row in rows}


async def ever_in(session: Session, farm_id: UUID, groups: Collection[UUID]) -> set[UUID]:
    """Animals that were in one of the groups at any time."""
    return {row[0] for row in await driver(session).fetch(EVER_IN, farm_id, list(groups))} if groups else set()


async def has_courses(session: Session, farm_id: UUID) -> bool:
    """Whether anything was ever given on a farm."""
    found: bool = await driver(session).fetchval(HAS_COURSES, farm_id)
    return found


async def replace(session: Session, farm_id: UUID, gone: Collection[UUID], made: Sequence[Course]) -> None:
    """Courses that count no longer, and those that do from now on."""
    if gone:
        await driver(session).execute(LEAVE, farm_id, list(gone))
    if made:
        await execute_with(session, ADD, COURSE, made, farm_id)


async def project(session: Session, farm_id: UUID, animals: Collection[UUID], rows: Sequence[DosedRow]) -> None:
    """What these animals got is what `rows` say."""
    await driver(session).execute(CLEAR, farm_id, list(animals))
    if rows:
        await execute_with(session, ADD_DOSED, DOSED, rows, farm_id)


async def heads(session: Session, farm_id: UUID, events: Iterable[UUID]) -> dict[UUID, int]:
    """How many animals each of the courses of a group reached."""
    return {row["event_id"]: row["head"] for row in await driver(session).fetch(HEADS, farm_id, list(events))}


async def short(session: Session, farm_id: UUID, ids: Collection[UUID]) -> dict[UUID, tuple[str, str, float]]:
    """Lot, unit and quantity of those batches of which more was given than bought."""
    rows = await driver(session).fetch(SHORT, farm_id, list(ids)) if ids else []
    return {row["id"]: (row["lot"], row["unit"], row["on_hand"]) for row in rows if row["on_hand"] < 0}


async def of_product(session: Session, farm_id: UUID, product_id: UUID) -> list[tuple[Course, Periods]]:
    """Treatments with a product, and the figures of off-label use."""
    found = []
    for row in await driver(session).fetch(OF_PRODUCT, farm_id, product_id):
        values = dict(row)
        own = values.pop("off_label") or {}
        found.append((Course(**values), Periods(*(own.get(f"{name}_days") for name in Periods._fields))))
    return found


async def reached(session: Session, farm_id: UUID, product_id: UUID) -> set[UUID]:
    """Animals that got a product."""
    return {row[0] for row in await driver(session).fetch(REACHED, farm_id, product_id)}


async def board(
    session: Session,
    farm_id: UUID,
    today: date,
    market: str | None,
    group_id: UUID | None,
    after: tuple[date, UUID] | None,
    limit: int,
) -> list[BoardRow]:
    """Animals of the farm that are withheld, those that are clear first before the others."""
    rows = await driver(session).fetch(BOARD, farm_id, today, market, group_id, *(after or (None, None)), limit)
    return [BoardRow(*row.values()) for row in rows]


async def card(session: Session, farm_id: UUID, animal_id: UUID) -> list[CardRow]:
    """What an animal got, the last first."""
    return [CardRow(*row.values()) for row in await driver(session).fetch(CARD, farm_id, animal_id)]


async def standing(session: Session, farm_id: UUID, animals: Collection[UUID]) -> list[StandingRow]:
    """Those of the animals that the farm has, by id."""
    return [StandingRow(*row.values()) for row in await driver(session).fetch(STANDING, farm_id, list(animals))]


async def members(session: Session, farm_id: UUID, group_id: UUID, after: UUID | None, limit: int) -> list[UUID]:
    """Who is in a group now, by id."""
    return [row[0] for row in await driver(session).fetch(MEMBERS, farm_id, group_id, after, limit)]


async def sales(
    session: Session, farm_id: UUID, after: int, limit: int, animals: Collection[UUID] | None = None
) -> list[SoldRow]:
    """Sales of animals that were withheld, in the order of the log."""
    chosen = None if animals is None else list(animals)
    rows = await driver(session).fetch(SALES, farm_id, after, list(SALE_LISTS), limit, chosen)
    return [SoldRow(*row.values()) for row in rows]


async def sold_withheld(session: Session, farm_id: UUID, animals: Collection[UUID] | None = None) -> list[WithheldSale]:
    """Sales of animals that were withheld by what is known now, and of which nobody has said why; None: of all."""
    ids = None if animals is None else list(animals)
    return [WithheldSale(*row.values()) for row in await driver(session).fetch(SOLD_WITHHELD, farm_id, ids)]


async def of_herds(session: Session, farm_id: UUID, day: date) -> dict[UUID, Course]:
    """What groups got until a day."""
    return {row["event_id"]: Course(**row) for row in await driver(session).fetch(OF_HERDS, farm_id, day)}


async def names(session: Session, farm_id: UUID, groups: Collection[UUID]) -> dict[UUID, str]:
    """Of groups."""
    return {row["id"]: row["name"] for row in await driver(session).fetch(NAMES, farm_id, list(groups))}


async def farm_of_animal(session: Session, animal_id: UUID) -> tuple[UUID, UUID] | None:
    """Whose animal it is, and the one into which it was merged; None when the user does not see it."""
    row = await driver(session).fetchrow(FARM_OF_ANIMAL, animal_id)
    return None if row is None else (row["farm_id"], row["kept"])


async def has_group(session: Session, farm_id: UUID, group_id: UUID) -> bool:
    """Whether the farm has a group."""
    found: bool = await driver(session).fetchval(GROUP, farm_id, group_id)
    return found
