"""Pages of what the standard's resources are made of, each in an order that an index has."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.icar.models import (
    EventRow,
    FarmRow,
    KeptRow,
    KnownWeight,
    ParentRow,
    RemedyRow,
    TreatedRow,
    WeightRow,
    WeightVersion,
)
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep.traits import weights

WITHIN = "($2::timestamptz is null or {column} >= $2) and ($3::timestamptz is null or {column} <= $3)"
FIRST = "'00000000-0000-0000-0000-000000000000'"
# who asks for what has changed is told of doubles, too
KEPT = f"""
select id, created_at, merged_into from farm.animal a
where farm_id = $1 and not reference_only and (merged_into is null or $2::timestamptz is not null)
  and {WITHIN.format(column="updated_at")} and id > coalesce($4::uuid, {FIRST}) {{born}} order by id limit $5
"""
ANIMALS = KEPT.format(born="")
# born here: no arrival was before all else
BORN = KEPT.format(
    born="""and birth_date is not null and not exists (
    select from farm.stay s
    where s.farm_id = a.farm_id and s.animal_id = a.id and s.number = 1 and s.arrived_on is not null)"""
)
PARENTS = """
select child_id, parent_id, parent_type from farm.parent_claim
where farm_id = $1 and child_id = any($2::uuid[]) and status = 'accepted' and parent_type <> 'excluded_sire'
order by id
"""
WEIGHTS = f"""
select {", ".join(WeightRow._fields)} from farm.observation
where farm_id = $1 and state = 'active' and trait = any($4::text[]) and {WITHIN.format(column="created_at")}
  and (flock_id, id) > (coalesce($5::uuid, {FIRST}), coalesce($6::uuid, {FIRST}))
order by flock_id, id limit $7
"""
# an event of which one was taken back is shown, as what was taken back, to those who ask for what has changed
EVENTS = f"""
select e.id, p.id as first_id, e.seq, p.kind, e.kind = 'event.retracted' as is_retracted, said.animal_id,
  said.occurred_on, said.occurred_time, said.tz, said.payload, p.recorded_at as created_at,
  e.recorded_at as modified_at
from farm.event e
join farm.event p on p.farm_id = $1 and p.seq = e.place
join farm.event said on said.farm_id = $1
  and said.id = case when e.kind = 'event.retracted' then e.supersedes else e.id end
where e.farm_id = $1 and {{page}} and p.kind = any($5::text[]) and {WITHIN.format(column="e.recorded_at")}
  and not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id)
  and (e.kind <> 'event.retracted' or $2::timestamptz is not null)
order by e.seq limit $6
"""
PAGE, BY_IDS = EVENTS.format(page="e.seq > $4"), EVENTS.format(page="e.id = any($4::uuid[])")
OF_ANIMALS = EVENTS.format(page="e.animal_id = any($4::uuid[])")
OF_THESE = EVENTS.format(page="(e.animal_id = any($4::uuid[]) or e.group_id = any($7::uuid[]))")
NAMING_LAMBS = """
select o.event_id from farm.event_other o where o.farm_id = $1 and o.animal_id = any($4::uuid[]) and o.role like 'lamb%'
"""
OF_LAMBS = EVENTS.format(page=f"e.id in ({NAMING_LAMBS})")
VERSIONS_OF = """
with recursive said as (
  select e.id as last, e.id, e.supersedes from farm.event e where e.farm_id = $1 and e.id = any($2::uuid[])
  union all
  select said.last, e.id, e.supersedes from said join farm.event e on e.farm_id = $1 and e.id = said.supersedes
)
select last, id from said
"""
BORN_ONCE = """
select o.animal_id, max(e.occurred_on) from farm.event_other o
join farm.event e on e.farm_id = $1 and e.id = o.event_id and e.kind = 'lambing.recorded'
where o.farm_id = $1 and o.animal_id = any($2::uuid[]) and o.role like 'lamb%' group by 1
"""
TREATMENTS = """
select e.seq, e.id, d.animal_id, e.occurred_on, e.occurred_time, e.tz, e.payload, e.recorded_at, f.id, p.name, b.lot,
  b.expires_on, d.meat_until, d.export_until, d.milk_until
