"""Ratios of (co)variances: shares of the phenotypic variance and correlations, with their errors."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .components import Component, triangle

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ratio(ABC):
    """A ratio under its name; `theta` is float64 of shape (..., n_parameters)."""

    component: str
    row: str
    column: str
    at: int

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
        if not np.isfinite(np.diag(covariance)[used]).all() or not known.any():
            return float("nan")
        return float(np.std(values[known], ddof=1))


@dataclass(frozen=True, eq=False)
class Share(Ratio):
    """Parameter `at` over the sum of parameters with `weights`, float64 of shape (n_parameters,)."""

    weights: Floats

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
