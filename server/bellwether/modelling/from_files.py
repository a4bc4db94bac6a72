"""One run of the command: read files, evaluate, write the results."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from bellwether_engine.parallel.dask_executor import DaskExecutor

from bellwether.modelling.evaluation import Evaluation, evaluate, quality_of
from bellwether.modelling.findings import refuse
from bellwether.modelling.genotypes.samples import Samples, read_genotypes, with_samples
from bellwether.modelling.missing_codes import MissingCodes
from bellwether.modelling.model_file.model_file import ModelFile, read_model
from bellwether.modelling.results import writing
from bellwether.modelling.results.report import Report, Steps, add_genotypes, inbreeding_report
from bellwether.modelling.results.tables import inbreeding_only
from bellwether.modelling.scheduler import executor_of
from bellwether.modelling.tables.pedigree import Animals, read_pedigree
from bellwether.modelling.tables.records import read_records
from bellwether.modelling.text_table import read_table

Tell = Callable[[float, str], None]


def run(
    pedigree: Path,
    records: Path | None,
    model: Path | None,
    genotypes: str | None,
    out: Path,
    tell: Tell,
    scheduler: str | None = None,
    missing: Sequence[str] = (),
) -> Report:
    """Evaluate files into `out`; the report. `scheduler` goes before the model file's; `missing` are more codes for
    what is unknown.

    Raises
    ------
    BadInput
        Nothing was written.
    """
    steps = Steps(tell)
    steps(0.0, "read")
    writing.check_folder(out, [Path(path) for path in (pedigree, records, model, genotypes) if path is not None])
    if (records is None) != (model is None):
        missing = "--model" if model is None else "--records"
        message = f"records and model belong together, {missing} is missing"
        raise refuse("command line", None, "missing_option", message, f"Add {missing}, or leave both out")
    if records is None or model is None:
        animals = read_pedigree(read_table(pedigree), None, MissingCodes(tuple(missing)))
        return _without_records(animals, genotypes, out, steps)
    model_file = read_model(model)
    model_file = replace(model_file, missing=model_file.missing.also(tuple(missing)))
    with executor_of(scheduler, model_file) as executor:
        found = _with_records(pedigree, records, model_file, genotypes, steps, executor)
        writing.write(out, found.tables, found.report)
    return found.report


def _with_records(
    pedigree: Path,
    records: Path,
    model: ModelFile,
    genotypes: str | None,
    steps: Steps,
    executor: DaskExecutor | None,
) -> Evaluation:
    animals = read_pedigree(read_table(pedigree), model)
    model, samples = _with_genotypes(model, genotypes, animals)
    return evaluate(animals, model, read_records(read_table(records), model, animals), samples, steps, executor)


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
