"""The heavy part of a run, in a child process: files in, breeding values and a report out. Knows no database."""

import csv
import gzip
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from bellwether_engine import Solution
from numpy.typing import NDArray

from bellwether.genetics.evaluations import files
from bellwether.genetics.evaluations.problems import EvaluationRefused, counted, of_flock, of_input, rows_of
from bellwether.modelling.findings import BadInput
from bellwether.modelling.flocks.errors import CannotEvaluate
from bellwether.modelling.flocks.flock_data import Animal, FlockData, read_animals, read_measurements, select_flock
from bellwether.modelling.flocks.flock_evaluation import FlockEvaluation, evaluate_flock, files_of
from bellwether.modelling.flocks.plan import Plan, PlanDocument
from bellwether.modelling.flocks.report import FlockReport, report_of
from bellwether.modelling.genotypes.samples import by_tag
from bellwether.modelling.genotypes.source import ReadGenotypes
from bellwether.modelling.genotypes.upload import read_upload

Report = Callable[[float, str], None]
# shares of the job that are done when the engine starts and when it ends
READ, SOLVED = 0.1, 0.95
FAST = 1


class Solved(FlockReport):
    """The report, and where the values and the tables are."""

    values: files.Pointer
    tables: dict[str, files.Pointer]


def solve_files(folder: str, extract: dict[str, files.Pointer], plan: PlanDocument, *, report: Report) -> Solved:
    """Read the extracted files, solve, write `values.csv` beside them; the report says what was done."""
    place = Path(folder)
    report(0.0, "reading records")
    animals = list(read_animals(files.follow(place, extract["animals"])))
    measurements = read_measurements(files.follow(place, extract["measurements"]))
    wanted = Plan.from_json(plan)
    genotypes = None
    if "genotypes" in extract:
        genotypes = read_genotypes(files.follow(place, extract["genotypes"]), animals)
    genotyped = [] if genotypes is None else genotypes.ids.to_list()
    data = select_flock(wanted.flock_id, animals, measurements, also=genotyped, further=wanted.further)
    report(READ / 2, "checking records")
    run = evaluate(data, wanted, genotypes, report=lambda share, step: report(READ + (SOLVED - READ) * share, step))
    write_values(place / "values.csv", data, run.found.solution)
    tables = write_tables(place, files_of(run))
    return {**report_of(data, run), "values": files.point_to(place / "values.csv"), "tables": tables}


def read_genotypes(path: Path, animals: Sequence[Animal]) -> ReadGenotypes:
    """The samples of a file, as animals of the farm by id or by a tag that no other has.

    Raises:
        EvaluationRefused
    """
    try:
        return by_tag(read_upload(path), {animal.id: animal.tag for animal in animals})
    except BadInput as error:
        raise EvaluationRefused(counted(error), errors=rows_of(error)) from error


def write_tables(place: Path, tables: dict[str, str]) -> dict[str, files.Pointer]:
    """The tables packed, each behind a pointer."""
    found = {}
    for name, text in tables.items():
        path = place / f"{name}.gz"
        path.write_bytes(gzip.compress(text.encode(), compresslevel=FAST, mtime=0))
        found[name] = files.point_to(path)
    return found


def evaluate(
    data: FlockData,
    plan: Plan,
    genotypes: ReadGenotypes | None = None,
    *,
    report: Report = lambda _share, _step: None,
) -> FlockEvaluation:
    """From a flock's data to breeding values.

    Raises:
        TraitWithoutRecords, TraitWithoutVariance, NothingToEvaluate, PedigreeContradiction, EvaluationRefused,
        EvaluationNotConverged
    """
    try:
        return evaluate_flock(data, plan, genotypes=genotypes, tell=report)
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
