"""What a structured matrix is made of, in a form that is unique, with errors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...solution.estimates import StructureEstimate
from .coordinates import Part
from .structured_slope import StructuredSlope, at_zero

Floats = NDArray[np.float64]
STEP, APART = 1e-5, 1e-3
NO_VARIANCE = 2e-5


def structure_estimates(slope: StructuredSlope) -> tuple[StructureEstimate, ...]:
    """Of every matrix with a structure."""
    parts = slope.structured.coordinates.parts
    return tuple(_estimate(part, slope) for part in parts if not part.is_whole)


def edges_of_structures(slope: StructuredSlope) -> dict[str, str]:
    """Specific variances at 0, and loadings of fewer factors than were asked for, with what to say of each."""
    found = {}
    for part in slope.structured.coordinates.parts:
        if part.is_whole:
            continue
        c, what = part.component, []
        without = [label for label, is_there in zip(c.labels, at_zero(part, slope), strict=True) if is_there]
        if without:
            what.append(f"the specific variance is 0 ({', '.join(without)})")
        k = part.structure.n_factors
        loadings = principal(part.loadings_of(slope.structured.theta), part.specific_of(slope.structured.theta))
        n_empty = k - int((_explained(loadings, part, slope) > NO_VARIANCE).sum())
        if n_empty:
            what.append(f"{n_empty} of {k} factors explain nothing")
        if what:
            found[c.name] = f"{c.name} of {c.effect} lies at the edge of its structure: {'; '.join(what)}"
    return found


def principal(loadings: Floats, specific: Floats) -> Floats:
    """Loadings (size, n_factors) on principal axes of the rows divided by their standard deviations.

    Examples
    --------
    >>> turned = principal(np.array([[1.0, 1.0], [-1.0, 1.0]]), np.zeros(2))
    >>> np.abs(turned).round(6)
    array([[1., 1.],
           [1., 1.]])
    """
    deviation = np.sqrt(np.maximum(np.sum(loadings**2, axis=1) + specific, 1e-300))
    _, _, turn = np.linalg.svd(loadings / deviation[:, None], full_matrices=False)
    turned = loadings @ turn.T
    sums = (turned / deviation[:, None]).sum(axis=0)
    return np.asarray(turned * np.where(sums < 0.0, -1.0, 1.0))


def _estimate(part: Part, slope: StructuredSlope) -> StructureEstimate:
    z, c, k = slope.structured.theta, part.component, part.structure.n_factors
    loadings, specific = part.loadings_of(z), part.specific_of(z)
    zero = at_zero(part, slope)
    if part.structure.has_specific:
        specific = np.where(zero, 0.0, specific)
    turned = principal(loadings, specific)
    variance = np.sum(turned**2, axis=1) + specific
    has_variance = variance > NO_VARIANCE * np.diag(c.matrix(slope.region.spread))
    communality = np.full(c.size, np.nan)
    communality[has_variance] = (np.sum(turned**2, axis=1) / np.where(has_variance, variance, 1.0))[has_variance]
    explained = _explained(turned, part, slope)
    shared = np.sum(turned[has_variance] ** 2 / variance[has_variance, None], axis=0)
    total = float(has_variance.sum()) or 1.0
    nothing = np.full(c.size, np.nan)
    return StructureEstimate(
        component=c.name,
        structure=part.structure.structure,
        rows=c.labels,
        loadings=turned,
        loadings_se=_errors_of_loadings(part, slope, explained) if k else turned,
        specific=specific if part.structure.has_specific else nothing,
        specific_se=_errors_of_specific(part, slope, zero) if part.structure.has_specific else nothing,
        communality=communality,
        share=shared / total,
        n_parameters=part.structure.n_parameters(c.size),
    )


def _explained(turned: Floats, part: Part, slope: StructuredSlope) -> Floats:
    """Sum over the divided rows of what each factor explains, (n_factors,)."""
    variance = np.sum(turned**2, axis=1) + part.specific_of(slope.structured.theta)
    least = NO_VARIANCE * np.diag(part.component.matrix(slope.region.spread))
    return np.asarray(np.sum(turned**2 / np.maximum(variance, least)[:, None], axis=0))


def _errors_of_loadings(part: Part, slope: StructuredSlope, explained: Floats) -> Floats:
    """By the delta method with central differences of the turned loadings; factors that explain the same have no axes
    of their own."""
    z, k = slope.structured.theta, part.structure.n_factors
    places = [*range(part.loadings.start, part.loadings.stop), *range(part.own.start, part.own.stop)]
    gradients = np.zeros((part.component.size * k, len(z)))
    for at in places:
        step = STEP * slope.structured.coordinates.own.spread[at]
        ends = []
        for sign in (1.0, -1.0):
            moved = z.copy()
            moved[at] += sign * step
            ends.append(principal(part.loadings_of(moved), np.maximum(part.specific_of(moved), 0.0)).ravel())
        gradients[:, at] = (ends[0] - ends[1]) / (2.0 * step)
    errors = slope.errors(gradients).reshape(part.component.size, k)
    is_alone = [np.all(np.abs(np.delete(explained, i) - explained[i]) > APART) for i in range(k)]
    return np.where(np.array(is_alone) & (explained > NO_VARIANCE), errors, np.nan)


def _errors_of_specific(part: Part, slope: StructuredSlope, zero: NDArray[np.bool_]) -> Floats:
    gradients = np.zeros((part.component.size, len(slope.structured.theta)))
    gradients[range(part.component.size), range(part.own.start, part.own.stop)] = 1.0
    return np.where(zero, np.nan, slope.errors(gradients))
