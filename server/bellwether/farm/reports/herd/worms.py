"""What a treatment did to worm egg counts."""

from dataclasses import dataclass
from datetime import timedelta
from statistics import mean
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Query

from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import NO_MOB, Mob
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, report
from bellwether.farm.reports.growth.gain import is_meant
from bellwether.farm.reports.models import AnimalFact, MeasuredFact
from bellwether.farm.schemas import Day
from bellwether.platform.database.transactions import Session

Window = Annotated[int, Query(ge=1, le=120, description="Days in which a count belongs to the treatment")]


@dataclass(frozen=True)
class WormParameters:
    """Of which treatment."""

    treated_on: Annotated[Day, Query(description="The day of the treatment")]
    before: Window = 21
    after: Window = 21
    mob: Mob = None


class Facts(NamedTuple):
    """Animals and their counts around the day."""

    animals: dict[UUID, AnimalFact]
    counts: list[MeasuredFact]


async def read(session: Session, asked: Asked[WormParameters]) -> Facts:
    """Around the day."""
    said = asked.parameters
    since, until = said.treated_on - timedelta(said.before), said.treated_on + timedelta(said.after)
    found = await repository.measured(session, asked.farm_id, ["WEC"], since, until)
    return Facts(await repository.animals(session, asked.farm_id), found)


def count(facts: Facts, asked: Asked[WormParameters]) -> Found:
    """A row for each mob; a count of the day itself was taken before."""
    mobs: dict[str, tuple[list[float], list[float]]] = {}
    others = 0
    for each in facts.counts:
        animal = facts.animals.get(each.animal_id)
        if animal is None or not is_meant(animal, asked.parameters.mob, None):
            others += 1
            continue
        before, after = mobs.setdefault(animal.mob or NO_MOB, ([], []))
        (before if each.occurred_on <= asked.parameters.treated_on else after).append(each.value)
    rows = [row(mob, before, after) for mob, (before, after) in sorted(mobs.items())]
    return Found(rows, {"counts of animals that were not asked about": others} if others else {})


def row(mob: str, before: list[float], after: list[float]) -> tuple[Cell, ...]:
    """One mob."""
    first, last = mean(before) if before else None, mean(after) if after else None
    effect = None if not first or last is None else 100 * (1 - last / first)
    return mob, len(before), first, len(after), last, effect


COLUMNS = (
    Column("mob", "Mob", "The mob in which the animals are now"),
    Column("n_before", "Counts before", "Counts up to the day of the treatment", "whole"),
    Column("mean_before", "Mean before", "Arithmetic mean of these", "number", "epg", 0),
    Column("n_after", "Counts after", "Counts after that day", "whole"),
    Column("mean_after", "Mean after", "Arithmetic mean of these", "number", "epg", 0),
    Column("effect", "Reduction", "100 (1 - mean after / mean before); empty when there is no mean before, or it is 0",
           "number", "%"),
)  # fmt: skip
WORMS = report(
    "worm-treatment",
    title="Effect of a treatment on worm egg counts",
    says="Worm egg counts of each mob before and after a treatment.",
    parameters=WormParameters,
    columns=COLUMNS,
    chart=charts.plot("bar", y=charts.named(COLUMNS, "mob"), x=charts.named(COLUMNS, "effect")),
    read=read,
    count=count,
)
