"""The heavy part of a run, in a child process: files in, breeding values and a report out. Knows no database."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
from bellwether_engine import Solution
from numpy.typing import NDArray

from bellwether.genetics.evaluations import files
from bellwether.genetics.evaluations.problems import of_flock, of_input
from bellwether.modelling.findings import BadInput
from bellwether.modelling.flocks.errors import CannotEvaluate
from bellwether.modelling.flocks.flock_data import FlockData, read_animals, read_measurements, select_flock
from bellwether.modelling.flocks.flock_evaluation import FlockEvaluation, evaluate_flock
from bellwether.modelling.flocks.plan import Plan, PlanDocument
from bellwether.modelling.flocks.report import FlockReport, report_of

Report = Callable[[float, str], None]
# shares of the job that are done when the engine starts and when it ends
READ, SOLVED = 0.1, 0.95


class Solved(FlockReport):
    """The report, and where the values are."""

    values: files.Pointer


def solve_files(folder: str, extract: dict[str, files.Pointer], plan: PlanDocument, *, report: Report) -> Solved:
    """Read the extracted files, solve, write `values.csv` beside them; the report says what was done."""
    place = Path(folder)
    report(0.0, "reading records")
    animals = read_animals(files.follow(place, extract["animals"]))
    measurements = read_measurements(files.follow(place, extract["measurements"]))
    wanted = Plan.from_json(plan)
    data = select_flock(wanted.flock_id, animals, measurements)
    report(READ / 2, "checking records")
    run = evaluate(data, wanted, report=lambda share, step: report(READ + (SOLVED - READ) * share, step))
    write_values(place / "values.csv", data, run.found.solution)
    return {**report_of(data, run), "values": files.point_to(place / "values.csv")}


def evaluate(data: FlockData, plan: Plan, *, report: Report = lambda _share, _step: None) -> FlockEvaluation:
    """From a flock's data to breeding values.

    Raises:
        TraitWithoutRecords, TraitWithoutVariance, NothingToEvaluate, PedigreeContradiction, EvaluationRefused,
        EvaluationNotConverged
    """
    try:
        return evaluate_flock(data, plan, tell=report)
    except CannotEvaluate as error:
        raise of_flock(error) from error
    except BadInput as error:
        raise of_input(error, data) from error


def percentiles(values: NDArray[np.float64], is_own: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Share of the flock's other animals with a lower value, 0 to 100; NaN for animals from elsewhere."""
    own = np.sort(values[is_own])
    ranks = np.full(len(values), np.nan)
    ranks[is_own] = 100.0 * np.searchsorted(own, values[is_own], side="left") / max(len(own) - 1, 1)
    return ranks


def write_values(path: Path, data: FlockData, solution: Solution) -> None:
    """One line for each animal and column of the solution: exact decimals, empty for unknown.

    A reliability may fall below 0 where groups of unknown parents are estimated badly: it says that nothing is known.
    """
    is_own = np.array([data.is_own(animal) for animal in data.animals])
    reliability = None if solution.reliability is None else np.clip(solution.reliability, 0.0, 1.0)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file, lineterminator="\n")
        for j, column in enumerate(solution.columns):
            ranks = percentiles(solution.ebv[:, j], is_own)
            for i, animal in enumerate(data.animals):
                known = None if reliability is None else number(reliability[i, j])
                value, inbreeding = float(solution.ebv[i, j]), float(solution.inbreeding[i])
                out.writerow([animal.id, column.trait, column.effect, value, known, inbreeding, number(ranks[i])])


def number(value: float) -> float | None:
    """A number, or nothing for NaN."""
    return None if np.isnan(value) else float(value)
