"""Every query about matings, on the driver's connection."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from bellwether.platform.database.transactions import Session, driver

VALUES = """
select v.animal_id, sum(w.weight * v.value order by v.trait) as value,
       array_agg(v.reliability order by v.trait) as reliabilities
from genetics.breeding_value v
  join unnest($3::text[], $4::float8[]) as w (trait, weight) on w.trait = v.trait
where v.farm_id = $1 and v.run_id = $2 and v.effect = 'additive' and v.animal_id = any ($5::uuid[])
group by v.animal_id having count(*) = cardinality($3::text[])
"""
EWES = """
select a.id from farm.published_animal a
  join genetics.breeding_value v on v.farm_id = a.farm_id and v.animal_id = a.id
where a.farm_id = $1 and a.flock_id = $2 and a.sex = 'female' and not a.reference_only
  and v.run_id = $3 and v.trait = $4 and v.effect = 'additive' and v.percentile is not null
order by a.id limit $5
"""


class Valued(NamedTuple):
    """The value of an animal, and how well the traits of it are known."""

    animal_id: UUID
    value: float
    reliabilities: list[float | None]


async def values(
    session: Session, farm_id: UUID, run_id: UUID, weights: Mapping[str, float], animals: Sequence[UUID]
) -> list[Valued]:
    """Sums of weights times breeding values of these animals, where they have all of them."""
    rows = await driver(session).fetch(VALUES, farm_id, run_id, list(weights), list(weights.values()), animals)
    return [Valued(*row) for row in rows]


async def ewes(session: Session, farm_id: UUID, flock_id: UUID, run_id: UUID, trait: str, most: int) -> list[UUID]:
    """The flock's own ewes with a breeding value in the run; one more than `most` when there are more."""
    rows = await driver(session).fetch(EWES, farm_id, flock_id, run_id, trait, most + 1)
    return [row["id"] for row in rows]
