"""What an estimation gives back: (co)variances, heritabilities and correlations with standard errors."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import fdtri

from ..solution.estimates import Bools, Estimates, Floats, Round, VarianceEstimate
from ..solution.intervals import NONE, Scale, interval_of
from ..solution.parts import Notice
from .components import Component, triangle
from .ratios import correlations, draw_estimates, shares
from .region import Slope
from .state import Problem

SCALES: dict[bool, Scale] = {True: "variance", False: "covariance"}


def estimates_of(
    method: str,
    problem: Problem,
    slope: Slope,
    traits: tuple[str, ...],
    seed: int,
    *,
    rounds: tuple[Round, ...],
    change: float,
    notices: tuple[Notice, ...],
    minus2: float = np.nan,
    noise: Floats | None = None,
    samples: int = 0,
    edges: Mapping[str, str] | None = None,
) -> Estimates:
    """The result at the last point; `noise` (n_parameters, n_parameters) is the Monte Carlo covariance of the score,
    `edges` what is said of matrices at the edge where that is not what `edges_of` says."""
    components, theta, covariance = problem.components, slope.point.theta, slope.covariance()
    edges = edges_of(slope) if edges is None else edges
    by_sampling = _spread(covariance, noise)
    excess = 0.0 if noise is None else excess_by_sampling(covariance, noise) + slope.in_standard_errors**2
    return Estimates(
        method=method,
        components=component_estimates(components, slope.told, covariance, by_sampling),
        ratios=ratio_estimates(slope, traits, covariance, by_sampling, seed),
        covariance=covariance,
        minus2_log_likelihood=minus2,
        rounds=rounds,
        gradient=slope.in_standard_errors,
        largest_change=change,
        boundary=tuple(edges),
        warnings=(*notices, *(Notice("boundary", message) for message in edges.values())),
        samples=samples,
        seed=seed,
        n_parameters=len(theta) - int(slope.region.fixed.sum()),
        n_contrasts=len(problem.equations.design.y) - problem.n_fixed,
        mc_excess=excess,
        mc_excess_99=_rarely_above(excess, slope.tangent.shape[1], samples),
    )


def edges_of(slope: Slope) -> dict[str, str]:
    """Singular matrices, and what to say of each."""
    found = {}
    for c in slope.region.components:
        gone, directions = slope.region.edge(c, slope.point.theta)
        without = ", ".join(label for label, is_gone in zip(c.labels, gone, strict=True) if is_gone)
        what = [f"its variance is 0 ({without})"] if without else []
        if directions.size:
            rank = c.size - int(gone.sum()) - directions.shape[1]
            rows = [label for label, w in zip(c.labels, np.abs(directions).max(axis=1), strict=True) if w > 1e-6]
            what.append(
                f"given the others, nothing varies in {', '.join(rows)}: a correlation of 1 or -1, or {c.size} traits "
                f"that move with {rank} factor{'s' if rank != 1 else ''}"
            )
        if what:
            found[c.name] = f"{c.name} of {c.effect} lies at the edge of the parameter space: {'; '.join(what)}"
    return found


def _without(covariance: Floats, held: Bools) -> Floats:
    """The covariance with parameters that are known to be 0."""
    reduced = covariance.copy()
    reduced[held] = 0.0
    reduced[:, held] = 0.0
    return reduced


def _spread(covariance: Floats, noise: Floats | None) -> Floats:
    """Monte Carlo covariance of the estimates, NaN where nothing was estimated."""
    known = np.isfinite(np.diag(covariance))
    spread = np.where(np.outer(known, known), 0.0, np.nan)
    if noise is not None:
        inside = np.ix_(known, known)
        spread[inside] = covariance[inside] @ noise[inside] @ covariance[inside]
    return spread


def excess_by_sampling(covariance: Floats, noise: Floats) -> float:
    """How much larger -2 log L is at the optimum of the samples than at its own, in the mean over seeds.

    The samples move the score by N(0, noise), hence the estimates by ``covariance noise covariance``, and -2 log L
    rises with the square of that in standard errors: ``tr(covariance noise)``.
    """
    known = np.isfinite(np.diag(covariance))
    inside = np.ix_(known, known)
    return max(0.0, float(np.sum(covariance[inside] * noise[inside])))


def _rarely_above(excess: float, n_directions: int, n_samples: int) -> float:
    """What 99 of 100 seeds stay below: the excess is a sum of `n_directions` squares of equal size, which is known
    from the spread of the samples in each direction, so that the ratio has an F distribution."""
    if not excess:
        return 0.0
    return excess * float(fdtri(n_directions, n_directions * (n_samples - 1), 0.99))


def component_estimates(
    components: tuple[Component, ...], theta: Floats, covariance: Floats, by_sampling: Floats
) -> tuple[VarianceEstimate, ...]:
    """The (co)variances with their standard errors."""
    error, sampled = np.sqrt(np.diag(covariance)).tolist(), np.sqrt(np.diag(by_sampling)).tolist()
    found = []
    for c in components:
        for at, (j, k) in enumerate(triangle(c.size), c.start):
            value, scale = float(theta[at]), SCALES[j == k]
            ends = interval_of(scale, value, np.hypot(error[at], sampled[at]))
            found.append(
                VarianceEstimate(c.name, c.labels[j], c.labels[k], value, error[at], np.nan, sampled[at], *ends)
            )
    return tuple(found)


def ratio_estimates(
    slope: Slope, traits: tuple[str, ...], covariance: Floats, by_sampling: Floats, seed: int
) -> tuple[VarianceEstimate, ...]:
    """Shares of the phenotypic variance, and correlations; what has a variance of 0 has no error itself, and is known
    in all others. An error that is larger than the range of the ratio allows is none."""
    held, components, theta = slope.held, slope.region.components, slope.singular
    reduced, spread = _without(covariance, held), _without(by_sampling, held)
    draws = draw_estimates(slope.region, slope.point.theta, reduced, seed)
    found = []
    for ratio in (*shares(components, traits), *correlations(components)):
        value, own, mc_error, ends = ratio.reported(theta, held), (np.nan, np.nan), np.nan, NONE
        if not (ratio.is_known(held) or ratio.is_bound(theta)):
            errors = ratio.error(theta, reduced), ratio.sampled_error(theta, reduced, draws)
            mc_error = ratio.error(theta, spread)
            # of a correlation whose covariance is held nothing is estimated
            if errors[0] > 0.0:
                own = (ratio.possible(errors[0]), ratio.possible(errors[1]))
                ends = interval_of(ratio.scale, value, np.hypot(errors[0], mc_error))
        found.append(VarianceEstimate(ratio.component, ratio.row, ratio.column, value, *own, mc_error, *ends))
    return tuple(found)
