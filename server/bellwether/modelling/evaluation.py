"""The one road to breeding values: pedigree, records, genotypes and a model to tables of results and a report.

The command reads files into it, the genetics service reads a flock into it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from bellwether_engine import EngineError, NotConverged, Solution, fit
from bellwether_engine.parallel.dask_executor import DaskExecutor

from bellwether.modelling.findings import BadInput, DidNotConverge, Finding, Warned
from bellwether.modelling.genotypes.quality import Quality, genotype_report
from bellwether.modelling.genotypes.samples import Samples
from bellwether.modelling.genotypes.used_markers import used_markers
from bellwether.modelling.model_file.model_file import ModelFile
from bellwether.modelling.results.report import (
    Steps,
    add_genomic,
    add_genotypes,
    evaluation_report,
    peak_mib,
    stated_memory,
)
from bellwether.modelling.results.sections import Report
from bellwether.modelling.results.start import start_of
from bellwether.modelling.results.tables import result_tables
from bellwether.modelling.scheduler import add_scheduler
from bellwether.modelling.tables.pedigree import Animals
from bellwether.modelling.tables.records import Observations

NOTHING = 1e-12


@dataclass(frozen=True)
class Evaluation:
    """What an evaluation gives: the engine's solution, the tables by their file names, the report, and the genotypes
    with the markers that were used."""

    solution: Solution
    tables: Mapping[str, pl.DataFrame]
    report: Report
    samples: Samples | None = None


def evaluate(
    animals: Animals,
    model: ModelFile,
    observations: Observations,
    samples: Samples | None,
    steps: Steps,
    executor: DaskExecutor | None = None,
    start: Mapping[str, pl.DataFrame] | None = None,
) -> Evaluation:
    """Check the genotypes, fit the model, make the tables and the report.

    `start` are result tables of an earlier evaluation: the solver begins there, and the answer is the same within the
    tolerance.

    Raises
    ------
    BadInput
        The engine refuses the model, the variances, the records or the genotypes, or does not converge.
    """
    quality = quality_of(samples, animals, steps)
    stated = stated_memory(model, observations, animals)
    used = None if samples is None or model.genomic is None else used_markers(samples, model.genomic)
    samples = samples if used is None else used.samples
    first = None if start is None else start_of(start, animals, observations)
    solution = _fit(animals, model, observations, samples, steps, executor, first)
    steps(1.0, "write")
    tables = result_tables(animals, observations, samples, solution)
    steps.close()
    report = evaluation_report(animals, model, observations, solution, steps)
    report["memory"] = {**stated, "peak_mib": peak_mib()}
    report["warnings"] += without_information(solution)
    if samples is not None and quality is not None:
        add_genotypes(report, samples, quality)
        add_genomic(report, solution, used)
    if executor is not None:
        add_scheduler(report, executor)
    return Evaluation(solution, tables, report, samples)


def without_information(solution: Solution) -> list[Warned]:
    """Where no breeding value differs from its base."""
    known = solution.ebv[np.isfinite(solution.ebv)]
    if solution.groups is not None or not known.size or np.abs(known).max() > NOTHING:
        return []
    message = "no breeding value differs from its base: the records tell no animal from another"
    return [Warned(code="no_information", message=message, effect=None, level=None)]


def quality_of(samples: Samples | None, animals: Animals, steps: Steps) -> Quality | None:
    """The quality of the genotypes, where there are any."""
    if samples is None:
        return None
    steps(0.1, "genotypes")
    return genotype_report(samples, animals)


def _fit(
    animals: Animals,
    model: ModelFile,
    observations: Observations,
    samples: Samples | None,
    steps: Steps,
    executor: DaskExecutor | None,
    start: Solution | None,
) -> Solution:
    genotypes = None if samples is None else samples.genotypes
    try:
        return fit(
            model.model, observations.records, animals.pedigree,
            genotypes=genotypes, start=start, progress=steps, executor=executor,
        )  # fmt: skip
    except NotConverged as error:
        raise DidNotConverge([Finding(str(model.path), None, error.code, error.message, error.fix)]) from error
    except EngineError as error:
        if samples is not None and error.place == "genotypes":
            raise _of_markers(error, samples) from error
        raise _explain(error, model, observations) from error


def _of_markers(error: EngineError, samples: Samples) -> BadInput:
    """A refusal of the genotypes; positions are those of markers."""
    names = ", ".join(str(samples.markers[i]) for i in error.positions)
    message = f"{error.message}: {names}" if names else error.message
    return BadInput([Finding(str(samples.path), None, error.code, message, error.fix, "genotypes")])


def _explain(error: EngineError, model: ModelFile, observations: Observations) -> BadInput:
    """The engine's refusal with file, line and level."""
    table = observations.table
    name = error.place.partition(".")[2]
    if not error.positions:
        path, line = (model.path, model.line(error.place)) if error.place != "records" else (table.path, None)
        return BadInput([Finding(str(path), line, error.code, error.message, error.fix, error.place)])
    message = error.message
    if name in observations.labels and error.code == "level_not_estimable":
        message = f"{message} (level {table.frame[name][error.positions[0]]})"
    found = table.findings(list(error.positions), error.code, message, error.fix, name)
    return BadInput(found, {error.code: error.total})
