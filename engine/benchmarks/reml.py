"""AI-REML and exact reliabilities: seconds and memory; every answer is checked before the clock is believed.

    python engine/benchmarks/reml.py [--only STEP] [--quick] [--json] [--data ../shared/data]

Each case runs in a process of its own: once to load the compiled kernels, then three times. The published data sets are
not shipped; a case without its data says so.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
from bellwether_engine import Effect, Model, Options, Pedigree, Records, Solution, Variances, fit
from rows import Case, Given, Row, check, main, peak_mib, timed

ANIMAL = Effect("animal", "additive")
Data = tuple[Model, Records, Pedigree]
PUBLISHED = {
    "AI-REML, simulated": ((38.538, 62.691), 5.0),
    "AI-REML, milk": ((0.277812, 0.206642, 0.482610), 3.0),
}


def codes(values: list[str]) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """Levels as 0, 1, 2, ..."""
    return np.unique(np.array(values), return_inverse=True)[1].astype(np.int32)


def simulated_4641(data: Path) -> Data:
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


def milk(data: Path) -> Data:
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


def reliabilities(n_animals: int) -> Data:
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


def published(step: str, size: str, make: Callable[[Path], Data], data: Path) -> Row:
    """Time the estimation of published components."""
    if not (data / "datasets").exists():
        return Row(step, size, remark=f"left out: {data / 'datasets'} is not there")
    expected, target = PUBLISHED[step]
    model, records, pedigree = make(data)
    seconds, solution = warm(model, records, pedigree)
    assert solution.estimates is not None
    found = [part.estimate for part in solution.estimates.components]
    check(np.allclose(found, expected, rtol=2e-3), f"components {found}, published {expected}")
    remark = (
        f"{len(solution.estimates.rounds)} rounds, {solution.counts['equations']:,} equations; published components"
    )
    return Row(step, size, seconds, peak_mib(), target, remark=remark)


def exact(n_animals: int) -> Row:
    """Time the exact reliabilities of a simulated flock."""
    seconds, solution = warm(*reliabilities(n_animals))
    found = solution.reliability
    check(found is not None and bool(((found >= 0) & (found < 1)).all()), "a reliability is outside 0..1")
    size = f"{n_animals:,} animals"
    return Row(
        "exact reliabilities",
        size,
        seconds,
        peak_mib(),
        remark=f"{solution.counts['equations']:,} equations",
        n=n_animals,
    )


def without_genetic_variance() -> Row:
    """20 sires with 20 lambs each whose records know nothing of their sires: the optimum is a variance of 0."""
    step, size, rng = "AI-REML, variance of 0", "20 sires x 20", np.random.default_rng(1)
    sire = np.append(np.full(20, -1), np.repeat(np.arange(20), 20))
    records = Records(np.arange(20, 420), rng.normal(size=400) * 2.0)
    options = Options(estimate="ai-reml", reliability="none")
    model = Model(("y",), (ANIMAL,), Variances(3.0, additive=1.0), options)
    seconds, solution = warm(model, records, Pedigree(sire, np.full(420, -1)))
    estimates = solution.estimates
    check(estimates is not None and estimates.boundary == ("additive",), "the optimum is not at the edge")
    assert estimates is not None
    return Row(step, size, seconds, peak_mib(), 1.0, remark=f"{len(estimates.rounds)} rounds")


def six_traits(n_animals: int) -> Row:
    """Six traits of a flock of sires, dams and lambs, whose genetic covariances come from three factors."""
    rng = np.random.default_rng(2)
    n_sires, n_dams = n_animals // 50, n_animals // 4
    first = n_sires + n_dams
    sire, dam = np.full(n_animals, -1), np.full(n_animals, -1)
    sire[first:] = rng.integers(0, n_sires, n_animals - first)
    dam[first:] = n_sires + rng.integers(0, n_dams, n_animals - first)
    u = rng.normal(size=(n_animals, 3))
    u[first:] = 0.5 * (u[sire[first:]] + u[dam[first:]]) + np.sqrt(0.5) * u[first:]
    y = (u @ rng.normal(size=(3, 6)) + 2.0 * rng.normal(size=(n_animals, 6)))[first:]
    start, traits = np.diag(np.var(y, axis=0) / 2.0), tuple(f"t{i}" for i in range(6))
    options = Options(estimate="ai-reml", reliability="none")
    model = Model(traits, (ANIMAL,), Variances(start, additive=start), options)
    records, pedigree = Records(np.arange(first, n_animals), y), Pedigree(sire, dam)
    seconds, solution = timed(lambda: fit(model, records, pedigree), 1)
    estimates = solution.estimates
    assert estimates is not None
    remark = f"{len(estimates.rounds)} rounds, {solution.counts['equations']:,} equations"
    return Row("AI-REML, 6 traits", f"{n_animals:,} animals", seconds, peak_mib(), remark=remark, n=n_animals)


def warm(model: Model, records: Records, pedigree: Pedigree) -> tuple[float, Solution]:
    """Median seconds of a fit with loaded kernels; a new pedigree each time, for one keeps its inbreeding."""
    fit(model, records, pedigree)
    return timed(lambda: fit(model, records, Pedigree(pedigree.sire, pedigree.dam)))


def cases(given: Given) -> list[Case]:
    """Two published data sets, an optimum at the edge, many traits, and a simulated flock."""
    n = 5_000 if given.quick else 50_000
    four, cows = ("AI-REML, simulated", "4,641 animals"), ("AI-REML, milk", "3,397 records")
    return [
        Case(*four, published, (*four, simulated_4641, given.data)),
        Case(*cows, published, (*cows, milk, given.data)),
        Case("AI-REML, variance of 0", "20 sires x 20", without_genetic_variance, ()),
        Case("AI-REML, 6 traits", f"{n // 10:,} animals", six_traits, (n // 10,)),
        Case("exact reliabilities", f"{n:,} animals", exact, (n,)),
    ]


if __name__ == "__main__":
    main(__doc__, cases)
