"""Sires, by what their progeny weighed beside their contemporaries; and which groups they link."""

from collections import Counter
from dataclasses import dataclass
from statistics import mean
from typing import NamedTuple
from uuid import UUID

from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import AnyTrait, Drop
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, percent, report, share
from bellwether.farm.reports.models import AnimalFact, MeasuredFact
from bellwether.platform.database.transactions import Session

MORE_THAN = 10
NO_GROUP, NO_SIRE = "records without a contemporary group", "records of animals without a sire"


@dataclass(frozen=True)
class FamilyParameters:
    """Which trait of which drop."""

    trait: AnyTrait = "WWT"
    drop: Drop = None


class Facts(NamedTuple):
    """Animals and their records of the trait."""

    animals: dict[UUID, AnimalFact]
    records: list[MeasuredFact]


async def read(session: Session, asked: Asked[FamilyParameters]) -> Facts:
    """Of one trait."""
    found = await repository.measured(session, asked.farm_id, [asked.parameters.trait])
    return Facts(await repository.animals(session, asked.farm_id), found)


class Compared(NamedTuple):
    """A record of an animal with a sire, in a group."""

    animal: AnimalFact
    sire_id: UUID
    group: str
    value: float
    deviation: float


def compared(facts: Facts, drop: int | None) -> tuple[list[Compared], dict[str, int]]:
    """Each record beside the mean of its contemporary group, those without a sire too."""
    groups: dict[str, list[float]] = {}
    for each in facts.records:
        if each.contemporary_group:
            groups.setdefault(each.contemporary_group, []).append(each.value)
    means = {group: mean(values) for group, values in groups.items()}
    found, left_out = [], {NO_GROUP: 0, NO_SIRE: 0, "records of another drop": 0}
    other = list(left_out)[2]
    for each in facts.records:
        animal = facts.animals.get(each.animal_id)
        if animal is None or drop not in (None, animal.drop_year):
            left_out[other] += 1
        elif each.contemporary_group is None:
            left_out[NO_GROUP] += 1
        elif animal.sire_id is None:
            left_out[NO_SIRE] += 1
        else:
            group = each.contemporary_group
            found.append(Compared(animal, animal.sire_id, group, each.value, each.value - means[group]))
    return found, {reason: n for reason, n in left_out.items() if n}


def count_sires(facts: Facts, asked: Asked[FamilyParameters]) -> Found:
    """A row for each sire, the one with the best progeny first."""
    drop = asked.parameters.drop
    found, left_out = compared(facts, drop)
    progeny = Counter(a.sire_id for a in facts.animals.values() if a.sire_id and drop in (None, a.drop_year))
    families: dict[UUID, list[Compared]] = {}
    for each in found:
        families.setdefault(each.sire_id, []).append(each)
    rows: list[tuple[Cell, ...]] = []
    for sire_id, own in families.items():
        measured = len({each.animal.id for each in own})
        counts = (progeny[sire_id], measured, percent(measured, progeny[sire_id]), len({each.group for each in own}))
        name = facts.animals[sire_id].name if sire_id in facts.animals else str(sire_id)
        rows.append((sire_id, name, *counts, mean(e.value for e in own), mean(e.deviation for e in own)))
    rows.sort(key=lambda row: (-float(row[7]), str(row[1])))  # type: ignore[arg-type]  # the deviation is a number
    return Found(rows, left_out)


def count_links(facts: Facts, asked: Asked[FamilyParameters]) -> Found:
    """A row for each sire and group."""
    found, left_out = compared(facts, asked.parameters.drop)
    cells = Counter((each.sire_id, each.group) for each in {(e.animal.id, e.group): e for e in found}.values())
    # one that was measured in two groups is one lamb of its sire
    totals = Counter({each.animal.id: each.sire_id for each in found}.values())
    spread = Counter(sire_id for sire_id, _ in cells)
    rows: list[tuple[Cell, ...]] = []
    for (sire_id, group), n in cells.items():
        name = facts.animals[sire_id].name if sire_id in facts.animals else str(sire_id)
        links = totals[sire_id] > MORE_THAN and spread[sire_id] > 1
        rows.append((sire_id, name, group, n, totals[sire_id], spread[sire_id], links))
    return Found(sorted(rows, key=lambda row: (str(row[1]), str(row[2]))), left_out)


SIRES = (
    Column("sire_id", "Sire id", "The sire", "id"),
    Column("sire", "Sire", "His visual tag, or his id"),
    Column("progeny", "Progeny", "Animals of the drop whose accepted sire he is", "whole"),
    Column("measured", "Measured", "Of these, those with a record of the trait in a contemporary group", "whole"),
    share("measured_pct", "Share measured", "Measured / progeny", "measured", "progeny"),
    Column("groups", "Groups", "Contemporary groups in which they are", "whole"),
    Column("mean", "Mean", "Of their records, in the unit of the trait", "number"),
    Column("deviation", "Against contemporaries", "Mean of record - mean of its contemporary group; no breeding value: "
           "dams and mates differ", "number", decimals=2),
)  # fmt: skip
LINKS = (
    Column("sire_id", "Sire id", "The sire", "id"),
    Column("sire", "Sire", "His visual tag, or his id"),
    Column("group", "Contemporary group", "Flock, drop, stage and groups, as records are compared"),
    Column("progeny", "Progeny", "His progeny with a record in the group", "whole"),
    Column("total", "In all groups", "His progeny with a record", "whole"),
    Column("groups", "Groups", "In which he has progeny", "whole"),
    Column("links", "Links", f"More than {MORE_THAN} progeny in all, and some in more groups than this one", "truth"),
)
SIRE_TABLE = report(
    "sire-families",
    title="Sires by their progeny",
    says="What the progeny of each sire measured, beside their contemporaries.",
    parameters=FamilyParameters,
    columns=SIRES,
    chart=charts.plot("bar", y=charts.named(SIRES, "sire", sort="-x"), x=charts.named(SIRES, "deviation")),
    read=read,
    count=count_sires,
)
LINKAGE = report(
    "sire-linkage",
    title="Sires and the groups that they link",
    says="Progeny of each sire in each contemporary group: without links groups cannot be compared.",
    parameters=FamilyParameters,
    columns=LINKS,
    chart=charts.plot(
        "rect", x=charts.named(LINKS, "group"), y=charts.named(LINKS, "sire"), color=charts.named(LINKS, "progeny")
    ),
    read=read,
    count=count_links,
)
