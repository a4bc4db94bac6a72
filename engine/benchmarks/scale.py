"""Growth with the number of animals: pedigree kernels and the single-trait animal model.

    python engine/benchmarks/scale.py [--to 10000000] [--only STEP] [--quick] [--json]

Every size runs in a process of its own; a first call on a small pedigree loads the compiled kernels and is not counted.
Answers are checked before the clock is believed: A-inverse times A on a random vector; PCG against a fresh residual and
against the true breeding values, whose regression on the predicted ones is 1. The peak memory is that of the step; that
of the animal model stands beside what `estimate_memory` states. The pedigrees have 20 generations; inbreeding, whose
work depends on the depth, is measured at 10 and 50 too. 10 million animals are shown at 10 generations alone: of 20, in
which all animals of a generation are related, they take minutes.
"""

from __future__ import annotations

import time

import numpy as np
from bellwether_engine import Effect, Model, Options, Pedigree, Records, Relationship, Variances, estimate_memory, fit
from bellwether_engine.pedigree.added import inbreeding_of_new
from bellwether_engine.pedigree.relationship import pass_down
from numpy.typing import ArrayLike, NDArray
from rows import Case, Given, Row, check, forget_peak, main, median, peak_mib, timed
from scipy.sparse import csr_array

SEED = 1
GENERATIONS = 20
MATES = 50
STEPS = ("sort", "inbreeding", "inbreeding of 0.1 % new", "A-inverse", "A times a vector", "animal model")
TARGETS = {
    ("inbreeding", 1_000_000): 10.0,
    ("A-inverse", 1_000_000): 1.5,
    ("animal model", 1_000_000): 10.0,
    ("animal model", 10_000_000): 120.0,
}
DEPTH_TARGETS = {(1_000_000, 10): 3.0, (1_000_000, 50): 20.0, (10_000_000, 10): 45.0}
MEMORY_TARGETS = {("animal model", 10_000_000): 12 * 1024.0}


