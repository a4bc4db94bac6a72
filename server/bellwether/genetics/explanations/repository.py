"""Every query about explanations, on the read connection."""

from collections.abc import Mapping
from typing import NamedTuple
from uuid import UUID

from bellwether.platform.database.transactions import Session, driver

RUN = "select farm_id, traits, model, variances from genetics.evaluation_run where id = $1 and state = 'succeeded'"
VALUES = """
select animal_id, value, reliability, inbreeding from genetics.breeding_value
where farm_id = $1 and run_id = $2 and trait = $3 and effect = 'additive'
"""
SHIFT = """
select avg(b.value - a.value) from genetics.breeding_value a
  join genetics.breeding_value b using (farm_id, animal_id, trait, effect)
where a.farm_id = $1 and a.run_id = $2 and b.run_id = $3 and a.trait = $4 and a.effect = 'additive'
"""


class RunFacts(NamedTuple):
    """What a run was."""

    farm_id: UUID
    traits: list[str]
    model: Mapping[str, object]
    variances: Mapping[str, object]


class Value(NamedTuple):
    """A breeding value of the run."""

    animal_id: UUID
    value: float
    reliability: float | None
    inbreeding: float


async def run(session: Session, run_id: UUID) -> RunFacts | None:
    """A run that has succeeded."""
    row = await driver(session).fetchrow(RUN, run_id)
    return row and RunFacts(*row)


async def values(session: Session, farm_id: UUID, run_id: UUID, trait: str) -> list[Value]:
    """All values of a trait, ancestors from elsewhere too."""
    return [Value(*row) for row in await driver(session).fetch(VALUES, farm_id, run_id, trait)]


async def shift(session: Session, farm_id: UUID, runs: tuple[UUID, UUID], trait: str) -> float:
    """Mean change of the animals of two runs."""
    found: float | None = await driver(session).fetchval(SHIFT, farm_id, *runs, trait)
    return found or 0.0
