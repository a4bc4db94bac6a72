"""Ewes, by the lambs that they bore and reared; and those to cull."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import Query

from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import Mob
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, report
from bellwether.farm.reports.models import AnimalFact
from bellwether.platform.database.transactions import Session


@dataclass(frozen=True)
class EweParameters:
    """Which ewes."""

    mob: Mob = None


@dataclass(frozen=True)
class CullParameters:
    """Why a ewe is to go."""

    older_than: Annotated[int, Query(ge=1, le=20, description="Years: an older ewe is too old")] = 6
    barren: Annotated[
        int, Query(ge=1, le=5, description="Drops without a lamb, one after the other, that are too many")
    ] = 2
    mob: Mob = None


class Facts(NamedTuple):
    """Animals, and what each was weaned at."""

    animals: dict[UUID, AnimalFact]
    weaned: dict[UUID, float]


class Ewe(NamedTuple):
    """A ewe with her lambs."""

    animal: AnimalFact
    born: list[AnimalFact]
    reared: list[AnimalFact]


async def read(session: Session, asked: Asked[EweParameters | CullParameters]) -> Facts:
    """Of the farm."""
    weights = await repository.measured(session, asked.farm_id, ["WWT"])
    return Facts(await repository.animals(session, asked.farm_id), {w.animal_id: w.value for w in weights})


def ewes(facts: Facts, mob: str | None) -> list[Ewe]:
    """Females that are here, with what they bore (not what grew from their embryos) and reared."""
    born: dict[UUID, list[AnimalFact]] = {}
    reared: dict[UUID, list[AnimalFact]] = {}
    for animal in facts.animals.values():
        if animal.bore_id is not None:
            born.setdefault(animal.bore_id, []).append(animal)
        if animal.reared_id is not None:
            reared.setdefault(animal.reared_id, []).append(animal)
    here = [
        a for a in facts.animals.values()
        if a.sex == "female" and a.fate == "alive" and not a.reference_only and mob in (None, a.mob)
    ]  # fmt: skip
    return [Ewe(a, born.get(a.id, []), reared.get(a.id, [])) for a in here]


def years_of(animal: AnimalFact, today: date) -> int | None:
    """Whole years."""
    born = animal.birth_date
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def count_ewes(facts: Facts, asked: Asked[EweParameters]) -> Found:
    """A row for each ewe that has had a lamb, the one with most weaned kilograms a year first."""
    rows: list[tuple[Cell, ...]] = []
    without = 0
    for ewe in ewes(facts, asked.parameters.mob):
        drops = {lamb.drop_year for lamb in (*ewe.born, *ewe.reared) if lamb.drop_year}
        if not drops:
            without += 1
            continue
        weights = [facts.weaned[lamb.id] for lamb in ewe.reared if lamb.id in facts.weaned]
        by_year = (len(ewe.born) / len(drops), sum(weights) / len(drops))
        age = years_of(ewe.animal, asked.today)
        counts = (len(drops), len(ewe.born), len(weights))
        rows.append((ewe.animal.id, ewe.animal.name, ewe.animal.mob, age, *counts, *by_year))
    rows.sort(key=lambda row: (-float(row[8]), str(row[1])))  # type: ignore[arg-type]  # kilograms are a number
    return Found(rows, {"ewes without a lamb": without} if without else {})


def count_culls(facts: Facts, asked: Asked[CullParameters]) -> Found:
    """A row for each ewe that there is a reason to cull."""
    said = asked.parameters
    last = max((a.drop_year for a in facts.animals.values() if a.drop_year and a.bore_id), default=None)
    rows: list[tuple[Cell, ...]] = []
    unknown = 0
    for ewe in ewes(facts, said.mob):
        age = years_of(ewe.animal, asked.today)
        unknown += age is None
        reasons = [f"{age} years old"] if age is not None and age > said.older_than else []
        lambed = [lamb.drop_year for lamb in ewe.born if lamb.drop_year]
        since = max(lambed) if lambed else None
        if last is not None and ewe.animal.drop_year is not None:
            # she may have her first lamb when she is two
            missed = last - max(since or 0, ewe.animal.drop_year + 1)
            reasons += [f"no lamb in the last {missed} drops"] if missed >= said.barren else []
        if reasons:
            rows.append((ewe.animal.id, ewe.animal.name, ewe.animal.mob, age, since, "; ".join(reasons)))
    left_out = {"ewes whose age is not known, so that it is no reason": unknown} if unknown else {}
    return Found(sorted(rows, key=lambda row: (str(row[2]), str(row[1]))), left_out)


EWES = (
    Column("ewe_id", "Ewe id", "The ewe", "id"),
    Column("ewe", "Ewe", "Her visual tag, or her id"),
    Column("mob", "Mob", "The mob in which she is now"),
    Column("years", "Age", "Whole years today", "whole", "a"),
    Column("drops", "Drops", "Years in which she bore or reared a lamb", "whole"),
    Column("born", "Lambs born", "That she gave birth to, those of embryos too; not those of her own embryos", "whole"),
    Column("weaned", "Lambs weaned", "That she reared and that have a weaning weight", "whole"),
    Column("born_by_drop", "Born by drop", "Lambs born / drops", "number", decimals=2),
    Column(
        "kg_by_drop", "Weaned by drop", "Sum of the weaning weights of lambs that she reared / drops", "number", "kg"
    ),
)
CULLS = (
    Column("ewe_id", "Ewe id", "The ewe", "id"),
    Column("ewe", "Ewe", "Her visual tag, or her id"),
    Column("mob", "Mob", "The mob in which she is now"),
    Column("years", "Age", "Whole years today", "whole", "a"),
    Column("last_drop", "Last lamb", "The last drop in which she bore one", "year"),
    Column("reasons", "Reasons", "Older than asked, or without a lamb for as many drops as asked since she was two"),
)
EWE_TABLE = report(
    "ewe-table",
    title="Ewes by their lambs",
    says="What each ewe bore and reared, the one that weaned most first.",
    parameters=EweParameters,
    columns=EWES,
    chart=charts.plot("point", x=charts.named(EWES, "years"), y=charts.named(EWES, "kg_by_drop")),
    read=read,
    count=count_ewes,
)
CULL_LIST = report(
    "cull-list",
    title="Ewes to cull",
    says="Ewes that there is a reason to cull, with the reasons.",
    parameters=CullParameters,
    columns=CULLS,
    chart=charts.plot("bar", x=charts.named(CULLS, "years"), y={"aggregate": "count", "title": "Ewes"}),
    read=read,
    count=count_culls,
)
