"""Events of the season, read from the log; what they put into other tables."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from uuid import UUID

import asyncpg

from bellwether.farm.lives.repository import CURRENT, THEIR_SELVES
from bellwether.farm.season.models import (
    ENDED,
    KINDS,
    LAMBED,
    MEASURING,
    OF_A_FAMILY,
    REPLACED,
    STARTED,
    Fact,
    HeadRow,
    History,
    Member,
    Named,
    Offspring,
    Use,
)
from bellwether.farm.stock import repository as stock
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep.pedigree import Kin

LAMB = 365
EWES_WITHOUT_TAGS = """
select group_id, occurred_on, change from farm.stock_change
where farm_id = $1 and group_id = any($2::uuid[]) and stock_class = any($3::text[])
"""
TALLIED = """
select coalesce(sum((h ->> 'head')::int), 0)::int8
from farm.event e cross join lateral jsonb_array_elements(e.payload -> 'heads') as h
where e.farm_id = $1 and e.kind = 'stock.marked' and (e.payload ->> 'drop_year')::int = $2
  and not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id)
"""
FACT = """
select e.id, e.place, e.kind, e.occurred_on, coalesce(a.merged_into, a.id) as animal_id, e.group_id,
  e.payload - 'ewe_ids' as said, j.place as of_place,
  (select jsonb_agg(jsonb_build_array(o.animal_id, coalesce(x.merged_into, o.animal_id), o.role))
   from farm.event_other o left join farm.animal x on x.farm_id = $1 and x.id = o.animal_id
   where o.farm_id = $1 and o.event_id = e.id and (o.role <> 'ewe' or $2::uuid[] is null or o.animal_id = any($2)))
   as named
from farm.event e left join farm.animal a on a.farm_id = $1 and a.id = e.animal_id
left join farm.event j on j.farm_id = $1 and j.id = (e.payload ->> 'joining_id')::uuid
"""
BY_ID = f"{FACT} where e.farm_id = $1 and e.id = any($3::uuid[]) and {CURRENT}"
BY_KIND = f"""
{FACT} where e.farm_id = $1 and e.kind = any($3::text[]) and e.occurred_on between $4 and $5 and {CURRENT}
"""
NAMING = f"""
select e.id from {THEIR_SELVES} join farm.event e on e.farm_id = $1 and e.animal_id = a.id
where e.kind = any($3::text[])
union
select e.id from {THEIR_SELVES} join farm.event_other o on o.farm_id = $1 and o.animal_id = a.id
join farm.event e on e.farm_id = $1 and e.id = o.event_id where e.kind = any($3::text[])
"""
SCORES = f"""
select e.id from {THEIR_SELVES} join farm.event e on e.farm_id = $1 and e.animal_id = a.id
where e.kind = any($3::text[]) and e.occurred_on = any($4::date[]) and {CURRENT}
"""
SELVES = f"select a.id, coalesce(a.merged_into, a.id) from {THEIR_SELVES}"
OF_GROUPS = f"select id from farm.event where farm_id = $1 and group_id = any($2::uuid[]) and kind = '{STARTED}'"
PARTS = f"select id from farm.event where farm_id = $1 and kind in ('{ENDED}', '{REPLACED}')"
CHAINS = f"""
select e.id from farm.event r join farm.event e on e.farm_id = $1 and e.place = r.place and e.kind = '{STARTED}'
where r.farm_id = $1 and r.id = any($2::uuid[])
"""
MEMBERS = """
select m.animal_id, m.group_id, (lower(m.during) at time zone f.time_zone)::date as since,
  (upper(m.during) at time zone f.time_zone)::date as until
from farm.group_member m join farm.farm f on f.id = $1
where m.farm_id = $1 and m.animal_id = any($2::uuid[])
"""
FIRST_DAYS = f"""
select l.id, least(
  (select min(e.occurred_on) from farm.event e where e.farm_id = $1 and e.animal_id = l.id
     and e.kind <> 'event.retracted' and {CURRENT}),
  (select min(e.occurred_on) from farm.event_other o join farm.event e on e.farm_id = $1 and e.id = o.event_id
     where o.farm_id = $1 and o.animal_id = l.id and e.kind <> '{LAMBED}' and {CURRENT}),
  (select min(o.occurred_on) from farm.observation o where o.farm_id = $1 and o.animal_id = l.id
     and o.state = 'active' and o.event_id is null)) as day
