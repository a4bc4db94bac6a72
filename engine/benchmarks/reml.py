"""Seconds and memory of AI-REML and of exact reliabilities; every answer is checked before the clock is believed.

    python engine/benchmarks/reml.py [--data ../shared/data] [--equations 50000]

Each case runs in a process of its own: once to load the compiled kernels, then three times. The published data sets are
not shipped; a case without its data is left out with a note.
"""

from __future__ import annotations

import argparse
import csv
import multiprocessing
import os
import platform
import resource
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bellwether_engine import Effect, Model, Options, Pedigree, Records, Solution, Variances, engine_version, fit

ANIMAL = Effect("animal", "additive")
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


@dataclass(frozen=True)
class Timing:
    """One case: seconds (median of three), peak memory of its process, equations, rounds, and what was checked."""

    case: str
    seconds: float
    peak_mib: float
    equations: int
    rounds: int
    check: str


Case = tuple[Model, Records, Pedigree]


def codes(values: list[str]) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Levels as 0, 1, 2, ..."""
    return np.unique(np.array(values), return_inverse=True)[1].astype(np.int32)


def simulated_4641(data: Path) -> Case:
    """The AI-REML tutorial of BLUPF90: 4,641 animals, weights, no inbreeding, start values 100 and 100."""
    folder = data / "datasets" / "blupf90_tutorial"
    parents = np.loadtxt(folder / "simped.txt", dtype=int)
    rows = np.loadtxt(folder / "simdata.txt")
    position = {animal: i for i, animal in enumerate(parents[:, 0].tolist())} | {0: -1}
    pedigree = Pedigree([position[s] for s in parents[:, 1].tolist()], [position[d] for d in parents[:, 2].tolist()])
    columns = {name: codes(rows[:, k].tolist()) for name, k in (("farm", 5), ("sex", 6), ("year", 7))}
    y = np.where(rows[:, 8] == 0.0, np.nan, rows[:, 8])
    records = Records([position[int(a)] for a in rows[:, 0]], y, columns, rows[:, 3])
    options = Options(estimate="ai-reml", inbreeding=False, reliability="none")
    effects = (*(Effect(name, "fixed") for name in columns), ANIMAL)
    return Model(("t1",), effects, Variances(100.0, additive=100.0), options), records, pedigree


def milk(data: Path) -> Case:
    """3,397 Holstein records: lactation, days in milk, herd (random), animal."""
    folder = data / "datasets" / "pedigreemm_milk"
    parents = list(csv.DictReader((folder / "pedCowsR.csv").open()))
    rows = list(csv.DictReader((folder / "milk.csv").open()))
    position = {row["id"]: i for i, row in enumerate(parents)} | {"NA": -1}
    pedigree = Pedigree([position[row["sire"]] for row in parents], [position[row["dam"]] for row in parents])
    columns = {name: codes([row[name] for row in rows]) for name in ("lact", "herd")}
    columns |= {"log_dim": np.log([float(row["dim"]) for row in rows])}
    y = np.array([float(row["milk"]) for row in rows])
    records = Records([position[row["id"]] for row in rows], y / y.std(ddof=1), columns)
    effects = (Effect("lact", "fixed"), Effect("log_dim", "covariate"), Effect("herd", "random"), ANIMAL)
    options = Options(estimate="ai-reml", reliability="none")
    return Model(("milk",), effects, Variances(1.0, additive=1.0, random={"herd": 1.0}), options), records, pedigree


def reliabilities(n_animals: int) -> Case:
    """Ten discrete generations, 3 % of the males and half of the females as parents, groups of 50 records."""
    rng = np.random.default_rng(1)
    size = n_animals // 10
    sire, dam = np.full(n_animals, -1, np.int32), np.full(n_animals, -1, np.int32)
    for start in range(size, n_animals, size):
        own, before = slice(start, min(start + size, n_animals)), start - size
        count = own.stop - own.start
        sire[own] = rng.choice(before + rng.choice(size // 2, max(1, size * 3 // 100), replace=False), count)
        dam[own] = rng.choice(before + size // 2 + rng.choice(size // 2, size // 4, replace=False), count)
    group = rng.integers(0, n_animals // 50, n_animals)
    records = Records(np.arange(n_animals), rng.normal(size=n_animals), {"group": group})
    model = Model(
        ("y",), (Effect("group", "fixed"), ANIMAL), Variances(2.0, additive=1.0), Options(reliability="exact")
    )
    return model, records, Pedigree(sire, dam)


def close(solution: Solution, expected: tuple[float, ...]) -> bool:
    """Are the first components within 0.2 % of the published ones?"""
    assert solution.estimates is not None
    found = [part.estimate for part in solution.estimates.components]
    return np.allclose(found, expected, rtol=2e-3)


def run(name: str, make: Callable[..., Case], argument: Path | int, expected: tuple[float, ...]) -> Timing:
    """Time one case in this process."""
    model, records, pedigree = make(argument)
    solution = fit(model, records, pedigree)
    seconds = []
    for _ in range(3):
        begin = time.perf_counter()
        solution = fit(model, records, Pedigree(pedigree.sire, pedigree.dam))
        seconds.append(time.perf_counter() - begin)
    if expected:
        check = "published" if close(solution, expected) else "WRONG"
    else:
        assert solution.reliability is not None
        check = "in 0..1" if ((solution.reliability >= 0) & (solution.reliability < 1)).all() else "WRONG"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rounds = len(solution.estimates.rounds) if solution.estimates else 0
    return Timing(name, statistics.median(seconds), peak, solution.counts["equations"], rounds, check)


def main() -> None:
    """Run all cases and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA, help="folder with datasets/")
    parser.add_argument("--equations", type=int, default=50_000, help="size of the case of exact reliabilities")
    given = parser.parse_args()
    cases = [
        ("AI-REML, 4,641 animals", simulated_4641, given.data, (38.538, 62.691)),
        ("AI-REML, milk", milk, given.data, (0.277812, 0.206642, 0.482610)),
        (f"exact reliabilities, {given.equations:,}", reliabilities, given.equations * 50 // 51, ()),
    ]
    print(
        f"engine {engine_version()}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}"
    )
    print(f"{'case':<32}{'seconds':>9}{'peak MiB':>10}{'equations':>11}{'rounds':>8}  answer")
    for name, make, argument, expected in cases:
        if isinstance(argument, Path) and not argument.exists():
            print(f"{name:<32} left out: {argument} is not there")
            continue
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            row = pool.submit(run, name, make, argument, expected).result()
        figures = f"{row.seconds:>9.2f}{row.peak_mib:>10.0f}{row.equations:>11,}{row.rounds:>8}"
        print(f"{row.case:<32}{figures}  {row.check}")


if __name__ == "__main__":
    main()