def flock_book(n: int, seed: int = SEED, generations: int = GENERATIONS) -> Pedigree:
    """A pedigree of `n` animals: dams of the two generations before, one sire for 50 dams, 2 % of the sires unknown."""
    rng = np.random.default_rng(seed)
    sire, dam = np.full((2, n), -1, dtype=np.int32)
    per = n // generations
    for g in range(1, generations):
        first, last = g * per, (g + 1) * per if g < generations - 1 else n
        before = np.arange(max(0, first - 2 * per), first)
        males = before[before % 2 == 0]
        chosen = rng.choice(males, max(2, len(males) // MATES), replace=False)
        sire[first:last] = rng.choice(chosen, last - first)
        dam[first:last] = rng.choice(before[before % 2 == 1], last - first)
        sire[first:last][rng.random(last - first) < 0.02] = -1
    return Pedigree(sire, dam)


def true_values(
    pedigree: Pedigree, f: NDArray[np.float64] | None, genetic: ArrayLike, seed: int
) -> NDArray[np.float64]:
    """Breeding values drawn from ``A (x) genetic``, (n_animals, n_columns)."""
    root = np.linalg.cholesky(np.atleast_2d(genetic))
    drawn = np.random.default_rng(seed).normal(size=(pedigree.n_animals, len(root))) @ root.T
    drawn *= np.sqrt(pedigree.mendelian_variance(f))[:, None]
    pass_down(pedigree.sire, pedigree.dam, pedigree.order, drawn)
    return drawn


def check_against_truth(found: NDArray[np.float64], true: NDArray[np.float64]) -> str:
    """The regression of true on predicted values is 1 in every column; the accuracies."""
    for column, expected in zip(found.T, true.T, strict=True):
        (var_found, covariance), _ = np.cov(column, expected)
        slope, tolerance = covariance / var_found, 20.0 / np.sqrt(len(column))
        check(abs(slope - 1.0) < tolerance, f"true on predicted values has a slope of {slope:.3f}")
    accuracy = [np.corrcoef(column, expected)[0, 1] for column, expected in zip(found.T, true.T, strict=True)]
    return "accuracy " + " ".join(f"{value:.2f}" for value in accuracy)


def weights_of(pedigree: Pedigree, true: NDArray[np.float64], seed: int = SEED) -> Records:
    """One record of each animal but the oldest, in contemporary groups of 40, with sex and age."""
    rng = np.random.default_rng(seed)
    n = pedigree.n_animals
    animal = np.arange(n // GENERATIONS, n)
    columns = {"group": animal // 40, "sex": rng.integers(0, 2, len(animal)), "age": rng.uniform(90, 110, len(animal))}
    y = true[animal] + 1.5 * rng.normal(size=len(animal)) + columns["sex"] + 0.1 * columns["age"]
    return Records(animal, y, columns)


def animal_model() -> Model:
    """Contemporary group, sex, age and the animal; heritability 0.3."""
    effects = (
        Effect("group", "fixed"), Effect("sex", "fixed"), Effect("age", "covariate"), Effect("animal", "additive"),
    )  # fmt: skip
    return Model(
        ("weight",), effects, Variances(2.25, additive=1.0), Options(solver="pcg", reliability="none", threads=0)
    )


def measure(n: int) -> list[Row]:
    """All steps for `n` animals, in this process."""
    run(1_000)
    return run(n)


def run(n: int) -> list[Row]:
    """One row a step."""
    rows: list[Row] = []

    def add(step: str, seconds: float, remark: str = "") -> None:
        target, memory = TARGETS.get((step, n)), MEMORY_TARGETS.get((step, n))
        rows.append(Row(step, f"{n:,} animals", seconds, peak_mib(), target, memory, remark=remark, n=n))
        forget_peak()

    pedigree = flock_book(n)
    add("sort", timed(lambda: Pedigree(pedigree.sire, pedigree.dam).order)[0])
    seconds, f = timed(pedigree.inbreeding)
    add("inbreeding", seconds, f"mean F {f.mean():.5f}")
    known = n - n // 1000
    seconds, new = timed(lambda: inbreeding_of_new(pedigree.sire, pedigree.dam, f[:known]))
    check(np.allclose(new, f, atol=1e-12), "inbreeding of new animals differs from that of all")
    add("inbreeding of 0.1 % new", seconds)
    seconds, a_inverse = timed(lambda: pedigree.a_inverse(f))
    add("A-inverse", seconds, f"{a_inverse.nnz:,} entries")
    product_seconds, error = product(pedigree, f, a_inverse)
    add("A times a vector", product_seconds, f"A-inverse takes it back to {error:.0e}")
    del a_inverse
    true = true_values(pedigree, f, 1.0, SEED + 1)
    records = weights_of(pedigree, true[:, 0])
    forget_peak()
    seconds, (remark, ebv) = median(lambda: solve(animal_model(), pedigree, records, f))
    add("animal model", seconds, f"{remark}, {check_against_truth(ebv, true)}")
    return rows


def product(pedigree: Pedigree, f: NDArray[np.float64], a_inverse: csr_array) -> tuple[float, float]:
    """Seconds of A times a random vector, and what A-inverse times it differs from that vector."""
    relationship, v = Relationship(pedigree, f), np.random.default_rng(SEED).normal(size=pedigree.n_animals)
    seconds, found = timed(lambda: relationship.times(v))
    error = float(np.abs(a_inverse @ found - v).max())
    check(error < 1e-6, f"A-inverse times A leaves an error of {error:.0e}")
    return seconds, error


def solve(
    model: Model, pedigree: Pedigree, records: Records, f: NDArray[np.float64]
) -> tuple[float, tuple[str, NDArray[np.float64]]]:
    """Seconds of relationships, design and PCG to 1e-6 genetic standard deviations, and remark and breeding values."""
    stated = estimate_memory(model, records, pedigree)
    start = time.perf_counter()
    solution = fit(model, records, pedigree, inbreeding=f)
    seconds, found = time.perf_counter() - start, solution.convergence
    check(found.largest_change < 1e-6, f"the largest change is {found.largest_change:.0e}")
    check(found.relative_residual < 1e-8, f"the residual is {found.relative_residual:.0e}")
    told = f"change {found.largest_change:.0e} sd, residual {found.relative_residual:.0e}"
    return seconds, (f"{found.iterations} iterations, {told}, stated {stated.peak / 2**20:,.0f} MiB", solution.ebv)


def at_depth(n: int, generations: int) -> Row:
    """Inbreeding of `n` animals, in this process."""
    flock_book(1_000).inbreeding()
    pedigree = flock_book(n, generations=generations)
    _ = pedigree.order
    forget_peak()
    seconds, f = timed(pedigree.inbreeding)
    step, target = f"inbreeding, {generations} generations", DEPTH_TARGETS.get((n, generations))
    return Row(step, f"{n:,} animals", seconds, peak_mib(), target, remark=f"mean F {f.mean():.5f}", n=n)


def cases(given: Given) -> list[Case]:
    """Each power of ten from 10,000 animals, and depths."""
    largest = min(given.to, 100_000) if given.quick else given.to
    sizes = [10**k for k in range(4, 10) if 10**k <= largest]
    depths = [(n, g) for n in sizes for g in (10, 50) if (n, g) in DEPTH_TARGETS or n == 100_000]
    return [Case(", ".join(STEPS), f"{n:,} animals", measure, (n,)) for n in sizes] + [
        Case(f"inbreeding, {g} generations", f"{n:,} animals", at_depth, (n, g)) for n, g in depths
    ]


if __name__ == "__main__":
    main(__doc__, cases)
