"""Groups, memberships, head without tags and joinings of a farm, each in an order that an index has."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.health.repository import REACHED_HEAD
from bellwether.farm.icar.models import EventRow, TreatedGroupRow
from bellwether.farm.icar.repository import FIRST, WITHIN, Within, count
from bellwether.farm.season.models import ENDED, REPLACED, STARTED
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep.withdrawals import NEVER

# who is in a group follows from more than the events that name it: whatever was recorded since may have changed it
SETS = f"""
select g.id, g.name, g.type, g.purpose, g.created_at, greatest(g.updated_at, l.recorded_at) as modified, array(
    select m.animal_id from farm.group_member m
    where m.farm_id = $1 and m.group_id = g.id and upper_inf(m.during) order by m.animal_id) as members
from farm.animal_group g left join lateral (
  select e.recorded_at from farm.event e where e.farm_id = $1 order by e.seq desc limit 1) as l on true
where g.farm_id = $1 and {WITHIN.format(column="greatest(g.updated_at, l.recorded_at)")}
  and {{which}} order by g.id limit $5
"""
SETS, ONE_SET = SETS.format(which=f"g.id > coalesce($4::uuid, {FIRST})"), SETS.format(which="g.id = $4")
MEMBERSHIPS = f"""
select m.group_id, m.animal_id, lower(m.during) as since, upper(m.during) as until,
  greatest(a.updated_at, l.recorded_at) as modified
from farm.group_member m join farm.animal a on a.farm_id = $1 and a.id = m.animal_id
left join lateral (select e.recorded_at from farm.event e where e.farm_id = $1 and e.animal_id = m.animal_id
  order by e.seq desc limit 1) as l on true
where m.farm_id = $1 and {WITHIN.format(column="greatest(a.updated_at, l.recorded_at)")}
  and (m.group_id, m.animal_id, lower(m.during))
    > (coalesce($4::uuid, {FIRST}), coalesce($5::uuid, {FIRST}), coalesce($6::timestamptz, '-infinity'))
  {{left}} order by m.group_id, m.animal_id, lower(m.during) limit $7
"""
MEMBERSHIP = """
select m.group_id, m.animal_id, lower(m.during), upper(m.during), greatest(a.updated_at, l.recorded_at)
from farm.group_member m join farm.animal a on a.farm_id = $1 and a.id = m.animal_id
left join lateral (select e.recorded_at from farm.event e where e.farm_id = $1 and e.animal_id = m.animal_id
  order by e.seq desc limit 1) as l on true
where m.farm_id = $1 and m.group_id = $2 and m.animal_id = $3 and lower(m.during) <= $4
order by lower(m.during) desc limit 1
"""
JOINS, LEAVES = MEMBERSHIPS.format(left=""), MEMBERSHIPS.format(left="and not upper_inf(m.during)")
SAID = """
join farm.event p on p.farm_id = $1 and p.seq = e.place
join farm.event said on said.farm_id = $1
  and said.id = case when e.kind = 'event.retracted' then e.supersedes else e.id end
"""
CURRENT = "not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id)"
TOLD = "(e.kind <> 'event.retracted' or $2::timestamptz is not null)"
# head that were tagged are animals from then on: they are told of one by one, and left nothing
HEADS = f"""
select e.id, p.id as first_id, e.seq, p.kind, e.kind = 'event.retracted' as is_retracted, said.group_id,
  said.occurred_on, said.occurred_time, said.tz, said.payload, p.recorded_at as created_at,
  e.recorded_at as modified_at, h.place::int4 as part, h.each ->> 'stock_class' as stock_class,
  (h.each ->> 'head')::int4 as head
from farm.event e {SAID}
cross join lateral jsonb_array_elements(said.payload -> 'heads') with ordinality as h (each, place)
where e.farm_id = $1 and p.kind = $4 and said.payload ->> 'fate' is distinct from 'tagged' and {TOLD} and {CURRENT}
  and {WITHIN.format(column="e.recorded_at")} and e.seq >= $5 and (e.seq, h.place) > ($5, $6)
