"""Where a structured estimation starts: likelihoods of structured matrices may have several tops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from ..region import Region
from ..state import State
from .coordinates import Coordinates, Part

Floats = NDArray[np.float64]
SETS, LEAST_SPECIFIC = 40, 0.05
APART, BEHIND = 1e-2, 10.0


@dataclass(frozen=True, eq=False)
class Nearby:
    """The likelihood around a point as a quadratic function of the structured (co)variances, at the best of all others.

    Attributes
    ----------
    theta : float64, shape (n_parameters,)
    score, information : float64
        At theta; of all parameters.
    moving : bool, shape (n_parameters,)
        The structured (co)variances.
    others : bool, shape (n_parameters,)
        Those that follow them.
    """

    theta: Floats
    score: Floats
    information: Floats
    moving: NDArray[np.bool_]
    others: NDArray[np.bool_]

    @classmethod
    def of(cls, point: State, region: Region, coordinates: Coordinates) -> Nearby:
        """Around an unstructured point."""
        moving = np.zeros(len(region.spread), dtype=bool)
        for part in coordinates.parts:
            moving[part.component.own] = not part.is_whole
        return cls(point.theta, point.score, point.average_information, moving, ~moving & ~region.fixed)

    def gain(self, change: Floats) -> tuple[float, Floats]:
        """The expected gain in log L by a change of the structured (co)variances, and its slope."""
        matrix, slope = self._profiled
        own = change[self.moving]
        found = np.zeros(len(change))
        found[self.moving] = slope - matrix @ own
        return float(slope @ own - 0.5 * own @ matrix @ own), found

    @cached_property
    def _profiled(self) -> tuple[Floats, Floats]:
        cross = self.information[np.ix_(self.others, self.moving)]
        follow = np.linalg.lstsq(self.information[np.ix_(self.others, self.others)],
                                 np.column_stack([cross, self.score[self.others]]), rcond=None)[0]  # fmt: skip
        matrix = self.information[np.ix_(self.moving, self.moving)] - cross.T @ follow[:, :-1]
        return matrix, self.score[self.moving] - cross.T @ follow[:, -1]

    def followed(self, change: Floats) -> Floats:
        """The (co)variances with the others at their best."""
        theta = self.theta.copy()
        theta[self.moving] += change[self.moving]
        inside = np.ix_(self.others, self.others)
        left = self.score[self.others] - self.information[np.ix_(self.others, self.moving)] @ change[self.moving]
        theta[self.others] += np.linalg.lstsq(self.information[inside], left, rcond=None)[0]
        return theta


def starts(point: State, region: Region, coordinates: Coordinates, most: int) -> list[Floats]:
    """Coordinates to start from, the best first: at most `most` near tops, and as many that lie far apart.

    From every set of eigenvectors of the matrices at `point` (an unstructured estimate) and from every trait as a
    factor, the quadratic model of the likelihood is climbed; tops that differ are kept. With few records the likelihood
    has tops that the model has not: so some of the sets are starts themselves, each the farthest from those before. The
    sets are the same whatever the order of the traits.
    """
    nearby, sets = Nearby.of(point, region, coordinates), list(_first(point, coordinates))
    found: list[tuple[float, Floats, Floats]] = []
    for first in sets:
        value, z = _climb(first, nearby, coordinates)
        theta = coordinates.covariances(z)[nearby.moving]
        size = np.sqrt(np.mean(theta**2))
        if all(np.abs(theta - other).max() > APART * size for _, other, _ in found):
            found.append((value, theta, z))
    found.sort(key=lambda each: -each[0])
    best = found[0][0]
    chosen = [z for value, _, z in found if value > best - max(BEHIND, abs(best))][:most]
    chosen += _far_apart(sets, chosen, coordinates, most)
    return [_with_others(z, nearby, region, coordinates) for z in chosen]


def _far_apart(sets: list[Floats], chosen: list[Floats], coordinates: Coordinates, most: int) -> list[Floats]:
    """At most `most` of the sets, each the one whose (co)variances lie farthest from all that are chosen."""
    scale = coordinates.region.spread
    places = [coordinates.covariances(z) / scale for z in sets]
    taken = [coordinates.covariances(z) / scale for z in chosen]
    found: list[Floats] = []
    while len(found) < min(most, len(sets)):
        away = [min(float(np.linalg.norm(place - other)) for other in taken) for place in places]
        at = int(np.argmax(away))
        if away[at] < APART:
            break
        taken.append(places[at])
        found.append(sets[at])
    return found


def _with_others(z: Floats, nearby: Nearby, region: Region, coordinates: Coordinates) -> Floats:
    """The start with unstructured matrices that follow, inside their space."""
    followed = region.lifted(nearby.followed(coordinates.covariances(z) - nearby.theta))
    stayed = region.lifted(nearby.theta)
    for theta in (followed, stayed):
        theta[region.fixed] = nearby.theta[region.fixed]
    whole = z.copy()
    for part in coordinates.parts:
        if part.is_whole:
            # covariances that are fixed may leave no room for the variances that follow
            theta = followed if region.is_inside(part.component, followed) else stayed
            whole[part.own] = theta[part.component.own]
    return whole


def _climb(first: Floats, nearby: Nearby, coordinates: Coordinates) -> tuple[float, Floats]:
    scale = coordinates.own.spread
    least = np.full(len(first), -np.inf)
    for part in coordinates.parts:
        if part.structure.has_specific:
            least[part.own] = coordinates.own.share

    def loss(x: Floats) -> tuple[float, Floats]:
        z = x * scale
        value, slope = nearby.gain(coordinates.covariances(z) - nearby.theta)
        return -value, -(coordinates.jacobian(z).T @ slope) * scale

    bounds = [(low if np.isfinite(low) else None, None) for low in least]
    found = minimize(loss, first / scale, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500})
    return -float(found.fun), np.asarray(found.x * scale)


def _first(point: State, coordinates: Coordinates) -> Iterator[Floats]:
    """Coordinates whose structured matrices are made of eigenvectors or traits of the matrices at `point`."""
    each = [list(_of_part(part, point.theta)) for part in coordinates.parts if not part.is_whole]
    longest = max(len(found) for found in each)
    structured = [part for part in coordinates.parts if not part.is_whole]
    for at in range(longest):
        z = np.zeros(len(coordinates.own.spread))
        for part in coordinates.parts:
            if part.is_whole:
                z[part.own] = point.theta[part.component.own]
        for part, found in zip(structured, each, strict=True):
            loadings, specific = found[at % len(found)]
            z[part.loadings] = loadings.ravel()
            if part.structure.has_specific:
                z[part.own] = specific
        yield z


def _of_part(part: Part, theta: Floats) -> Iterator[tuple[Floats, Floats]]:
    """Loadings and specific variances of one matrix, from its correlations: sets of eigenvectors with the largest
    eigenvalues first, then each trait as the first factor."""
    matrix, k = part.component.matrix(theta), part.structure.n_factors
    deviation = np.sqrt(np.diag(matrix))
    scaled = matrix / np.outer(deviation, deviation)
    for root in _roots(scaled, k):
        specific = np.maximum(np.diag(scaled) - np.sum(root**2, axis=1), LEAST_SPECIFIC)
        yield root * deviation[:, None], specific * deviation**2


def _roots(matrix: Floats, k: int) -> Iterator[Floats]:
    if k == 0:
        yield np.zeros((len(matrix), 0))
        return
    values, vectors = _largest_first(matrix)
    sets = sorted(combinations(range(len(matrix)), k), key=lambda chosen: (sum(chosen), chosen))
    for chosen in sets[:SETS]:
        yield vectors[:, chosen] * np.sqrt(np.maximum(values[list(chosen)], LEAST_SPECIFIC))
    for j in range(len(matrix)):
        own = matrix[:, [j]] / np.sqrt(matrix[j, j])
        values, vectors = _largest_first(matrix - own @ own.T)
        yield np.hstack([own, vectors[:, : k - 1] * np.sqrt(np.maximum(values[: k - 1], LEAST_SPECIFIC))])


def _largest_first(matrix: Floats) -> tuple[Floats, Floats]:
    values, vectors = np.linalg.eigh(matrix)
    return values[::-1], vectors[:, ::-1]
