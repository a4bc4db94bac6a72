"""The heavy part of a joint run, in a child process: the files of all farms in, one solution and each farm's share of
it out. Knows no database."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypedDict, cast

import numpy as np
import orjson
from bellwether_engine import Solution

from bellwether.genetics.connectedness.job import MOST_UNITS, Comparison, told_of
from bellwether.genetics.evaluations import files
from bellwether.genetics.evaluations.comparing import Base, base_of
from bellwether.genetics.evaluations.problems import of_flock, of_input
from bellwether.genetics.evaluations.solving import number, percentiles, solving, write_tables
from bellwether.genetics.joint_runs.extraction import FarmFiles
from bellwether.genetics.joint_runs.models import FarmCount
from bellwether.modelling.across.identity import Number
from bellwether.modelling.across.merging import FarmRecords, Together, together
from bellwether.modelling.across.parts import (
    SharedSire,
    measured_elsewhere,
    pedigree_part,
    records_part,
    shared_sires,
    told_to,
)
from bellwether.modelling.connectedness import Asked, connectedness
from bellwether.modelling.findings import BadInput
from bellwether.modelling.flocks.errors import CannotEvaluate
from bellwether.modelling.flocks.flock_data import read_animals, read_measurements, rows_of
from bellwether.modelling.flocks.flock_evaluation import FlockEvaluation, evaluate_flock, files_of
from bellwether.modelling.flocks.plan import Plan, PlanDocument
from bellwether.modelling.flocks.report import FixedRow, FlockReport, VerdictRow, report_of
from bellwether.modelling.flocks.verdicts import SHOWN
from bellwether.platform.problems import Problem

Report = Callable[[float, str], None]
DISPUTED = "disputed"
HIDDEN = "an animal of another farm"


class Across(TypedDict):
    """Who was in a joint run, how well the farms can be compared, and how much was in doubt between them."""

    farms: list[FarmCount]
    connectedness: list[Comparison]
    n_same_animals: int
    n_shared_sires: int
    n_doubts: int


class SolvedTogether(TypedDict):
    """The report of a joint run without a name of anybody, and where its tables are."""

    report: FlockReport
    base: Base
    across: Across
    tables: dict[str, files.Pointer]


def solve_together(
    folder: str, farms: list[FarmFiles], plan: PlanDocument, asker: str, run_id: str, *, report: Report
) -> SolvedTogether:
    """Merge, solve, and write the common tables and those of each farm's share."""
    place = Path(folder)
    report(0.0, "reading records")
    brought = [read_farm(place, farm) for farm in farms]
    found = together(brought)
    run = evaluated(found, Plan.from_json(plan), asker, lambda share, step: report(solving(share), step))
    solution, told = run.found.solution, report_of(found.data, run)
    sires = shared_sires(found, brought)
    texts = files_of(run)
    tables = dict(texts)
    for farm in brought:
        tables |= share_of(farm, found, run, told, texts, sires)
    across: Across = {
        "farms": [counted(farm, mine.farm_id, found) for farm, mine in zip(farms, brought, strict=True)],
        "connectedness": compared(texts, told["traits"], farms, run_id),
        "n_same_animals": len(found.identity.members),
        "n_shared_sires": len(sires),
        "n_doubts": len(found.doubts),
    }
    return {
        "report": {**told, "fixed": [], "verdicts": [{**row, "examples": []} for row in told["verdicts"]]},
        "base": base_of(found.data, solution),
        "across": across,
        "tables": write_tables(place, {name.replace("/", "-"): text for name, text in tables.items()}),
    }


def read_farm(place: Path, farm: FarmFiles) -> FarmRecords:
    """What a farm brings, from its files."""
    pointers = farm["files"]
    numbers: defaultdict[str, set[Number]] = defaultdict(set)
    disputed: defaultdict[str, set[Number]] = defaultdict(set)
    for animal_id, scheme, value, state in rows_of(files.follow(place, pointers["numbers"])):
        (disputed if state == DISPUTED else numbers)[animal_id].add((scheme, value))
    return FarmRecords(
        farm["farm_id"],
        tuple(farm["flock_ids"]),
        list(read_animals(files.follow(place, pointers["animals"]))),
        list(read_measurements(files.follow(place, pointers["measurements"]))),
        {animal: frozenset(of) for animal, of in numbers.items()},
        {animal: frozenset(of) for animal, of in disputed.items()},
    )


def evaluated(found: Together, plan: Plan, asker: str, tell: Report) -> FlockEvaluation:
    """The one evaluation; what stops it names animals of the farm that asked, and of others only that they are theirs.

    Raises:
        TraitWithoutRecords, TraitWithoutVariance, NothingToEvaluate, PedigreeContradiction, EvaluationRefused,
        EvaluationNotConverged
    """
    others = [farm for farm in found.brought if farm != asker]
    try:
        return evaluate_flock(found.data, plan, tell=tell)
    except CannotEvaluate as error:
        raise hidden(of_flock(error), others, asker) from error
    except BadInput as error:
        mine = {found.one(animal.id): animal.tag or animal.id for animal in found.brought[asker].animals}
        animals = [replace(animal, tag=mine.get(animal.id, HIDDEN)) for animal in found.data.animals]
        raise hidden(of_input(error, replace(found.data, animals=tuple(animals))), others, asker) from error


def hidden(problem: Problem, others: Sequence[str], asker: str) -> Problem:
    """A problem without the groups of other farms."""
    pattern = re.compile(f"({'|'.join(others)})/\\S*")

    def bare(text: str) -> str:
        return pattern.sub("another farm's", text).replace(f"{asker}/", "")

    rows = [
        row.model_copy(update={"message": bare(row.message), "field": row.field and bare(row.field)})
        for row in problem.errors
    ]
    return type(problem)(bare(problem.detail), errors=rows)