from farm.event e join farm.event f on f.farm_id = $1 and f.seq = e.place
join farm.course c on c.farm_id = $1 and c.event_id = e.id
join farm.dosed d on d.farm_id = $1 and d.event_id = e.id
join farm.product p on p.farm_id = $1 and p.id = c.product_id
left join farm.product_batch b on b.farm_id = $1 and b.id = c.batch_id
where e.farm_id = $1 and e.kind = 'treatment.given' and e.group_id is null and {page} order by e.seq, d.animal_id
"""
TREATED = (
    TREATMENTS.format(
        page=f"{WITHIN.format(column='e.recorded_at')} and e.seq >= $4 and (e.seq, d.animal_id) > "
        f"($4, coalesce($5::uuid, {FIRST}))"
    )
    + "limit $6"
)
TREATMENT = TREATMENTS.format(page="e.id = $2")
REACHED = """
select event_id, animal_id from farm.dosed where farm_id = $1 and event_id = any($2::uuid[]) order by animal_id
"""
REMEDIES = """
select id, name, unit, meat_days, export_days, milk_days from farm.product
where farm_id = $1 and lower(name) = any($2::text[])
"""
REMEDY = "select name from farm.product where farm_id = $1 and id = $2"
LOTS = "select product_id, lower(lot), id from farm.product_batch where farm_id = $1 and lower(lot) = any($2::text[])"
FARMS = """
select f.id, f.name, f.time_zone, array(
  select l.scheme || ' ' || l.value from farm.location l where l.farm_id = f.id order by l.id) as numbers
from farm.farm f where f.id > coalesce($1::uuid, '00000000-0000-0000-0000-000000000000') order by f.id limit $2
"""
EXISTING = "select id from farm.animal where farm_id = $1 and id = any($2::uuid[])"
KEPT_ONE = "select id, created_at, merged_into from farm.animal where farm_id = $1 and id = $2"
#: a page without its limit
COUNT = "select count(*) from ({page}) as pages"
EVER = datetime(1970, 1, 1, tzinfo=UTC)

KNOWN = """
select id, animal_id, trait, occurred_on from farm.observation where farm_id = $1 and id = any($2::uuid[])
"""
COUNTING = f"""
select {", ".join(f"o.{name}" for name in WeightRow._fields)}
from unnest($2::uuid[], $3::text[], $4::date[]) as d (animal_id, trait, occurred_on)
join farm.observation o on o.farm_id = $1 and o.animal_id = d.animal_id and o.trait = d.trait
  and o.occurred_on = d.occurred_on and o.state = 'active'
"""
ONE_WEIGHT = f"""
select {", ".join(WeightRow._fields)} from farm.observation where farm_id = $1 and id = $2
"""
VERSIONS = f"""
select o.animal_id, o.trait, o.occurred_on, {", ".join(f"o.{name}" for name in WeightVersion._fields)}
from unnest($2::uuid[], $3::text[], $4::date[]) as d (animal_id, trait, occurred_on)
join farm.observation o on o.farm_id = $1 and o.animal_id = d.animal_id and o.trait = d.trait
  and o.occurred_on = d.occurred_on
