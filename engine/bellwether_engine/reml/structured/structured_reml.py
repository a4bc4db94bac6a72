"""REML of structured covariance matrices: the same likelihood, climbed in loadings and specific variances."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ...errors import ModelError, NotConverged
from ...model.structure import CovarianceStructure
from ...solution.estimates import Estimates, Round
from ..ai_reml import climb, exact, first_point, not_worse_than
from ..components import triangle
from ..estimates import edges_of, estimates_of
from ..identify import without_information
from ..likelihood import ExactProblem, Point
from ..region import Region, slope_at
from ..start import region_of
from ..state import Problem
from ..steps import advance
from .coordinates import Coordinates, coordinates_of
from .loadings import edges_of_structures, structure_estimates
from .starts import starts
from .structured_point import StructuredPoint, evaluate_at
from .structured_slope import structured_slope

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Tell = Callable[[float, str], None]
APPROACH, NEAR = 15, 0.03
LIFT = 1e-5
STARTS, WAYS_OUT, GAIN = 4, 5, 1e-4
ENOUGH = 0.02


def structured_reml(
    problem: Problem,
    start: Floats,
    traits: tuple[str, ...],
    structures: Mapping[str, CovarianceStructure],
    seed: int,
    tell: Tell,
) -> tuple[Estimates, Point]:
    """Estimate loadings and specific variances by exact scores.

    Score and average information are those of `ai_reml`, taken into loadings and specific variances by the chain rule;
    the bend of the loadings is part of the step, whose likelihood must rise, and specific variances stay at 0 or above
    by the best step inside. The likelihood of a structure may have several tops and, between them, saddles: the
    estimation starts from up to four tops of the quadratic model around the unstructured estimate and from four other
    matrices, leaves a saddle where the likelihood bends upwards, and ends from the best. Nothing depends on the order
    of the traits. A matrix of reduced rank keeps 1e-5 of the variance of the records in the directions that it lacks
    (with less, rounding would show in its score); -2 log L is told without, to the first order.

    Parameters
    ----------
    problem : Problem
    start : float64, shape (n_parameters,)
    traits : tuple of str
    structures : mapping of str to CovarianceStructure
        By the names of the components.
    seed : int
        Of the sampled standard errors.
    tell : callable(share, step)
        Called at the start of each round.

    Returns
    -------
    Estimates
    Point
        At the (co)variances.

    Raises
    ------
    ModelError
        As `ai_reml`.
    NotConverged
        From none of the starts.

    References
    ----------
    Meyer and Kirkpatrick 2005, Genet Sel Evol 37:1 (reduced rank); Meyer and Kirkpatrick 2008, Genetics 180:1153;
    Thompson et al. 2003, Aust N Z J Stat 45:445 (factor analytic); Smith et al. 2001, Biometrics 57:1138.
    """
    region = region_of(problem, np.zeros(len(start), dtype=bool))
    absent = _absent(problem, structures)
    point = first_point(exact(problem), region.lifted(np.where(absent, 0.0, start)))
    fixed, notices = without_information(point, absent=absent)
    near = _approach(point, region_of(problem, fixed))
    structured = {c.effect for c in problem.components if c.name in structures}
    for component in problem.components:
        fixed[component.own] &= component.name not in structures
    coordinates = coordinates_of(region_of(problem, fixed, LIFT), structures)
    best, rounds, change = _best(near.problem, starts(near, coordinates.region, coordinates, STARTS), coordinates, tell)
    slope = structured_slope(best)
    told = {name: text for name, text in edges_of(slope).items() if name not in structures}
    estimates = estimates_of(
        "ai-reml", problem, slope, traits, seed, rounds=tuple(rounds), change=change,
        notices=tuple(notice for notice in notices if notice.effect not in structured),
        minus2=best.minus2_log_likelihood + 2.0 * float(best.whole.score @ slope.lift),
        edges=told | edges_of_structures(slope),
    )  # fmt: skip
    return replace(estimates, structures=structure_estimates(slope), n_parameters=_n_parameters(best)), best.whole


def _absent(problem: Problem, structures: Mapping[str, CovarianceStructure]) -> Bools:
    """Covariances that a diagonal matrix has not."""
    absent = np.zeros(problem.residual.own.stop, dtype=bool)
    for component in problem.components:
        if component.name in structures and structures[component.name].structure == "diagonal":
            absent[component.own] = [j != k for j, k in triangle(component.size)]
    return absent


def _n_parameters(point: StructuredPoint) -> int:
    """Those of all structures, without (co)variances that keep their start value."""
    fixed = int(point.coordinates.region.fixed.sum())
    return sum(part.structure.n_parameters(part.component.size) for part in point.coordinates.parts) - fixed


def _approach(point: Point, region: Region) -> Point:
    """Some rounds towards the unstructured estimate."""
    for n_before in range(APPROACH):
        slope = slope_at(point, region)
        if slope.in_standard_errors < NEAR:
            break
        taken = advance(point, slope, n_before, not_worse_than(point, 1e-8))
        if taken is None:
            break
        point = taken[0]
    return point


Top = tuple[StructuredPoint, list[Round], float]


def _best(problem: ExactProblem, firsts: list[Floats], coordinates: Coordinates, tell: Tell) -> Top:
    """The best top: all starts are climbed until they can be compared, the best of them to the end."""
    found: list[Top] = []
    refusals: list[NotConverged | ModelError] = []
    for first in firsts:
        try:
            found.append(_top(evaluate_at(problem, first, coordinates), tell, ENOUGH))
        except (NotConverged, ModelError) as error:
            refusals.append(error)
    if not found:
        raise refusals[0]
    point, before, _ = min(found, key=lambda top: top[0].minus2_log_likelihood)
    best, rounds, change = _top(point, tell)
    return best, before + rounds, change


def _top(point: StructuredPoint, tell: Tell, enough: float = 0.0) -> Top:
    """A top of the likelihood, past its saddles, or a point within `enough` standard errors of it."""
    rounds: list[Round] = []
    for _ in range(WAYS_OUT):
        point, more, change = climb(point, point.coordinates.own, tell, enough)
        rounds += more
        higher = _out_of_a_saddle(point)
        if higher is None:
            break
        point = higher
    return point, rounds, change


def _out_of_a_saddle(point: StructuredPoint) -> StructuredPoint | None:
    for way in point.ways_out():
        try:
            reached = point.at(point.theta + way)
        except (ModelError, np.linalg.LinAlgError):
            continue
        if reached.minus2_log_likelihood < point.minus2_log_likelihood - GAIN:
            return reached
    return None
