"""One evaluation: read, check, fit, write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
from bellwether_engine import EngineError, NotConverged, Solution, fit

from . import outputs
from .findings import BadInput, DidNotConverge, Finding, refuse
from .model_file import ModelFile, read_model
from .pedigree_file import Animals, read_pedigree
from .records_file import Observations, read_records
from .report import Steps, evaluation_report, inbreeding_report
from .tables import read_table

Tell = Callable[[float, str], None]


def run(pedigree: Path, records: Path | None, model: Path | None, out: Path, tell: Tell) -> dict[str, Any]:
    """Evaluate files into `out`; the report.

    Raises
    ------
    BadInput
        Nothing was written.
    """
    steps = Steps(tell)
    steps(0.0, "read")
    if (records is None) != (model is None):
        missing = "--model" if model is None else "--records"
        message = f"records and model belong together, {missing} is missing"
        raise refuse("command line", None, "missing_option", message, f"Add {missing}, or leave both out")
    if records is None or model is None:
        return _only_inbreeding(read_pedigree(read_table(pedigree)), out, steps)
    model_file = read_model(model)
    animals = read_pedigree(read_table(pedigree), model_file)
    observations = read_records(read_table(records), model_file, animals)
    solution = _fit(animals, model_file, observations, steps)
    steps(1.0, "write")
    tables = {
        "breeding_values.csv": outputs.breeding_values(animals, solution),
        "fixed_effects.csv": outputs.fixed_effects(solution, observations),
        "random_effects.csv": outputs.random_effects(solution, animals, observations),
    }
    steps.close()
    report = evaluation_report(animals, model_file, observations, solution, steps)
    outputs.write(out, tables, report)
    return report


def _only_inbreeding(animals: Animals, out: Path, steps: Steps) -> dict[str, Any]:
    steps(0.2, "inbreeding")
    inbreeding = animals.pedigree.inbreeding()
    steps.close()
    report = inbreeding_report(animals, inbreeding, steps)
    table: pl.DataFrame = outputs.inbreeding_only(animals, inbreeding)
    outputs.write(out, {"breeding_values.csv": table}, report)
    return report


def _fit(animals: Animals, model: ModelFile, observations: Observations, steps: Steps) -> Solution:
    try:
        return fit(model.model, observations.records, animals.pedigree, progress=steps)
    except NotConverged as error:
        raise DidNotConverge([Finding(str(model.path), None, error.code, error.message, error.fix)]) from error
    except EngineError as error:
        raise explain(error, model, observations) from error


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