order by o.created_at, o.id
"""


class Within(NamedTuple):
    """What was changed from one moment to another, both of them included; None has no end."""

    since: datetime | None = None
    until: datetime | None = None


async def animals(
    session: Session, farm_id: UUID, within: Within, after: UUID | None, limit: int, *, born_here: bool
) -> list[KeptRow]:
    """Animals of a farm by id, ancestors that were never there left out."""
    rows = await driver(session).fetch(BORN if born_here else ANIMALS, farm_id, *within, after, limit)
    return [KeptRow(*row.values()) for row in rows]


async def count_animals(session: Session, farm_id: UUID, within: Within, *, born_here: bool) -> int:
    """How many animals are on all pages."""
    return await count(session, BORN if born_here else ANIMALS, farm_id, *within, None, None)


async def count(session: Session, page: str, *values: object) -> int:
    """How many rows a page would have if it had no end."""
    found: int = await driver(session).fetchval(COUNT.format(page=page), *values)
    return found


async def parents(session: Session, farm_id: UUID, animal_ids: Sequence[UUID]) -> list[ParentRow]:
    """Accepted claims about the parents of these animals."""
    rows = await driver(session).fetch(PARENTS, farm_id, list(animal_ids))
    return [ParentRow(*row.values()) for row in rows]


async def weights_of(
    session: Session, farm_id: UUID, within: Within, after: tuple[UUID, UUID] | None, limit: int
) -> list[WeightRow]:
    """Weights of a farm that count, by flock and id."""
    keys = after or (None, None)
    rows = await driver(session).fetch(WEIGHTS, farm_id, *within, list(weights()), *keys, limit)
    return [WeightRow(*row.values()) for row in rows]


async def count_weights(session: Session, farm_id: UUID, within: Within) -> int:
    """How many weights are on all pages."""
    return await count(session, WEIGHTS, farm_id, *within, list(weights()), None, None, None)


async def count_treated(session: Session, farm_id: UUID, within: Within) -> int:
    """How many treated animals are on all pages."""
    return await count(session, TREATED, farm_id, *within, 0, None, None)


async def count_events(session: Session, farm_id: UUID, within: Within, kinds: Sequence[str]) -> int:
    """How many events are on all pages."""
    return await count(session, PAGE, farm_id, *within, 0, list(kinds), None)


async def treated(
    session: Session, farm_id: UUID, within: Within, after: tuple[int, UUID] | None, limit: int
) -> list[TreatedRow]:
    """Animals that were treated, in the order in which that was recorded."""
    rows = await driver(session).fetch(TREATED, farm_id, *within, *(after or (0, None)), limit)
    return [TreatedRow(*row.values()) for row in rows]


async def treatment(session: Session, farm_id: UUID, event_id: UUID) -> list[TreatedRow]:
    """Animals that one treatment reached; none when it was taken back."""
    return [TreatedRow(*row.values()) for row in await driver(session).fetch(TREATMENT, farm_id, event_id)]


async def reached(session: Session, farm_id: UUID, events: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """The tagged animals that each treatment reached."""
    found: dict[UUID, list[UUID]] = {}
    for event_id, animal_id in await driver(session).fetch(REACHED, farm_id, list(events)) if events else ():
        found.setdefault(event_id, []).append(animal_id)
    return found


async def remedies(session: Session, farm_id: UUID, names: Sequence[str]) -> dict[str, RemedyRow]:
    """Remedies of a farm by their names in small letters."""
    rows = await driver(session).fetch(REMEDIES, farm_id, list(names)) if names else []
    return {
        name.lower(): RemedyRow(key, name, unit, (meat, export, milk)) for key, name, unit, meat, export, milk in rows
    }


async def remedy_name(session: Session, farm_id: UUID, product_id: UUID) -> str | None:
    """What a remedy is called."""
    found: str | None = await driver(session).fetchval(REMEDY, farm_id, product_id)
    return found


async def lots(session: Session, farm_id: UUID, names: Sequence[str]) -> dict[tuple[UUID, str], UUID]:
    """Batches of a farm by remedy and lot in small letters."""
    rows = await driver(session).fetch(LOTS, farm_id, list(names)) if names else []
    return {(product_id, lot): key for product_id, lot, key in rows}


async def lambings(session: Session, farm_id: UUID, dams: Sequence[UUID]) -> list[EventRow]:
    """All that count of some ewes."""
    rows = await driver(session).fetch(OF_ANIMALS, farm_id, None, None, list(dams), ["lambing.recorded"], None)
    return [EventRow(*row.values()) for row in rows]


async def about(
    session: Session, farm_id: UUID, kinds: Sequence[str], animals: Sequence[UUID], groups: Sequence[UUID]
) -> list[EventRow]:
    """Events of some kinds that count, of animals and of groups."""
    about = (list(animals), list(kinds), None, list(groups))
    return [EventRow(*row.values()) for row in await driver(session).fetch(OF_THESE, farm_id, None, None, *about)]


async def lambings_of(session: Session, farm_id: UUID, lambs: Sequence[UUID]) -> list[EventRow]:
    """Those that count in which some lambs were born."""
    rows = await driver(session).fetch(OF_LAMBS, farm_id, None, None, list(lambs), ["lambing.recorded"], None)
    return [EventRow(*row.values()) for row in rows]


async def versions_of(session: Session, farm_id: UUID, events: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """Of each event its ids since it was first told."""
    found: dict[UUID, set[UUID]] = {}
    for last, event_id in await driver(session).fetch(VERSIONS_OF, farm_id, list(events)) if events else ():
        found.setdefault(last, set()).add(event_id)
    return found


async def born_once(session: Session, farm_id: UUID, lambs: Sequence[UUID]) -> dict[UUID, date]:
    """Of lambs of whom a lambing told once, whether it counts or not, its day."""
    return {row[0]: row[1] for row in await driver(session).fetch(BORN_ONCE, farm_id, list(lambs))}


async def existing(session: Session, farm_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the animals that the farm has."""
    return {row["id"] for row in await driver(session).fetch(EXISTING, farm_id, list(ids))}


