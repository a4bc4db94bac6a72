"""The heavy part of a run, in a child process: files in, breeding values and a report out. Knows no database."""

import csv
import gzip
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np
import polars as pl
from bellwether_engine import Solution
from numpy.typing import NDArray

from bellwether.genetics.evaluations import files
from bellwether.genetics.evaluations.comparing import Base, Comparison, base_of, compare
from bellwether.genetics.evaluations.problems import EvaluationRefused, counted, of_flock, of_input, rows_of
from bellwether.genetics.snapshots.names import SAMPLES, START
from bellwether.modelling.external_values.values import ExternalValue, read_values
from bellwether.modelling.findings import BadInput
from bellwether.modelling.flocks import reproduction
from bellwether.modelling.flocks.errors import CannotEvaluate
from bellwether.modelling.flocks.flock_data import (
    Animal,
    FlockData,
    read_animals,
    read_measurements,
    select_flock,
    with_candidates,
)
from bellwether.modelling.flocks.flock_evaluation import FlockEvaluation, evaluate_flock, files_of
from bellwether.modelling.flocks.plan import Plan, PlanDocument
from bellwether.modelling.flocks.report import FlockReport, report_of
from bellwether.modelling.genotypes.samples import by_tag
from bellwether.modelling.genotypes.source import ReadGenotypes
from bellwether.modelling.genotypes.upload import read_upload
from bellwether.modelling.results.start import read_start

Report = Callable[[float, str], None]
# shares of the job that are done when the engine starts and when it ends
READ, SOLVED = 0.1, 0.95
FAST = 1


class Solved(FlockReport):
    """The report, and where the values and the tables are."""

    values: files.Pointer
    tables: dict[str, files.Pointer]
    base: Base
    comparison: Comparison | None
    started_from: str | None


class Earlier(TypedDict):
    """The run before, and that from which the solver begins."""

    before: str | None
    started_from: str | None


def solve_files(
    folder: str, extract: dict[str, files.Pointer], plan: PlanDocument, earlier: Earlier, *, report: Report
) -> Solved:
    """Read the extracted files, solve, write `values.csv` beside them; the report says what was done."""
    place = Path(folder)
    report(0.0, "reading records")
    animals = list(read_animals(files.follow(place, extract["animals"])))
    if "candidates" in extract:
        animals = list(with_candidates(animals, files.follow(place, extract["candidates"])))
    wanted = Plan.from_json(plan)
    measurements = list(read_measurements(files.follow(place, extract["measurements"])))
    if "births" in extract:
        births = reproduction.read_births(files.follow(place, extract["births"]))
        joined = reproduction.read_joined(files.follow(place, extract["joined"]))
        measurements += reproduction.records_of(births, joined, wanted.codes)
    genotypes = None
    if "genotypes" in extract:
        genotypes = read_genotypes(files.follow(place, extract["genotypes"]), animals)
    external: list[ExternalValue] = []
    if wanted.external is not None:
        codes = {name: code for code, name in wanted.external.traits.items()}
        external = list(read_values(files.follow(place, extract["external"]), codes))
    genotyped = [] if genotypes is None else genotypes.ids.to_list()
    data = select_flock(
        wanted.flock_id, animals, measurements, also=genotyped, further=wanted.further, external=external
    )
    report(READ / 2, "checking records")
    begun = None if earlier["started_from"] is None else begin(place, extract)
    run, is_begun = from_there(data, wanted, genotypes, begun, lambda share, step: report(solving(share), step))
    solution = run.found.solution
    write_values(place / "values.csv", data, solution)
    comparison = None
    if "before" in extract and earlier["before"] is not None:
        before = files.follow(place, extract["before"])
        comparison = compare(earlier["before"], before, [animal.id for animal in data.animals], solution)
    texts = files_of(run, with_genotypes=SAMPLES not in extract)
    if SAMPLES in extract:
        texts[SAMPLES] = files.follow(place, extract[SAMPLES]).read_text("utf-8")
    if is_begun:
        texts |= {name: (place / name).read_text("utf-8") for name in extract if name.startswith(START)}
    return {
        **report_of(data, run),
        "values": files.point_to(place / "values.csv"),
        "tables": write_tables(place, texts),
        "base": base_of(data, solution),
        "comparison": comparison,
        "started_from": earlier["started_from"] if is_begun else None,
    }


def solving(share: float) -> float:
    """The share of the job at a share of the engine's work."""
    return READ + (SOLVED - READ) * share


def begin(place: Path, extract: dict[str, files.Pointer]) -> dict[str, pl.DataFrame]:
    """The results that the solver begins from."""
    for name, pointer in extract.items():
        if name.startswith(START):
            files.follow(place, pointer)
    return read_start(place, START)


def from_there(
    data: FlockData,
    plan: Plan,
    genotypes: ReadGenotypes | None,
    begun: dict[str, pl.DataFrame] | None,
    report: Report,
) -> tuple[FlockEvaluation, bool]:
    """The evaluation, and whether it began from earlier results: those of other traits or effects are no start."""
    try:
        return evaluate(data, plan, genotypes, report=report, start=begun), begun is not None
    except EvaluationRefused as error:
        if begun is None or not any(row.code == "start" for row in error.errors):
            raise
    return evaluate(data, plan, genotypes, report=report), False


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
    start: dict[str, pl.DataFrame] | None = None,
) -> FlockEvaluation:
    """From a flock's data to breeding values.

    Raises:
        TraitWithoutRecords, TraitWithoutVariance, NothingToEvaluate, PedigreeContradiction, EvaluationRefused,
        EvaluationNotConverged
    """
    try:
        return evaluate_flock(data, plan, genotypes=genotypes, start=start, tell=report)
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
