"""Inbreeding of each drop, and the size of a population in which it would rise as fast."""

from statistics import mean
from uuid import UUID

from bellwether.farm.reports import charts, repository
from bellwether.farm.reports.asking import Nothing
from bellwether.farm.reports.declaring import Asked, Cell, Column, Found, percent, report, share
from bellwether.farm.reports.models import AnimalFact
from bellwether.platform.database.transactions import Session

WARN_ABOVE = 0.0625


async def read(session: Session, asked: Asked[Nothing]) -> dict[UUID, AnimalFact]:
    """Every animal, ancestors too."""
    return await repository.animals(session, asked.farm_id)


def coefficients(animals: dict[UUID, AnimalFact]) -> dict[UUID, float]:
    """F of each: half the additive relationship of its parents."""
    from bellwether_engine import Pedigree

    at = {key: place for place, key in enumerate(animals)}
    sires = [at.get(a.sire_id, -1) if a.sire_id else -1 for a in animals.values()]
    dams = [at.get(a.dam_id, -1) if a.dam_id else -1 for a in animals.values()]
    return dict(zip(animals, map(float, Pedigree(sire=sires, dam=dams).inbreeding(threads=1)), strict=True))  # type: ignore[arg-type]  # what numpy can convert


def count(animals: dict[UUID, AnimalFact], _asked: Asked[Nothing]) -> Found:
    """A row for each year of birth."""
    found = coefficients(animals) if animals else {}
    own = [a for a in animals.values() if not a.reference_only]
    drops: dict[int, list[AnimalFact]] = {}
    for animal in own:
        if animal.drop_year is not None:
            drops.setdefault(animal.drop_year, []).append(animal)
    rows = [drop_row(year, each, found) for year, each in sorted(drops.items())]
    without = sum(a.drop_year is None for a in own)
    return Found(rows, {"animals without a year of birth": without} if without else {})


def drop_row(year: int, own: list[AnimalFact], found: dict[UUID, float]) -> tuple[Cell, ...]:
    """One drop; the generation before it are its parents, each as often as it has progeny there."""
    both = [a for a in own if a.sire_id in found and a.dam_id in found]
    now = [found[a.id] for a in own]
    above = sum(f > WARN_ABOVE for f in now)
    step = size = None
    if both:
        before = mean((found[a.sire_id] + found[a.dam_id]) / 2 for a in both)  # type: ignore[index]  # both are known
        step = (mean(found[a.id] for a in both) - before) / (1 - before) if before < 1 else None
        size = 1 / (2 * step) if step is not None and step > 0 else None
    return year, len(own), len(both), mean(now), max(now), above, percent(above, len(own)), step, size


COLUMNS = (
    Column("drop", "Drop", "Year of birth", "year"),
    Column("animals", "Animals", "Of the drop", "whole"),
    Column("both_parents", "Both parents known", "Of these; a parent that is missing counts as unrelated",
           "whole"),
    Column("mean_f", "Mean F", "Of the drop; F: half the additive relationship of the parents", "number", decimals=4),
    Column("most_f", "Highest F", "Of any animal of the drop", "number", decimals=4),
    Column("above", "Above 0.0625", "Animals that are more inbred than progeny of first cousins", "whole"),
    share("above_pct", "Share above", "Above 0.0625 / animals", "above", "animals"),
    Column("step", "Rise in a generation", "(F of those with both parents - F of the parents) / (1 - F of the parents)",
           "number", decimals=4),
    Column("size", "Effective size", "1 / (2 rise); empty when inbreeding did not rise", "number", decimals=0),
)  # fmt: skip
INBREEDING = report(
    "inbreeding",
    title="Inbreeding by drop",
    says="Mean and highest inbreeding of each drop, and the effective size that it speaks of.",
    parameters=Nothing,
    columns=COLUMNS,
    chart=charts.plot(
        {"type": "line", "point": True}, x=charts.named(COLUMNS, "drop", axis={"format": "d"}),
        y=charts.named(COLUMNS, "mean_f"),
    ),
    read=read,
    count=count,
    is_heavy=True,
)  # fmt: skip
