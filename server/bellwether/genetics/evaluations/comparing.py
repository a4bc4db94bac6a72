"""What the zero of a run is, and how its breeding values differ from those of the run before. Knows no database."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np
from bellwether_engine import Solution
from numpy.typing import NDArray

from bellwether.modelling.flocks.flock_data import FlockData

FEWEST = 3
BASE = "parents that nobody knows have the expectation 0"
OF_GROUPS = "values include the groups of unknown parents; only differences of animals have a meaning"


class OfColumn(TypedDict):
    """The flock's own animals in one column of the values."""

    trait: str
    effect: str
    n: int
    mean: float | None
    sd: float | None


class Base(TypedDict):
    """What 0 means in a run."""

    zero: str
    n_founders: int
    own_animals: list[OfColumn]


class Change(TypedDict):
    """One column of two runs, over the animals of both."""

    trait: str
    effect: str
    n: int
    correlation: float | None
    mean_change: float
    sd_change: float
    largest_change: float
    largest_animal: str


class Comparison(TypedDict):
    """Two runs; animals by whether both have them."""

    run_id: str
    n_both: int
    n_new: int
    n_gone: int
    columns: list[Change]


def base_of(data: FlockData, solution: Solution) -> Base:
    """The base, and where the flock's own animals lie from it."""
    own = np.array([data.is_own(animal) for animal in data.animals], dtype=bool)
    founders = sum(animal.sire_id is None and animal.dam_id is None for animal in data.animals)
    columns = [
        OfColumn(
            trait=column.trait,
            effect=column.effect,
            n=int(own.sum()),
            mean=float(solution.ebv[own, j].mean()) if own.any() else None,
            sd=float(solution.ebv[own, j].std(ddof=1)) if own.sum() > 1 else None,
        )
        for j, column in enumerate(solution.columns)
    ]
    return {"zero": BASE if solution.groups is None else OF_GROUPS, "n_founders": founders, "own_animals": columns}


def compare(run_id: str, before: Path, ids: Sequence[str], solution: Solution) -> Comparison:
    """The run before, from the CSV that COPY writes (animal, trait, effect, value), beside this one."""
    place = {animal_id: i for i, animal_id in enumerate(ids)}
    column = {(c.trait, c.effect): j for j, c in enumerate(solution.columns)}
    earlier = np.full(solution.ebv.shape, np.nan)
    known: set[str] = set()
    with before.open(newline="", encoding="utf-8") as file:
        for animal, trait, effect, value in csv.reader(file):
            known.add(animal)
            if animal in place and (trait, effect) in column:
                earlier[place[animal], column[trait, effect]] = float(value)
    both = len(known & place.keys())
    changes = [
        _change(c.trait, c.effect, earlier[:, j], solution.ebv[:, j], ids)
        for j, c in enumerate(solution.columns)
        if np.isfinite(earlier[:, j]).any()
    ]
    return {
        "run_id": run_id,
        "n_both": both,
        "n_new": len(ids) - both,
        "n_gone": len(known) - both,
        "columns": changes,
    }


def _change(
    trait: str, effect: str, earlier: NDArray[np.float64], now: NDArray[np.float64], ids: Sequence[str]
) -> Change:
    both = np.flatnonzero(np.isfinite(earlier) & np.isfinite(now))
    before, after = earlier[both], now[both]
    change = after - before
    largest = int(np.abs(change).argmax())
    varies = len(both) >= FEWEST and before.std() > 0 and after.std() > 0
    return {
        "trait": trait,
        "effect": effect,
        "n": len(both),
        "correlation": float(np.corrcoef(before, after)[0, 1]) if varies else None,
        "mean_change": float(change.mean()),
        "sd_change": float(change.std(ddof=1)) if len(both) > 1 else 0.0,
        "largest_change": float(change[largest]),
        "largest_animal": ids[both[largest]],
    }
