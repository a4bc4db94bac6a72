"""Iterative peeling of one marker after the other."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.uint8]
Rows = NDArray[np.int32]
SMALLEST = 1e-100


@njit(cache=True, nogil=True, error_model="numpy")
def peel(
    data: Codes,
    row: Rows,
    family: tuple[Rows, Rows, Rows, Rows, Rows],
    frequency: Floats,
    error: Floats,
    limits: Floats,
    out: NDArray[np.float32],
    converged: NDArray[np.bool_],
) -> None:
    """P(genotype) of each animal at each marker, into `out` (n_markers, n_animals, 3).

    Every animal holds what its ancestors say (anterior), what its call says, and what its families of offspring say
    (the product of their messages, scaled). Families are peeled upwards, youngest first, then downwards.

    Parameters
    ----------
    data : packed genotypes
    row : row of the genotypes of each animal and unknown mate, -1 without one
    family : sire, dam, start, offspring, founder of `Families`
    error : P(call | genotype), (4, 3)
    limits : largest change of a probability at the end, and the most rounds
    """
    sire, dam, start, offspring, founder = family
    n, n_families = len(row), len(sire)
    call, anterior, posterior = np.empty((n, 3)), np.empty((n, 3)), np.empty((n, 3))
    message = np.empty((2 * n_families, 3))
    work = np.empty((6, 3))
    for j in range(data.shape[0]):
        # the call as a likelihood, P(call | genotype); founders begin with Hardy-Weinberg proportions
        for i in range(n):
            code = 3
            if row[i] >= 0:
                code = (data[j, row[i] >> 2] >> (2 * (row[i] & 3))) & 3
            for g in range(3):
                call[i, g], anterior[i, g], posterior[i, g] = error[code, g], 1.0, 1.0
        p = frequency[j]
        for i in founder:
            anterior[i, 0], anterior[i, 1], anterior[i, 2] = (1.0 - p) ** 2, 2.0 * p * (1.0 - p), p**2
        message[:, :] = 1.0
        change, n_rounds = 1.0, 0.0
        while change > limits[0] and n_rounds < limits[1]:
            change = 0.0
            # up through the families, youngest first, then down: as in a tree, where one round would be exact
            for step in range(2 * n_families):
                f = n_families - 1 - step if step < n_families else step - n_families
                _belief(sire[f], 2 * f, call, anterior, posterior, message, work, 3)
                _belief(dam[f], 2 * f + 1, call, anterior, posterior, message, work, 4)
                _offspring(start[f], start[f + 1], offspring, call, posterior, work)
                if step < n_families:
                    change = max(change, _up(sire[f], 2 * f, False, 4, posterior, message, work))
                    change = max(change, _up(dam[f], 2 * f + 1, True, 3, posterior, message, work))
                else:
                    change = max(change, _down(start[f], start[f + 1], offspring, call, anterior, posterior, work))
            n_rounds += 1.0
        converged[j] = change <= limits[0]
        for i in range(out.shape[1]):
            _belief(i, -1, call, anterior, posterior, message, work, 5)
            for g in range(3):
                out[j, i, g] = work[5, g]


@njit(cache=True, nogil=True, error_model="numpy")
def _belief(
    i: int, m: int, call: Floats, anterior: Floats, posterior: Floats, message: Floats, work: Floats, to: int
) -> None:
    """P(genotype) from all that is known, without the message m, into ``work[to]``: no family hears its own words.

    ``p(g) ~ call(g) anterior(g) posterior(g) / message_m(g)`` (Fernando et al. 1993, Theor Appl Genet 87:89).
    """
    total = 0.0
    for g in range(3):
        x = call[i, g] * anterior[i, g] * posterior[i, g]
        if m >= 0:
            x /= message[m, g]
        work[to, g] = x
        total += x
    for g in range(3):
        work[to, g] /= total


@njit(cache=True, nogil=True, error_model="numpy")
def _lamb(a: int, b: int, k0: float, k1: float, k2: float) -> float:
    """Sum over the genotypes of an offspring of parents with a and b copies: ``sum_g P(g | a, b) k_g``."""
    # the chance that a gamete carries the counted allele
    x, y = 0.5 * a, 0.5 * b
    return (1.0 - x) * (1.0 - y) * k0 + (x * (1.0 - y) + y * (1.0 - x)) * k1 + x * y * k2


@njit(cache=True, nogil=True, error_model="numpy")
def _offspring(first: int, last: int, offspring: Rows, call: Floats, posterior: Floats, work: Floats) -> None:
    """How likely what is known of the offspring is for each pair of parental genotypes, into ``work[:3]``."""
    for a in range(3):
        for b in range(3):
            work[a, b] = 1.0
    for k in range(first, last):
        c, largest = offspring[k], 0.0
        for a in range(3):
            for b in range(3):
                work[a, b] *= _lamb(
                    a, b, call[c, 0] * posterior[c, 0], call[c, 1] * posterior[c, 1], call[c, 2] * posterior[c, 2]
                )
                largest = max(largest, work[a, b])
        # only ratios matter, and large families would underflow
        for a in range(3):
            for b in range(3):
                work[a, b] /= largest


@njit(cache=True, nogil=True, error_model="numpy")
def _up(animal: int, m: int, is_dam: bool, mate: int, posterior: Floats, message: Floats, work: Floats) -> float:
    """Tell a parent what the family says of it: ``message(g) = sum_h mate(h) offspring(g, h)``; the largest change."""
    change, total, top = 0.0, 0.0, 0.0
    for g in range(3):
        work[5, g] = 0.0
        for h in range(3):
            work[5, g] += work[mate, h] * (work[h, g] if is_dam else work[g, h])
        total += work[5, g]
    for g in range(3):
        new = max(work[5, g] / total, SMALLEST)
        change = max(change, abs(new - message[m, g]))
        # the new message takes the place of the old one in the product of all families
        posterior[animal, g] *= new / message[m, g]
        message[m, g] = new
        top = max(top, posterior[animal, g])
    for g in range(3):
        posterior[animal, g] = max(posterior[animal, g] / top, SMALLEST)
    return change


@njit(cache=True, nogil=True, error_model="numpy")
def _down(
    first: int, last: int, offspring: Rows, call: Floats, anterior: Floats, posterior: Floats, work: Floats
) -> float:
    """Tell each offspring what its parents and sibs say of it; the largest change."""
    change = 0.0
    for k in range(first, last):
        c = offspring[k]
        g0, g1, g2 = 0.0, 0.0, 0.0
        for a in range(3):
            for b in range(3):
                own = _lamb(
                    a, b, call[c, 0] * posterior[c, 0], call[c, 1] * posterior[c, 1], call[c, 2] * posterior[c, 2]
                )
                # the offspring's own part is divided out: it must not hear its own words
                weight, x, y = work[3, a] * work[4, b] * work[a, b] / own, 0.5 * a, 0.5 * b
                g0 += weight * (1.0 - x) * (1.0 - y)
                g1 += weight * (x * (1.0 - y) + y * (1.0 - x))
                g2 += weight * x * y
        total = g0 + g1 + g2
        change = max(change, abs(g0 / total - anterior[c, 0]), abs(g2 / total - anterior[c, 2]))
        anterior[c, 0], anterior[c, 1], anterior[c, 2] = g0 / total, g1 / total, g2 / total
    return change
