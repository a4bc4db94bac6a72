"""Information that flows between records and effects: each record links the levels that it belongs to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .matrices import invert

Ints = NDArray[np.int32]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Cluster:
    """Levels of an effect with q coefficients each; a record acts on one level.

    Attributes
    ----------
    level : int32, shape (n_records,)
        -1 where the effect is not on the record.
    trait : int64, shape (q,)
        Trait of each coefficient.
    value : float64, shape (n_records, q)
        Regressors, 1 for classes.
    precision : float64, shape (q, q)
        Prior information on a level; what the pedigree says of it comes on top.
    n_levels : int
    """

    level: Ints
    trait: NDArray[np.int64]
    value: Floats
    precision: Floats
    n_levels: int


def gather(cluster: Cluster, messages: Floats) -> Floats:
    """Sum the messages of the records, float64 of shape (n_records, t, t), by level: shape (n_levels, q, q)."""
    q = len(cluster.trait)
    into = np.zeros((cluster.n_levels, q, q))
    _gather(cluster.level, cluster.trait, cluster.value, messages, into)
    return into


def answer(cluster: Cluster, gathered: Floats, elsewhere: Floats, messages: Floats) -> None:
    """Replace each message of a record by the variance of the effect on its traits, that message left out.

    Parameters
    ----------
    cluster : Cluster
    gathered : float64, shape (n_levels, q, q)
    elsewhere : float64, shape (n_levels, q, q) or (1, q, q)
        Information on the levels from elsewhere than the records: the prior, or the pedigree.
    messages : float64, shape (n_records, t, t)
    """
    _answer(cluster.level, cluster.trait, cluster.value, gathered, elsewhere, messages)


@njit(cache=True, nogil=True, error_model="numpy")
def _gather(level: Ints, trait: NDArray[np.int64], value: Floats, messages: Floats, into: Floats) -> None:
    """``into[level[r]] += V_r' m_r V_r`` for each record r: `messages` (n_records, t, t) become information on levels,
    `into` (n_levels, q, q); V_r (t, q) holds the `value` of each coefficient at its `trait`."""
    q = len(trait)
    for r in range(len(level)):
        if level[r] >= 0:
            for i in range(q):
                for j in range(q):
                    into[level[r], i, j] += value[r, i] * messages[r, trait[i], trait[j]] * value[r, j]


@njit(cache=True, nogil=True, error_model="numpy")
def _answer(
    level: Ints, trait: NDArray[np.int64], value: Floats, gathered: Floats, elsewhere: Floats, messages: Floats
) -> None:
    """Each message m_r of `messages` (n_records, t, t) <- the variance of what the effect adds to the traits of record
    r, ``V_r (gathered - V_r' m_r V_r + elsewhere)^-1 V_r'``."""
    q, common = len(trait), len(elsewhere) == 1
    work = np.empty((q, q))
    for r in range(len(level)):
        at = level[r]
        if at < 0:
            messages[r] = 0.0
            continue
        # The record's own message left out: it must not hear itself.
        for i in range(q):
            for j in range(q):
                own = value[r, i] * messages[r, trait[i], trait[j]] * value[r, j]
                work[i, j] = gathered[at, i, j] - own + elsewhere[0 if common else at, i, j]
        invert(work)
        messages[r] = 0.0
        for i in range(q):
            for j in range(q):
                messages[r, trait[i], trait[j]] += value[r, i] * work[i, j] * value[r, j]


@njit(cache=True, nogil=True, error_model="numpy")
def speak(
    observed: NDArray[np.bool_],
    pointers: NDArray[np.int32],
    columns: NDArray[np.int32],
    values: Floats,
    messages: Floats,
) -> None:
    """Replace the variances of all effects of a record by what it says of each: the inverse of all others and R.

    Parameters
    ----------
    observed : bool, shape (n_records, t)
    pointers, columns, values
        The inverse of R in CSR form, block diagonal by record.
    messages : float64, shape (n_clusters, n_records, t, t)
        Changed in place.
    """
    n_clusters, n, t = messages.shape[:3]
    traits = np.empty(t, np.int64)
    variances = np.empty((n_clusters, t, t))
    residual, work = np.empty((t, t)), np.empty((t, t))
    first = 0
    for r in range(n):
        # The traits of the record, and its residual covariances from its block of R^-1.
        m = 0
        for a in range(t):
            if observed[r, a]:
                traits[m] = a
                m += 1
        block = residual[:m, :m]
        block[:] = 0.0
        for a in range(m):
            for p in range(pointers[first + a], pointers[first + a + 1]):
                block[a, columns[p] - first] = values[p]
        first += m
        invert(block)
        # To each effect: the inverse of the variances of all the others and R.
        variances[:] = messages[:, r]
        messages[:, r] = 0.0
        for c in range(n_clusters):
            others = work[:m, :m]
            others[:] = block
            for o in range(n_clusters):
                if o != c:
                    for a in range(m):
                        for b in range(m):
                            others[a, b] += variances[o, traits[a], traits[b]]
            invert(others)
            for a in range(m):
                for b in range(m):
                    messages[c, r, traits[a], traits[b]] = others[a, b]
