"""A step of an estimation: average information inside the space of the variances, shortened where it fails."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from .components import Component
from .region import Region, Slope
from .state import State

Floats = NDArray[np.float64]
S = TypeVar("S", bound=State)
Reach = Callable[[Floats], S | None]
PARTS = (1.0, 0.5, 0.2, 0.05, 0.01)
DAMPING = (1.0, 30.0)
EARLY, LEFT = 3, 0.1
LEAST_LOSS, LEAST_SHARE = 1e-6, 0.02


def advance(state: S, slope: Slope, n_before: int, reach: Reach[S]) -> tuple[S, str] | None:
    """The first step that `reach` takes, None where it takes none.

    The step of the average information is taken where it leaves a tenth of every matrix. Otherwise it is the best
    step of the same quadratic model among matrices that are positive semidefinite; the first three rounds keep a
    tenth. All points between are inside too, so that a step can be shortened until the likelihood rises.

    Parameters
    ----------
    state : State
    slope : Slope
    n_before : int
        Rounds so far.
    reach : callable(theta)
        The state at the end of a step, or None where it is not better than the one before.

    Returns
    -------
    State
    str
        ``ai``, ``edge`` (kept inside the space) or ``damped`` (shortened).
    """
    region: Region = slope.region
    step, kind = slope.step, "ai"
    if not region.keeps(state.theta, state.theta + step):
        step, kind = (region.best(state, slope.information, LEFT) if n_before < EARLY else step), "edge"
    for part in PARTS:
        reached = reach(state.theta + part * step)
        if reached is not None:
            return reached, kind if part == 1.0 else "damped"
    for damping in DAMPING:
        own = state.average_information
        reached = reach(state.theta + region.best(state, own + damping * np.diag(np.diag(own))))
        if reached is not None:
            return reached, "damped"
    return None


def with_curvature(information: Floats, pairs: Sequence[tuple[Floats, Floats]]) -> Floats:
    """The information corrected by how the score changed along the steps before: pairs of step and loss of score.

    The average information is sometimes far from the curvature, and its steps then arrive slowly (Nocedal and Wright
    2006, Numerical Optimization, 6.1).
    """
    for step, loss in pairs:
        expected, met = information @ step, float(loss @ step)
        size = float(step @ expected)
        if met > LEAST_LOSS and met > LEAST_SHARE * size:
            information = information - np.outer(expected, expected) / size + np.outer(loss, loss) / met
    return information


def relative_change(components: tuple[Component, ...], before: Floats, after: Floats) -> float:
    """Largest change of a (co)variance in units of the standard deviations that belong to it."""
    largest = 0.0
    for component in components:
        deviations = np.sqrt(np.diag(component.matrix(after)))
        difference = np.abs(component.matrix(after) - component.matrix(before)) / np.outer(deviations, deviations)
        largest = max(largest, float(difference.max()))
    return largest
