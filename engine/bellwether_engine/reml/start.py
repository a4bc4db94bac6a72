"""Where an estimation starts: the problem, the start values and the bounds of the parameters."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..equations.equations import Equations
from ..model.records import Records
from .components import Component, components_of, pack, triangle
from .region import Region
from .state import Problem
from .terms import patterns_of

Floats = NDArray[np.float64]
LEAST = 1e-6
SINGULAR = 1e-6
MOST = 0.9


def problem_of(equations: Equations, records: Records, traits: tuple[str, ...], shares: Floats | None) -> Problem:
    """The problem of these equations; `shares` is Q of fixed groups, float64 of shape (n_animals, n_groups)."""
    observed = np.isfinite(records.values)
    components = components_of(equations.design, traits, 0 if shares is None else shares.shape[1])
    patterns = patterns_of(observed, records.weights)
    return Problem(equations, components, patterns, observed, records.weights, shares)


def start_of(problem: Problem, residual: Floats) -> Floats:
    """The parameters at the start values; the residual covariance of traits that are never recorded together is 0.

    A singular residual starts without covariances: together with another singular matrix it would leave nothing to
    tell them apart by.
    """
    met = problem.observed.T.astype(np.int64) @ problem.observed > 0
    bent = np.where(met, residual, 0.0)
    deviation = np.sqrt(np.diag(bent))
    if np.linalg.eigvalsh(bent / np.outer(deviation, deviation))[0] < SINGULAR:
        bent = np.diag(np.diag(residual))
    return np.concatenate([pack(matrix) for matrix in (*problem.equations.design.covariance, bent)])


def region_of(problem: Problem, fixed: NDArray[np.bool_], share: float = LEAST) -> Region:
    """Where the parameters may lie."""
    design = problem.equations.design
    variance = [float(np.var(design.y[design.trait == t])) or 1.0 for t in range(problem.residual.size)]
    spread = np.ones(problem.residual.own.stop)
    for component in problem.components:
        for at, (j, k) in enumerate(triangle(component.size), component.start):
            spread[at] = np.sqrt(variance[component.traits[j]] * variance[component.traits[k]])
    return Region(problem.components, fixed, spread, share)


def other_starts(theta: Floats, region: Region) -> Iterator[Floats]:
    """Parameters far apart: the residual and each effect in turn have 0.9 of the phenotypic covariances at `theta`.

    Nothing depends on the order of the traits. What is fixed stays; a start whose matrices this spoils is left out.
    """
    components = region.components
    phenotypic = phenotypic_covariance(theta, components)
    for most in reversed(components):
        found = theta.copy()
        for component in components:
            share = MOST if component is most else (1.0 - MOST) / (len(components) - 1)
            free = ~region.fixed[component.own]
            found[component.own][free] = pack(share * _like(phenotypic, component, theta))[free]
        if all(region.is_inside(component, found) for component in components):
            yield found


def phenotypic_covariance(theta: Floats, components: tuple[Component, ...]) -> Floats:
    """Sum of all matrices, float64 of shape (n_traits, n_traits); without regressions and what two effects share."""
    found = components[-1].matrix(theta)
    for component in components[:-1]:
        if not component.has_basis:
            np.add.at(found, np.ix_(component.traits, component.traits), component.alike * component.matrix(theta))
    return found


def _like(phenotypic: Floats, component: Component, theta: Floats) -> Floats:
    """A matrix with the correlations of the records, and their variances; a regression keeps its own variances."""
    traits = np.array(component.traits)
    matrix = component.alike * phenotypic[np.ix_(traits, traits)]
    if component.has_basis:
        deviation = np.sqrt(np.diag(component.matrix(theta)) / np.diag(matrix))
        return np.asarray(matrix * np.outer(deviation, deviation))
    return np.asarray(matrix / (component.size / len(set(component.traits))))