order by e.seq, h.place limit $7
"""
# ewes that are listed, or that were in the group while the rams ran with it; rams that came later are rams of all
JOININGS = f"""
with parts as (
  select j.place, x.kind, x.occurred_on, x.recorded_at, (x.payload ->> 'in_id')::uuid as ram
  from farm.event x join farm.event j on j.farm_id = $1 and j.id = (x.payload ->> 'joining_id')::uuid
  where x.farm_id = $1 and x.kind = any(array['{ENDED}', '{REPLACED}'])
    and not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = x.id)
), page as (
  select e.id, p.id as first_id, e.seq, p.kind, e.kind = 'event.retracted' as is_retracted, said.id as said_id,
    said.animal_id, said.group_id, said.occurred_on, said.occurred_time, said.tz, said.payload,
    p.recorded_at as created_at, greatest(e.recorded_at, n.told) as modified_at, n.ended_on,
    coalesce(n.rams, '{{}}') as rams
  from farm.event e {SAID} left join lateral (
    select min(occurred_on) filter (where parts.kind = '{ENDED}') as ended_on, max(recorded_at) as told,
      array_agg(ram) filter (where ram is not null) as rams
    from parts where parts.place = e.place) as n on true
  where e.farm_id = $1 and p.kind = any($4::text[]) and {TOLD} and {CURRENT} and e.seq >= $5
    and coalesce(said.payload ->> 'method', 'natural') = any(case p.kind when '{STARTED}'
      then array['natural', 'hand_mating'] else array[coalesce(said.payload ->> 'method', 'natural')] end)
    and {WITHIN.format(column="greatest(e.recorded_at, n.told)")}
)
select {", ".join("w.animal_id" if name == "animal_id" else f"page.{name}" for name in EventRow._fields)},
  page.ended_on, page.rams
from page cross join lateral (
  select page.animal_id where page.kind <> '{STARTED}'
  union
  select o.animal_id from farm.event_other o
  where page.kind = '{STARTED}' and o.farm_id = $1 and o.event_id = page.said_id and o.role = 'ewe'
  union
  select m.animal_id from farm.group_member m join farm.animal a on a.farm_id = $1 and a.id = m.animal_id
  where page.kind = '{STARTED}' and m.farm_id = $1 and m.group_id = page.group_id and a.sex = 'female'
    and m.during && tstzrange(page.occurred_on at time zone page.tz, (page.ended_on + 1) at time zone page.tz)) as w
where (page.seq, w.animal_id) > ($5, coalesce($6::uuid, {FIRST})) order by page.seq, w.animal_id limit $7
"""


GROUPS_NAMED = """
select id, lower(name) from farm.animal_group
where farm_id = $1 and (id::text = any($2::text[]) or lower(name) = any($2::text[]))
"""
# how many the mob was then: those that the treatment reached, with and without tags
TREATED_GROUPS = f"""
select e.id, p.id as first_id, e.seq, e.kind = 'event.retracted' as is_retracted, said.group_id, said.occurred_on,
  said.occurred_time, said.tz, said.payload, p.recorded_at as created_at, e.recorded_at as modified_at,
  r.name as product, b.lot, b.expires_on, coalesce(c.last_on + c.meat_days, '{NEVER}') as meat_until,
  coalesce(c.last_on + c.export_days, '{NEVER}') as export_until,
  coalesce(c.last_on + c.milk_days, '{NEVER}') as milk_until,
  case when c.event_id is null then null else {REACHED_HEAD} end::int4 as head
from farm.event e {SAID}
join farm.product r on r.farm_id = $1 and r.id = (said.payload ->> 'product_id')::uuid
left join farm.course c on c.farm_id = $1 and c.event_id = e.id
left join farm.product_batch b on b.farm_id = $1 and b.id = c.batch_id
where e.farm_id = $1 and p.kind = 'treatment.given' and said.group_id is not null and {TOLD} and {CURRENT}
  and {WITHIN.format(column="e.recorded_at")} and e.seq > $4
