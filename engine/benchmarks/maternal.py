"""Four traits with maternal effects: the model of birth, weaning and later weights, by PCG.

    python engine/benchmarks/maternal.py [--to 1000000] [--quick] [--json]

Direct and maternal genetic effects with their covariance, permanent environment of the dam and litter on the early
traits; later traits are missing as animals leave. Before the clock is believed, PCG is compared with the direct
solution on 2,000 animals, and the answer with a fresh residual and with the true breeding values, whose regression on
the predicted ones is 1.
"""

from __future__ import annotations

import numpy as np
from bellwether_engine import Effect, Model, Options, Pedigree, Records, Variances, fit
from numpy.typing import NDArray
from rows import Case, Given, Row, check, forget_peak, main, peak_mib
from scale import GENERATIONS, SEED, check_against_truth, flock_book, solve, true_values

TRAITS = ("BWT", "WWT", "PWT", "EMD")
EARLY = ("BWT", "WWT")
PRESENT = (0.9, 0.95, 0.6, 0.6)
DEVIATIONS = np.array([0.7, 5.0, 8.0, 3.0])
TARGETS = {1_000_000: 90.0}

CORRELATION = np.array([[1.0, 0.5, 0.4, 0.1], [0.5, 1.0, 0.8, 0.3], [0.4, 0.8, 1.0, 0.4], [0.1, 0.3, 0.4, 1.0]])
HERITABILITY = np.array([0.2, 0.2, 0.3, 0.3, 0.15, 0.1])
GENETIC_CORRELATION = np.eye(6)
GENETIC_CORRELATION[:4, :4] = CORRELATION
GENETIC_CORRELATION[4, 5] = GENETIC_CORRELATION[5, 4] = 0.4
GENETIC_CORRELATION[[0, 4, 1, 5], [4, 0, 5, 1]] = -0.2
ROOT = np.sqrt(HERITABILITY) * np.concatenate([DEVIATIONS, DEVIATIONS[:2]])
GENETIC = GENETIC_CORRELATION * np.outer(ROOT, ROOT)
RESIDUAL = 0.5 * (0.6 * CORRELATION + 0.4 * np.eye(4)) * np.outer(DEVIATIONS, DEVIATIONS)
DAM = 0.08 * CORRELATION[:2, :2] * np.outer(DEVIATIONS[:2], DEVIATIONS[:2])
LITTER = 1.2 * DAM


def maternal_model(options: Options) -> Model:
    """Group, sex and age; direct and maternal genetic; dam and litter."""
    effects = (
        Effect("group", "fixed", traits=EARLY), Effect("late_group", "fixed", traits=("PWT", "EMD")),
        Effect("sex", "fixed"), Effect("age", "covariate", traits=("WWT", "PWT", "EMD")),
        Effect("litter", "random", traits=EARLY), Effect("animal", "additive"),
        Effect("dam", "maternal", traits=EARLY), Effect("dam", "permanent_dam", traits=EARLY),
    )  # fmt: skip
    variances = Variances(RESIDUAL, additive_maternal=GENETIC, permanent_dam=DAM, random={"litter": LITTER})
    return Model(TRAITS, effects, variances, options)


def weights_of(pedigree: Pedigree, true: NDArray[np.float64], seed: int = SEED) -> Records:
    """Four traits of each animal with a dam, drawn from the model."""
    rng = np.random.default_rng(seed)
    animal = np.flatnonzero(pedigree.dam >= 0).astype(np.int32)
    n, dam = len(animal), pedigree.dam[animal]
    columns = {
        "group": (animal // 40).astype(np.int32), "late_group": (animal // 80).astype(np.int32),
        "sex": rng.integers(0, 2, n, dtype=np.int32), "age": rng.normal(100.0, 7.0, n),
        "litter": np.unique(dam * GENERATIONS + animal * GENERATIONS // len(true), return_inverse=True)[1],
    }  # fmt: skip
    y = true[animal, :4] + DEVIATIONS * (0.3 * columns["sex"][:, None] + 0.02 * (columns["age"] - 100.0)[:, None])
    y += rng.normal(size=(n, 4)) @ np.linalg.cholesky(RESIDUAL).T
    y[:, :2] += true[dam, 4:]
    y[:, :2] += (rng.normal(size=(len(true), 2)) @ np.linalg.cholesky(DAM).T)[dam]
    y[:, :2] += (rng.normal(size=(columns["litter"].max() + 1, 2)) @ np.linalg.cholesky(LITTER).T)[columns["litter"]]
    stays = np.cumprod(rng.random((n, 4)) < PRESENT, axis=1).astype(bool)
    stays[:, 0] = rng.random(n) < PRESENT[0]
    y[~stays] = np.nan
    return Records(animal, y, columns)


def check_small() -> None:
    """PCG beside the direct solution."""
    pedigree = flock_book(2_000)
    f = pedigree.inbreeding()
    records = weights_of(pedigree, true_values(pedigree, f, GENETIC, SEED))
    found = [fit(maternal_model(Options(solver=s, reliability="none")), records, pedigree) for s in ("pcg", "direct")]
    difference = np.abs((found[0].ebv - found[1].ebv) / np.sqrt(np.diag(GENETIC))).max()
    check(difference < 1e-5, f"PCG differs from the direct solution by {difference:.0e} sd")


def measure(n: int) -> Row:
    """Seconds of relationships, design and PCG; inbreeding is known."""
    check_small()
    pedigree = flock_book(n)
    f = pedigree.inbreeding()
    true = true_values(pedigree, f, GENETIC, SEED)
    records = weights_of(pedigree, true)
    forget_peak()
    seconds, (remark, ebv) = solve(maternal_model(Options(solver="pcg", reliability="none")), pedigree, records, f)
    peak = peak_mib()
    remark = f"{remark}, {check_against_truth(ebv, true)}"
    return Row("4 traits, maternal", f"{n:,} animals", seconds, peak, TARGETS.get(n), remark=remark, n=n)


def cases(given: Given) -> list[Case]:
    """Each power of ten from 10,000 animals."""
    largest = min(given.to, 10_000) if given.quick else min(given.to, 1_000_000)
    return [
        Case("4 traits, maternal", f"{n:,} animals", measure, (n,))
        for n in (10_000, 100_000, 1_000_000)
        if n <= largest
    ]


if __name__ == "__main__":
    main(__doc__, cases)
