"""The heavy part of a run, in a child process: files in, breeding values and a report out. Knows no database."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from bellwether_engine import EngineError, NotConverged, PedigreeError, Solution, fit
from numpy.typing import NDArray

from bellwether.genetics.evaluations import files
from bellwether.genetics.evaluations.problems import (
    EvaluationNotConverged,
    EvaluationRefused,
    PedigreeContradiction,
    of_flock,
)
from bellwether.modelling.flocks.animal_model import Equations, build
from bellwether.modelling.flocks.chosen_records import Chosen, choose
from bellwether.modelling.flocks.errors import CannotEvaluate
from bellwether.modelling.flocks.flock_data import FlockData, read_animals, read_weights, select_flock
from bellwether.modelling.flocks.linked_groups import unconnected
from bellwether.modelling.flocks.plan import Plan
from bellwether.modelling.flocks.report import report_of
from bellwether.platform.problems import Problem, RowError

Report = Callable[[float, str], None]
# shares of the job that are done when the engine starts and when it ends
READ, SOLVED = 0.1, 0.95


def solve_files(folder: str, extract: dict[str, Any], plan: dict[str, Any], *, report: Report) -> dict[str, Any]:
    """Read the extracted files, solve, write `values.csv` beside them; the report says what was done."""
    place = Path(folder)
    report(0.0, "reading records")
    animals = read_animals(files.follow(place, extract["animals"]))
    weights = read_weights(files.follow(place, extract["weights"]))
    wanted = Plan.from_json(plan)
    data = select_flock(wanted.flock_id, animals, weights)
    report(READ / 2, "checking records")
    solved = evaluate(data, wanted, report=lambda share, step: report(READ + (SOLVED - READ) * share, step))
    write_values(place / "values.csv", data, solved[2])
    return {**report_of(data, *solved), "values": files.point_to(place / "values.csv")}


def evaluate(
    data: FlockData, plan: Plan, *, report: Report = lambda _share, _step: None
) -> tuple[Chosen, Equations, Solution, Plan]:
    """From a flock's data to breeding values.

    Raises:
        TraitWithoutRecords, TraitWithoutVariance, NothingToEvaluate, PedigreeContradiction, EvaluationRefused
    """
    try:
        chosen = choose(data, plan)
    except CannotEvaluate as error:
        raise of_flock(error) from error
    plan = plan.only(list(chosen.by_trait))
    links = [v for code, weights in chosen.by_trait.items() for v in unconnected(data, code, weights)]
    try:
        equations = build(data, chosen.by_trait, plan)
        solution = fit(equations.model, equations.records, equations.pedigree, progress=report)
    except EngineError as error:
        raise problem_of(error, data) from error
    return Chosen(chosen.by_trait, (*chosen.verdicts, *links)), equations, solution, plan


def problem_of(error: EngineError, data: FlockData) -> Problem:
    """The engine's refusal in the farmer's words: animals by their tags."""
    if not isinstance(error, PedigreeError):
        rows = [RowError(field=error.place, code=error.code, message=error.message, fix=error.fix)]
        if isinstance(error, NotConverged):
            return EvaluationNotConverged(error.message, errors=rows)
        return EvaluationRefused(error.message, errors=rows)
    tags = [data.animals[i].tag or data.animals[i].id for i in error.positions]
    rows = [RowError(field=tag, code=error.code, message=error.message, fix=error.fix) for tag in tags]
    return PedigreeContradiction(f"{error.message}: {', '.join(tags)}", errors=rows)


def percentiles(values: NDArray[np.float64], is_own: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Share of the flock's other animals with a lower value, 0 to 100; NaN for animals from elsewhere."""
    own = np.sort(values[is_own])
    ranks = np.full(len(values), np.nan)
    ranks[is_own] = 100.0 * np.searchsorted(own, values[is_own], side="left") / max(len(own) - 1, 1)
    return ranks


def write_values(path: Path, data: FlockData, solution: Solution) -> None:
    """One line for each animal and column of the solution: exact decimals, empty for unknown."""
    is_own = np.array([data.is_own(animal) for animal in data.animals])
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        for j, column in enumerate(solution.columns):
            ranks = percentiles(solution.ebv[:, j], is_own)
            for i, animal in enumerate(data.animals):
                reliability = None if solution.reliability is None else number(solution.reliability[i, j])
                value, inbreeding = float(solution.ebv[i, j]), float(solution.inbreeding[i])
                out.writerow([animal.id, column.trait, column.effect, value, reliability, inbreeding, number(ranks[i])])


def number(value: float) -> float | None:
    """A number, or nothing for NaN."""
    return None if np.isnan(value) else float(value)
