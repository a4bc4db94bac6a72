"""What an estimation gives back: (co)variances, heritabilities and correlations with standard errors."""

from __future__ import annotations

import numpy as np

from ..solution.estimates import Bools, Estimates, Floats, Round, VarianceEstimate
from ..solution.parts import Notice
from .components import Component, triangle
from .coordinates import Coordinates, Slope
from .ratios import correlations, shares
from .state import Problem

DRAWS = 10_000


def estimates_of(
    method: str,
    problem: Problem,
    slope: Slope,
    coordinates: Coordinates,
    traits: tuple[str, ...],
    seed: int,
    *,
    rounds: tuple[Round, ...],
    change: float,
    notices: tuple[Notice, ...],
    minus2: float = np.nan,
    noise: Floats | None = None,
    samples: int = 0,
) -> Estimates:
    """The result at the last point; `noise` (n_parameters, n_parameters) is the Monte Carlo covariance of the score."""
    components, theta, covariance = problem.components, coordinates.theta(slope.z), slope.covariance()
    at_edge = slope.held & ~coordinates.fixed
    edges, gone = _edges(components, at_edge), _gone(components, at_edge)
    by_sampling = _spread(covariance, noise)
    return Estimates(
        method=method,
        components=component_estimates(components, theta, covariance, by_sampling),
        ratios=ratio_estimates(components, traits, theta, covariance, by_sampling, seed, gone),
        covariance=covariance,
        minus2_log_likelihood=minus2,
        rounds=rounds,
        gradient=slope.in_standard_errors,
        largest_change=change,
        boundary=tuple(edges),
        warnings=(*notices, *(Notice("boundary", message) for message in edges.values())),
        samples=samples,
        seed=seed,
    )


def _edges(components: tuple[Component, ...], at_edge: Bools) -> dict[str, str]:
    """Components with a parameter at the edge, and what to say of each."""
    found = {}
    for c in components:
        pairs = triangle(c.size)
        rows = [c.labels[j] for i, (j, k) in enumerate(pairs) if j == k and at_edge[c.start + i]]
        if not rows:
            continue
        what = f"its variance is 0 ({rows[0]})"
        if c.size > 1:
            what = f"given the others, nothing varies in {', '.join(rows)} (a variance of 0 or a correlation of 1)"
        found[c.name] = f"{c.name} of {c.effect} lies at the edge of the parameter space: {what}"
    return found


def _gone(components: tuple[Component, ...], at_edge: Bools) -> Bools:
    """Single variances that are 0: the model is the one without their effect, and so are the errors of ratios."""
    gone = np.zeros(len(at_edge), dtype=bool)
    for c in components:
        if c.size == 1:
            gone[c.start] = at_edge[c.start]
    return gone


def _without(covariance: Floats, gone: Bools) -> Floats:
    """The covariance with parameters that are known to be 0."""
    reduced = covariance.copy()
    reduced[gone] = 0.0
    reduced[:, gone] = 0.0
    return reduced


def _spread(covariance: Floats, noise: Floats | None) -> Floats:
    """Monte Carlo covariance of the estimates, NaN where nothing was estimated."""
    known = np.isfinite(np.diag(covariance))
    spread = np.where(np.outer(known, known), 0.0, np.nan)
    if noise is not None:
        inside = np.ix_(known, known)
        spread[inside] = covariance[inside] @ noise[inside] @ covariance[inside]
    return spread


def component_estimates(
    components: tuple[Component, ...], theta: Floats, covariance: Floats, by_sampling: Floats
) -> tuple[VarianceEstimate, ...]:
    """The (co)variances with their standard errors."""
    error, sampled = np.sqrt(np.diag(covariance)).tolist(), np.sqrt(np.diag(by_sampling)).tolist()
    return tuple(
        VarianceEstimate(c.name, c.labels[j], c.labels[k], float(theta[at]), error[at], mc_se=sampled[at])
        for c in components
        for at, (j, k) in enumerate(triangle(c.size), c.start)
    )


def ratio_estimates(
    components: tuple[Component, ...],
    traits: tuple[str, ...],
    theta: Floats,
    covariance: Floats,
    by_sampling: Floats,
    seed: int,
    gone: Bools,
) -> tuple[VarianceEstimate, ...]:
    """Shares of the phenotypic variance, and correlations; what is shared by a variance of 0 has no error itself."""
    reduced, spread = _without(covariance, gone), _without(by_sampling, gone)
    draws = draw_estimates(theta, reduced, seed)
    found = []
    for ratio in (*shares(components, traits), *correlations(components)):
        errors = (covariance, by_sampling) if gone[ratio.at] else (reduced, spread)
        own = (ratio.error(theta, errors[0]), ratio.sampled_error(theta, errors[0], draws))
        value, mc_error = float(ratio.value(theta)), ratio.error(theta, errors[1])
        found.append(VarianceEstimate(ratio.component, ratio.row, ratio.column, value, *own, mc_error))
    return tuple(found)


def draw_estimates(theta: Floats, covariance: Floats, seed: int) -> Floats:
    """Draws of the parameters from the normal distribution of their errors, float64 of shape (10000, n_parameters)."""
    known = np.isfinite(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance[np.ix_(known, known)])
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    draws = np.tile(theta, (DRAWS, 1))
    draws[:, known] += np.random.default_rng(seed).standard_normal((DRAWS, len(values))) @ root.T
    return draws
