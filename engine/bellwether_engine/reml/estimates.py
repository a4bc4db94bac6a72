"""What an estimation gives back: (co)variances, heritabilities and correlations with standard errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..solution import Notice
from .components import Component, triangle

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class VarianceEstimate:
    """One estimate: `component`, `row` and `column` (traits, with ``:maternal`` or ``:legendre1``), value and its
    standard error (NaN for a value that was fixed or lies at the edge of the parameter space)."""

    component: str
    row: str
    column: str
    estimate: float
    se: float


@dataclass(frozen=True)
class Round:
    """One round: ``-2 log L`` and the gradient in standard errors before its step, kind of step (ai, damped, em)."""

    minus2_log_likelihood: float
    gradient: float
    step: str


@dataclass(frozen=True, eq=False)
class Estimates:
    """Estimated variance components.

    Attributes
    ----------
    components : tuple of VarianceEstimate
        Lower triangles of all matrices in squared units of the traits, in the order of the model, the residual last.
    ratios : tuple of VarianceEstimate
        ``heritability`` (and ``heritability_maternal``), ``ratio.NAME`` (share of the phenotypic variance) and
        ``correlation.NAME``; standard errors by the delta method.
    covariance : float64, shape (n_components, n_components)
        Inverse of the average information; NaN where nothing was estimated.
    minus2_log_likelihood : float
        With its constant; compare differences between models with the same fixed effects only.
    rounds : tuple of Round
    gradient : float
        Distance to the optimum in standard errors, ``sqrt(s' AI^-1 s)``.
    largest_change : float
        Of the last round, relative to the standard deviations that belong to a (co)variance.
    boundary : tuple of str
        Components at the edge of the parameter space.
    warnings : tuple of Notice
    """

    components: tuple[VarianceEstimate, ...]
    ratios: tuple[VarianceEstimate, ...]
    covariance: Floats
    minus2_log_likelihood: float
    rounds: tuple[Round, ...]
    gradient: float
    largest_change: float
    boundary: tuple[str, ...]
    warnings: tuple[Notice, ...]


def component_estimates(
    components: tuple[Component, ...], theta: Floats, covariance: Floats
) -> tuple[VarianceEstimate, ...]:
    """The (co)variances with their standard errors."""
    error = np.sqrt(np.diag(covariance))
    return tuple(
        VarianceEstimate(c.name, c.labels[j], c.labels[k], float(theta[c.start + i]), float(error[c.start + i]))
        for c in components
        for i, (j, k) in enumerate(triangle(c.size))
    )


def ratio_estimates(
    components: tuple[Component, ...], traits: tuple[str, ...], theta: Floats, covariance: Floats
) -> tuple[VarianceEstimate, ...]:
    """Shares of the phenotypic variance, and correlations."""
    return (*_shares(components, traits, theta, covariance), *_correlations(components, theta, covariance))


def _shares(
    components: tuple[Component, ...], traits: tuple[str, ...], theta: Floats, covariance: Floats
) -> Iterator[VarianceEstimate]:
    for t, trait in enumerate(traits):
        if any(c.has_basis and t in c.traits for c in components):
            continue
        total = np.zeros(len(theta))
        rows: list[tuple[str, int]] = []
        for c in components:
            for i, (j, k) in enumerate(triangle(c.size)):
                if c.traits[j] == c.traits[k] == t:
                    # an animal and its dam share half their genes: 2 * 1/2 of a direct-maternal covariance
                    total[c.start + i] = 1.0
                if j == k and c.traits[j] == t and c.name != "residual":
                    rows.append((_share_name(c, j), c.start + i))
        phenotypic = float(total @ theta)
        for name, at in rows:
            value = float(theta[at]) / phenotypic
            gradient = -value * total
            gradient[at] += 1.0
            yield VarianceEstimate(name, trait, trait, value, _error(gradient / phenotypic, covariance))


def _share_name(component: Component, row: int) -> str:
    if not component.name.startswith("additive"):
        return f"ratio.{component.name}"
    return "heritability_maternal" if component.labels[row].endswith(":maternal") else "heritability"


def _correlations(components: tuple[Component, ...], theta: Floats, covariance: Floats) -> Iterator[VarianceEstimate]:
    for c in components:
        place = {pair: c.start + i for i, pair in enumerate(triangle(c.size))}
        for (j, k), at in place.items():
            if j == k:
                continue
            a, b = place[j, j], place[k, k]
            value = float(theta[at] / np.sqrt(theta[a] * theta[b]))
            gradient = np.zeros(len(theta))
            gradient[at] = 1.0 / np.sqrt(theta[a] * theta[b])
            gradient[a], gradient[b] = -0.5 * value / theta[a], -0.5 * value / theta[b]
            yield VarianceEstimate(
                f"correlation.{c.name}", c.labels[j], c.labels[k], value, _error(gradient, covariance)
            )


def _error(gradient: Floats, covariance: Floats) -> float:
    used = np.flatnonzero(gradient)
    return float(np.sqrt(gradient[used] @ covariance[np.ix_(used, used)] @ gradient[used]))
