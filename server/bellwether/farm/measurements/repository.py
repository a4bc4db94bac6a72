"""What the database says of measurements."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from uuid import UUID

import asyncpg
from sqlalchemy import text

from bellwether.farm.lives import repository as lives
from bellwether.farm.measurements.groups import Group, Placed, Span
from bellwether.farm.measurements.ledger import Current, Day, Said
from bellwether.farm.measurements.models import LastWeight, MeasuredAnimal, StoredMeasurement
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep.pedigree import Measured
from bellwether.sheep.traits import weights

DAYS = "unnest($2::uuid[], $3::text[], $4::date[]) as d (animal_id, trait, occurred_on)"
# one look into the index for each day: a join of both as sets walks through all measurements of the farm, and so does a
# plan for a farm that the statistics do not know yet, unless `is true` keeps the farm out of the choice of an index
CURRENT = f"""
select o.id, d.animal_id, d.trait, d.occurred_on, o.value, o.occurred_time, o.import_id
from {DAYS} cross join lateral (
  select id, value, occurred_time, import_id from farm.observation
  where (farm_id = $1) is true and animal_id = d.animal_id and trait = d.trait and occurred_on = d.occurred_on
    and state = 'active'
  limit 1
) o
"""
EARLIER = f"""
select d.animal_id, d.trait, d.occurred_on, o.value, o.occurred_time
from {DAYS} cross join lateral (
  select value, occurred_time from farm.observation
  where (farm_id = $1) is true and animal_id = d.animal_id and trait = d.trait and occurred_on = d.occurred_on
    and state = 'superseded'
  offset 0
) o
"""
LAST = """
select d.animal_id, d.trait, o.occurred_on
from unnest($2::uuid[], $3::text[]) as d (animal_id, trait) cross join lateral (
  select occurred_on from farm.observation
  where (farm_id = $1) is true and animal_id = d.animal_id and trait = d.trait and state = 'active'
  order by occurred_on desc limit 1
) o
"""
FIRST = """
select distinct on (animal_id) animal_id, what, occurred_on from (
  select animal_id, trait as what, occurred_on from farm.observation
  where farm_id = $1 and state = 'active' and animal_id = any($2::uuid[])
  union all
  select coalesce(a.merged_into, a.id), kind, occurred_on
  from (select id, merged_into from farm.animal where farm_id = $1 and id = any($2::uuid[])
        union select id, merged_into from farm.animal where farm_id = $1 and merged_into = any($2::uuid[])) a
  cross join lateral (
    select id, kind, occurred_on from farm.event where farm_id = $1 and animal_id = a.id
    union all
    select e.id, e.kind, e.occurred_on from farm.event_other o join farm.event e on e.farm_id = $1 and e.id = o.event_id
    where o.farm_id = $1 and o.animal_id = a.id and o.role not in ('lamb_alive', 'lamb_dead')
  ) e
  where kind <> 'event.retracted'
    and not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id)
) recorded
order by animal_id, occurred_on, what
"""
CURVES = """
select animal_id, occurred_on, value from farm.observation
where farm_id = $1 and animal_id = any($2::uuid[]) and trait = any($3::text[]) and state = 'active'
order by occurred_on, value
"""
LAST_WEIGHTS = """
select d.animal_id, o.occurred_on, o.value
from unnest($2::uuid[]) as d (animal_id) cross join lateral (
  select occurred_on, value from farm.observation
  where (farm_id = $1) is true and animal_id = d.animal_id and trait = any($3::text[]) and state = 'active'
  order by occurred_on desc, value desc limit 2
) o
order by o.occurred_on, o.value
"""
SPANS = """
select k.trait, k.name, d.first, d.last
from unnest($2::text[], $3::text[]) as k (trait, name) cross join lateral (
  select min(occurred_on) as first, max(occurred_on) as last from farm.group_day
  where farm_id = $1 and trait = k.trait and contemporary_group = k.name and n_measured > 0
) d
"""
COLUMNS = """
id, farm_id, flock_id, animal_id, trait, value, unit, raw_value, raw_unit, occurred_on, occurred_time,
recorded_group, age_days, contemporary_group, source, import_id, session_id
"""
# flock by flock, for only then does their index give the order; else the whole table is walked through in it
OF_FLOCKS = """
select o.* from (select distinct unnest(cast(:flock_ids as uuid[])) as id) f cross join lateral ({found}) o
order by o.id limit :limit
"""
ANIMALS = """
select s.id, a.id, a.flock_id, a.birth_date, coalesce(a.tag, a.id::text), a.reference_only, f.code, a.drop_year,
  a.birth_group, a.is_embryo_transfer, a.sex = 'male' and a.fertility = 'neutered'
