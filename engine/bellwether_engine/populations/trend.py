"""Genetic trend: how the breeding values of a drop differ from those of the one before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, either, floats, integers, optional, whole
from ..errors import ModelError

Vector = NDArray[np.float64]
Whole = NDArray[np.int64]
PLACE = "trend"


@dataclass(frozen=True, eq=False)
class GeneticTrend:
    """Mean breeding values by year of birth, of one group and one trait.

    Attributes
    ----------
    group : int
        Code of the breed or flock; 0 without groups.
    year, count : int64, shape (n_years,)
        Years with enough animals, rising, and their numbers.
    mean : float64, shape (n_years,)
        In the unit of the breeding values.
    se : float64, shape (n_years,)
        ``sd / sqrt(count)``: from the spread of the values among animals, not from their errors of prediction. NaN for
        one animal.
    slope, slope_se : float
        Gain per year: regression of the means on the year, weighted by the counts. Its standard error comes from the
        scatter of the means around the line; NaN with fewer than two (for the error, three) years.
    """

    group: int
    year: Whole
    count: Whole
    mean: Vector
    se: Vector
    slope: float
    slope_se: float


@checked(
    ebv=floats("n", missing=True, empty=True),
    birth_year=integers("n", empty=True),
    group=optional(integers("n", empty=True)),
    minimum=whole(low=1, code="minimum"),
)
def genetic_trend(
    ebv: ArrayLike, birth_year: ArrayLike, *, group: ArrayLike | None = None, minimum: int = 10
) -> tuple[GeneticTrend, ...]:
    """Trend of each group.

    Breeding values must be from one evaluation. They are shrunk towards the parent average and, without records,
    towards the base: where records begin late, the trend of the early years is understated (Sorensen and Kennedy 1984,
    J Anim Sci 58:1097). Animals imported without pedigree count as base animals: use groups or metafounders.

    Parameters
    ----------
    ebv : float64, shape (n_animals,)
        NaN where an animal has none.
    birth_year : int, shape (n_animals,)
        -1 or less where unknown.
    group : int, shape (n_animals,), optional
        Breed or flock of each animal, 0 or more; others are left out.
    minimum : int
        Years with fewer animals are left out.

    Returns
    -------
    tuple of GeneticTrend
        In the order of the groups; a group without a year of that size is left out.

    Raises
    ------
    ModelError
        ``shape``, ``not_integer``, ``minimum`` below 1.

    References
    ----------
    Blair and Pollak 1984, J Anim Sci 58:878 (trend from BLUP).

    Examples
    --------
    >>> (trend,) = genetic_trend([0.0, 0.2, 0.4, 0.6, 1.0, 1.2, 9.0], [1, 1, 2, 2, 3, 3, 4], minimum=2)
    >>> trend.mean, round(trend.slope, 6), round(trend.slope_se, 6)
    (array([0.1, 0.5, 1.1]), 0.5, 0.057735)
    """
    values, year = np.asarray(ebv, dtype=np.float64), np.asarray(birth_year)
    codes = np.zeros(len(values), dtype=np.int64) if group is None else np.asarray(group)
    known = np.isfinite(values) & (year >= 0) & (codes >= 0)
    trends = [
        _trend(int(code), values[known & (codes == code)], year[known & (codes == code)], minimum)
        for code in np.unique(codes[known])
    ]
    return tuple(trend for trend in trends if len(trend.year))


@checked(
    ebv=either(floats("n", missing=True), floats("n", "c", missing=True)),
    birth_year=integers("n"),
    base_years=integers("k"),
    minimum=whole(low=1, code="minimum"),
)
def shift_base(
    ebv: ArrayLike, birth_year: ArrayLike, base_years: Sequence[int], *, minimum: int = 1
) -> tuple[NDArray[np.float64], Vector]:
    """Breeding values relative to the mean of the animals born in `base_years`.

    Rankings, differences and slopes stay the same; only the zero moves. Say with every list which base it has.

    Parameters
    ----------
    ebv : float64, shape (n_animals,) or (n_animals, n_columns)
    birth_year : int, shape (n_animals,)
    base_years : sequence of int
    minimum : int
        Refuse a base of fewer animals.

    Returns
    -------
    shifted : float64, of the shape of `ebv`
    base : float64, shape (n_columns,)
        The means that were subtracted.

    Raises
    ------
    ModelError
        ``shape``, ``not_integer``; ``small_base``: fewer than `minimum` base animals have a value in some column.

    Examples
    --------
    >>> shifted, base = shift_base([1.0, 3.0, 4.0], [2010, 2010, 2011], base_years=[2010])
    >>> shifted, base
    (array([-1.,  1.,  2.]), array([2.]))
    """
    values, year = np.asarray(ebv, dtype=np.float64), np.asarray(birth_year)
    columns = values.reshape(len(values), -1)
    members = columns[np.isin(year, np.asarray(base_years))]
    count = int(np.isfinite(members).sum(axis=0).min(initial=len(members))) if len(members) else 0
    if count < minimum:
        message = f"{count} animals of the base years have a breeding value, at least {minimum} are needed"
        raise ModelError("small_base", message, place=f"{PLACE}.base_years", fix="Choose years with more animals")
    base = np.nanmean(members, axis=0)
    return (columns - base).reshape(values.shape), base


def _trend(code: int, values: Vector, year: Whole, minimum: int) -> GeneticTrend:
    born, place = np.unique(year, return_inverse=True)
    count = np.bincount(place)
    kept = count >= minimum
    safe = np.maximum(count, 1)
    mean = np.bincount(place, values) / safe
    squares = np.bincount(place, (values - mean[place]) ** 2)
    variance = np.divide(squares, count - 1, out=np.full(len(count), np.nan), where=count > 1)
    slope, slope_se = _line(born[kept].astype(np.float64), mean[kept], count[kept].astype(np.float64))
    se = np.sqrt(variance / safe)[kept]
    return GeneticTrend(code, born[kept], count[kept].astype(np.int64), mean[kept], se, slope, slope_se)


def _line(x: Vector, y: Vector, weight: Vector) -> tuple[float, float]:
    """Weighted regression of y on x: slope and its standard error."""
    if len(x) < 2:
        return float("nan"), float("nan")
    centred = x - np.average(x, weights=weight)
    spread = float(weight @ centred**2)
    slope = float(weight @ (centred * y)) / spread
    residual = y - np.average(y, weights=weight) - slope * centred
    error = np.sqrt(float(weight @ residual**2) / (len(x) - 2) / spread) if len(x) > 2 else np.nan
    return slope, float(error)
