"""Intervals of 95 % that stay where a value can be, on scales on which estimates are nearly normal.

An estimate and its standard error are taken to such a scale, 1.96 standard errors are laid off on both sides, and the
ends are taken back: variances by the square root, shares by the arcsine of the square root, correlations by Fisher's z.
Near the end of the range the slope of a scale has no end: there the error counts as what it is from that end on.

References
----------
Bartlett 1947, Biometrics 3:39 (square root, arcsine); Fisher 1921, Metron 1:3 (z).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

WIDTH = 1.959964
Scale = Literal["variance", "covariance", "share", "correlation"]
Interval = tuple[float, float]
NONE = (math.nan, math.nan)


def interval_of(scale: Scale, estimate: float, error: float) -> Interval:
    """Lower and upper end; NaN without an error, as of what is known, or for an estimate at the end of its range.

    Examples
    --------
    >>> [round(end, 3) for end in interval_of("variance", 4.0, 2.0)]
    [1.04, 8.88]
    >>> [round(end, 3) for end in interval_of("share", 0.1, 0.08)]
    [0.004, 0.303]
    >>> [round(end, 3) for end in interval_of("correlation", 0.9, 0.2)]
    [-0.531, 0.998]
    >>> [round(end, 2) for end in interval_of("variance", 0.075, 1.27)]
    [0.0, 6.16]
    """
    return NONE if not (math.isfinite(error) and error > 0.0) else _SCALES[scale](estimate, error)


def _of_variance(estimate: float, error: float) -> Interval:
    if not estimate > 0.0:
        return NONE
    root = math.sqrt(estimate)
    away = WIDTH * min(error / (2.0 * root), math.sqrt(error))
    return max(0.0, root - away) ** 2, (root + away) ** 2


def _of_covariance(estimate: float, error: float) -> Interval:
    return estimate - WIDTH * error, estimate + WIDTH * error


def _of_share(estimate: float, error: float) -> Interval:
    if not 0.0 < estimate < 1.0:
        return NONE
    angle = math.asin(math.sqrt(estimate))
    slope = 1.0 / (2.0 * math.sqrt(estimate * (1.0 - estimate)))
    away = WIDTH * min(error * slope, math.asin(math.sqrt(min(error, 1.0))))
    return math.sin(max(0.0, angle - away)) ** 2, math.sin(min(0.5 * math.pi, angle + away)) ** 2


def _of_correlation(estimate: float, error: float) -> Interval:
    if not -1.0 < estimate < 1.0:
        return NONE
    z, away = math.atanh(estimate), WIDTH * error / (1.0 - estimate**2)
    return math.tanh(z - away), math.tanh(z + away)


_SCALES: dict[Scale, Callable[[float, float], Interval]] = {
    "variance": _of_variance, "covariance": _of_covariance, "share": _of_share, "correlation": _of_correlation,
}  # fmt: skip