from unnest($2::uuid[]) as l (id)
"""
WORN = """
select animal_id, scheme, value, event_id from farm.identifier
where farm_id = $1 and animal_id = any($2::uuid[]) and state = 'active' and official
"""
MEMBERS_OF = MEMBERS.replace("m.animal_id = any", "m.group_id = any")
HEADS = """
select id, flock_id, coalesce(tag, id::text) as name, birth_date, drop_year, rear_type, fate, array(
  select daterange(s.arrived_on, s.left_on) from farm.stay s where s.farm_id = $1 and s.animal_id = a.id) as stays
from farm.animal a
where farm_id = $1 and id = any($2::uuid[]) and ($3::uuid is null or flock_id = $3) and merged_into is null
"""
ENDED_USES = """
select animal_id, scheme, value, upper(validity) as ended from farm.identifier
where farm_id = $1 and event_id = any($2::uuid[]) and state = 'closed'
"""
EXISTING = "select id from farm.animal where farm_id = $1 and id = any($2::uuid[])"
# more than the lambing itself and what it made
BOUND = f"""
select l.id, coalesce(
  (select e.kind || ' of ' || e.occurred_on from farm.event e where e.farm_id = $1 and e.animal_id = l.id limit 1),
  (select e.kind || ' of ' || e.occurred_on from farm.event_other o join farm.event e on e.farm_id = $1
     and e.id = o.event_id where o.farm_id = $1 and o.animal_id = l.id and e.kind <> '{LAMBED}' limit 1),
  (select o.trait || ' of ' || o.occurred_on from farm.observation o where o.farm_id = $1 and o.animal_id = l.id
     and o.event_id is null limit 1),
  (select 'offspring' from farm.parent_claim c where c.farm_id = $1 and c.parent_id = l.id limit 1),
  (select 'a parent that was claimed' from farm.parent_claim c where c.farm_id = $1 and c.child_id = l.id
     and c.event_id is null limit 1),
  (select 'the identifier ' || i.value from farm.identifier i where i.farm_id = $1 and i.animal_id = l.id
     and i.event_id is null order by i.id limit 1),
  (select 'a photo or paper' from farm.attachment_link p where p.farm_id = $1 and p.animal_id = l.id limit 1),
  (select 'a merge' from farm.animal m where m.farm_id = $1 and m.merged_into = l.id limit 1),
  (select 'a merge' from farm.animal m where m.farm_id = $1 and m.id = l.id
     and coalesce(m.merged_into, m.id) <> m.id)) as what
from unnest($2::uuid[]) as l (id)
"""
OFFSPRING = """
select k.parent_id, k.parent_type, coalesce(c.tag, c.id::text) as name, c.sex, c.fertility, c.birth_date
from farm.parent_claim k join farm.animal c on c.farm_id = $1 and c.id = k.child_id
where k.farm_id = $1 and k.parent_id = any($2::uuid[]) and k.status = 'accepted'
"""
CLAIMED_OF = """
select distinct child_id from farm.parent_claim
where farm_id = $1 and parent_id = any($2::uuid[]) and event_id is not null and status <> 'superseded'
"""
LITTERS_OF_EWES = f"""
select distinct e.animal_id from farm.event e
where e.farm_id = $1 and e.kind = '{LAMBED}' and {CURRENT} and (e.animal_id = any($2::uuid[])
  or e.animal_id in (select o.animal_id from farm.event_other o
                     where o.farm_id = $1 and o.event_id = any($3::uuid[]) and o.role = 'ewe')
  or e.animal_id in (select m.animal_id from farm.group_member m where m.farm_id = $1 and m.group_id = any($4::uuid[])))
