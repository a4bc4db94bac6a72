"""A start for the solver from the result tables of an earlier evaluation: what they know, by names, and 0 for the rest.

Levels and animals that are new start at 0; those that have gone are left out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import polars as pl
from bellwether_engine import Solution
from bellwether_engine.solution.parts import (
    Convergence,
    FixedSolution,
    GeneticColumn,
    GroupSolution,
    Provenance,
    RandomSolution,
)

from bellwether.modelling.findings import refuse
from bellwether.modelling.tables.pedigree import Animals
from bellwether.modelling.tables.records import Observations

#: the tables of an evaluation that a later one can start from
TABLES = ("breeding_values.csv", "fixed_effects.csv", "random_effects.csv")
COLUMNS = {
    "breeding_values.csv": {"animal": pl.String, "trait": pl.String, "effect": pl.String, "ebv": pl.Float64},
    "fixed_effects.csv": {"trait": pl.String, "effect": pl.String, "level": pl.String, "estimate": pl.Float64},
    "random_effects.csv": {"trait": pl.String, "effect": pl.String, "level": pl.String, "estimate": pl.Float64},
}
NOWHERE = Convergence("pcg", False, 0, 0.0, 0.0)


def read_start(folder: Path, prefix: str = "") -> dict[str, pl.DataFrame]:
    """The tables in the folder of an earlier evaluation, their names after a prefix.

    Raises
    ------
    BadInput
        One is missing, or is no such table.
    """
    found = {}
    for name, columns in COLUMNS.items():
        path = folder / f"{prefix}{name}"
        try:
            found[name] = pl.read_csv(path, columns=list(columns), schema_overrides=columns)
        except (OSError, pl.exceptions.PolarsError) as error:
            message = f"is no table of an earlier evaluation: {type(error).__name__}"
            raise refuse(path, None, "unreadable_start", message, "Give the folder that evaluate wrote") from error
    return found


def columns_of(tables: Mapping[str, pl.DataFrame]) -> list[tuple[str, str]]:
    """Trait and effect of each breeding value, in their order."""
    values = tables["breeding_values.csv"]
    return list(values.select("trait", "effect").unique(maintain_order=True).iter_rows())


def start_of(tables: Mapping[str, pl.DataFrame], animals: Animals, observations: Observations) -> Solution:
    """The tables as the solution that they came from, in the order of these animals and levels."""
    columns = columns_of(tables)
    values, groups = _breeding_values(tables["breeding_values.csv"], columns, animals)
    return Solution(
        columns=tuple(GeneticColumn(trait, effect) for trait, effect in columns),
        ebv=values,
        reliability=None,
        reliability_base="",
        inbreeding=np.zeros(len(animals.ids)),
        fixed=tuple(_fixed(tables["fixed_effects.csv"], observations)),
        random=tuple(_random(tables["random_effects.csv"], animals, observations)),
        convergence=NOWHERE,
        constraint="",
        counts={},
        warnings=(),
        provenance=Provenance("", "start", {}, ""),
        groups=GroupSolution(groups, None, np.zeros(groups.shape, dtype=np.bool_)) if len(groups) else None,
    )


def _breeding_values(
    table: pl.DataFrame, columns: Sequence[tuple[str, str]], animals: Animals
) -> tuple[np.ndarray[tuple[int, int], np.dtype[np.float64]], np.ndarray[tuple[int, int], np.dtype[np.float64]]]:
    ids = pl.concat([animals.ids.cast(pl.String), pl.Series(list(animals.groups), dtype=pl.String)])
    place = _places(ids).rename({"name": "animal"})
    order = pl.DataFrame(columns, schema=["trait", "effect"], orient="row").with_row_index("column")
    found = table.join(place, on="animal").join(order, on=["trait", "effect"]).drop_nulls("ebv")
    values = np.zeros((len(ids), len(columns)))
    values[found["place"].to_numpy(), found["column"].to_numpy()] = found["ebv"].to_numpy()
    n = len(animals.ids)
    return values[:n], values[n:]


def _places(names: pl.Series) -> pl.DataFrame:
    return pl.DataFrame({"name": names.cast(pl.String)}).with_row_index("place")


def _fixed(table: pl.DataFrame, observations: Observations) -> list[FixedSolution]:
    found = []
    for (trait, effect), part in table.group_by(["trait", "effect"], maintain_order=True):
        if effect in observations.labels:
            level, estimate = _levels(part, observations.labels[str(effect)])
        else:
            # a slope and the mean have no level, a curve its degrees, all in their order
            level, estimate = np.arange(len(part), dtype=np.int32), part["estimate"].to_numpy()
        free = np.zeros(len(level), dtype=np.bool_)
        found.append(FixedSolution(str(trait), str(effect), level, estimate, None, free))
    return found


def _random(table: pl.DataFrame, animals: Animals, observations: Observations) -> list[RandomSolution]:
    found = []
    for (trait, label), part in table.group_by(["trait", "effect"], maintain_order=True):
        effect, _, coefficient = str(label).partition(":")
        # which of the two a solution is of shows in its equations: it is given as both
        for is_class in (True, False):
            names = observations.labels.get(effect) if is_class else animals.ids
            if names is not None:
                level, estimate = _levels(part, names)
                found.append(RandomSolution(str(trait), effect, coefficient, is_class, level, estimate))
    return found


def _levels(
    part: pl.DataFrame, names: pl.Series
) -> tuple[np.ndarray[tuple[int], np.dtype[np.int32]], np.ndarray[tuple[int], np.dtype[np.float64]]]:
    """Codes, ascending, and estimates of the levels that are still there."""
    places = _places(names).rename({"name": "level"})
    known = part.select("level", "estimate").join(places, on="level").sort("place")
    return known["place"].to_numpy().astype(np.int32), known["estimate"].to_numpy()
