"""Ratios of (co)variances, with their errors: shares of the phenotypic variance and correlations."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..solution.intervals import Scale
from .components import Component, triangle
from .region import Region

Floats = NDArray[np.float64]
AT_BOUND = 0.9999
FEWEST, DRAWS = 100, 10_000


@dataclass(frozen=True, eq=False)
class Ratio(ABC):
    """A ratio under its name; `theta` is float64 of shape (..., n_parameters)."""

    component: str
    row: str
    column: str
    at: int

    @property
    @abstractmethod
    def scale(self) -> Scale:
        """On which its interval is made."""

    @property
    @abstractmethod
    def largest_error(self) -> float:
        """The standard deviation that no value in the range of the ratio can exceed."""

    def possible(self, error: float) -> float:
        """An error that the range of the ratio allows, otherwise NaN."""
        return error if error <= self.largest_error else float("nan")

    @abstractmethod
    def is_known(self, held: NDArray[np.bool_]) -> bool:
        """Does it rest on a variance that is 0?"""

    def is_bound(self, theta: Floats) -> bool:
        """Does it lie at the end of its range?"""
        return not np.isfinite(self.value(theta))

    @abstractmethod
    def reported(self, theta: Floats, held: NDArray[np.bool_]) -> float:
        """Its value inside its range; NaN where it has none."""

    @abstractmethod
    def value(self, theta: Floats) -> Floats:
        """The ratio, float64 of shape (...,); NaN where it has none."""

    @abstractmethod
    def gradient(self, theta: Floats) -> Floats:
        """Its derivative, float64 of shape (n_parameters,)."""

    def error(self, theta: Floats, covariance: Floats) -> float:
        """Standard error by the delta method; NaN where a parameter has none."""
        gradient = self.gradient(theta)
        used = np.flatnonzero(gradient)
        return float(np.sqrt(gradient[used] @ covariance[np.ix_(used, used)] @ gradient[used]))

    def sampled_error(self, theta: Floats, covariance: Floats, draws: Floats) -> float:
        """Standard deviation over draws of the parameters (n_draws, n_parameters); NaN where a parameter has none."""
        used = np.flatnonzero(self.gradient(theta))
        values = self.value(draws)
        known = np.isfinite(values)
        if not np.isfinite(np.diag(covariance)[used]).all() or known.sum() < FEWEST:
            return float("nan")
        return float(np.std(values[known], ddof=1))


@dataclass(frozen=True, eq=False)
class Share(Ratio):
    """Parameter `at` over the sum of parameters with `weights`, float64 of shape (n_parameters,)."""

    weights: Floats

    @property
    def scale(self) -> Scale:
        """That of shares."""
        return "share"

    @property
    def largest_error(self) -> float:
        """Of a share between 0 and 1."""
        return 0.5

    def reported(self, theta: Floats, held: NDArray[np.bool_]) -> float:
        """The share; 0 where its variance is."""
        return 0.0 if self.is_known(held) else float(self.value(theta))

    def is_known(self, held: NDArray[np.bool_]) -> bool:
        """Is its own variance 0?"""
        return bool(held[self.at])

    def value(self, theta: Floats) -> Floats:
        """The share."""
        return np.asarray(theta[..., self.at] / (theta @ self.weights))

    def gradient(self, theta: Floats) -> Floats:
        """Its derivative."""
        gradient = -float(self.value(theta)) * self.weights
        gradient[self.at] += 1.0
        return np.asarray(gradient / float(theta @ self.weights))


@dataclass(frozen=True, eq=False)
class Correlation(Ratio):
    """Covariance `at` over the roots of the variances `first` and `second`."""

    first: int
    second: int

    @property
    def scale(self) -> Scale:
        """That of correlations."""
        return "correlation"

    @property
    def largest_error(self) -> float:
        """Of a correlation between -1 and 1."""
        return 1.0

    def is_known(self, held: NDArray[np.bool_]) -> bool:
        """Is one of its variances 0?"""
        return bool(held[self.first] or held[self.second])

    def is_bound(self, theta: Floats) -> bool:
        """Is it 1 or -1?"""
        return not abs(float(self.value(theta))) <= AT_BOUND

    def reported(self, theta: Floats, held: NDArray[np.bool_]) -> float:
        """The correlation; NaN where a variance is 0."""
        return float("nan") if self.is_known(held) else float(np.clip(self.value(theta), -1.0, 1.0))

    def value(self, theta: Floats) -> Floats:
        """The correlation; NaN where a variance is not above 0."""
        product = theta[..., self.first] * theta[..., self.second]
        is_there = (theta[..., self.first] > 0.0) & (theta[..., self.second] > 0.0)
        return np.asarray(np.where(is_there, theta[..., self.at] / np.sqrt(np.where(is_there, product, 1.0)), np.nan))

    def gradient(self, theta: Floats) -> Floats:
        """Its derivative."""
        value, gradient = float(self.value(theta)), np.zeros(len(theta))
        gradient[self.at] = 1.0 / np.sqrt(theta[self.first] * theta[self.second])
        gradient[self.first], gradient[self.second] = (
            -0.5 * value / theta[self.first],
            -0.5 * value / theta[self.second],
        )
        return gradient


def shares(components: tuple[Component, ...], traits: tuple[str, ...]) -> Iterator[Ratio]:
    """Heritabilities and shares of other effects, by trait; a trait with a random regression has none."""
    for t, trait in enumerate(traits):
        if any(c.has_basis and t in c.traits for c in components):
            continue
        weights = np.zeros(components[-1].own.stop)
        rows: list[tuple[str, int]] = []
        for c in components:
            for at, (j, k) in enumerate(triangle(c.size), c.start):
                if c.traits[j] == c.traits[k] == t:
                    # an animal and its dam share half their genes: 2 * 1/2 of a direct-maternal covariance
                    weights[at] = 1.0
                if j == k and c.traits[j] == t and c.name != "residual":
                    rows.append((_share_name(c, j), at))
        yield from (Share(name, trait, trait, at, weights) for name, at in rows)


def _share_name(component: Component, row: int) -> str:
    if not component.name.startswith("additive"):
        return f"ratio.{component.name}"
    return "heritability_maternal" if component.labels[row].endswith(":maternal") else "heritability"


def correlations(components: tuple[Component, ...]) -> Iterator[Ratio]:
    """Correlations inside each component."""
    for c in components:
        place = {pair: at for at, pair in enumerate(triangle(c.size), c.start)}
        for (j, k), at in place.items():
            if j != k:
                yield Correlation(f"correlation.{c.name}", c.labels[j], c.labels[k], at, place[j, j], place[k, k])


def draw_estimates(region: Region, theta: Floats, covariance: Floats, seed: int) -> Floats:
    """Draws of the parameters, float64 of shape (n_draws, n_parameters): 10,000 without those outside.

    Normal around the estimates. A singular matrix ``B B'`` is drawn as ``(B + X)(B + X)'``, which keeps its rank: `X`
    is the change of B that goes with the change of the matrix.
    """
    known = np.isfinite(np.diag(covariance))
    values, vectors = np.linalg.eigh(covariance[np.ix_(known, known)])
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    changes = np.zeros((DRAWS, len(theta)))
    changes[:, known] = np.random.default_rng(seed).standard_normal((DRAWS, len(values))) @ root.T
    draws, inside = theta + changes, np.ones(DRAWS, dtype=bool)
    for component in region.components:
        gone, directions = region.edge(component, theta)
        if directions.size:
            draws[:, component.own] = _of_rank(component, region, theta, changes, int(gone.sum()) + directions.shape[1])
        else:
            inside &= _are_inside(component, draws, np.flatnonzero(~gone))
    return np.asarray(draws[inside])


def _matrices(component: Component, draws: Floats) -> Floats:
    """Matrices of a component, float64 of shape (n_draws, size, size)."""
    size = component.size
    found = np.empty((len(draws), size, size))
    for at, (j, k) in enumerate(triangle(size), component.start):
        found[:, j, k] = found[:, k, j] = draws[:, at]
    return found


def _are_inside(component: Component, draws: Floats, rows: NDArray[np.intp]) -> NDArray[np.bool_]:
    if not rows.size:
        return np.ones(len(draws), dtype=bool)
    matrices = _matrices(component, draws)[:, rows[:, None], rows]
    return np.asarray(np.linalg.eigvalsh(matrices)[:, 0] >= 0.0)


def _of_rank(component: Component, region: Region, theta: Floats, changes: Floats, n_null: int) -> Floats:
    deviation = np.sqrt(np.diag(component.matrix(region.spread)))
    values, vectors = np.linalg.eigh(component.matrix(theta) / np.outer(deviation, deviation))
    values, vectors = values[n_null:], vectors[:, n_null:]
    root = vectors * np.sqrt(values)
    inverse = vectors / np.sqrt(values)
    half = (np.eye(component.size) - 0.5 * vectors @ vectors.T) @ (
        _matrices(component, changes) / np.outer(deviation, deviation)
    )
    moved = (root + half @ inverse) * deviation[:, None]
    matrices = moved @ np.swapaxes(moved, 1, 2)
    return np.column_stack([matrices[:, j, k] for j, k in triangle(component.size)])