def counted(farm: FarmFiles, farm_id: str, found: Together) -> FarmCount:
    """What a farm brought."""
    data = found.brought[farm_id]
    return {
        "farm_id": farm_id,
        "name": farm["name"],
        "step": farm["step"],
        "n_animals": sum(data.is_own(animal) for animal in data.animals),
        "n_records": len(data.measurements),
    }


def compared(texts: dict[str, str], traits: Sequence[str], farms: Sequence[FarmFiles], run_id: str) -> list[Comparison]:
    """For each trait whether the farms may be compared; none of a trait for which the model has no such measure."""
    farm_of = {flock: farm["farm_id"] for farm in farms for flock in farm["flock_ids"]}
    rows = list(csv.reader(io.StringIO(texts["records.csv"])))
    at = rows[0].index("flock")
    for row in rows[1:]:
        row[at] = farm_of.get(row[at], "")
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    found = []
    for trait in traits:
        try:
            measured = connectedness({**texts, "records.csv": out.getvalue()}, Asked(trait, "flock", None, MOST_UNITS))
        except BadInput:
            continue
        found.append(told_of(measured, run_id, trait, "farm"))
    return found


def share_of(
    farm: FarmRecords,
    found: Together,
    run: FlockEvaluation,
    told: FlockReport,
    texts: dict[str, str],
    sires: Sequence[SharedSire],
) -> dict[str, str]:
    """The tables of a farm's share: its values, its rows of the common tables, the shared sires, what it is told."""
    data, farm_id = found.brought[farm.farm_id], farm.farm_id
    mine = {found.one(animal.id): animal.id for animal in data.animals}
    foreign = measured_elsewhere(found, farm_id)
    on_several = [own for one, own in sorted(mine.items()) if one in found.identity.members]
    solution = run.found.solution
    ranks = ranks_of(found, solution)
    place = {animal.id: i for i, animal in enumerate(found.data.animals)}
    own = {animal.id: animal for animal in data.animals}
    rows = [
        (own_id, *values_of(solution, ranks if data.is_own(own[own_id]) else None, place[one], j, with_inbreeding=True))
        for j in range(len(solution.columns))
        for one, own_id in sorted(mine.items())
    ]
    listed = [
        (n, *values[:2], numbers_of(sire), sire.of_farm.get(farm_id), sire.n_farms, sire.n_progeny, *values[2:])
        for n, sire in enumerate(sires, start=1)
        for j in range(len(solution.columns))
        for values in [values_of(solution, ranks, place[sire.id], j, with_inbreeding=False)]
    ]
    return {
        f"{farm_id}/values": csv_of(rows),
        f"{farm_id}/sires": csv_of(listed),
        f"{farm_id}/pedigree.csv": pedigree_part(texts["pedigree.csv"], mine),
        f"{farm_id}/records.csv": records_part(texts["records.csv"], mine, foreign, farm_id),
        f"{farm_id}/shared.csv": csv_of([("animal",), *((each,) for each in on_several)]),
        f"{farm_id}/told": orjson.dumps(told_of_farm(farm_id, found, told)).decode(),
    }


def ranks_of(found: Together, solution: Solution) -> list[list[float]]:
    """For each column the percentiles over the own animals of all farms."""
    is_own = np.array([found.data.is_own(animal) for animal in found.data.animals])
    return [percentiles(solution.ebv[:, j], is_own).tolist() for j in range(len(solution.columns))]


def values_of(
    solution: Solution, ranks: list[list[float]] | None, i: int, j: int, *, with_inbreeding: bool
) -> tuple[object, ...]:
    """Trait, effect, value, reliability, percentile of an animal; its inbreeding before the last, where it is asked."""
    column = solution.columns[j]
    known = None if solution.reliability is None else number(float(np.clip(solution.reliability[i, j], 0.0, 1.0)))
    inbreeding = (float(solution.inbreeding[i]),) if with_inbreeding else ()
    rank = None if ranks is None else number(ranks[j][i])
    return (column.trait, column.effect, float(solution.ebv[i, j]), known, *inbreeding, rank)


def numbers_of(sire: SharedSire) -> str:
    """The identifiers by which farms know a sire, as JSON."""
    return orjson.dumps([{"scheme": scheme, "value": value} for scheme, value in sire.numbers]).decode()


def csv_of(rows: Sequence[Sequence[object]]) -> str:
    """Rows as CSV: exact decimals, empty for unknown."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


class ToldOfFarm(TypedDict):
    """What a share says besides values."""

    verdicts: list[VerdictRow]
    fixed: list[FixedRow]


def told_of_farm(farm_id: str, found: Together, told: FlockReport) -> ToldOfFarm:
    """Findings and fixed effects as a farm may read them: of others no animal and no group, of doubts its own."""
    farms = list(found.brought)
    verdicts = [
        cast(VerdictRow, {**row, "examples": told_to(farm_id, farms, row["examples"])}) for row in told["verdicts"]
    ]
    tags = {animal.id: animal.tag or animal.id for animal in found.brought[farm_id].animals}
    by_kind: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for doubt in found.doubts:
        for animal in doubt.animals:
            if animal in tags:
                by_kind[doubt.code, doubt.message].append(tags[animal])
    for (code, message), names in sorted(by_kind.items()):
        verdicts.append(
            {"code": code, "level": "warning", "message": message, "count": len(names), "trait": None,
             "examples": names[:SHOWN]}
        )  # fmt: skip
    fixed = [
        cast(FixedRow, {**row, "level": level})
        for row in told["fixed"]
        for level in told_to(farm_id, farms, [row["level"]])
    ]
    return {"verdicts": verdicts, "fixed": fixed}
