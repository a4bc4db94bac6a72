"""Exact prediction error variances of a sample: what an approximation is held against."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..equations.equations import Equations
from ..errors import EngineError, ModelError
from ..linear.factor import EXACT_LIMIT, Factor
from ..parallel.workers import Workers
from ..solution.parts import ReliabilityCheck, ReliabilityClass
from ..solving.conjugate_gradients import ConjugateGradients, System

Floats = NDArray[np.float64]
CHECKED = 200
CLASSES = 10
WINDOW = 10
SETTLED = 1e-4
BATCH = 50


def check_reliabilities(
    approximate: Floats,
    variance: Floats,
    equations: Equations,
    factor: Factor | None,
    shares: Floats | None,
    seed: int,
    threads: int,
    tell: Callable[[float], None],
    n: int = CHECKED,
) -> ReliabilityCheck:
    """Set approximate reliabilities beside exact ones of n animals and columns, drawn by class of reliability.

    Parameters
    ----------
    approximate : float64, shape (n_animals, n_columns)
    variance : float64, shape (n_animals, n_columns)
        What prediction error variances are divided by.
    equations : Equations
        With the animals in the first random block.
    factor : Factor, optional
        Of the equations, where there is one already.
    shares : float64, shape (n_animals, n_groups), optional
        Of fixed groups, which are left out of the reliability.
    seed : int
    threads : int
    tell : callable(share)
    n : int

    Returns
    -------
    ReliabilityCheck

    Raises
    ------
    EngineError
        ``reliability_range`` for an exact value outside 0 to 1: the equations are wrong or ill-conditioned.
    """
    width = approximate.shape[1]
    drawn = draw(approximate.ravel(), np.random.default_rng(seed), n)
    contrasts = [_contrast(pair, width, equations, shares) for pair in drawn.tolist()]
    pev, method = _variances(equations, factor, contrasts, threads, tell)
    exact = 1.0 - pev / variance.ravel()[drawn]
    if (exact > 1.0).any() or not np.isfinite(exact).all():
        message = "a reliability lies outside 0 to 1"
        fix = "The equations are ill-conditioned: look for variances near 0 and correlations near 1"
        raise EngineError("reliability_range", message, place="variances", fix=fix)
    return summarise(approximate.ravel(), drawn, approximate.ravel()[drawn] - exact, method)


def classes_of(reliability: Floats) -> NDArray[np.int64]:
    """0 for reliabilities below 0.1, 1 from there to 0.2, and so on.

    Examples
    --------
    >>> classes_of(np.array([0.0, 0.25, 0.99]))
    array([0, 2, 9])
    """
    return (reliability * CLASSES).astype(np.int64).clip(0, CLASSES - 1)


def draw(reliability: Floats, rng: np.random.Generator, n: int = CHECKED) -> NDArray[np.int64]:
    """Positions of about `n` values, as many of each class as it has, without repeats."""
    members = [np.flatnonzero(classes_of(reliability) == k) for k in range(CLASSES)]
    drawn: list[NDArray[np.int64]] = []
    for left, group in enumerate(sorted(members, key=len)):
        share = (n - sum(map(len, drawn))) // (CLASSES - left)
        drawn.append(rng.choice(group, min(share, len(group)), replace=False))
    return np.sort(np.concatenate(drawn))


def summarise(approximate: Floats, drawn: NDArray[np.int64], difference: Floats, method: str) -> ReliabilityCheck:
    """Bias, standard deviation and largest difference by class; overall, classes count by their size.

    Parameters
    ----------
    approximate : float64, shape (n,)
        Of everybody.
    drawn : int64, shape (m,)
    difference : float64, shape (m,)
        Approximate minus exact of those drawn.
    method : str
    """
    everybody, sampled = classes_of(approximate), classes_of(approximate[drawn])
    classes = []
    for k in np.unique(sampled).tolist():
        found = difference[sampled == k]
        size = int((everybody == k).sum())
        spread = float(found.std(ddof=1)) if len(found) > 1 else float("nan")
        limits = k / CLASSES, (k + 1) / CLASSES
        classes.append(ReliabilityClass(*limits, size, len(found), float(found.mean()), spread, _largest(found)))
    weight = np.array([c.n_values / c.n_checked for c in classes])[np.searchsorted(np.unique(sampled), sampled)]
    bias = float(np.average(difference, weights=weight))
    spread = float(np.sqrt(np.average((difference - bias) ** 2, weights=weight)))
    return ReliabilityCheck(method, len(drawn), bias, spread, _largest(difference), tuple(classes))


def _largest(difference: Floats) -> float:
    return float(np.abs(difference).max())


Contrast = tuple[NDArray[np.int64], Floats]


def _contrast(pair: int, width: int, equations: Equations, shares: Floats | None) -> Contrast:
    """Equations and weights of a breeding value, as a deviation from its groups."""
    start, (animal, column) = equations.starts[0], divmod(pair, width)
    at, weight = [start + pair], [1.0]
    if shares is not None:
        first = start + len(shares) * width + column
        at += [first + group * width for group in range(shares.shape[1])]
        weight += (-shares[animal]).tolist()
    rows, weights = np.array(at), np.array(weight)
    return rows, weights if equations.held is None else np.where(equations.held[rows], 0.0, weights)


def _variances(
    equations: Equations,
    factor: Factor | None,
    contrasts: list[Contrast],
    threads: int,
    tell: Callable[[float], None],
) -> tuple[Floats, str]:
    factor = factor or _factor(equations)
    if factor is not None:
        n = equations.n_equations
        return np.concatenate([_solved(factor, n, part) for part in _batches(contrasts)]), "direct"
    system, found = System.of(equations, Workers(threads)), []
    for k, contrast in enumerate(contrasts):
        tell(k / len(contrasts))
        found.append(_energy(contrast, system, equations.n_equations))
    return np.array(found), "pcg"


def _factor(equations: Equations) -> Factor | None:
    """The factor of the equations, where it can be held."""
    if equations.n_equations > EXACT_LIMIT:
        return None
    try:
        return Factor(equations.matrix())
    except ModelError as error:
        if error.code == "too_large":
            return None
        raise


def _batches(contrasts: list[Contrast]) -> list[list[Contrast]]:
    return [contrasts[k : k + BATCH] for k in range(0, len(contrasts), BATCH)]


def _solved(factor: Factor, n: int, contrasts: list[Contrast]) -> Floats:
    rhs = np.zeros((n, len(contrasts)))
    for k, (rows, weights) in enumerate(contrasts):
        rhs[rows, k] = weights
    return np.asarray((rhs * factor.solve(rhs)).sum(axis=0))


def _energy(contrast: Contrast, system: System, n: int) -> float:
    """``c' C^-1 c`` from below: the energy that conjugate gradients gather (Hestenes and Stiefel 1952)."""
    r = np.zeros((n, 1))
    r[contrast[0], 0] = contrast[1]
    gradients, gains = ConjugateGradients(system, np.zeros((n, 1)), r), [0.0]
    while gradients.energy[0] > 0.0:
        gains.append(float(gradients.step()[0]))
        if len(gains) > WINDOW and sum(gains[-WINDOW:]) < SETTLED * sum(gains):
            break
    return sum(gains)
