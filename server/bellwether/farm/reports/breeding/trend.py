"""How breeding values, and what was measured, went from one drop to the next."""

from collections import defaultdict
from dataclasses import dataclass
from statistics import linear_regression, mean
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Query

from bellwether.farm.imported_values import repository as imported
from bellwether.farm.imported_values.models import TrendRow
from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import AnyTrait
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, percent, report, share
from bellwether.farm.reports.models import AnimalFact, MeasuredFact
from bellwether.farm.reports.problems import NoSuchRun
from bellwether.platform.database.transactions import Session

Run = Annotated[
    str,
    Query(max_length=100, description="The name of a run, as it was imported, or the id of an evaluation made here"),
]
Beside = Annotated[
    str | None,
    Query(max_length=100, description="A second run, whose values stand in rows of their own: runs have other bases"),
]
NO_DROP = "animals whose drop nobody has said"


@dataclass(frozen=True)
class GeneticParameters:
    """Values of one run, and of another only when asked."""

    run: Run
    trait: Annotated[str, Query(max_length=40, description="A trait of the run")] = "WWT"
    beside: Beside = None


class Values(NamedTuple):
    """Animals, and their values of the runs that were asked for."""

    animals: dict[UUID, AnimalFact]
    values: list[TrendRow]


async def read_values(session: Session, asked: Asked[GeneticParameters]) -> Values:
    """Of one trait."""
    said = asked.parameters
    known = [run.run_name for run in await imported.runs(session, asked.farm_id)]
    own = {str(run): run for run in await imported.own_runs(session, asked.farm_id)}
    names = [said.run] if said.beside in (None, said.run) else [said.run, said.beside]
    for field, name in zip(("run", "beside"), names, strict=False):
        check(field, name, [*known, *own])
    most = repository.MOST + 1
    ours = [own[name] for name in names if name in own and name not in known]
    values = await imported.trend(session, asked.farm_id, names, said.trait, most)
    values += await imported.own_trend(session, asked.farm_id, ours, said.trait, most)
    return Values(await repository.animals(session, asked.farm_id), repository.at_most(values, "values"))


def check(field: str, name: str, known: list[str]) -> None:
    """A farm that has no run has none to be confused with.

    Raises:
        NoSuchRun
    """
    if known and name not in known:
        raise NoSuchRun(field, name, known)


def count_values(facts: Values, asked: Asked[GeneticParameters]) -> Found:
    """A row for each run and drop; runs stand apart (I27)."""
    born: dict[int, int] = defaultdict(int)
    for animal in facts.animals.values():
        if animal.drop_year is not None:
            born[animal.drop_year] += 1
    rows: list[tuple[Cell, ...]] = []
    dropless = 0
    first = asked.parameters.run
    for run in sorted({value.run_name for value in facts.values}, key=lambda name: (name != first, name)):
        drops: dict[int, list[TrendRow]] = defaultdict(list)
        for value in facts.values:
            drop = facts.animals[value.animal_id].drop_year if value.animal_id in facts.animals else None
            if value.run_name != run:
                continue
            if drop is None:
                dropless += 1
            else:
                drops[drop].append(value)
        slope, at_zero = line({drop: [value.value for value in values] for drop, values in drops.items()})
        for year, values in sorted(drops.items()):
            known = [value.accuracy for value in values if value.accuracy is not None]
            counts = len(values), born[year], percent(len(values), born[year])
            fitted = None if slope is None or at_zero is None else at_zero + slope * year
            middle = mean(value.value for value in values), mean(known) if known else None
            rows.append((run, year, *counts, *middle, fitted, slope))
    return Found(rows, {f"values of {NO_DROP}": dropless} if dropless else {})


def line(drops: dict[int, list[float]]) -> tuple[float | None, float | None]:
    """Slope and intercept of the values of all animals on their drops; None of fewer than two drops."""
    if len(drops) < 2:
        return None, None
    pairs = [(drop, value) for drop, values in drops.items() for value in values]
    return linear_regression([drop for drop, _ in pairs], [value for _, value in pairs])