"""
LAMBED_SINCE = f"{LITTERS_OF_EWES} and e.occurred_on >= $5"


def fact_of(row: asyncpg.Record) -> Fact:
    """From a row of `FACT`."""
    named = tuple(Named(UUID(told), UUID(key), role) for told, key, role in row["named"] or ())
    what, whose = (row["id"], row["place"], row["kind"], row["occurred_on"]), (row["animal_id"], row["group_id"])
    return Fact(*what, *whose, row["said"], named, row["of_place"])


async def by_id(
    session: Session, farm_id: UUID, ids: Collection[UUID], ewes: Collection[UUID] | None = None
) -> list[Fact]:
    """Those of the events that count; of the ewes of a joining those alone that are asked for."""
    rows = await driver(session).fetch(BY_ID, farm_id, None if ewes is None else list(ewes), list(ids))
    return [fact_of(row) for row in rows]


async def by_kind(session: Session, farm_id: UUID, kinds: Sequence[str], first: date, last: date) -> list[Fact]:
    """Those of some kinds from one day to another, with all ewes."""
    rows = await driver(session).fetch(BY_KIND, farm_id, None, list(kinds), first, last)
    return [fact_of(row) for row in rows if row["kind"] in (*KINDS, *MEASURING)]


async def load(
    session: Session,
    farm_id: UUID,
    animals: Iterable[UUID],
    *,
    groups: Collection[UUID] = (),
    joinings: Collection[UUID] = (),
    events: Collection[UUID] = (),
) -> History:
    """What the log says of animals and their families, of joinings of groups and of those that are named."""
    connection, found = driver(session), History()
    asked = list(set(animals))
    selves = [row[0] for row in await connection.fetch(SELVES, farm_id, asked)]
    ids = {row[0] for row in await connection.fetch(NAMING, farm_id, asked, list(KINDS))} | set(events)
    ids |= {row[0] for row in await connection.fetch(OF_GROUPS, farm_id, list(groups))}
    ids |= {row[0] for row in await connection.fetch(CHAINS, farm_id, list(joinings))}
    found.add(await by_id(session, farm_id, ids, selves))
    if any(fact.kind == STARTED for fact in found.facts.values()):
        parts = [row[0] for row in await connection.fetch(PARTS, farm_id)]
        found.add(await by_id(session, farm_id, parts))
    seen = set(asked)
    # a lamb leads to the ewes who had it, and these to their other lambs with what is known of them
    for _ in range(3):
        family = {key for fact in found.facts.values() if fact.kind in OF_A_FAMILY for key in family_of(fact)} - seen
        if not family:
            break
        seen |= family
        more = await connection.fetch(NAMING, farm_id, list(family), list(OF_A_FAMILY))
        found.add(await by_id(session, farm_id, {row[0] for row in more} - found.facts.keys(), selves))
    return found


async def scores(session: Session, farm_id: UUID, animals: Collection[UUID], days: Collection[date]) -> list[Fact]:
    """Events that measure these animals on these days, as they were told."""
    rows = await driver(session).fetch(SCORES, farm_id, list(animals), list(MEASURING), list(days))
    return sorted(await by_id(session, farm_id, {row[0] for row in rows}), key=lambda fact: fact.place)


def family_of(fact: Fact) -> set[UUID]:
    """Ewe and lambs of a fact."""
    return {key for key in (fact.animal_id, *(one.id for one in fact.named)) if key is not None}


async def members(session: Session, farm_id: UUID, ewes: Collection[UUID]) -> dict[UUID, list[Member]]:
    """The groups in which ewes were, by days of the farm."""
    found: dict[UUID, list[Member]] = {}
    for row in await driver(session).fetch(MEMBERS, farm_id, list(ewes)):
        found.setdefault(row["animal_id"], []).append(Member(row["group_id"], row["since"], row["until"]))
    return found


async def members_of(session: Session, farm_id: UUID, groups: Collection[UUID]) -> dict[UUID, list[Member]]:
    """The animals of groups, by days of the farm."""
    found: dict[UUID, list[Member]] = {}
    for row in await driver(session).fetch(MEMBERS_OF, farm_id, list(groups)):
        found.setdefault(row["animal_id"], []).append(Member(row["group_id"], row["since"], row["until"]))
    return found


async def ewes_without_tags(session: Session, farm_id: UUID, groups: Collection[UUID]) -> list[tuple[UUID, date, int]]:
    """Group, day and how many more ewes without tags; ewes are whoever is of a class of females that are no lambs."""
    classes = await stock.classes(session, farm_id)
    ewes = [one.code for one in classes if one.sex == "female" and (one.to_days is None or one.to_days > LAMB)]
    rows = await driver(session).fetch(EWES_WITHOUT_TAGS, farm_id, list(groups), ewes)
    return [(row["group_id"], row["occurred_on"], row["change"]) for row in rows]


async def tallied(session: Session, farm_id: UUID, year: int) -> int:
    """Lambs without tags of a drop that were marked."""
    found: int = await driver(session).fetchval(TALLIED, farm_id, year)
    return found


async def heads(session: Session, farm_id: UUID, flock_id: UUID | None, ids: Collection[UUID]) -> dict[UUID, HeadRow]:
    """What is known of those of the animals that are of the flock."""
    rows = await driver(session).fetch(HEADS, farm_id, list(ids), flock_id)
    return {row["id"]: HeadRow(*row.values()) for row in rows}


async def existing(session: Session, farm_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Those that are animals of the farm."""
    return {row[0] for row in await driver(session).fetch(EXISTING, farm_id, list(ids))}


