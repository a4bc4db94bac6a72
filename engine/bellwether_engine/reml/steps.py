"""A step of an estimation: average information, damped where it fails, in the end expectation-maximisation."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ..errors import NotConverged
from .components import Component
from .coordinates import Coordinates, em_step, is_inside, propose
from .state import State

Floats = NDArray[np.float64]
S = TypeVar("S", bound=State)
Reach = Callable[[Floats], S | None]
DAMPING = (0.0, 0.1, 1.0)


def advance(state: S, coordinates: Coordinates, reach: Reach[S]) -> tuple[S, Coordinates, str]:
    """The first step that keeps the matrices positive definite and that `reach` takes.

    Parameters
    ----------
    state : State
    coordinates : Coordinates
    reach : callable(theta)
        The state at the end of a step, or None where it is not better than the one before.

    Returns
    -------
    State, Coordinates
    str
        ``ai``, ``damped`` (EM information was added, or the step shortened) or ``em``.

    Raises
    ------
    NotConverged
        ``reml_not_converged``: no step is better.
    """
    for share in DAMPING:
        theta, coordinates = _try(state, coordinates, share)
        if theta is None:
            continue
        shortened = coordinates.shortened(state.theta, theta)
        reached = reach(shortened) if _all_inside(coordinates, shortened) else None
        if reached is not None:
            return reached, coordinates, "ai" if share == 0.0 and shortened is theta else "damped"
    theta = em_step(state, coordinates)
    reached = reach(theta) if _all_inside(coordinates, theta) else None
    if reached is None:
        raise not_converged(
            "no step raises the likelihood: the variances are at an edge, or the model is ill-conditioned"
        )
    return reached, coordinates, "em"


def _try(state: State, coordinates: Coordinates, share: float) -> tuple[Floats | None, Coordinates]:
    """The variances after a step, None where there is no step, and the coordinates that it was taken in."""
    try:
        theta = propose(state, coordinates, share)
        chosen = coordinates.near_edge(state.theta, theta)
        if chosen.by_root != coordinates.by_root:
            theta = propose(state, chosen, share)
    except np.linalg.LinAlgError:
        return None, coordinates
    return (theta if np.isfinite(theta).all() else None), chosen


def _all_inside(coordinates: Coordinates, theta: Floats) -> bool:
    return all(
        rooted or is_inside(component, theta)
        for component, rooted in zip(coordinates.components, coordinates.by_root, strict=True)
    )


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
