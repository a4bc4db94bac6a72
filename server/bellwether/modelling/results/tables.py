"""The result tables of an evaluation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from itertools import pairwise

import numpy as np
import polars as pl
from bellwether_engine import Estimates, Solution, ThresholdSolution
from numpy.typing import NDArray

from bellwether.modelling.genotypes.samples import Samples
from bellwether.modelling.tables.pedigree import Animals
from bellwether.modelling.tables.records import Observations

Floats = NDArray[np.float64]


def result_tables(
    animals: Animals, observations: Observations, samples: Samples | None, solution: Solution
) -> dict[str, pl.DataFrame]:
    """The tables by the names of their files."""
    tables = {
        "breeding_values.csv": breeding_values(animals, solution),
        "fixed_effects.csv": fixed_effects(solution, observations),
        "random_effects.csv": random_effects(solution, animals, observations),
    }
    if samples is not None:
        tables["marker_effects.csv"] = marker_effects(samples, solution)
    if solution.estimates is not None:
        tables["variances.csv"] = variances(solution.estimates)
        if solution.estimates.structures:
            tables["loadings.csv"] = loadings(solution.estimates)
    return tables


def breeding_values(animals: Animals, solution: Solution) -> pl.DataFrame:
    """One row per animal and column of the breeding values."""
    width = solution.ebv.shape[1]
    if width == 0:
        return inbreeding_only(animals, solution.inbreeding)
    ids, ebv, reliability, inbreeding = with_groups(animals, solution)
    n = len(ids)
    return pl.DataFrame(
        {
            "animal": ids.gather(np.repeat(np.arange(n), width)),
            "trait": [column.trait for column in solution.columns] * n,
            "effect": [column.effect for column in solution.columns] * n,
            "ebv": pl.Series(ebv.ravel()).fill_nan(None),
            "reliability": pl.Series(reliability.ravel()).fill_nan(None),
            "inbreeding": pl.Series(np.repeat(inbreeding, width)).fill_nan(None),
        }
    )


def with_groups(animals: Animals, solution: Solution) -> tuple[pl.Series, Floats, Floats, Floats]:
    """Ids, breeding values, reliabilities and inbreeding of animals, then groups; NaN where there is none."""
    reliability = np.full(solution.ebv.shape, np.nan) if solution.reliability is None else solution.reliability
    groups, given = solution.groups, animals.pedigree.groups
    if groups is None or given is None:
        return animals.ids, solution.ebv, reliability, solution.inbreeding
    of_groups = np.full(groups.ebv.shape, np.nan) if groups.reliability is None else groups.reliability
    inbreeding = np.full(len(groups.ebv), np.nan) if given.gamma is None else np.diag(given.gamma) - 1.0
    return (
        pl.concat([animals.ids, pl.Series("id", animals.groups)]),
        np.vstack([solution.ebv, groups.ebv]),
        np.vstack([reliability, of_groups]),
        np.concatenate([solution.inbreeding, inbreeding]),
    )


def inbreeding_only(animals: Animals, inbreeding: Floats) -> pl.DataFrame:
    """One row per animal; only `inbreeding` is filled."""
    empty = pl.lit(None, dtype=pl.String)
    frame = pl.DataFrame({"animal": animals.ids, "inbreeding": inbreeding})
    return frame.select(
        "animal",
        empty.alias("trait"),
        empty.alias("effect"),
        empty.alias("ebv"),
        empty.alias("reliability"),
        "inbreeding",
    )


def fixed_effects(solution: Solution, observations: Observations) -> pl.DataFrame:
    """Level solutions, thresholds and standard errors; a constrained level is 0 without a standard error."""
    parts = []
    for part in solution.fixed:
        error = np.full(len(part.level), np.nan) if part.se is None else part.se
        parts.append(
            pl.DataFrame(
                {
                    "trait": [part.trait] * len(part.level),
                    "effect": [part.effect] * len(part.level),
                    "level": level_names(part.effect, part.level, observations.labels),
                    "estimate": part.estimate,
                    "se": pl.Series(error).fill_nan(None),
                }
            )
        )
    return pl.concat([*parts, *(thresholds(part) for part in solution.thresholds)])


def thresholds(part: ThresholdSolution) -> pl.DataFrame:
    """Thresholds of an ordinal trait; the level names the categories on both sides."""
    names = [f"{category:g}" for category in part.category]
    error = np.full(len(part.threshold), np.nan) if part.se is None else part.se
    return pl.DataFrame(
        {
            "trait": [part.trait] * len(part.threshold),
            "effect": ["threshold"] * len(part.threshold),
            "level": [f"{low}|{high}" for low, high in pairwise(names)],
            "estimate": part.threshold,
            "se": pl.Series(error).fill_nan(None),
        }
    )


def level_names(effect: str, level: NDArray[np.int32], labels: Mapping[str, pl.Series]) -> pl.Series:
    """Names of the levels of a class effect, degrees of a curve; none for a covariate and the mean."""
    if effect in labels:
        return labels[effect].gather(level).cast(pl.String)
    return pl.Series([f"legendre{j}" for j in level] if len(level) > 1 else [None], dtype=pl.String)


def random_effects(solution: Solution, animals: Animals, observations: Observations) -> pl.DataFrame:
    """Level solutions of the random effects that are not genetic."""
    columns = {"trait": pl.String, "effect": pl.String, "level": pl.String, "estimate": pl.Float64}
    parts = [pl.DataFrame(schema=columns)]
    for part in solution.random:
        names = observations.labels.get(part.effect, animals.ids) if part.is_class else animals.ids
        label = part.effect if not part.coefficient else f"{part.effect}:{part.coefficient}"
        parts.append(
            pl.DataFrame(
                {
                    "trait": [part.trait] * len(part.level),
                    "effect": [label] * len(part.level),
                    "level": names.gather(part.level),
                    "estimate": part.estimate,
                }
            )
        )
    return pl.concat(parts)


def variances(estimates: Estimates) -> pl.DataFrame:
    """Estimated (co)variances, then heritabilities, shares and correlations."""
    rows = [asdict(estimate) for estimate in (*estimates.components, *estimates.ratios)]
    return pl.DataFrame(rows).with_columns(pl.col(pl.Float64).fill_nan(None))


def loadings(estimates: Estimates) -> pl.DataFrame:
    """Loadings of all factors, then specific variances (factor `specific`), of every matrix with a structure."""
    parts = []
    for part in estimates.structures:
        names = [f"factor{k + 1}" for k in range(part.loadings.shape[1])]
        columns = {name: (part.loadings[:, k], part.loadings_se[:, k]) for k, name in enumerate(names)}
        columns |= {"specific": (part.specific, part.specific_se)} if np.isfinite(part.specific).any() else {}
        parts += [
            pl.DataFrame(
                {"component": part.component, "row": list(part.rows), "factor": name, "estimate": values, "se": se}
            )
            for name, (values, se) in columns.items()
        ]
    return pl.concat(parts).with_columns(pl.col("estimate", "se").fill_nan(None))


def marker_effects(samples: Samples, solution: Solution) -> pl.DataFrame:
    """One row per marker and column of the breeding values; the estimate is that of one copy of the counted allele.

    `se` and `p_value` are empty without exact reliabilities.
    """
    genomic = solution.genomic
    assert genomic is not None
    m, width = genomic.effect.shape
    row = np.repeat(np.arange(m), width)
    unknown = np.full(m * width, np.nan)
    tests = {"se": genomic.se, "p_value": genomic.p}
    return pl.DataFrame(
        {
            "trait": [column.trait for column in solution.columns] * m,
            "effect": [column.effect for column in solution.columns] * m,
            "marker": samples.markers.gather(row),
            "allele": samples.alleles.gather(row),
            "frequency": genomic.frequency[row],
            "estimate": genomic.effect.ravel(),
            **{name: unknown if values is None else values.ravel() for name, values in tests.items()},
        }
    ).with_columns(pl.col(*tests).fill_nan(None))
