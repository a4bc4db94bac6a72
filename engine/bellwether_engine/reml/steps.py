"""A step of an estimation: average information inside the space of the variances, shortened where it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import NotConverged
from .components import Component
from .region import Region, Slope
from .state import State

Floats = NDArray[np.float64]
S = TypeVar("S", bound=State)
Reach = Callable[[Floats], S | None]
PARTS = (1.0, 0.5, 0.2, 0.05, 0.01)
DAMPING = (1.0, 30.0)
EARLY, LEFT = 3, 0.1


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
        step, kind = (region.best(state, LEFT) if n_before < EARLY else step), "edge"
    for part in PARTS:
        reached = reach(state.theta + part * step)
        if reached is not None:
            return reached, kind if part == 1.0 else "damped"
    for damping in DAMPING:
        reached = reach(state.theta + region.best(state, 0.0, damping))
        if reached is not None:
            return reached, "damped"
    return None


def relative_change(components: tuple[Component, ...], before: Floats, after: Floats) -> float:
    """Largest change of a (co)variance in units of the standard deviations that belong to it."""
    largest = 0.0
    for component in components:
        deviations = np.sqrt(np.diag(component.matrix(after)))
        difference = np.abs(component.matrix(after) - component.matrix(before)) / np.outer(deviations, deviations)
        largest = max(largest, float(difference.max()))
    return largest


def not_converged(message: str) -> NotConverged:
    """The refusal of an estimation that does not arrive."""
    fix = "Start from other variances, or take out the effect with the smallest variance"
    return NotConverged("reml_not_converged", message, place="options.estimate", fix=fix)
