"""Probabilities of ordered categories, and their derivatives by the liability and the thresholds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

TINY = 1e-300
Vector = NDArray[np.float64]


def probabilities(liability: ArrayLike, thresholds: ArrayLike) -> NDArray[np.float64]:
    """Probability of each category: ``Phi(t_k - eta) - Phi(t_(k-1) - eta)``.

    Parameters
    ----------
    liability : float64, shape (n,)
        Expected liability eta in residual standard deviations.
    thresholds : float64, shape (n_categories - 1,)
        Rising.

    Returns
    -------
    float64, shape (n, n_categories)

    References
    ----------
    Gianola and Foulley 1983, GSE 15:201.

    Examples
    --------
    >>> probabilities([0.0], [0.0, 1.0]).round(4)
    array([[0.5   , 0.3413, 0.1587]])
    """
    return Scores.of(np.asarray(liability, dtype=np.float64), np.asarray(thresholds, dtype=np.float64)).p


@dataclass(frozen=True, eq=False)
class Scores:
    """Probabilities p (n, K) of the categories and their derivatives by eta (n, K) and by each threshold (n, K-1)."""

    p: NDArray[np.float64]
    by_eta: NDArray[np.float64]
    density: NDArray[np.float64]

    @staticmethod
    def of(eta: Vector, thresholds: Vector) -> Scores:
        away = thresholds - eta[:, None]
        density = np.exp(-0.5 * away**2) / np.sqrt(2.0 * np.pi)
        # the upper tail keeps its digits
        edges = np.pad(np.where(away > 0.0, -away, away), ((0, 0), (1, 1)), constant_values=-np.inf)
        tail, above = ndtr(edges), np.pad(away > 0.0, ((0, 0), (1, 1)), constant_values=((0, 0), (False, True)))
        left, right = tail[:, :-1], tail[:, 1:]
        p = np.where(above[:, :-1], left - right, np.where(above[:, 1:], 1.0 - left - right, right - left))
        padded = np.pad(density, ((0, 0), (1, 1)))
        return Scores(np.maximum(p, TINY), padded[:, :-1] - padded[:, 1:], density)


@dataclass(frozen=True, eq=False)
class Round:
    """One round of Fisher scoring: weights D, score v by eta, and the border of the free thresholds."""

    weight: Vector
    score: Vector
    border: NDArray[np.float64]
    information: NDArray[np.float64]
    threshold_score: Vector

    @staticmethod
    def of(eta: Vector, thresholds: Vector, category: NDArray[np.int64]) -> Round:
        s = Scores.of(eta, thresholds)
        rows = np.arange(len(eta))
        score = s.by_eta[rows, category] / s.p[rows, category]
        weight = (s.by_eta**2 / s.p).sum(axis=1)
        ratio, inverse, m = s.by_eta / s.p, 1.0 / s.p, len(thresholds)
        border = s.density * (ratio[:, :-1] - ratio[:, 1:])
        diagonal = (s.density**2 * (inverse[:, :-1] + inverse[:, 1:])).sum(axis=0)
        beside = -(s.density[:, :-1] * s.density[:, 1:] * inverse[:, 1:-1]).sum(axis=0)
        information = np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1)
        own = s.density / s.p[rows, category][:, None]
        signs = (category[:, None] == np.arange(m)).astype(float) - (category[:, None] == np.arange(1, m + 1))
        # the first threshold is 0
        return Round(weight, score, border[:, 1:], information[1:, 1:], (own * signs).sum(axis=0)[1:])