order by e.seq limit $5
"""


class SetRow(NamedTuple):
    """A group and who is in it now."""

    id: UUID
    name: str
    type: str
    purpose: str | None
    created_at: datetime
    modified: datetime
    members: list[UUID]


class MembershipRow(NamedTuple):
    """When an animal was in a group."""

    group_id: UUID
    animal_id: UUID
    since: datetime
    until: datetime | None
    modified: datetime


class HeadsRow(NamedTuple):
    """Head of one class that were born, came, left or died."""

    id: UUID
    first_id: UUID
    seq: int
    kind: str
    is_retracted: bool
    group_id: UUID
    occurred_on: date
    occurred_time: object
    tz: str
    payload: dict[str, object]
    created_at: datetime
    modified_at: datetime
    part: int
    stock_class: str
    head: int


class ServedRow(NamedTuple):
    """A service of a ewe, or that rams ran with her."""

    event: EventRow
    ended_on: date | None
    rams: list[UUID]


async def sets(session: Session, farm_id: UUID, within: Within, after: UUID | None, limit: int) -> list[SetRow]:
    """Groups of a farm by id."""
    return [SetRow(*row.values()) for row in await driver(session).fetch(SETS, farm_id, *within, after, limit)]


async def count_sets(session: Session, farm_id: UUID, within: Within) -> int:
    """How many groups are on all pages."""
    return await count(session, SETS, farm_id, *within, None, None)


async def one_set(session: Session, farm_id: UUID, group_id: UUID) -> SetRow:
    """One group."""
    (row,) = await driver(session).fetch(ONE_SET, farm_id, None, None, group_id, 1)
    return SetRow(*row.values())


async def membership(
    session: Session, farm_id: UUID, group_id: UUID, animal_id: UUID, at: datetime
) -> MembershipRow | None:
    """The last that began by a moment."""
    row = await driver(session).fetchrow(MEMBERSHIP, farm_id, group_id, animal_id, at)
    return None if row is None else MembershipRow(*row.values())


async def memberships(
    session: Session, page: str, farm_id: UUID, within: Within, after: Sequence[object], limit: int
) -> list[MembershipRow]:
    """Memberships by group and animal; those that have ended of `LEAVES`."""
    rows = await driver(session).fetch(page, farm_id, *within, *after, limit)
    return [MembershipRow(*row.values()) for row in rows]


async def count_memberships(session: Session, page: str, farm_id: UUID, within: Within) -> int:
    """How many memberships are on all pages."""
    return await count(session, page, farm_id, *within, None, None, None, None)


async def groups_named(session: Session, farm_id: UUID, names: Sequence[str]) -> dict[str, list[UUID]]:
    """Groups by their ids and by their names in small letters; several may have one name."""
    found: dict[str, list[UUID]] = {}
    for key, name in await driver(session).fetch(GROUPS_NAMED, farm_id, list(names)) if names else ():
        for called in (str(key), name):
            found.setdefault(called, []).append(key)
    return found


async def treated_groups(
    session: Session, farm_id: UUID, within: Within, after: int, limit: int
) -> list[TreatedGroupRow]:
    """Mobs that were treated, in the order in which that was recorded."""
    rows = await driver(session).fetch(TREATED_GROUPS, farm_id, *within, after, limit)
    return [TreatedGroupRow(*row.values()) for row in rows]


async def count_treated_groups(session: Session, farm_id: UUID, within: Within) -> int:
    """How many treatments of mobs are on all pages."""
    return await count(session, TREATED_GROUPS, farm_id, *within, 0, None)


async def heads(
    session: Session, farm_id: UUID, within: Within, kind: str, after: Sequence[object], limit: int
) -> list[HeadsRow]:
    """Head without tags, in the order in which they were recorded."""
    rows = await driver(session).fetch(HEADS, farm_id, *within, kind, *after, limit)
    return [HeadsRow(*row.values()) for row in rows]


async def count_heads(session: Session, farm_id: UUID, within: Within, kind: str) -> int:
    """How many lines of head are on all pages."""
    return await count(session, HEADS, farm_id, *within, kind, 0, 0, None)


async def served(
    session: Session, farm_id: UUID, within: Within, kinds: Sequence[str], after: Sequence[object], limit: int
) -> list[ServedRow]:
    """Services, each of one ewe, in the order in which they were recorded."""
    rows = await driver(session).fetch(JOININGS, farm_id, *within, list(kinds), *after, limit)
    return [ServedRow(EventRow(*list(row.values())[:-2]), row["ended_on"], row["rams"]) for row in rows]


async def count_served(session: Session, farm_id: UUID, within: Within, kinds: Sequence[str]) -> int:
    """How many services are on all pages."""
    return await count(session, JOININGS, farm_id, *within, list(kinds), 0, None, None)
