"""Selection indexes: economic, desired gains, restricted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..arguments import checked, covariance, floats, integers
from ..errors import ModelError
from ..model.variances import inverse

MOST = 1.0 + 1e-6
Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SelectionIndex:
    """Weights of an index ``I = b'x`` and what selection on it brings.

    Attributes
    ----------
    weights : float64, shape (n_sources,)
        b: per unit of each source x (a phenotype or a breeding value).
    response : float64, shape (n_traits,)
        Gain in each trait per generation at a selection intensity of 1, in the units of the traits.
    standard_deviation : float
        Of the index.
    accuracy : float
        Correlation with the breeding goal; NaN for an index without economic values.
    """

    weights: Vector
    response: Vector
    standard_deviation: float
    accuracy: float


@checked(p=covariance("s"), g=floats("s", "t"), c=covariance("t"), values=floats("t"))
def economic_index(p: ArrayLike, g: ArrayLike, c: ArrayLike, values: ArrayLike) -> SelectionIndex:
    """Index of largest gain in ``H = v'u``: ``b = P^-1 G v``.

    Parameters
    ----------
    p : float64, shape (n_sources, n_sources)
        (Co)variances of the sources of information.
    g : float64, shape (n_sources, n_traits)
        Covariances of the sources with the breeding values of the traits of the goal.
    c : float64, shape (n_traits, n_traits)
        Genetic (co)variances of those traits.
    values : float64, shape (n_traits,)
        Economic value of one unit of each trait, all in one currency.

    Raises
    ------
    ModelError
        ``shape``; ``not_positive_definite`` for P; ``inconsistent``: an accuracy above 1, of the goal or of a trait.

    References
    ----------
    Smith 1936, Ann Eugen 7:240; Hazel 1943, Genetics 28:476.

    Examples
    --------
    Own records of two traits with heritabilities 0.25 and 0.5, uncorrelated:

    >>> index = economic_index(np.diag([4.0, 2.0]), np.diag([1.0, 1.0]), np.diag([1.0, 1.0]), [2.0, 1.0])
    >>> index.weights
    array([0.5, 0.5])
    >>> index.response.round(4)
    array([0.4082, 0.4082])
    """
    p_, g_, c_, v = (np.asarray(given) for given in (p, g, c, values))
    return _describe(inverse(p_, "index.p") @ (g_ @ v), p_, g_, c_, v)


@checked(
    p=covariance("s"),
    g=floats("s", "t"),
    c=covariance("t"),
    values=floats("t"),
    unchanged=integers("k", low=0, high="t", empty=True, code="restrictions"),
)
def restricted_index(
    p: ArrayLike, g: ArrayLike, c: ArrayLike, values: ArrayLike, unchanged: ArrayLike
) -> SelectionIndex:
    """Index of largest gain that leaves some traits as they are.

    ``b = (I - P^-1 K (K'P^-1 K)^-1 K') P^-1 G v`` with K the columns of G of the traits in `unchanged`.

    Parameters
    ----------
    p, g, c, values
        As in `economic_index`.
    unchanged : int, shape (n_restricted,)
        Positions of the traits that stay as they are.

    Raises
    ------
    ModelError
        Also ``restrictions``: none, more than the sources can hold, or not positions of traits.

    References
    ----------
    Kempthorne and Nordskog 1959, Biometrics 15:10.

    Examples
    --------
    >>> p, g = np.array([[4.0, 1.0], [1.0, 2.0]]), np.array([[1.0, 0.5], [0.5, 1.0]])
    >>> restricted_index(p, g, g, [1.0, 1.0], unchanged=[1]).response.round(6) + 0.0
    array([0.400892, 0.      ])
    """
    p_, g_, c_, v = (np.asarray(given) for given in (p, g, c, values))
    k = g_[:, np.asarray(unchanged)]
    p_inverse = inverse(p_, "index.p")
    inner = k.T @ p_inverse @ k
    if not 0 < k.shape[1] < len(p_) or np.linalg.matrix_rank(inner) < k.shape[1]:
        message = "the traits that must not change are none, too many, or depend on each other"
        raise ModelError("restrictions", message, place="index.unchanged", fix="Restrict fewer traits than sources")
    free = p_inverse @ (g_ @ v)
    return _describe(free - p_inverse @ k @ np.linalg.solve(inner, k.T @ free), p_, g_, c_, v)


@checked(p=covariance("s"), g=floats("s", "t"), gains=floats("t"))
def desired_gains_index(p: ArrayLike, g: ArrayLike, gains: ArrayLike) -> SelectionIndex:
    """Index whose responses are in the proportions of `gains`, with the smallest variance.

    ``b = P^-1 G (G'P^-1 G)^-1 d``.

    Parameters
    ----------
    p, g : float64
        As of `economic_index`; at least as many sources as traits.
    gains : float64, shape (n_traits,)
        Desired gains d in the units of the traits; only their proportions matter.

    Raises
    ------
    ModelError
        ``shape``, ``not_positive_definite``, ``gains`` (zero, or more traits than sources can steer).

    References
    ----------
    Pesek and Baker 1969, Can J Plant Sci 49:803; Brascamp 1984, Anim Breed Abstr 52:645.

    Examples
    --------
    >>> p, g = np.array([[4.0, 1.0], [1.0, 2.0]]), np.array([[1.0, 0.5], [0.5, 1.0]])
    >>> response = desired_gains_index(p, g, [2.0, 1.0]).response
    >>> round(float(response[0] / response[1]), 6)
    2.0
    """
    p_, g_, d = (np.asarray(given) for given in (p, g, gains))
    p_inverse = inverse(p_, "index.p")
    inner = g_.T @ p_inverse @ g_
    if not d.any() or np.linalg.matrix_rank(inner) < len(d):
        message = "the desired gains are 0, or the sources cannot steer that many traits"
        raise ModelError("gains", message, place="index.gains", fix="Give a gain, and a source for every trait")
    return _describe(p_inverse @ g_ @ np.linalg.solve(inner, d), p_, g_, None, d)


def _describe(b: Vector, p: Vector, g: Vector, c: Vector | None, v: Vector) -> SelectionIndex:
    deviation = float(np.sqrt(b @ p @ b))
    response = np.asarray(g.T @ b / deviation) if deviation > 0.0 else np.zeros(g.shape[1])
    accuracy = float("nan") if c is None else float(response @ v / np.sqrt(v @ c @ v))
    if c is not None and (accuracy > MOST or (response**2 > MOST * np.diag(c)).any()):
        message = f"p, g and c contradict each other: the index would have an accuracy of {accuracy:.3g}"
        fix = "Give the variance of what is seen (P), which is at least that of the breeding values in it (G)"
        raise ModelError("inconsistent", message, place="index", fix=fix)
    return SelectionIndex(b, response, deviation, accuracy)