async def kept(session: Session, farm_id: UUID, animal_id: UUID) -> KeptRow | None:
    """One animal, or None."""
    row = await driver(session).fetchrow(KEPT_ONE, farm_id, animal_id)
    return None if row is None else KeptRow(*row.values())


async def events(
    session: Session, farm_id: UUID, within: Within, kinds: Sequence[str], after: int, limit: int
) -> list[EventRow]:
    """Events of some kinds, in the order in which they were last changed."""
    rows = await driver(session).fetch(PAGE, farm_id, *within, after, list(kinds), limit)
    return [EventRow(*row.values()) for row in rows]


async def events_of(session: Session, farm_id: UUID, kinds: Sequence[str], ids: Sequence[UUID]) -> list[EventRow]:
    """Those of the events that nothing has superseded, also when they take another one back."""
    rows = await driver(session).fetch(BY_IDS, farm_id, EVER, None, list(ids), list(kinds), len(ids))
    return [EventRow(*row.values()) for row in rows]


async def known_weights(session: Session, farm_id: UUID, ids: Sequence[UUID]) -> dict[UUID, KnownWeight]:
    """Those of the weights that the farm has, whether they count or not."""
    rows = await driver(session).fetch(KNOWN, farm_id, list(ids))
    return {row["id"]: KnownWeight(*row.values()) for row in rows}


async def counting(
    session: Session, farm_id: UUID, days: Sequence[tuple[UUID, str, date]]
) -> dict[tuple[UUID, str, date], WeightRow]:
    """The weight that counts for each animal, trait and day that has one."""
    if not days:
        return {}
    rows = await driver(session).fetch(COUNTING, farm_id, *(list(column) for column in zip(*days, strict=True)))
    return {(row["animal_id"], row["trait"], row["occurred_on"]): WeightRow(*row.values()) for row in rows}


async def weight(session: Session, farm_id: UUID, weight_id: UUID) -> WeightRow | None:
    """One, whether it counts or not."""
    row = await driver(session).fetchrow(ONE_WEIGHT, farm_id, weight_id)
    return None if row is None else WeightRow(*row.values())


async def versions(
    session: Session, farm_id: UUID, days: Sequence[tuple[UUID, str, date]]
) -> dict[tuple[UUID, str, date], list[WeightVersion]]:
    """All that was said of each animal, trait and day, in its order."""
    found: dict[tuple[UUID, str, date], list[WeightVersion]] = {}
    columns = [list(column) for column in zip(*set(days), strict=True)]
    for animal, trait, day, *said in await driver(session).fetch(VERSIONS, farm_id, *columns) if columns else ():
        found.setdefault((animal, trait, day), []).append(WeightVersion(*said))
    return found


async def farms(session: Session, after: UUID | None, limit: int) -> list[FarmRow]:
    """Farms of the user with their numbers."""
    return [FarmRow(*row.values()) for row in await driver(session).fetch(FARMS, after, limit)]


async def count_farms(session: Session) -> int:
    """How many farms the user has."""
    return await count(session, FARMS, None, None)