from farm.animal s join farm.animal a on a.farm_id = :farm and a.id = coalesce(s.merged_into, s.id)
join farm.flock f on f.farm_id = :farm and f.id = a.flock_id
where s.farm_id = :farm and s.id = any(cast(:ids as uuid[]))
"""


async def current(session: Session, farm_id: UUID, import_id: UUID | None, days: Iterable[Day]) -> dict[Day, Current]:
    """What counts today for these animals, traits and days."""
    wanted = set(days)
    if not wanted:
        return {}
    connection: asyncpg.Connection = driver(session)
    rows = await connection.fetch(CURRENT, farm_id, *zip(*wanted, strict=True))
    found = {(row["animal_id"], row["trait"], row["occurred_on"]): row for row in rows}
    earlier: dict[Day, set[Said]] = {}
    for row in await connection.fetch(EARLIER, farm_id, *zip(*found, strict=True)) if found else ():
        day = (row["animal_id"], row["trait"], row["occurred_on"])
        earlier.setdefault(day, set()).add((row["value"], row["occurred_time"]))
    return {
        day: Current(
            row["id"],
            row["value"],
            row["occurred_time"],
            import_id is not None and row["import_id"] == import_id,
            frozenset(earlier.get(day, ())),
        )
        for day, row in found.items()
    }


async def last_days(
    session: Session, farm_id: UUID, kinds: Collection[tuple[UUID, str]]
) -> dict[tuple[UUID, str], date]:
    """The last day on which each animal was measured for a trait, of those that were."""
    if not kinds:
        return {}
    rows = await driver(session).fetch(LAST, farm_id, *zip(*kinds, strict=True))
    return {(row["animal_id"], row["trait"]): row["occurred_on"] for row in rows}


async def first_recorded(session: Session, farm_id: UUID, animal_ids: Sequence[UUID]) -> dict[UUID, Measured]:
    """The first measurement or event that counts of each of the animals: none of them is born after it."""
    rows = await driver(session).fetch(FIRST, farm_id, list(animal_ids))
    return {row["animal_id"]: Measured(row["what"], row["occurred_on"]) for row in rows}


async def curves(session: Session, farm_id: UUID, animal_ids: Collection[UUID]) -> dict[UUID, list[LastWeight]]:
    """Every body weight of these animals, the first day first."""
    found: dict[UUID, list[LastWeight]] = {}
    if animal_ids:
        for row in await driver(session).fetch(CURVES, farm_id, list(set(animal_ids)), list(weights())):
            found.setdefault(row["animal_id"], []).append(LastWeight(row["occurred_on"], row["value"]))
    return found


async def last_weights(session: Session, farm_id: UUID, animal_ids: Collection[UUID]) -> dict[UUID, list[LastWeight]]:
    """The last two body weights of these animals, the first day first."""
    found: dict[UUID, list[LastWeight]] = {}
    if animal_ids:
        for row in await driver(session).fetch(LAST_WEIGHTS, farm_id, list(animal_ids), list(weights())):
            found.setdefault(row["animal_id"], []).append(LastWeight(row["occurred_on"], row["value"]))
    return found


async def spans(session: Session, farm_id: UUID, groups: Sequence[Group]) -> dict[Group, Span]:
    """First and last day on which each contemporary group was measured."""
    if not groups:
        return {}
    columns = [[trait for trait, _ in groups], [name for _, name in groups]]
    rows = await driver(session).fetch(SPANS, farm_id, *columns)
    return {(row["trait"], row["name"]): (row["first"], row["last"]) for row in rows if row["first"] is not None}


async def animals(session: Session, farm_id: UUID, animal_ids: Sequence[UUID]) -> dict[UUID, MeasuredAnimal]:
    """What is asked of those of the animals that the farm has, by the ids that were sent."""
    rows = (await session.execute(text(ANIMALS), {"farm": farm_id, "ids": list(animal_ids)})).all()
    stays = await lives.stays(session, farm_id, [row[1] for row in rows])
    found = {}
    for sent, key, flock_id, born, name, is_reference, *placed in rows:
        its_stays = tuple(stays.get(key, ()))
        found[sent] = MeasuredAnimal(key, flock_id, born, Placed(*placed), name, its_stays, is_reference)
    return found


async def is_taken(session: Session, observation_ids: Sequence[UUID]) -> set[UUID]:
    """Which of these ids exist already, as far as the user can see."""
    statement = text("select id from farm.observation where id = any(cast(:ids as uuid[]))")
    return set((await session.execute(statement, {"ids": list(observation_ids)})).scalars())


async def listing(
    session: Session,
    *,
    ids: Sequence[UUID] | None = None,
    animal_ids: Sequence[UUID] | None = None,
    flock_ids: Sequence[UUID] | None = None,
    traits: Collection[str] | None = None,
    after: UUID | None = None,
    limit: int,
) -> list[StoredMeasurement]:
    """Measurements that count, in the order of their ids."""
    filters = {"id": ids, "animal_id": animal_ids}
    given = {name: list(values) for name, values in filters.items() if values is not None}
    where = "".join(f" and {name} = any(cast(:{name} as uuid[]))" for name in given)
    where += " and flock_id = f.id" if flock_ids is not None else ""
    where += " and trait = any(cast(:traits as text[]))" if traits is not None else ""
    where += " and id > :after" if after is not None else ""
    found = f"select {COLUMNS} from farm.observation where state = 'active'{where} order by id limit :limit"
    statement = text(found if flock_ids is None else OF_FLOCKS.format(found=found))
    given |= {"flock_ids": list(flock_ids)} if flock_ids is not None else {}
    values: dict[str, object] = given | {"limit": limit}
    values |= {"traits": list(traits)} if traits is not None else {}
    values |= {"after": after} if after is not None else {}
    return [StoredMeasurement(*row) for row in await session.execute(statement, values)]
