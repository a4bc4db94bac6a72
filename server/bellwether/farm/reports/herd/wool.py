"""The wool clip by class of stock."""

from dataclasses import dataclass
from statistics import mean
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import Drop, Mob, Since, Until
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, report
from bellwether.farm.reports.growth.gain import ELSEWHERE, is_meant
from bellwether.farm.reports.models import AnimalFact, MeasuredFact
from bellwether.platform.database.transactions import Session
from bellwether.sheep.traits import TRAITS

FLEECE = [code for code in TRAITS if code.endswith("GFW")]
FIBRE = [code for code in TRAITS if code.endswith("FD")]


@dataclass(frozen=True)
class WoolParameters:
    """Which shearing, of which animals."""

    since: Since = None
    until: Until = None
    mob: Mob = None
    drop: Drop = None


class Facts(NamedTuple):
    """Animals, fleeces and fibres."""

    animals: dict[UUID, AnimalFact]
    measured: list[MeasuredFact]


async def read(session: Session, asked: Asked[WoolParameters]) -> Facts:
    """Of that time."""
    said = asked.parameters
    found = await repository.measured(session, asked.farm_id, [*FLEECE, *FIBRE], said.since, said.until)
    return Facts(await repository.animals(session, asked.farm_id), found)


def count(facts: Facts, asked: Asked[WoolParameters]) -> Found:
    """A row for each class and stage."""
    fleeces: dict[tuple[str, str], list[float]] = {}
    fibres: dict[tuple[str, str], list[float]] = {}
    others = 0
    for each in facts.measured:
        animal = facts.animals.get(each.animal_id)
        if animal is None or not is_meant(animal, asked.parameters.mob, asked.parameters.drop):
            others += 1
            continue
        into = fleeces if each.trait in FLEECE else fibres
        into.setdefault((each.trait[0], class_of(animal)), []).append(each.value)
    rows: list[tuple[Cell, ...]] = []
    for key in sorted(fleeces.keys() | fibres.keys()):
        own, fine = fleeces.get(key, []), fibres.get(key, [])
        stage = TRAITS[f"{key[0]}GFW"].name.split()[0]
        rows.append(
            (stage, key[1], len(own), sum(own), mean(own) if own else None, len(fine), mean(fine) if fine else None)
        )
    return Found(rows, {f"measurements of {ELSEWHERE}": others} if others else {})


def class_of(animal: AnimalFact) -> str:
    """By sex and fertility."""
    if animal.sex == "male":
        return "wethers" if animal.fertility == "neutered" else "rams"
    return "ewes" if animal.sex == "female" else "of unknown sex"


COLUMNS = (
    Column("stage", "Stage", "As it was recorded with the fleece"),
    Column("class", "Class", "By sex and fertility"),
    Column("fleeces", "Fleeces", "Greasy fleeces that were weighed", "whole"),
    Column("greasy_kg", "Clip", "Sum of their greasy weights", "number", "kg"),
    Column("mean_kg", "Mean fleece", "Clip / fleeces", "number", "kg", 2),
    Column("samples", "Samples", "Fibre diameters that were measured", "whole"),
    Column("micron", "Fibre diameter", "Mean of these", "number", "micron"),
)
WOOL = report(
    "wool-clip",
    title="Wool clip",
    says="Greasy wool and fibre diameter by class of stock.",
    parameters=WoolParameters,
    columns=COLUMNS,
    chart=charts.plot(
        "bar", y=charts.named(COLUMNS, "class"), x=charts.named(COLUMNS, "greasy_kg"),
        color=charts.named(COLUMNS, "stage"),
    ),
    read=read,
    count=count,
)  # fmt: skip
