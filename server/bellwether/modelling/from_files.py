"""One run of the command: read files, evaluate, write the results."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypedDict

import polars as pl
from bellwether_engine.parallel.dask_executor import DaskExecutor
from bellwether_engine.version import engine_version

from bellwether.modelling.column_names import name_columns
from bellwether.modelling.evaluation import Evaluation, evaluate, quality_of
from bellwether.modelling.findings import Warned, refuse
from bellwether.modelling.genotypes.quality import genotype_report
from bellwether.modelling.genotypes.samples import Samples, read_genotypes, with_samples
from bellwether.modelling.genotypes.sections import GenotypeSection
from bellwether.modelling.header_words import Kind
from bellwether.modelling.model_file.model_file import ModelFile, read_model
from bellwether.modelling.reading_answers import NOTHING_SAID, Answers
from bellwether.modelling.results import writing
from bellwether.modelling.results.report import Steps, add_genotypes, inbreeding_report
from bellwether.modelling.results.sections import Report
from bellwether.modelling.results.start import read_start
from bellwether.modelling.results.tables import inbreeding_only
from bellwether.modelling.scheduler import executor_of
from bellwether.modelling.statistics.describing import describe
from bellwether.modelling.statistics.html_page import as_html
from bellwether.modelling.statistics.shapes import Statistics
from bellwether.modelling.statistics.text_page import as_text
from bellwether.modelling.tables.pedigree import Animals, read_pedigree
from bellwether.modelling.tables.records import read_records
from bellwether.modelling.text_table import Table, read_table

Tell = Callable[[float, str], None]


class Described(TypedDict):
    """`statistics.json`."""

    engine_version: str
    read: dict[str, list[str]]
    statistics: Statistics
    genotypes: GenotypeSection | None
    warnings: list[Warned]


def run(
    pedigree: Path,
    records: Path | None,
    model: Path | None,
    genotypes: str | None,
    out: Path,
    tell: Tell,
    scheduler: str | None = None,
    answers: Answers = NOTHING_SAID,
    start: Path | None = None,
) -> Report:
    """Evaluate files into `out`; the report. `scheduler` goes before the model file's; `answers` decide what
    can be read in two ways; `start` is the folder of an earlier evaluation, from whose results the solver begins.

    Raises
    ------
    BadInput
        Nothing was written.
    """
    steps = Steps(tell)
    steps(0.0, "read")
    writing.check_folder(out, [Path(path) for path in (pedigree, records, model, genotypes) if path is not None])
    _refuse_halves(records, model)
    if records is None or model is None:
        animals = read_pedigree(_table(pedigree, "pedigree"), None, answers)
        return _without_records(animals, genotypes, out, steps)
    model_file = read_model(model)
    with executor_of(scheduler, model_file) as executor:
        first = None if start is None else read_start(start)
        found = _with_records((pedigree, records, genotypes), model_file, answers, steps, executor, first)
        writing.write(out, found.tables, found.report)
    return found.report


def describe_files(
    files: tuple[Path, Path | None, str | None], model: Path | None, out: Path, answers: Answers = NOTHING_SAID
) -> Described:
    """The statistics of the input, written as JSON, text and HTML into `out`; nothing is solved.

    Raises
    ------
    BadInput
        What an evaluation would refuse of the files.
    """
    pedigree, records, genotypes = files
    writing.check_folder(out, [Path(path) for path in (pedigree, records, model, genotypes) if path is not None])
    _refuse_halves(records, model)
    model_file = None if model is None else read_model(model)
    animals = read_pedigree(_table(pedigree, "pedigree"), model_file, answers)
    observations, told = None, list(animals.told)
    read = {"pedigree": animals.table.told()}
    if model_file is not None and records is not None:
        observations = read_records(_table(records, "records"), model_file, animals, answers.decimal)
        told += observations.told
        read["records"] = observations.table.told()
    statistics = describe(animals, model_file, observations)
    section = None
    if genotypes is not None:
        quality = genotype_report(read_genotypes(genotypes, animals), animals)
        section = quality.section
        told += quality.warnings
    found = Described(
        engine_version=engine_version(), read=read, statistics=statistics, genotypes=section, warnings=told
    )
    pages = {
        "statistics.html": as_html(statistics, told),
        "statistics.json": json.dumps(found, indent=2) + "\n",
        "statistics.txt": as_text(statistics) + "\n",
    }
    writing.write_pages(out, pages)
    return found


def _refuse_halves(records: Path | None, model: Path | None) -> None:
    if (records is None) != (model is None):
        missing = "--model" if model is None else "--records"
        message = f"records and model belong together, {missing} is missing"
        raise refuse("command line", None, "missing_option", message, f"Add {missing}, or leave both out")


def _table(path: Path, kind: Kind) -> Table:
    return name_columns(read_table(path, kind), kind)


def _with_records(
    files: tuple[Path, Path, str | None],
    model: ModelFile,
    answers: Answers,
    steps: Steps,
    executor: DaskExecutor | None,
    start: Mapping[str, pl.DataFrame] | None,
) -> Evaluation:
    pedigree, records, genotypes = files
    animals = read_pedigree(_table(pedigree, "pedigree"), model, answers)
    model, samples = _with_genotypes(model, genotypes, animals)
    observations = read_records(_table(records, "records"), model, animals, answers.decimal)
    return evaluate(animals, model, observations, samples, steps, executor, start)


def _without_records(animals: Animals, genotypes: str | None, out: Path, steps: Steps) -> Report:
    """Inbreeding, and the quality of the genotypes."""
    samples = None if genotypes is None else read_genotypes(genotypes, animals)
    steps(0.2, "inbreeding")
    inbreeding = animals.pedigree.inbreeding()
    quality = quality_of(samples, animals, steps)
    steps.close()
    report = inbreeding_report(animals, inbreeding, steps)
    if samples is not None and quality is not None:
        add_genotypes(report, samples, quality)
    writing.write(out, {"breeding_values.csv": inbreeding_only(animals, inbreeding)}, report)
    return report


def _with_genotypes(model: ModelFile, genotypes: str | None, animals: Animals) -> tuple[ModelFile, Samples | None]:
    """Read the genotypes of a model that has `[genomic]`; one without the other is refused."""
    if model.genomic is None and genotypes is None:
        return model, None
    if genotypes is None:
        message, fix = "the model has [genomic], but there are no genotypes", "Add --genotypes, or remove [genomic]"
        raise refuse("command line", None, "missing_option", message, fix, "genotypes")
    if model.genomic is None:
        message = "there are genotypes, but the model does not say how to use them"
        fix = "Add [genomic] with a method, or leave --genotypes out"
        raise refuse(model.path, None, "missing_section", message, fix, "genomic")
    samples = read_genotypes(genotypes, animals)
    filled, samples = with_samples(model.genomic, model.model, samples, animals, model.path)
    return replace(model, model=filled), samples
