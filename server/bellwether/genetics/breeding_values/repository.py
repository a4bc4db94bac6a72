"""Every query about breeding values, on the read connection. Values exist only for runs that have succeeded."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from bellwether.platform.database.transactions import Session, driver

RUN_OF_FLOCK = """
select r.id, p.flock_id, r.traits, cardinality(r.flock_ids) > 1
from genetics.publication p join genetics.evaluation_run r on (r.farm_id, r.id) = (p.farm_id, p.run_id)
where p.flock_id = $1 and ($2::text is null or $2 = any (r.traits))
order by p.number desc limit 1
"""
RUN = "select id, flock_id, traits, false from genetics.evaluation_run where id = $1 and state = 'succeeded'"
COLUMNS = "v.run_id, v.animal_id, v.trait, v.effect, v.value, v.reliability, v.inbreeding, v.percentile"
RANKED = """
select {columns}, a.tag, a.sex, a.drop_year, a.sire_id, a.dam_id
from genetics.breeding_value v left join farm.published_animal a on a.id = v.animal_id
where v.run_id = $1 and v.trait = $2 and v.effect = $3
  and (a.id is not null or v.farm_id <> all ((select farm.my_farms())::uuid[]))
  and v.percentile is not null and ($4::text is null or a.sex = $4) and ($8::uuid is null or a.flock_id = $8)
  and ($5::float8 is null or (v.value, v.animal_id) {after} ($5, $6::uuid))
order by v.value {order}, v.animal_id {order} limit $7
"""
LATEST = """
select distinct on (v.animal_id, v.trait, v.effect) {columns}
from genetics.breeding_value v join genetics.publication p on (p.farm_id, p.run_id) = (v.farm_id, v.run_id)
where v.animal_id = any ($1::uuid[])
  and ($2::text is null or v.trait = $2)
order by v.animal_id, v.trait, v.effect, p.id desc
"""
HISTORY = """
select {columns}, p.published_at from unnest($1::uuid[]) as asked (id)
cross join lateral (
  select distinct on (v.effect, v.run_id) v.* from genetics.breeding_value v
  where v.animal_id = asked.id and v.trait = $2
    and exists (select from genetics.publication p where (p.farm_id, p.run_id) = (v.farm_id, v.run_id))
  order by v.effect, v.run_id desc limit $3
) v
cross join lateral (
  select min(published_at) as published_at from genetics.publication p
  where (p.farm_id, p.run_id) = (v.farm_id, v.run_id)
) p
order by v.animal_id, v.effect, p.published_at, v.run_id
"""
BY_DROP = """
select v.value, a.drop_year
from genetics.breeding_value v join farm.published_animal a on a.id = v.animal_id
where v.run_id = $1 and v.trait = $2 and v.effect = $3
  and v.percentile is not null and a.drop_year is not null and ($4::uuid is null or a.flock_id = $4)
order by a.drop_year, v.animal_id
"""


class Run(NamedTuple):
    """A run that has succeeded, asked for by itself or as the one that a flock goes by."""

    id: UUID
    flock_id: UUID
    traits: list[str]
    is_of_several: bool | None

    @property
    def only(self) -> UUID | None:
        """The flock whose animals alone are meant, where the run is of several."""
        return self.flock_id if self.is_of_several else None


class OfDrop(NamedTuple):
    """The value of an animal and the year of its drop."""

    value: float
    drop_year: int


Row = Mapping[str, object]


async def run_of_flock(session: Session, flock_id: UUID, trait: str | None) -> Run | None:
    """The run that the flock goes by; with a trait, the latest published one that has it."""
    row = await driver(session).fetchrow(RUN_OF_FLOCK, flock_id, trait)
    return row and Run(*row)


async def run(session: Session, run_id: UUID) -> Run | None:
    """A succeeded run."""
    row = await driver(session).fetchrow(RUN, run_id)
    return row and Run(*row)


async def ranked(
    session: Session,
    *,
    run: Run,
    trait: str,
    effect: str,
    sex: str | None,
    is_down: bool,
    after: tuple[float, UUID] | None,
    limit: int,
) -> list[Row]:
    """The flock's own animals in the order of their values."""
    order, comparison = ("desc", "<") if is_down else ("asc", ">")
    statement = RANKED.format(columns=COLUMNS, order=order, after=comparison)
    value, animal_id = after or (None, None)
    connection = driver(session)
    values = (run.id, trait, effect, sex, value, animal_id, limit, run.only)
    rows: list[Row] = await connection.fetch(statement, *values)
    return rows


async def latest(session: Session, animal_ids: list[UUID], trait: str | None) -> list[Row]:
    """For each animal and trait the value of the run that was published last; their ids are ordered by time."""
    rows: list[Row] = await driver(session).fetch(LATEST.format(columns=COLUMNS), animal_ids, trait)
    return rows


async def history(session: Session, animal_ids: list[UUID], trait: str, most: int) -> list[Row]:
    """Published values of these animals for a trait, oldest first."""
    rows: list[Row] = await driver(session).fetch(HISTORY.format(columns=COLUMNS), animal_ids, trait, most)
    return rows


async def by_drop(session: Session, run: Run, trait: str, effect: str) -> list[OfDrop]:
    """Values of the flock's own animals whose year is known."""
    return [OfDrop(*row) for row in await driver(session).fetch(BY_DROP, run.id, trait, effect, run.only)]


async def unit(session: Session, trait: str) -> str:
    """The unit of a trait."""
    return str(await driver(session).fetchval("select unit from genetics.trait where code = $1", trait))
