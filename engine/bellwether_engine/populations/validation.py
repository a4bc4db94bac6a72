"""The LR method: breeding values from partial data against those from whole data."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, floats, number, optional, whole
from ..errors import ModelError


@dataclass(frozen=True)
class LrStatistic:
    """An LR statistic and its bootstrap standard error (over animals).

    Attributes
    ----------
    value : float
    se : float
        Bootstrap standard error.
    """

    value: float
    se: float


@dataclass(frozen=True)
class LrValidation:
    """Validation of an evaluation without true values.

    Attributes
    ----------
    n_animals : int
    bias : LrStatistic
        ``mean(u_p) - mean(u_w)``, in the unit of the trait; expected 0.
    slope : LrStatistic
        ``cov(u_w, u_p) / var(u_p)``; expected 1, below it the partial breeding values are inflated.
    ratio_of_accuracies : LrStatistic
        ``cor(u_w, u_p)``: accuracy of the partial relative to the whole evaluation.
    accuracy : LrStatistic
        ``sqrt(cov(u_w, u_p) / ((1 + Fbar - 2 fbar) var_a))``; NaN without a variance, or for a negative covariance.
    """

    n_animals: int
    bias: LrStatistic
    slope: LrStatistic
    ratio_of_accuracies: LrStatistic
    accuracy: LrStatistic


@checked(
    partial=floats("n"),
    whole=floats("n"),
    genetic_variance=optional(number(above=0.0)),
    mean_inbreeding=number(low=-1.0, high=1.0),
    mean_kinship=number(low=-1.0, high=1.0),
    n_bootstrap=whole(low=0),
    seed=whole(low=0),
)
def lr_validation(
    partial: ArrayLike,
    whole: ArrayLike,
    *,
    genetic_variance: float | None = None,
    mean_inbreeding: float = 0.0,
    mean_kinship: float = 0.0,
    n_bootstrap: int = 1000,
    seed: int = 1,
) -> LrValidation:
    """Compare the breeding values of focal animals before and after their data.

    Parameters
    ----------
    partial, whole : float64, shape (n_focal,)
        Breeding values of the same animals from data cut at a date, and from all data, with the same variances.
    genetic_variance : float, optional
        var_a, for the accuracy.
    mean_inbreeding, mean_kinship : float
        Means of F and of the coancestry (half the relationship) among the focal animals.
    n_bootstrap : int
        Samples of animals for the standard errors, 0 for none.
    seed : int

    Raises
    ------
    ModelError
        ``shape`` (lengths differ), ``not_finite``, ``too_few`` (fewer than 3), ``no_variation`` among partial or
        whole values.

    References
    ----------
    Legarra and Reverter 2018, GSE 50:53.

    Examples
    --------
    >>> found = lr_validation([0.0, 1.0, 2.0, 3.0], [0.5, 1.0, 1.5, 2.0], n_bootstrap=0)
    >>> found.bias.value, found.slope.value, round(found.ratio_of_accuracies.value, 6)
    (0.25, 0.5, 1.0)
    """
    p, w = (np.asarray(values, dtype=np.float64) for values in (partial, whole))
    if len(p) < 3:
        raise ModelError("too_few", f"{len(p)} focal animals", place="validation", fix="Choose at least 3 animals")
    if np.ptp(p) == 0.0 or np.ptp(w) == 0.0:
        message = f"the breeding values in {'partial' if np.ptp(p) == 0.0 else 'whole'} are all the same"
        raise ModelError("no_variation", message, place="validation", fix="Choose animals that gained records")
    base = (1.0 + mean_inbreeding - 2.0 * mean_kinship) * (genetic_variance or np.nan)
    rng = np.random.default_rng(seed)
    drawn = [_statistics(p[rows], w[rows], base) for rows in rng.integers(0, len(p), (n_bootstrap, len(p)))]
    errors = np.nanstd(drawn, axis=0, ddof=1) if n_bootstrap > 1 and genetic_variance else _spread(drawn)
    values = _statistics(p, w, base)
    return LrValidation(len(p), *(LrStatistic(float(v), float(e)) for v, e in zip(values, errors, strict=True)))


def _spread(drawn: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    if len(drawn) < 2:
        return np.full(4, np.nan)
    return np.append(np.nanstd(np.array(drawn)[:, :3], axis=0, ddof=1), np.nan)


def _statistics(p: NDArray[np.float64], w: NDArray[np.float64], base: float) -> NDArray[np.float64]:
    """Bias, slope, ratio of accuracies and accuracy; NaN where a sample has no variation."""
    (var_p, covariance), (_, var_w) = np.cov(p, w)
    slope = covariance / var_p if var_p > 0.0 else np.nan
    ratio = covariance / np.sqrt(var_p * var_w) if var_p > 0.0 and var_w > 0.0 else np.nan
    accuracy = np.sqrt(covariance / base) if covariance > 0.0 else np.nan
    return np.array([p.mean() - w.mean(), slope, ratio, accuracy])