async def worn(session: Session, farm_id: UUID, ids: Collection[UUID]) -> list[asyncpg.Record]:
    """Official identifiers of animals, with the events that put them on."""
    rows: list[asyncpg.Record] = await driver(session).fetch(WORN, farm_id, list(ids))
    return rows


async def ended_uses(session: Session, farm_id: UUID, events: Collection[UUID]) -> dict[Use, datetime]:
    """Uses of identifiers that events began and that have ended since, with their ends."""
    rows = await driver(session).fetch(ENDED_USES, farm_id, list(events))
    return {(row["animal_id"], row["scheme"], row["value"]): row["ended"] for row in rows}


async def first_days(session: Session, farm_id: UUID, ids: Collection[UUID]) -> dict[UUID, date]:
    """The first day of which more is recorded of lambs than their birth."""
    rows = await driver(session).fetch(FIRST_DAYS, farm_id, list(ids))
    return {row["id"]: row["day"] for row in rows if row["day"]}


async def bound(session: Session, farm_id: UUID, ids: Collection[UUID]) -> dict[UUID, str]:
    """Lambs of which more is known than their lambing, with what that is."""
    rows = await driver(session).fetch(BOUND, farm_id, list(ids))
    return {row["id"]: row["what"] for row in rows if row["what"]}


async def offspring(session: Session, farm_id: UUID, ids: Collection[UUID]) -> dict[UUID, list[Offspring]]:
    """Animals whose accepted parent one of these is."""
    found: dict[UUID, list[Offspring]] = {}
    for key, role, *kin in await driver(session).fetch(OFFSPRING, farm_id, list(ids)):
        found.setdefault(key, []).append(Offspring(role, Kin(*kin)))
    return found


async def claimed_of(session: Session, farm_id: UUID, ids: Collection[UUID]) -> set[UUID]:
    """Animals of which the log says that one of these may be a parent."""
    return {row[0] for row in await driver(session).fetch(CLAIMED_OF, farm_id, list(ids))}


async def ewes_lambed_since(
    session: Session, farm_id: UUID, joinings: Collection[UUID], groups: Collection[UUID], since: date
) -> set[UUID]:
    """The ewes of joinings and groups who lambed on a day or later."""
    rows = await driver(session).fetch(LAMBED_SINCE, farm_id, [], list(joinings), list(groups), since)
    return {row[0] for row in rows}


async def ewes_with_litters(
    session: Session, farm_id: UUID, ewes: Collection[UUID], joinings: Collection[UUID], groups: Collection[UUID]
) -> set[UUID]:
    """Of some ewes, and those of joinings and groups, the ones who lambed."""
    rows = await driver(session).fetch(LITTERS_OF_EWES, farm_id, list(ewes), list(joinings), list(groups))
    return {row[0] for row in rows}
