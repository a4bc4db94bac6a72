"""One evaluation: read, check, fit, write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
from bellwether_engine import EngineError, NotConverged, Solution, fit
from bellwether_engine.parallel.dask_executor import DaskExecutor

from bellwether.modelling.findings import BadInput, DidNotConverge, Finding, refuse
from bellwether.modelling.genotypes.quality import genotype_report
from bellwether.modelling.genotypes.samples import Samples, read_genotypes, with_samples
from bellwether.modelling.model_file.model_file import ModelFile, read_model
from bellwether.modelling.results import writing as outputs
from bellwether.modelling.results.report import (
    Steps,
    add_genomic,
    add_genotypes,
    evaluation_report,
    inbreeding_report,
    peak_mib,
    stated_memory,
)
from bellwether.modelling.scheduler import add_scheduler, executor_of
from bellwether.modelling.tables.pedigree import Animals, read_pedigree
from bellwether.modelling.tables.records import Observations, read_records
from bellwether.modelling.tables.table import read_table

Tell = Callable[[float, str], None]


def run(
    pedigree: Path,
    records: Path | None,
    model: Path | None,
    genotypes: str | None,
    out: Path,
    tell: Tell,
    scheduler: str | None = None,
) -> dict[str, Any]:
    """Evaluate files into `out`; the report. `scheduler` goes before the model file's.

    Raises
    ------
    BadInput
        Nothing was written.
    """
    steps = Steps(tell)
    steps(0.0, "read")
    outputs.check_folder(out, [Path(path) for path in (pedigree, records, model, genotypes) if path is not None])
    if (records is None) != (model is None):
        missing = "--model" if model is None else "--records"
        message = f"records and model belong together, {missing} is missing"
        raise refuse("command line", None, "missing_option", message, f"Add {missing}, or leave both out")
    if records is None or model is None:
        return _without_records(read_pedigree(read_table(pedigree)), genotypes, out, steps)
    model_file = read_model(model)
    with executor_of(scheduler, model_file) as executor:
        return _with_records(pedigree, records, model_file, genotypes, out, steps, executor)


def _with_records(
    pedigree: Path,
    records: Path,
    model_file: ModelFile,
    genotypes: str | None,
    out: Path,
    steps: Steps,
    executor: DaskExecutor | None,
) -> dict[str, Any]:
    animals = read_pedigree(read_table(pedigree), model_file)
    model_file, samples = _with_genotypes(model_file, genotypes, animals)
    observations = read_records(read_table(records), model_file, animals)
    quality = _quality(samples, animals, steps)
    stated = stated_memory(model_file, observations, animals)
    solution = _fit(animals, model_file, observations, samples, steps, executor)
    steps(1.0, "write")
    tables = {
        "breeding_values.csv": outputs.breeding_values(animals, solution),
        "fixed_effects.csv": outputs.fixed_effects(solution, observations),
        "random_effects.csv": outputs.random_effects(solution, animals, observations),
    }
    if samples is not None:
        tables["marker_effects.csv"] = outputs.marker_effects(samples, solution)
    if solution.estimates is not None:
        tables["variances.csv"] = outputs.variances(solution.estimates)
    steps.close()
    report = evaluation_report(animals, model_file, observations, solution, steps)
    report["memory"] = stated | {"peak_mib": peak_mib()}
    if samples is not None:
        add_genotypes(report, samples, *quality)
        add_genomic(report, solution)
    if executor is not None:
        add_scheduler(report, executor)
    outputs.write(out, tables, report)
    return report


def _without_records(animals: Animals, genotypes: str | None, out: Path, steps: Steps) -> dict[str, Any]:
    """Inbreeding, and the quality of the genotypes."""
    samples = None if genotypes is None else read_genotypes(genotypes, animals)
    steps(0.2, "inbreeding")
    inbreeding = animals.pedigree.inbreeding()
    quality = _quality(samples, animals, steps)
    steps.close()
    report = inbreeding_report(animals, inbreeding, steps)
    if samples is not None:
        add_genotypes(report, samples, *quality)
    table: pl.DataFrame = outputs.inbreeding_only(animals, inbreeding)
    outputs.write(out, {"breeding_values.csv": table}, report)
    return report


def _quality(samples: Samples | None, animals: Animals, steps: Steps) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    if samples is None:
        return {}, []
    steps(0.1, "genotypes")
    return genotype_report(samples, animals)


def _with_genotypes(model: ModelFile, genotypes: str | None, animals: Animals) -> tuple[ModelFile, Samples | None]:
    """Read the genotypes of a model that has `[genomic]`; one without the other is refused."""
    if model.genomic is None and genotypes is None:
        return model, None
    if genotypes is None:
        message = "the model has [genomic], but there are no genotypes"
        raise refuse(
            "command line", None, "missing_option", message, "Add --genotypes, or remove [genomic]", "genotypes"
        )
    if model.genomic is None:
        message = "there are genotypes, but the model does not say how to use them"
        fix = "Add [genomic] with a method, or leave --genotypes out"
        raise refuse(model.path, None, "missing_section", message, fix, "genomic")
    samples = read_genotypes(genotypes, animals)
    filled, samples = with_samples(model.genomic, model.model, samples, animals, model.path)
    return replace(model, model=filled), samples


def _fit(
    animals: Animals,
    model: ModelFile,
    observations: Observations,
    samples: Samples | None,
    steps: Steps,
    executor: DaskExecutor | None,
) -> Solution:
    genotypes = None if samples is None else samples.genotypes
    try:
        return fit(
            model.model, observations.records, animals.pedigree, genotypes=genotypes, progress=steps, executor=executor
        )
    except NotConverged as error:
        raise DidNotConverge([Finding(str(model.path), None, error.code, error.message, error.fix)]) from error
    except EngineError as error:
        if samples is not None and error.place == "genotypes":
            raise _of_markers(error, samples) from error
        raise explain(error, model, observations) from error


def _of_markers(error: EngineError, samples: Samples) -> BadInput:
    """A refusal of the genotypes; positions are those of markers."""
    names = ", ".join(str(samples.markers[i]) for i in error.positions)
    message = f"{error.message}: {names}" if names else error.message
    return BadInput([Finding(str(samples.path), None, error.code, message, error.fix, "genotypes")])


def explain(error: EngineError, model: ModelFile, observations: Observations) -> BadInput:
    """The engine's refusal with file, line and level."""
    table = observations.table
    name = error.place.partition(".")[2]
    if not error.positions:
        path, line = (model.path, model.line(error.place)) if error.place != "records" else (table.path, None)
        return BadInput([Finding(str(path), line, error.code, error.message, error.fix, error.place)])
    message = error.message
    if name in observations.labels and error.code == "level_not_estimable":
        message = f"{message} (level {table.frame[name][error.positions[0]]})"
    return BadInput(table.findings(list(error.positions), error.code, message, error.fix, name))
