"""How fast animals grew between their first and their last weighing."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from statistics import mean, stdev
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import NO_MOB, Drop, Mob, Since, Until
from bellwether.farm.reports.declaring import Asked, Column, Found, report
from bellwether.farm.reports.models import AnimalFact, MeasuredFact
from bellwether.platform.database.transactions import Session
from bellwether.sheep.traits import weights

FEWEST_DAYS = 7
TOO_CLOSE = f"animals weighed twice, but less than {FEWEST_DAYS} days apart"
ONCE = "animals weighed once"
ELSEWHERE = "animals of another mob or drop, or of elsewhere"


@dataclass(frozen=True)
class GainParameters:
    """Of which animals, in which time."""

    since: Since = None
    until: Until = None
    mob: Mob = None
    drop: Drop = None


class Grown(NamedTuple):
    """From one weighing of an animal to another."""

    animal: AnimalFact
    first: MeasuredFact
    last: MeasuredFact

    @property
    def days(self) -> int:
        """Between the two."""
        return (self.last.occurred_on - self.first.occurred_on).days

    @property
    def gain(self) -> float:
        """Grams a day."""
        return 1000 * (self.last.value - self.first.value) / self.days


class Weighed(NamedTuple):
    """What the reports of growth are counted from."""

    animals: dict[UUID, AnimalFact]
    weights: list[MeasuredFact]


async def weighed(session: Session, asked: Asked[GainParameters]) -> Weighed:
    """Animals and their weights of that time."""
    said = asked.parameters
    found = await repository.measured(session, asked.farm_id, weights(), said.since, said.until)
    return Weighed(await repository.animals(session, asked.farm_id), found)


def is_meant(animal: AnimalFact | None, mob: str | None, drop: int | None) -> bool:
    """Whether an animal was asked about."""
    if animal is None or animal.reference_only:
        return False
    return (mob is None or animal.mob == mob) and (drop is None or animal.drop_year == drop)


def grown(found: Weighed, mob: str | None, drop: int | None) -> tuple[list[Grown], dict[str, int]]:
    """Animals present at both weighings, and how many others there are."""
    pairs, left_out = [], {ONCE: 0, TOO_CLOSE: 0, ELSEWHERE: 0}
    for animal_id, each in groupby(found.weights, key=lambda weight: weight.animal_id):
        own, animal = list(each), found.animals.get(animal_id)
        if animal is None or not is_meant(animal, mob, drop):
            left_out[ELSEWHERE] += 1
        elif len(own) == 1:
            left_out[ONCE] += 1
        elif (own[-1].occurred_on - own[0].occurred_on).days < FEWEST_DAYS:
            left_out[TOO_CLOSE] += 1
        else:
            pairs.append(Grown(animal, own[0], own[-1]))
    return pairs, {reason: count for reason, count in left_out.items() if count}


def by_mob(pairs: Iterable[Grown]) -> dict[str, list[Grown]]:
    """In the order of their names."""
    found: dict[str, list[Grown]] = {}
    for pair in pairs:
        found.setdefault(pair.animal.mob or NO_MOB, []).append(pair)
    return dict(sorted(found.items()))


def count_mobs(found: Weighed, asked: Asked[GainParameters]) -> Found:
    """A row for each mob."""
    pairs, left_out = grown(found, asked.parameters.mob, asked.parameters.drop)
    rows = [mob_row(mob, own) for mob, own in by_mob(pairs).items()]
    return Found(rows, left_out)


def mob_row(mob: str, own: list[Grown]) -> tuple[str, int, float, float | None, float, float, float, float]:
    """One mob: the mean of the animals' gains, never a difference of means."""
    gains = [pair.gain for pair in own]
    spread = stdev(gains) if len(gains) > 1 else None
    first, last = mean(pair.first.value for pair in own), mean(pair.last.value for pair in own)
    return mob, len(own), mean(gains), spread, min(gains), max(gains), first, last


def count_animals(found: Weighed, asked: Asked[GainParameters]) -> Found:
    """A row for each animal."""
    pairs, left_out = grown(found, asked.parameters.mob, asked.parameters.drop)
    rows = [
        (p.animal.id, p.animal.name, p.animal.mob, p.first.occurred_on, p.first.value, p.last.occurred_on,
         p.last.value, p.days, p.gain)
        for p in sorted(pairs, key=lambda pair: (-pair.gain, pair.animal.name))
    ]  # fmt: skip
    return Found(rows, left_out)


GAIN = "1000 (last weight - first weight) / days between them, of weighings that are 7 days or more apart"
MOBS = (
    Column("mob", "Mob", "The mob in which the animals are now"),
    Column("animals", "Animals", "Animals of the mob with two weighings in the time asked for", "whole"),
    Column("gain", "Daily gain", f"Mean of the animals' gains; of each: {GAIN}", "number", "g/d", 0),
    Column("gain_sd", "Spread of gain", "Standard deviation of the animals' gains", "number", "g/d", 0),
    Column("gain_least", "Least gain", "Of any animal of the mob", "number", "g/d", 0),
    Column("gain_most", "Most gain", "Of any animal of the mob", "number", "g/d", 0),
    Column("first_kg", "First weight", "Mean of the same animals at their first weighing", "number", "kg"),
    Column("last_kg", "Last weight", "Mean of the same animals at their last weighing", "number", "kg"),
)
ANIMALS = (
    Column("animal_id", "Animal id", "The animal", "id"),
    Column("tag", "Animal", "Its visual tag, or its id"),
    Column("mob", "Mob", "The mob in which it is now"),
    Column("first_on", "First weighed", "First weighing in the time asked for", "day"),
    Column("first_kg", "First weight", "At that weighing", "number", "kg"),
    Column("last_on", "Last weighed", "Last weighing in the time asked for", "day"),
    Column("last_kg", "Last weight", "At that weighing", "number", "kg"),
    Column("days", "Days", "Between the two weighings", "whole", "d"),
    Column("gain", "Daily gain", GAIN, "number", "g/d", 0),
)
GAIN_BY_MOB = report(
    "gain-by-mob",
    title="Daily gain by mob",
    says="How fast the animals of each mob grew, from those that were at both weighings.",
    parameters=GainParameters,
    columns=MOBS,
    chart=charts.plot(
        "bar", y=charts.named(MOBS, "mob"), x=charts.named(MOBS, "gain"), tooltip=[charts.named(MOBS, "animals")]
    ),
    read=weighed,
    count=count_mobs,
)
GAIN_BY_ANIMAL = report(
    "gain-by-animal",
    title="Daily gain of each animal",
    says="From the first to the last weighing of each animal, the fastest first.",
    parameters=GainParameters,
    columns=ANIMALS,
    chart=charts.plot(
        "point",
        x=charts.named(ANIMALS, "first_kg", scale={"zero": False}),
        y=charts.named(ANIMALS, "gain", scale={"zero": False}),
        color=charts.named(ANIMALS, "mob"),
    ),
    read=weighed,
    count=count_animals,
)
