"""Bulk writing of measurements; age and contemporary group are computed as they are stored."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from uuid import UUID

import asyncpg
from sqlalchemy import text

from bellwether.farm.lives import repository as lives
from bellwether.farm.measurements.columns import Columns, cut
from bellwether.farm.measurements.groups import Group, Placed, Span
from bellwether.farm.measurements.ledger import Current, Day, Measurement, Observation, Said
from bellwether.farm.measurements.models import LastWeight, MeasuredAnimal, StoredMeasurement
from bellwether.farm.measurements.problems import WeightExists
from bellwether.platform.context import Context
from bellwether.platform.database.many_rows import execute_with
from bellwether.platform.database.packed_rows import execute_packed
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep.pedigree import Measured
from bellwether.sheep.traits import TRAITS, weights

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
RETIRE = """
update farm.observation set state = 'superseded' where farm_id = $1 and id = any($2::uuid[]) and state = 'active'
returning flock_id, trait, id, animal_id
"""
REVIVE = """
update farm.observation set state = 'active' where farm_id = $1 and id = any($2::uuid[]) and state = 'superseded'
returning id, flock_id, animal_id, import_row, trait, occurred_on, value, raw_value, recorded_group, occurred_time,
  raw_unit
"""
SUPERSEDE = "update farm.observation set state = 'superseded' where farm_id = $1 and id = any($2::uuid[])"
INTO = """
insert into farm.observation (id, farm_id, flock_id, animal_id, trait, stage, value, unit, raw_value, raw_unit,
  occurred_on, occurred_time, recorded_group, age_days, contemporary_group, state, supersedes, source, import_id,
  import_row, recorded_by)
"""
INSERT = f"""
{INTO} select t.id, $1, t.flock_id, t.animal_id, t.trait, t.stage, t.value, t.unit, t.raw_value, t.raw_unit,
  t.day, t.at, t.grp, t.day - a.birth_date,
  farm.contemporary_group(f.code, a.drop_year, t.stage, a.birth_group, a.is_embryo_transfer, t.grp,
    a.sex = 'male' and a.fertility = 'neutered'),
  t.state, t.supersedes, $2, $3, t.row, $4
from {{rows}} as t
join farm.animal a on a.farm_id = $1 and a.id = t.animal_id
join farm.flock f on f.farm_id = $1 and f.id = t.flock_id
"""
# no look at each animal: its age that day, and what many have alike stands once
INSERT_NEW = f"""
{INTO} select t.id, $1, ($4::uuid[])[t.flock], t.animal_id, s.trait, s.stage, s.value, s.unit, s.raw_value, s.raw_unit,
  t.day, t.at, k.recorded_group, t.age, k.name, 'active', null, 'import', $2, t.row, $3
from {{rows}} as t
join unnest($5::text[], $6::text[], $7::float8[], $8::text[], $9::text[], $10::text[]) with ordinality
  as s (trait, stage, value, unit, raw_value, raw_unit, place) on s.place = t.said
join unnest($11::text[], $12::text[]) with ordinality as k (recorded_group, name, place) on k.place = t.kind
"""
GROUPS = """
select farm.contemporary_group(g.code, g.drop_year, g.stage, g.birth_group, g.is_embryo_transfer, g.grp, g.is_wether)
from unnest($1::text[], $2::int2[], $3::text[], $4::bool[], $5::bool[], $6::text[], $7::text[]) with ordinality
  as g (code, drop_year, birth_group, is_embryo_transfer, is_wether, stage, grp, place)
order by g.place
"""

STORED = {
    "id": "uuid", "flock_id": "uuid", "animal_id": "uuid", "trait": "text", "stage": "text", "value": "float8",
    "unit": "text", "raw_value": "text", "raw_unit": "text", "day": "date", "at": "time", "grp": "text",
    "state": "text", "supersedes": "uuid", "row": "int4",
}  # fmt: skip
NEW = {
    "id": "uuid", "animal_id": "uuid", "flock": "int4", "said": "int4", "day": "date", "at": "time", "kind": "int4",
    "row": "int4", "age": "int4",
}  # fmt: skip
AT_ONCE = 20_000
RECOMPUTE = """
update farm.observation o
set age_days = o.occurred_on - a.birth_date,
    contemporary_group = farm.contemporary_group(
      f.code, a.drop_year, o.stage, a.birth_group, a.is_embryo_transfer, o.recorded_group,
      a.sex = 'male' and a.fertility = 'neutered', farm.groups_before($1, a.id, o.stage))
