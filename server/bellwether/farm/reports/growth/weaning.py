"""Weaning weights, adjusted to one age and for what an animal could not help: never for an evaluation."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Query

from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import Drop, Mob
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, report
from bellwether.farm.reports.growth.gain import ELSEWHERE, Weighed, is_meant
from bellwether.farm.reports.models import AnimalFact, MeasuredFact
from bellwether.platform.database.transactions import Session

#: from which age on weights are brought to which one, and how far from it a straight line holds
AGES = ((101, 120, 0), (75, 90, 28), (0, 60, 7))
MATURE = range(3, 7)


def factor(what: str) -> object:
    """A factor of the farm's own; 1 changes nothing."""
    return Query(gt=0.5, lt=2, description=f"Factor for {what}; those in print differ, so 1 unless the farm says")


@dataclass(frozen=True)
class WeaningParameters:
    """Of which animals, with which factors."""

    drop: Drop = None
    mob: Mob = None
    ram: Annotated[float, factor("entire males")] = 1.0
    wether: Annotated[float, factor("castrated males")] = 1.0
    twin: Annotated[float, factor("twins reared as twins")] = 1.0
    twin_as_single: Annotated[float, factor("twins reared as singles")] = 1.0
    triplet: Annotated[float, factor("triplets and more, however reared")] = 1.0
    young_dam: Annotated[float, factor("dams of less than 3 years")] = 1.0
    old_dam: Annotated[float, factor("dams of more than 6 years")] = 1.0


class Adjusted(NamedTuple):
    """A weaning weight as if at another age."""

    to_age: int
    factor: float
    kg: float
    flags: list[str]


async def read(session: Session, asked: Asked[WeaningParameters]) -> Weighed:
    """Birth and weaning weights."""
    found = await repository.measured(session, asked.farm_id, ("BWT", "WWT"))
    return Weighed(await repository.animals(session, asked.farm_id), found)


def count(facts: Weighed, asked: Asked[WeaningParameters]) -> Found:
    """A row for each animal with both weights and an age."""
    births = {w.animal_id: w.value for w in facts.weights if w.trait == "BWT"}
    weanings = {w.animal_id: w for w in facts.weights if w.trait == "WWT"}
    left_out = {ELSEWHERE: 0, "animals without a birth weight": 0, "animals without an age at weaning": 0}
    _, no_birth, no_age = left_out
    rows: list[tuple[Cell, ...]] = []
    for animal_id, weaned in weanings.items():
        animal = facts.animals.get(animal_id)
        if animal is None or not is_meant(animal, asked.parameters.mob, asked.parameters.drop):
            left_out[ELSEWHERE] += 1
        elif not weaned.age_days:
            left_out[no_age] += 1
        elif animal_id not in births:
            left_out[no_birth] += 1
        else:
            found = adjusted(animal, births[animal_id], weaned, facts.animals, asked.parameters)
            what = (births[animal_id], weaned.value, weaned.age_days, found.to_age, found.factor, found.kg)
            rows.append((animal.id, animal.name, animal.mob, *what, "; ".join(found.flags) or None))
    rows.sort(key=lambda row: (-float(row[8]), str(row[1])))  # type: ignore[arg-type]  # the adjusted weight is a number
    return Found(rows, {reason: count for reason, count in left_out.items() if count})


def adjusted(
    animal: AnimalFact, born: float, weaned: MeasuredFact, animals: dict[UUID, AnimalFact], said: WeaningParameters
) -> Adjusted:
    """(BW + (WW - BW) / age * days) * factors; the age must be known."""
    assert weaned.age_days
    to_age, flags = target_age(weaned.age_days)
    by, missing = factors(animal, dam_years(animal, animals), said)
    plain = born + (weaned.value - born) / weaned.age_days * to_age
    return Adjusted(to_age, by, plain * by, [*flags, *missing])


def target_age(age: int) -> tuple[int, list[str]]:
    """60, 90 or 120 days, and a flag where a straight line does not hold."""
    _, to_age, holds = next(each for each in AGES if age >= each[0])
    return to_age, [] if holds and abs(age - to_age) <= holds else [f"weighed {abs(age - to_age)} d from {to_age} d"]


def dam_years(animal: AnimalFact, animals: dict[UUID, AnimalFact]) -> int | None:
    """Whole years of the rearing dam at the birth."""
    dam = animals.get(animal.reared_id) if animal.reared_id else None
    return (
        None
        if dam is None or dam.birth_date is None or animal.birth_date is None
        else years(dam.birth_date, animal.birth_date)
    )


def years(born: date, on: date) -> int:
    """Whole years between two days, rounded: a ewe lambs some weeks before or after her birthday."""
    return round((on - born).days / 365.25)


def factors(animal: AnimalFact, dam: int | None, said: WeaningParameters) -> tuple[float, list[str]]:
    """Sex, birth and rearing, dam's age; what is not known counts as 1 and is flagged."""
    by, missing = 1.0, []
    if animal.sex == "male":
        by *= said.wether if animal.fertility == "neutered" else said.ram
    elif animal.sex == "unknown":
        missing.append("sex not known")
    born, reared = animal.birth_type, animal.rear_type
    if born is None or reared is None:
        missing.append("birth or rear type not known")
    elif born >= 3:
        by *= said.triplet
    elif born == 2:
        by *= said.twin if reared >= 2 else said.twin_as_single
    if dam is None:
        missing.append("age of dam not known")
    elif dam not in MATURE:
        by *= said.young_dam if dam < MATURE.start else said.old_dam
    return by, missing


COLUMNS = (
    Column("animal_id", "Animal id", "The animal", "id"),
    Column("tag", "Animal", "Its visual tag, or its id"),
    Column("mob", "Mob", "The mob in which it is now"),
    Column("birth_kg", "Birth weight", "BW", "number", "kg"),
    Column("weaning_kg", "Weaning weight", "WW", "number", "kg"),
    Column("age_days", "Age", "At the weaning weight", "whole", "d"),
    Column("to_age", "Adjusted to", "60 d when younger than 75, 90 d up to 100, 120 d above", "whole", "d"),
    Column("factor", "Factor", "Of sex, birth and rearing, and age of dam, multiplied", "number", "", 3),
    Column("adjusted_kg", "Adjusted weight", "(BW + (WW - BW) / age * days) * factor", "number", "kg"),
    Column("flags", "Mind", "The line from birth to weaning holds 7 d around 60 and 28 d around 90; what is not known "
           "counts as 1"),
)  # fmt: skip
WEANING = report(
    "weaning-weights",
    title="Adjusted weaning weights",
    says="Weaning weights brought to one age and by the farm's factors, the heaviest first. Not for an evaluation: "
    "factors are biased between flocks.",
    parameters=WeaningParameters,
    columns=COLUMNS,
    chart=charts.plot(
        "point",
        x=charts.named(COLUMNS, "weaning_kg", scale={"zero": False}),
        y=charts.named(COLUMNS, "adjusted_kg", scale={"zero": False}),
        color=charts.named(COLUMNS, "mob"),
    ),
    read=read,
    count=count,
)
