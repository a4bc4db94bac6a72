"""Use-cases of breeding values: rank a run, ask for animals, see the trend. Values of two runs are never mixed."""

from collections.abc import Iterator, Mapping, Sequence
from math import sqrt
from uuid import UUID

import numpy as np
from bellwether_engine.populations.trend import GeneticTrend, genetic_trend

from bellwether.genetics.breeding_values import repository
from bellwether.genetics.breeding_values.problems import NotEvaluated, RunOrFlock, SeveralRuns
from bellwether.genetics.breeding_values.schemas import (
    BreedingValue,
    ByValue,
    PublishedValue,
    RankedAnimal,
    Sort,
    Trend,
    TrendPoint,
)
from bellwether.platform.database.transactions import Session

ADDITIVE = "additive"
# own: a drop of fewer animals says little, and two points have no error
ENOUGH_ANIMALS = 5
ENOUGH_DROPS = 3
MOST_OF_ANIMAL = 50


async def rank(
    session: Session,
    *,
    run_id: UUID | None,
    flock_id: UUID | None,
    trait: str | None,
    sex: str | None,
    sort: Sort,
    after: ByValue | None,
    limit: int,
) -> list[RankedAnimal]:
    """The flock's animals by their value for one trait, which is the run's first when none is given.

    Raises:
        RunOrFlock, NotEvaluated
    """
    found = await run_for(session, run_id=run_id, flock_id=flock_id, trait=trait)
    if after is not None and after.run_id != found.id:
        found = await run_for(session, run_id=after.run_id, flock_id=None, trait=trait)
    rows = await repository.ranked(
        session,
        run=found,
        trait=trait or found.traits[0],
        effect=ADDITIVE,
        sex=sex,
        is_down=sort is Sort.value_down,
        after=None if after is None else (after.value, after.animal_id),
        limit=limit,
    )
    return [RankedAnimal.model_validate(with_accuracy(row)) for row in rows]


async def latest(
    session: Session, animal_ids: list[UUID], trait: str | None, *, across_runs: bool
) -> list[BreedingValue]:
    """The latest values of these animals; animals without one, or of another farm, are left out.

    Raises:
        SeveralRuns: values of one trait are of different runs, and nobody has said that they may be.
    """
    rows = await repository.latest(session, list(dict.fromkeys(animal_ids)), trait)
    runs: dict[str, set[object]] = {}
    for row in rows:
        runs.setdefault(str(row["trait"]), set()).add(row["run_id"])
    mixed = next((name for name in sorted(runs) if len(runs[name]) > 1), None)
    if mixed is not None and not across_runs:
        raise SeveralRuns(mixed, len(runs[mixed]))
    return [BreedingValue.model_validate(with_accuracy(row)) for row in rows]


async def history(session: Session, animal_ids: list[UUID], trait: str) -> list[PublishedValue]:
    """What was published of these animals for a trait, oldest first; nothing of animals of another farm."""
    rows = await repository.history(session, list(dict.fromkeys(animal_ids)), trait, MOST_OF_ANIMAL)
    return [PublishedValue.model_validate(with_accuracy(row)) for row in rows]


async def trend(session: Session, flock_id: UUID, trait: str) -> Trend:
    """Mean value by drop in the flock's latest run with this trait.

    Raises:
        NotEvaluated
    """
    found = await run_for(session, run_id=None, flock_id=flock_id, trait=trait)
    rows = await repository.by_drop(session, found, trait, ADDITIVE)
    points = points_of(rows)
    slope, slope_se = slope_of(rows) or (None, None)
    return Trend(
        run_id=found.id,
        flock_id=flock_id,
        trait=trait,
        unit=await repository.unit(session, trait),
        points=points,
        slope=slope,
        slope_se=slope_se,
    )


def trend_of(rows: Sequence[repository.OfDrop], minimum: int) -> Iterator[GeneticTrend]:
    """The engine's trend over the drops of so many animals; none without such a drop."""
    years = np.array([row.drop_year for row in rows], dtype=np.int64)
    yield from genetic_trend([row.value for row in rows], years, minimum=minimum)


def points_of(rows: Sequence[repository.OfDrop]) -> list[TrendPoint]:
    """Every drop with its mean, and whether it has enough animals to count for the slope."""
    return [
        TrendPoint(drop_year=int(year), n=int(n), mean=float(mean), is_in_slope=bool(n >= ENOUGH_ANIMALS))
        for found in trend_of(rows, minimum=1)
        for year, n, mean in zip(found.year, found.count, found.mean, strict=True)
    ]


def slope_of(rows: Sequence[repository.OfDrop]) -> tuple[float, float] | None:
    """Slope per year over the drops of enough animals, and its standard error; two points have no error."""
    found = next(trend_of(rows, ENOUGH_ANIMALS), None)
    return None if found is None or len(found.year) < ENOUGH_DROPS else (found.slope, found.slope_se)


async def run_for(session: Session, *, run_id: UUID | None, flock_id: UUID | None, trait: str | None) -> repository.Run:
    """The run meant: the one named, or the flock's latest with this trait.

    Raises:
        RunOrFlock, NotEvaluated
    """
    if (run_id is None) == (flock_id is None):
        raise RunOrFlock
    if run_id is not None:
        found = await repository.run(session, run_id)
    else:
        assert flock_id is not None
        found = await repository.run_of_flock(session, flock_id, trait)
    if found is None or (trait is not None and trait not in found.traits):
        raise NotEvaluated
    return found


def with_accuracy(row: Mapping[str, object]) -> dict[str, object]:
    """A row with the accuracy that follows from its reliability."""
    reliability = row["reliability"]
    return {**row, "accuracy": sqrt(reliability) if isinstance(reliability, float) else None}