VALUES = (
    Column("run", "Run", "The run that estimated the values, imported or made here; those of two runs have other bases "
           "and are not compared"),
    Column("drop", "Drop", "The year in which the animals were born", "year"),
    Column("valued", "With a value", "Animals of the drop with a value of the trait in the run", "whole"),
    Column("born", "Animals", "Animals of the drop that the farm knows", "whole"),
    share("valued_pct", "Share with a value", "With a value / animals", "valued", "born"),
    Column("mean", "Mean breeding value", "Of those with a value, in the unit of the run", "number", decimals=3),
    Column("accuracy", "Mean accuracy", "Of those whose accuracy is known, 0 to 1", "number", decimals=2),
    Column("fitted", "On the line", "Where the drop lies on the line of least squares through the values of all "
           "animals", "number", decimals=3),
    Column("slope", "Trend", "Slope of this line: change of the breeding value by year of birth; empty of one drop",
           "number", "1/year", 4),
)  # fmt: skip
GENETIC_TREND = report(
    "genetic-trend",
    title="Breeding values by drop",
    says="Mean breeding value of each drop in one run, and how it changes by the year.",
    parameters=GeneticParameters,
    columns=VALUES,
    chart=charts.plot(
        {"type": "line", "point": True},
        x={**charts.named(VALUES, "drop"), "type": "ordinal"},
        y=charts.named(VALUES, "mean", scale={"zero": False}),
        color=charts.named(VALUES, "run"),
    ),
    read=read_values,
    count=count_values,
)


@dataclass(frozen=True)
class FlockParameters:
    """What was measured."""

    trait: AnyTrait = "WWT"


class Facts(NamedTuple):
    """Animals and their records of the trait."""

    animals: dict[UUID, AnimalFact]
    records: list[MeasuredFact]


async def read_flock(session: Session, asked: Asked[FlockParameters]) -> Facts:
    """Of one trait."""
    records = await repository.measured(session, asked.farm_id, [asked.parameters.trait])
    return Facts(await repository.animals(session, asked.farm_id), records)


def count_flock(facts: Facts, _asked: Asked[FlockParameters]) -> Found:
    """A row for each drop."""
    drops: dict[int, list[AnimalFact]] = defaultdict(list)
    records: dict[int, list[MeasuredFact]] = defaultdict(list)
    dropless = 0
    for animal in facts.animals.values():
        if animal.drop_year is None:
            dropless += 1
        elif not animal.reference_only and animal.arrived_on is None:
            drops[animal.drop_year].append(animal)
    ours = {animal.id: drop for drop, animals in drops.items() for animal in animals}
    for record in facts.records:
        if record.animal_id in ours:
            records[ours[record.animal_id]].append(record)
    rows: list[tuple[Cell, ...]] = []
    for drop, animals in sorted(drops.items()):
        here = sum(animal.fate == "alive" for animal in animals)
        twins = [animal.birth_type for animal in animals if animal.birth_type is not None]
        litter, kept = mean(twins) if twins else None, percent(here, len(animals))
        measured = len({record.animal_id for record in records[drop]})
        level = mean(record.value for record in records[drop]) if records[drop] else None
        rows.append((drop, len(animals), here, kept, litter, measured, percent(measured, len(animals)), level))
    return Found(rows, {NO_DROP: dropless} if dropless else {})


FLOCK = (
    Column("drop", "Drop", "The year in which the animals were born", "year"),
    Column("born", "Born here", "Animals of the drop that were born on the farm", "whole"),
    Column("here", "Still here", "Of these, those that are alive on the farm today", "whole"),
    share("here_pct", "Share still here", "Still here / born here", "here", "born"),
    Column("litter", "Birth type", "Mean of those whose birth type is known: as a lamb sees it, not a ewe", "number",
           decimals=2),
    Column("measured", "Measured", "Of those born here, those with a record of the trait", "whole"),
    share("measured_pct", "Share measured", "Measured / born here", "measured", "born"),
    Column("mean", "Mean", "Of all their records, in the unit of the trait; feed and weather are in it, it is no "
           "genetic trend", "number", decimals=2),
)  # fmt: skip
FLOCK_TREND = report(
    "flock-trend",
    title="The flock by drop",
    says="How many of each drop were born and are left, and what they measured.",
    parameters=FlockParameters,
    columns=FLOCK,
    chart=charts.plot(
        {"type": "line", "point": True},
        x={**charts.named(FLOCK, "drop"), "type": "ordinal"},
        y=charts.named(FLOCK, "mean", scale={"zero": False}),
    ),
    read=read_flock,
    count=count_flock,
)
