"""Every query about rankings, on the read connection."""

from collections.abc import Mapping, Sequence
from typing import TypedDict
from uuid import UUID

from bellwether.platform.database.transactions import Session, driver

RUN = "select farm_id, variances from genetics.evaluation_run where id = $1"
# sums go by trait: the same run and index give the same bits
TOTALS = """
with totals as (
  select v.animal_id, sum(w.weight * v.value order by v.trait) as value, max(v.inbreeding) as inbreeding,
         array_agg(v.trait order by v.trait) as traits, array_agg(v.value order by v.trait) as values,
         array_agg(v.reliability order by v.trait) as reliabilities
  from genetics.breeding_value v
    join unnest($3::text[], $4::float8[]) as w (trait, weight) on w.trait = v.trait
  where v.farm_id = $1 and v.run_id = $2 and v.effect = 'additive' and v.percentile is not null
  group by v.animal_id
  having count(*) = cardinality($3::text[])
), ranked as (
  select *, 100 * percent_rank() over (order by value) as percentile from totals
)
"""
RANKED = (
    TOTALS
    + """
select r.*, a.tag, a.sex, a.birth_date, a.drop_year, a.sire_id, a.dam_id
from ranked r join farm.published_animal a on a.id = r.animal_id
where ($5::text is null or a.sex = $5) and ($6::int4 is null or a.drop_year >= $6)
  and ($7::int4 is null or a.drop_year <= $7) and ($11::uuid is null or a.flock_id = $11)
  and ($8::float8 is null or (r.value, r.animal_id) < ($8, $9::uuid))
order by r.value desc, r.animal_id desc limit $10
"""
)

Row = Mapping[str, object]


class Asked(TypedDict):
    """Which animals of a ranking."""

    flock_id: UUID | None
    sex: str | None
    born_from: int | None
    born_to: int | None
    after: tuple[float, UUID] | None
    limit: int


async def run(session: Session, run_id: UUID) -> tuple[UUID, Mapping[str, object] | None]:
    """The farm of a run, and the variances that it began with."""
    row = await driver(session).fetchrow(RUN, run_id)
    return row["farm_id"], row["variances"]


async def ranked(
    session: Session, farm_id: UUID, run_id: UUID, weights: Mapping[str, float], asked: Asked
) -> Sequence[Row]:
    """The flock's own animals by the sum of weights times breeding values, the best first."""
    value, animal_id = asked["after"] or (None, None)
    rows: Sequence[Row] = await driver(session).fetch(
        RANKED, farm_id, run_id, list(weights), list(weights.values()), asked["sex"], asked["born_from"],
        asked["born_to"], value, animal_id, asked["limit"], asked["flock_id"],
    )  # fmt: skip
    return rows
