"""Growth with the number of animals: pedigree kernels and the single-trait animal model.

    python engine/benchmarks/scale.py [--to 10000000] [--only STEP] [--quick] [--json]

Every size runs in a process of its own; a first call on a small pedigree loads the compiled kernels and is not counted.
Answers are checked before the clock is believed: A-inverse times A on a random vector, PCG against a fresh residual.
"""

from __future__ import annotations

import time

import numpy as np
from bellwether_engine import Effect, Model, Options, Pedigree, Records, Relationship, Variances, fit
from bellwether_engine.inbreeding import inbreeding_of_new
from numpy.typing import NDArray
from rows import Case, Given, Row, check, main, median, peak_mib, timed
from scipy.sparse import csr_array

SEED = 1
GENERATIONS = 20
MATES = 50
STEPS = ("sort", "inbreeding", "inbreeding of 0.1 % new", "A-inverse", "A times a vector", "animal model")
TARGETS = {
    ("inbreeding", 1_000_000): 20.0,
    ("A-inverse", 1_000_000): 1.5,
    ("animal model", 1_000_000): 10.0,
    ("animal model", 10_000_000): 120.0,
}
MEMORY_TARGETS = {("animal model", 10_000_000): 12 * 1024.0}


def flock_book(n: int, seed: int = SEED) -> Pedigree:
    """A pedigree of `n` animals in 20 generations: dams of the two generations before, one sire for 50 dams, 2 % of the
    sires unknown."""
    rng = np.random.default_rng(seed)
    sire, dam = np.full((2, n), -1, dtype=np.int32)
    per = n // GENERATIONS
    for g in range(1, GENERATIONS):
        first, last = g * per, (g + 1) * per if g < GENERATIONS - 1 else n
        before = np.arange(max(0, first - 2 * per), first)
        males = before[before % 2 == 0]
        chosen = rng.choice(males, max(2, len(males) // MATES), replace=False)
        sire[first:last] = rng.choice(chosen, last - first)
        dam[first:last] = rng.choice(before[before % 2 == 1], last - first)
        sire[first:last][rng.random(last - first) < 0.02] = -1
    return Pedigree(sire, dam)


def weights_of(pedigree: Pedigree, seed: int = SEED) -> Records:
    """One record of each animal but the oldest, in contemporary groups of 40, with sex and age."""
    rng = np.random.default_rng(seed)
    n = pedigree.n_animals
    animal = np.arange(n // GENERATIONS, n)
    columns = {"group": animal // 40, "sex": rng.integers(0, 2, len(animal)), "age": rng.uniform(90, 110, len(animal))}
    true = rng.normal(size=n)
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

    pedigree = flock_book(n)
    add("sort", timed(lambda: Pedigree(pedigree.sire, pedigree.dam).order)[0])
    seconds, f = timed(pedigree.inbreeding)
    add("inbreeding", seconds, f"mean F {f.mean():.4f}")
    known = n - n // 1000
    seconds, new = timed(lambda: inbreeding_of_new(pedigree.sire, pedigree.dam, f[:known]))
    check(np.allclose(new, f, atol=1e-12), "inbreeding of new animals differs from that of all")
    add("inbreeding of 0.1 % new", seconds)
    seconds, a_inverse = timed(lambda: pedigree.a_inverse(f))
    add("A-inverse", seconds, f"{a_inverse.nnz:,} entries")
    product_seconds, error = product(pedigree, f, a_inverse)
    add("A times a vector", product_seconds, f"A-inverse takes it back to {error:.0e}")
    del a_inverse
    records = weights_of(pedigree)
    add("animal model", *median(lambda: solve(pedigree, records)))
    return rows


def product(pedigree: Pedigree, f: NDArray[np.float64], a_inverse: csr_array) -> tuple[float, float]:
    """Seconds of A times a random vector, and what A-inverse times it differs from that vector."""
    relationship, v = Relationship(pedigree, f), np.random.default_rng(SEED).normal(size=pedigree.n_animals)
    seconds, found = timed(lambda: relationship.times(v))
    error = float(np.abs(a_inverse @ found - v).max())
    check(error < 1e-6, f"A-inverse times A leaves an error of {error:.0e}")
    return seconds, error


def solve(pedigree: Pedigree, records: Records) -> tuple[float, str]:
    """Seconds of A-inverse, design and PCG to 1e-6 genetic standard deviations; inbreeding is known."""
    steps: dict[str, float] = {}
    solution = fit(
        animal_model(), records, pedigree, progress=lambda _s, name: steps.setdefault(name, time.perf_counter())
    )
    found = solution.convergence
    check(found.largest_change < 1e-6, f"the largest change is {found.largest_change:.0e}")
    told = f"change {found.largest_change:.0e} sd, residual {found.relative_residual:.0e}"
    return steps["done"] - steps["a_inverse"], f"{found.iterations} iterations, {told}"


def cases(given: Given) -> list[Case]:
    """Each power of ten from 10,000 animals."""
    largest = min(given.to, 100_000) if given.quick else given.to
    sizes = [10**k for k in range(4, 10) if 10**k <= largest]
    return [Case(", ".join(STEPS), f"{n:,} animals", measure, (n,)) for n in sizes]


if __name__ == "__main__":
    main(__doc__, cases)
