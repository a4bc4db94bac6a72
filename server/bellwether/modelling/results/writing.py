"""The result files, written to a folder beside and then moved: all of them or none."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from bellwether_engine import Estimates, Solution, ThresholdSolution
from numpy.typing import NDArray

from bellwether.modelling.findings import refuse
from bellwether.modelling.genotypes.samples import Samples
from bellwether.modelling.tables.pedigree import Animals
from bellwether.modelling.tables.records import Observations

Floats = NDArray[np.float64]
NAMES = (
    "breeding_values.csv",
    "fixed_effects.csv",
    "random_effects.csv",
    "marker_effects.csv",
    "variances.csv",
    "report.json",
)
UNFINISHED = ".bellwether-unfinished"


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


def inbreeding_only(animals: Animals, inbreeding: np.ndarray[Any, Any]) -> pl.DataFrame:
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


def level_names(effect: str, level: np.ndarray[Any, Any], labels: dict[str, pl.Series]) -> pl.Series:
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
    return pl.DataFrame(rows).with_columns(pl.col("se", "se_sampled", "mc_se").fill_nan(None))


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


def check_folder(out: Path, inputs: Sequence[Path]) -> None:
    """Refuse a folder that cannot be written, or where results would replace somebody's files, before anything is
    computed.

    Raises
    ------
    BadInput
        Its place is a file or belongs to others, a folder has the name of a result; a result would replace an input, or
        a file that no earlier run has written.
    """
    there = next(each for each in (out, *out.absolute().parents) if each.exists())
    if not there.is_dir() or not os.access(there, os.W_OK | os.X_OK):
        reason = "cannot be written" if there.is_dir() else "is a file"
        fix = "Choose a folder that you may write to"
        raise refuse(out, None, "unwritable_folder", f"the results cannot be written: {there} {reason}", fix)
    taken = next((name for name in NAMES if (out / name).is_dir()), None)
    if taken is not None:
        message = f"the results cannot be written: {out / taken} is a folder"
        raise refuse(out, None, "unwritable_folder", message, "Choose another folder, or remove this one in it")
    results = {(out / name).resolve() for name in NAMES}
    read = next((path for path in inputs if path.resolve() in results), None)
    if read is not None:
        message, fix = f"the results would replace the input {read}", "Choose another folder for the results"
        raise refuse(out, None, "replaces_input", message, fix)
    foreign = [name for name in NAMES if (out / name).exists()]
    if foreign and not _has_results(out):
        message = f"the results would replace {out / foreign[0]}, which no earlier run has written"
        raise refuse(out, None, "replaces_file", message, "Choose another folder, or move the file away")


def _has_results(out: Path) -> bool:
    """Are there the results of an earlier run, or of one that was ended while it moved them in?"""
    if (out / UNFINISHED).exists():
        return True
    try:
        return "engine_version" in json.loads((out / "report.json").read_text())
    except (OSError, ValueError, TypeError):
        return False


def write(out: Path, tables: dict[str, pl.DataFrame], report: dict[str, Any]) -> None:
    """Write all files to a folder on the same disk, then move them in; what an earlier run left is replaced or removed.

    Raises
    ------
    BadInput
        The folder cannot be written.
    """
    try:
        # inside the folder where there is one: its neighbourhood may be another disk, or not writable
        beside = out if out.is_dir() else out.parent
        beside.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=beside, prefix=".bellwether-") as temporary:
            folder = Path(temporary)
            for name, table in tables.items():
                table.write_csv(folder / name)
            (folder / "report.json").write_text(json.dumps(report, indent=2) + "\n")
            out.mkdir(exist_ok=True)
            _move_in(folder, out)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        fix = "Choose a folder that you may write to, with space on its disk"
        raise refuse(out, None, "unwritable_folder", f"the results cannot be written: {reason}", fix) from error


def _move_in(folder: Path, out: Path) -> None:
    """By renames on one disk, the report last: a folder with a report is whole."""
    (out / UNFINISHED).touch()
    (out / "report.json").unlink(missing_ok=True)
    for name in NAMES:
        if (folder / name).exists():
            (folder / name).replace(out / name)
        else:
            (out / name).unlink(missing_ok=True)
    (out / UNFINISHED).unlink()
