"""Small symmetric matrices inside kernels."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@njit(cache=True, nogil=True, error_model="numpy")
def invert(a: Floats) -> None:
    """``a <- a^-1`` for a positive definite `a` (k, k), by sweeps (Goodnight 1979, Am Stat 33:149)."""
    k = a.shape[0]
    # Sweep p exchanges variable p and its equation; after all k sweeps (in any order) a is its own inverse.
    for p in range(k):
        pivot = 1.0 / a[p, p]
        for i in range(k):
            if i != p:
                share = a[i, p] * pivot
                for j in range(k):
                    if j != p:
                        a[i, j] -= share * a[p, j]
                a[i, p] = -share
        for j in range(k):
            a[p, j] *= pivot
        a[p, p] = pivot


@njit(cache=True, nogil=True, error_model="numpy")
def without(s: Floats, way: Floats, precision: Floats, scratch: Floats) -> None:
    """``s <- s - s W (W's W + P)^-1 W's``: information s on ``v + W x`` as information on v alone.

    Parameters
    ----------
    s : float64, shape (q, q)
        May be singular. Overwritten.
    way : float64, shape (q, k)
        W.
    precision : float64, shape (k, k)
        P, what is known of x.
    scratch : float64, shape (2 q + k, k)
    """
    q, k = way.shape
    crossed, solved, inside = scratch[:q], scratch[q : 2 * q], scratch[2 * q :]
    # s W
    for i in range(q):
        for a in range(k):
            total = 0.0
            for j in range(q):
                total += s[i, j] * way[j, a]
            crossed[i, a] = total
    # W's W + P, and its inverse
    for a in range(k):
        for b in range(k):
            total = precision[a, b]
            for i in range(q):
                total += way[i, a] * crossed[i, b]
            inside[a, b] = total
    invert(inside)
    # s W (W's W + P)^-1
    for i in range(q):
        for b in range(k):
            total = 0.0
            for a in range(k):
                total += crossed[i, a] * inside[a, b]
            solved[i, b] = total
    # The difference, one triangle of it: the other is its mirror, without asymmetry from rounding.
    for i in range(q):
        for j in range(i + 1):
            total = s[i, j]
            for a in range(k):
                total -= solved[i, a] * crossed[j, a]
            s[i, j] = total
            s[j, i] = total


@njit(cache=True, nogil=True, error_model="numpy")
def add(a: Floats, into: Floats) -> None:
    """``into += a``, both (k, k)."""
    for i in range(len(a)):
        for j in range(len(a)):
            into[i, j] += a[i, j]


@njit(cache=True, nogil=True, error_model="numpy")
def project(s: Floats, way: Floats, into: Floats) -> None:
    """``into += way' s way``, (k, k), for `s` (q, q) and a `way` (q, k) with few entries."""
    q, k = way.shape
    for i in range(q):
        for a in range(k):
            if way[i, a] != 0.0:
                for j in range(q):
                    for b in range(k):
                        into[a, b] += way[i, a] * s[i, j] * way[j, b]


@njit(cache=True, nogil=True, error_model="numpy")
def first_of(s: Floats, k: int, into: Floats) -> None:
    """`into` (k, k) <- the information of `s` (q, q; overwritten) on its first k coefficients alone."""
    q = len(s)
    # Gauss: the coefficients from k on are eliminated one by one, which leaves the Schur complement.
    for p in range(k, q):
        for i in range(q):
            if i < k or i > p:
                share = s[i, p] / s[p, p]
                for j in range(q):
                    s[i, j] -= share * s[p, j]
    for i in range(k):
        for j in range(k):
            into[i, j] = 0.5 * (s[i, j] + s[j, i])
