"""How heavy the animals are: by classes of weight, and against a target."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from math import floor
from statistics import mean, median, stdev
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Query

from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import NO_MOB, Drop, Mob, Since, Until, WeightTrait
from bellwether.farm.reports.declaring import Asked, Column, Found, percent, report, share
from bellwether.farm.reports.growth.gain import ELSEWHERE, FEWEST_DAYS, is_meant
from bellwether.farm.reports.models import AnimalFact, MeasuredFact
from bellwether.platform.database.transactions import Session
from bellwether.sheep.traits import weights

Target = Annotated[float, Query(gt=0, lt=300, description="The weight that is wanted, in kg")]
Width = Annotated[float, Query(ge=0.5, le=50, description="How wide a class of weights is, in kg")]


@dataclass(frozen=True)
class HistogramParameters:
    """Which weight of which animals."""

    trait: WeightTrait = "WWT"
    width: Width = 2.0
    since: Since = None
    until: Until = None
    mob: Mob = None
    drop: Drop = None


@dataclass(frozen=True)
class TargetParameters:
    """Against which weight."""

    target: Target
    since: Since = None
    until: Until = None
    mob: Mob = None
    drop: Drop = None


class Latest(NamedTuple):
    """An animal with its weighings of the time asked for, in the order of their days."""

    animal: AnimalFact
    weights: list[MeasuredFact]

    @property
    def kg(self) -> float:
        """What it weighed last."""
        return self.weights[-1].value

    def days_to(self, target: float) -> float | None:
        """(target - w) / ADG; None without a gain that leads there."""
        last = self.weights[-1]
        earlier = [w for w in self.weights if (last.occurred_on - w.occurred_on).days >= FEWEST_DAYS]
        if not earlier or last.value >= target:
            return None
        gain = (last.value - earlier[-1].value) / (last.occurred_on - earlier[-1].occurred_on).days
        return (target - last.value) / gain if gain > 0 else None


class Facts(NamedTuple):
    """Animals and their weights."""

    animals: dict[UUID, AnimalFact]
    weights: list[MeasuredFact]


async def read_one(session: Session, asked: Asked[HistogramParameters]) -> Facts:
    """Of one trait."""
    said = asked.parameters
    found = await repository.measured(session, asked.farm_id, [said.trait], said.since, said.until)
    return Facts(await repository.animals(session, asked.farm_id), found)


async def read_all(session: Session, asked: Asked[TargetParameters]) -> Facts:
    """Of every weight."""
    said = asked.parameters
    found = await repository.measured(session, asked.farm_id, weights(), said.since, said.until)
    return Facts(await repository.animals(session, asked.farm_id), found)


def latest(facts: Facts, mob: str | None, drop: int | None) -> tuple[dict[str, list[Latest]], dict[str, int]]:
    """By mob; animals that are no longer here, or were not asked about, are counted."""
    own: dict[UUID, list[MeasuredFact]] = {}
    for weight in facts.weights:
        own.setdefault(weight.animal_id, []).append(weight)
    mobs: dict[str, list[Latest]] = {}
    left_out: Counter[str] = Counter()
    for animal_id, weights_of in own.items():
        animal = facts.animals.get(animal_id)
        if animal is None or not is_meant(animal, mob, drop):
            left_out[ELSEWHERE] += 1
        elif animal.fate != "alive":
            left_out["animals that have left or died"] += 1
        else:
            mobs.setdefault(animal.mob or NO_MOB, []).append(Latest(animal, weights_of))
    return dict(sorted(mobs.items())), dict(left_out)


def count_classes(facts: Facts, asked: Asked[HistogramParameters]) -> Found:
    """A row for each mob and class; a class holds its lower end and not its upper one."""
    mobs, left_out = latest(facts, asked.parameters.mob, asked.parameters.drop)
    width = asked.parameters.width
    rows = [(mob, low, high, n) for mob, own in mobs.items() for low, high, n in classes(own, width)]
    return Found(rows, left_out)


def classes(own: Iterable[Latest], width: float) -> list[tuple[float, float, int]]:
    """From, to, and how many; 30.3 is at the lower end of a class of 0.1, though no computer holds either number."""
    found = Counter(floor(round(each.kg / width, 6)) for each in own)
    return [(round(at * width, 6), round((at + 1) * width, 6), n) for at, n in sorted(found.items())]


def count_targets(facts: Facts, asked: Asked[TargetParameters]) -> Found:
    """A row for each mob."""
    target = asked.parameters.target
    mobs, left_out = latest(facts, asked.parameters.mob, asked.parameters.drop)
    rows = []
    for mob, own in mobs.items():
        kgs = [each.kg for each in own]
        reached = sum(kg >= target for kg in kgs)
        days = [found for each in own if (found := each.days_to(target)) is not None]
        without = len(own) - reached - len(days)
        middle = median(days) if days else None
        spread = stdev(kgs) if len(kgs) > 1 else None
        counts = (len(own), reached, percent(reached, len(own)))
        rows.append((mob, *counts, mean(kgs), spread, min(kgs), max(kgs), len(days), middle, without))
    return Found(rows, left_out)


CLASSES = (
    Column("mob", "Mob", "The mob in which the animals are now"),
    Column("from_kg", "From", "Lower end of the class, which belongs to it", "number", "kg"),
    Column("to_kg", "To", "Upper end of the class, which does not", "number", "kg"),
    Column("animals", "Animals", "Animals whose last weight in the time asked for lies there", "whole"),
)
TARGETS = (
    Column("mob", "Mob", "The mob in which the animals are now"),
    Column("animals", "Animals", "Animals of the mob with a weight in the time asked for", "whole"),
    Column("at_target", "At target", "Of these, those whose last weight is the target or more", "whole"),
    share("at_target_pct", "Share at target", "At target / animals", "at_target", "animals"),
    Column("mean_kg", "Mean", "Of the last weights", "number", "kg"),
    Column("sd_kg", "Spread", "Standard deviation of the last weights", "number", "kg"),
    Column("least_kg", "Lightest", "Of the last weights", "number", "kg"),
    Column("most_kg", "Heaviest", "Of the last weights", "number", "kg"),
    Column("growing", "Growing there", "Animals below the target whose gain is known and above 0", "whole"),
    Column("days", "Days to target", "Median over these: (target - last weight) / daily gain, counted from the last "
           "weighing; the gain is that since the weighing before it, 7 days or more earlier", "number", "d", 0),
    Column("unknown", "Not known when", "Animals below the target without such a gain", "whole"),
)  # fmt: skip
HISTOGRAM = report(
    "weight-distribution",
    title="Distribution of weights",
    says="How many animals of each mob are in each class of weight, by the last weight of each.",
    parameters=HistogramParameters,
    columns=CLASSES,
    chart=charts.plot(
        {"type": "bar", "binSpacing": 1},
        x=charts.named(CLASSES, "from_kg", bin="binned", title="Weight (kg)"),
        x2={"field": "to_kg"},
        y=charts.named(CLASSES, "animals", stack="zero"),
        color=charts.named(CLASSES, "mob"),
    ),
    read=read_one,
    count=count_classes,
)
TARGET = report(
    "weight-targets",
    title="Animals at their target weight",
    says="How many animals of each mob have reached a weight, and in how many days the others will.",
    parameters=TargetParameters,
    columns=TARGETS,
    chart=charts.plot("bar", y=charts.named(TARGETS, "mob"), x=charts.named(TARGETS, "at_target_pct")),
    read=read_all,
    count=count_targets,
)