from farm.animal a join farm.flock f on f.id = a.flock_id
where o.farm_id = $1 and o.animal_id = any($2::uuid[]) and a.farm_id = $1 and a.id = o.animal_id
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


async def write_in(session: Session, session_id: UUID | None) -> None:
    """On which day in the yards it was taken, what is stored from now on; None: on none that is known."""
    await driver(session).execute("select set_config('app.session_id', $1, true)", str(session_id or ""))


async def store(
    session: Session,
    context: Context,
    farm_id: UUID,
    added: Sequence[Observation],
    superseded: Sequence[UUID],
    *,
    source: str,
    import_id: UUID | None = None,
) -> None:
    """The measurements, after those that they supersede have made way."""
    connection: asyncpg.Connection = driver(session)
    if superseded:
        await connection.execute(SUPERSEDE, farm_id, list(superseded))
    if not added:
        return
    rows = [as_stored(made) for made in added]
    try:
        await execute_with(session, INSERT, STORED, rows, farm_id, source, import_id, context.user_id)
    except asyncpg.UniqueViolationError as error:
        raise WeightExists from error


async def retire(session: Session, farm_id: UUID, ids: Sequence[UUID]) -> list[tuple[UUID, str, UUID, UUID]]:
    """Measurements count no longer; flock, trait, id and animal of those that did."""
    return [tuple(row.values()) for row in await driver(session).fetch(RETIRE, farm_id, list(ids))]


async def revive(session: Session, farm_id: UUID, ids: Sequence[UUID]) -> list[Observation]:
    """Measurements count again."""
    found = []
    for key, flock_id, animal_id, place, *said in await driver(session).fetch(REVIVE, farm_id, list(ids)):
        measured = Measurement(*said)
        found.append(Observation(key, flock_id, animal_id, measured, place or 0, TRAITS[measured.trait]))
    return found


def as_stored(made: Observation) -> tuple[object, ...]:
    """The columns `STORED`."""
    return (*as_said(made), made.state, made.supersedes, made.row)


def as_said(made: Observation) -> tuple[object, ...]:
    """Of whom, what and when."""
    said, trait = made.measured, made.trait
    what = (said.trait, trait.stage, said.value, trait.unit, said.raw_value, said.raw_unit or trait.unit)
    return (made.id, made.flock_id, made.animal_id, *what, said.date, said.time, said.group)


async def store_new(
    session: Session, context: Context, farm_id: UUID, new: Columns, *, import_id: UUID, turn: asyncio.Lock
) -> None:
    """Measurements of days of which nothing is stored, some at a time: between them others have their turn."""
    connection: asyncpg.Connection = driver(session)
    parts = await asyncio.to_thread(lambda: [some for part in new.parts() for some in cut(part, AT_ONCE)])
    placed = [(*kind.placed, kind.stage, kind.group) for kind in new.kinds]
    async with turn:
        names = [row[0] for row in await connection.fetch(GROUPS, *zip(*placed, strict=True))]
    says = [
        (trait.code, trait.stage, value, trait.unit, raw, unit or trait.unit) for trait, value, raw, unit in new.says
    ]
    groups = [[kind.group for kind in new.kinds], names]
    values = (import_id, context.user_id, new.flock_ids, *zip(*says, strict=True), *groups)
    try:
        for part in parts:
            async with turn:
                await execute_packed(session, INSERT_NEW, NEW, [part], farm_id, *values)
    except asyncpg.UniqueViolationError as error:
        raise WeightExists from error


async def recompute(session: Session, farm_id: UUID, animal_ids: Sequence[UUID]) -> None:
    """Age and contemporary group again, after the birth or the groups of these animals were corrected."""
    connection: asyncpg.Connection = driver(session)
    await connection.execute(RECOMPUTE, farm_id, list(animal_ids))


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
