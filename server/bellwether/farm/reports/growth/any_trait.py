"""How the values of any trait are spread, of the dictionary or of the farm's own."""

from dataclasses import dataclass
from typing import Annotated, NamedTuple

from fastapi import Query

from bellwether.farm.own_traits import repository as own_traits
from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import AnyTrait, Drop, Mob, Since, Until
from bellwether.farm.reports.declaring import Asked, Column, Found, report
from bellwether.farm.reports.growth import distribution
from bellwether.farm.reports.growth.distribution import classes, latest
from bellwether.platform.database.transactions import Session
from bellwether.sheep.traits import Trait

CLASSES = 12
Width = Annotated[float | None, Query(gt=0, le=100_000, description="How wide a class is; a twelfth of all if absent")]


@dataclass(frozen=True)
class Parameters:
    """Which trait of which animals."""

    trait: AnyTrait
    width: Width = None
    since: Since = None
    until: Until = None
    mob: Mob = None
    drop: Drop = None


class Facts(NamedTuple):
    """What was measured, and of which trait; None: the farm does not have it."""

    of: distribution.Facts
    trait: Trait | None


async def read(session: Session, asked: Asked[Parameters]) -> Facts:
    """Of one trait."""
    said = asked.parameters
    known = await own_traits.known(session, asked.farm_id)
    found = await repository.measured(session, asked.farm_id, [said.trait], said.since, said.until)
    animals = await repository.animals(session, asked.farm_id)
    return Facts(distribution.Facts(animals, found), known.get(said.trait))


def count(facts: Facts, asked: Asked[Parameters]) -> Found:
    """A row for each mob and class, by the last value of each animal."""
    mobs, left_out = latest(facts.of, asked.parameters.mob, asked.parameters.drop)
    trait, values = facts.trait, [each.kg for own in mobs.values() for each in own]
    if trait is None or not values:
        return Found([], left_out)
    width = asked.parameters.width or width_of(trait, values)
    rows = [(mob, word(trait, low), low, high, n) for mob, own in mobs.items() for low, high, n in classes(own, width)]
    return Found(rows, left_out)


def width_of(trait: Trait, values: list[float]) -> float:
    """One for what is counted in whole steps, else about a twelfth of all, in steps of the last decimal."""
    step = 10.0**-trait.decimals
    if trait.kind != "linear":
        return 1.0
    return max(step, round((max(values) - min(values)) / CLASSES / step) * step)


def word(trait: Trait, value: float) -> str | None:
    """The word of a class of words."""
    place = int(value - trait.hard[0])
    return trait.words[place] if 0 <= place < len(trait.words) else None


COLUMNS = (
    Column("mob", "Mob", "The mob in which the animals are now"),
    Column("word", "Word", "What the value stands for, of a trait whose values have words"),
    Column("from_value", "From", "Lower end of the class, which belongs to it, in the unit of the trait", "number"),
    Column("to_value", "To", "Upper end of the class, which does not", "number"),
    Column("animals", "Animals", "Animals whose last value in the time asked for lies there", "whole"),
)
SPREAD = report(
    "trait-distribution",
    title="Distribution of a trait",
    says="How many animals of each mob are in each class of values, by the last value of each.",
    parameters=Parameters,
    columns=COLUMNS,
    chart=charts.plot(
        {"type": "bar", "binSpacing": 1},
        x=charts.named(COLUMNS, "from_value", bin="binned", title="Value"),
        x2={"field": "to_value"},
        y=charts.named(COLUMNS, "animals", stack="zero"),
        color=charts.named(COLUMNS, "mob"),
    ),
    read=read,
    count=count,
)
