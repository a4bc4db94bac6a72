"""Seconds, memory and their growth with the number of animals: pedigree kernels and the single-trait animal model.

    python engine/benchmarks/scale.py [--to 1000000] [--threads 0] [--json]

Every size runs in a process of its own, so that its peak memory is its own. The first call of each process, on a small
pedigree, loads the compiled kernels and is not counted. `seconds` is the wall clock of one run. Answers are checked
before the clock is believed: A-inverse times A on a random vector, and PCG against a fresh residual.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import time
from typing import Any

import numpy as np
from bellwether_engine import Effect, Model, Options, Pedigree, Records, Relationship, Variances, fit
from bellwether_engine.inbreeding import inbreeding_of_new
from bellwether_engine.provenance import engine_version

SEED = 1
GENERATIONS = 20
MATES = 50
TARGETS = {("inbreeding", 1_000_000): 20.0, ("a_inverse", 1_000_000): 1.5, ("animal model", 1_000_000): 10.0}


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


def animal_model(threads: int) -> Model:
    """Contemporary group, sex, age and the animal; heritability 0.3."""
    effects = (
        Effect("group", "fixed"), Effect("sex", "fixed"), Effect("age", "covariate"), Effect("animal", "additive"),
    )  # fmt: skip
    options = Options(solver="pcg", reliability="none", threads=threads)
    return Model(("weight",), effects, Variances(2.25, additive=1.0), options)


def measure(n: int, threads: int) -> list[dict[str, Any]]:
    """All steps for `n` animals, in this process."""
    run(1_000, threads)
    return run(n, threads)


def run(n: int, threads: int) -> list[dict[str, Any]]:
    """Rows of the table: step, seconds, peak memory so far, remark."""
    rows: list[dict[str, Any]] = []

    def timed(step: str, since: float, remark: str = "", seconds: float | None = None) -> None:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        taken = time.perf_counter() - since if seconds is None else seconds
        rows.append({"step": step, "animals": n, "seconds": taken, "peak_mib": peak, "remark": remark})

    pedigree = flock_book(n)
    start = time.perf_counter()
    _ = pedigree.order
    timed("sort", start)
    start = time.perf_counter()
    f = pedigree.inbreeding()
    timed("inbreeding", start, f"mean F {f.mean():.4f}")
    start = time.perf_counter()
    inbreeding_of_new(pedigree.sire, pedigree.dam, f[: n - n // 1000])
    timed("inbreeding of 0.1 % new", start)
    start = time.perf_counter()
    a_inverse = pedigree.a_inverse(f)
    timed("a_inverse", start, f"{a_inverse.nnz:,} entries")
    relationship, v = Relationship(pedigree, f), np.random.default_rng(SEED).normal(size=n)
    relationship.times(v)
    start = time.perf_counter()
    product = relationship.times(v)
    taken = time.perf_counter() - start
    error = float(np.abs(a_inverse @ product - v).max())
    timed("A times a vector", start, f"A-inverse takes it back to {error:.0e}", taken)
    del a_inverse, product
    records = weights_of(pedigree)
    steps: list[tuple[float, str]] = []
    start = time.perf_counter()
    solution = fit(
        animal_model(threads), records, pedigree, progress=lambda _s, name: steps.append((time.perf_counter(), name))
    )
    first = {name: at for at, name in reversed(steps)}
    c = solution.convergence
    remark = f"{c.iterations} iterations, change {c.largest_change:.0e} sd, residual {c.relative_residual:.0e}"
    timed("animal model", start, remark, first["done"] - first["a_inverse"])
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    """The rows as text, each with the growth since the size before (1.0: linear)."""
    lines = [f"{'step':<26}{'animals':>10}{'seconds':>10}{'target':>8}{'growth':>8}{'peak MiB':>10}  remark"]
    seconds = {(row["step"], row["animals"]): row["seconds"] for row in rows}
    for row in sorted(rows, key=lambda r: (r["step"], r["animals"])):
        before = seconds.get((row["step"], row["animals"] // 10))
        growth = f"{np.log10(row['seconds'] / before):.2f}" if before else ""
        target = TARGETS.get((row["step"], row["animals"]))
        lines.append(
            f"{row['step']:<26}{row['animals']:>10,}{row['seconds']:>10.3f}{target or '':>8}{growth:>8}"
            f"{row['peak_mib']:>10.0f}  {row['remark']}"
        )
    return "\n".join(lines)


def main() -> None:
    """Measure each power of ten from 10,000 animals."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--to", type=int, default=1_000_000, help="largest number of animals")
    parser.add_argument("--threads", type=int, default=0, help="0: all cores")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", type=int, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        print(json.dumps(measure(given.only, given.threads)))
        return
    rows: list[dict[str, Any]] = []
    n = 10_000
    while n <= given.to:
        command = [sys.executable, __file__, "--only", str(n), "--threads", str(given.threads)]
        rows += json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
        n *= 10
    if given.json:
        print(json.dumps({"engine_version": engine_version(), "seed": SEED, "rows": rows}, indent=2))
        return
    print(f"engine {engine_version()}, seed {SEED}, {GENERATIONS} generations, {MATES} dams a sire")
    print("animal model: A-inverse, design and PCG to 1e-6 genetic standard deviations; inbreeding is a row of its own")
    print(table(rows))


if __name__ == "__main__":
    main()
