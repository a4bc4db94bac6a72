"""Bounds that prove an optimum, computed without the solver."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
HALF = 0.5


@dataclass(frozen=True, eq=False)
class Box:
    """The contributions that are allowed: one half from each sex, each between its minimum and its maximum.

    Attributes
    ----------
    is_male : bool, shape (n_candidates,)
    minimum, maximum : float64, shape (n_candidates,)
    """

    is_male: NDArray[np.bool_]
    minimum: Vector
    maximum: Vector

    def best(self, values: Vector) -> tuple[Vector, Vector]:
        """Contributions c of the largest ``values'c`` (best candidates first, up to their maxima), and prices.

        The price of a sex, float64 of shape (2,) for males and females, is the value of the last candidate that was
        taken: it is the multiplier of "one half from each sex".
        """
        c, price = self.minimum.copy(), np.zeros(2)
        for k, sex in enumerate((self.is_male, ~self.is_male)):
            members = np.flatnonzero(sex)
            members = members[np.argsort(-values[members], kind="stable")]
            room = self.maximum[members] - self.minimum[members]
            before = np.concatenate([[0.0], np.cumsum(room)[:-1]])
            share = np.clip(HALF - self.minimum[members].sum() - before, 0.0, room)
            c[members] += share
            price[k] = values[members[max(int(np.count_nonzero(share)) - 1, 0)]]
        return c, price

    def nearest(self, c: Vector) -> Vector:
        """`c` cut to the box and moved so that each sex sums to one half."""
        result = np.clip(c, self.minimum, self.maximum)
        for sex in (self.is_male, ~self.is_male):
            part = result[sex]
            missing = HALF - part.sum()
            room = self.maximum[sex] - part if missing > 0.0 else part - self.minimum[sex]
            if room.sum() > 0.0:
                result[sex] = part + missing * room / room.sum()
        return result


def gain_bound(ebv: Vector, box: Box, cost: Vector, price: float, radius: float) -> tuple[float, Vector]:
    """A number that no gain can exceed, and the prices of the sexes.

    With ``A = L L'``, for any c in the box with ``norm(L'c) <= radius`` and any vector y, by the inequality of Cauchy
    and Schwarz ``u'c <= norm(y) radius + max over the box of (u - L y)'c``. At the optimum, with its multipliers y, the
    two sides are equal; with any other y the right side is still a bound.

    Parameters
    ----------
    ebv : float64, shape (n_candidates,)
        u.
    box : Box
    cost : float64, shape (n_candidates,)
        ``L y``.
    price : float
        ``norm(y)``.
    radius : float

    References
    ----------
    Boyd and Vandenberghe 2004, Convex Optimization, chapter 5 (weak duality).

    Examples
    --------
    >>> box = Box(np.array([True, False]), np.zeros(2), np.full(2, 0.5))
    >>> gain_bound(np.array([1.0, 3.0]), box, np.zeros(2), 0.0, 1.0)[0]
    2.0
    """
    values = ebv - cost
    best, prices = box.best(values)
    return float(price * radius + values @ best), prices


def coancestry_bound(box: Box, c: Vector, a_c: Vector, cost: Vector) -> float:
    """A number that no group coancestry ``c'Ac / 2`` plus ``cost'c`` in the box can fall below: the tangent at `c`.

    References
    ----------
    Frank and Wolfe 1956, Nav Res Logist Q 3:95.
    """
    best, _ = box.best(-a_c - cost)
    return float((a_c + cost) @ best - 0.5 * (a_c @ c))
