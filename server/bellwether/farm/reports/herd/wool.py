"""The wool clip by class of stock."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import Drop, Mob, Since, Until
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, percent, report, share
from bellwether.farm.reports.growth.gain import ELSEWHERE, is_meant
from bellwether.farm.reports.models import AnimalFact, MeasuredFact
from bellwether.platform.database.transactions import Session
from bellwether.sheep.traits import TRAITS

FLEECE = [code for code in TRAITS if code.endswith("GFW")]
FIBRE = [code for code in TRAITS if code.endswith("FD")]
CLEAN = [code for code in TRAITS if code.endswith(("CFW", "YLD"))]
#: own: how far from the day of the fleece its sample was taken, or its clean weight told
NEAR = 60


@dataclass(frozen=True)
class WoolParameters:
    """Which shearing, of which animals."""

    since: Since = None
    until: Until = None
    mob: Mob = None
    drop: Drop = None


class Facts(NamedTuple):
    """Animals, fleeces, fibres and yields."""

    animals: dict[UUID, AnimalFact]
    measured: list[MeasuredFact]


async def read(session: Session, asked: Asked[WoolParameters]) -> Facts:
    """Of that time."""
    said = asked.parameters
    found = await repository.measured(session, asked.farm_id, [*FLEECE, *FIBRE, *CLEAN], said.since, said.until)
    return Facts(await repository.animals(session, asked.farm_id), found)


def count(facts: Facts, asked: Asked[WoolParameters]) -> Found:
    """A row for each class and stage."""
    fleeces: dict[tuple[str, str], list[MeasuredFact]] = {}
    fibres: dict[tuple[str, str], list[MeasuredFact]] = {}
    yields: dict[tuple[str, UUID], list[MeasuredFact]] = {}
    others = 0
    for each in facts.measured:
        animal = facts.animals.get(each.animal_id)
        if animal is None or not is_meant(animal, asked.parameters.mob, asked.parameters.drop):
            others += 1
            continue
        if each.trait in CLEAN:
            yields.setdefault((each.trait[0], each.animal_id), []).append(each)
            continue
        into = fleeces if each.trait in FLEECE else fibres
        into.setdefault((each.trait[0], class_of(animal)), []).append(each)
    rows: list[tuple[Cell, ...]] = []
    for key in sorted(fleeces.keys() | fibres.keys()):
        own, fine = [f.value for f in fleeces.get(key, [])], [f.value for f in fibres.get(key, [])]
        stage = TRAITS[f"{key[0]}GFW"].name.split()[0]
        cleaned = [(f.value, clean_kg(f, yields.get((key[0], f.animal_id), ()))) for f in fleeces.get(key, [])]
        known = [(greasy, clean) for greasy, clean in cleaned if clean is not None]
        greasy, clean = sum(g for g, _ in known), sum(c for _, c in known)
        weighed = (len(own), sum(own), mean(own) if own else None)
        rows.append((stage, key[1], *weighed, len(fine), mean(fine) if fine else None, greasy, clean,
                     percent(clean, greasy)))  # fmt: skip
    return Found(rows, {f"measurements of {ELSEWHERE}": others} if others else {})


def clean_kg(fleece: MeasuredFact, told: Sequence[MeasuredFact]) -> float | None:
    """CFW, else GFW * yield / 100, of the day that is nearest to the fleece's; None: nobody has said."""
    near = sorted((abs((each.occurred_on - fleece.occurred_on).days), each.trait, each.value) for each in told)
    for ending, share_of in (("CFW", None), ("YLD", fleece.value / 100)):
        value = next((value for days, trait, value in near if trait.endswith(ending) and days <= NEAR), None)
        if value is not None:
            return value if share_of is None else value * share_of
    return None


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
    Column("of_known_kg", "Clip of known yield", "Of the fleeces with a clean weight or yield of the same stage, told "
           f"within {NEAR} days", "number", "kg"),
    Column("clean_kg", "Clean", "Of these: clean weights, else greasy weight * yield / 100", "number", "kg"),
    share("yield_pct", "Yield", "Clean / clip of known yield", "clean_kg", "of_known_kg"),
)  # fmt: skip
WOOL = report(
    "wool-clip",
    title="Wool clip",
    says="Greasy wool, its yield, and fibre diameter by class of stock.",
    parameters=WoolParameters,
    columns=COLUMNS,
    chart=charts.plot(
        "bar", y=charts.named(COLUMNS, "class"), x=charts.named(COLUMNS, "greasy_kg"),
        color=charts.named(COLUMNS, "stage"),
    ),
    read=read,
    count=count,
)  # fmt: skip
