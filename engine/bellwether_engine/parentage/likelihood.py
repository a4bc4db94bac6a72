"""How likely the genotype of an offspring is, given candidates who are parents, relatives or nothing."""

from __future__ import annotations

from enum import IntEnum
from functools import partial

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..genotypes.packed import PackedGenotypes
from ..parallel.workers import Workers, even_pieces

Floats = NDArray[np.float64]
Rows = NDArray[np.int32]
BLOCK = 2048
PIECE = 64
GIVES = np.array([0.0, 0.5, 1.0])


class Role(IntEnum):
    """What a candidate may be to the offspring: by how much of one parental gamete comes from it, or a full sib."""

    PARENT = 0
    SECOND_DEGREE = 1
    THIRD_DEGREE = 2
    FULL_SIB = 3


SHARE = {Role.PARENT: 1.0, Role.SECOND_DEGREE: 0.5, Role.THIRD_DEGREE: 0.25}
# columns of `trio_scores`: the sire in each role beside a true dam, then the dam in each other role beside a true sire
TRIOS = tuple((role, Role.PARENT) for role in Role) + tuple((Role.PARENT, role) for role in Role if role)


def error_matrix(error_rate: float) -> Floats:
    """P(call | genotype), float64 of shape (4, 3): rows 0, 1, 2 and missing, which says nothing.

    Examples
    --------
    >>> error_matrix(0.02)
    array([[0.98, 0.01, 0.01],
           [0.01, 0.98, 0.01],
           [0.01, 0.01, 0.98],
           [1.  , 1.  , 1.  ]])
    """
    calls = np.full((3, 3), 0.5 * error_rate) + np.eye(3) * (1.0 - 1.5 * error_rate)
    return np.vstack([calls, np.ones(3)])


def founders(p: Floats) -> Floats:
    """Hardy-Weinberg proportions, float64 of shape (n_markers, 3)."""
    return np.stack([(1.0 - p) ** 2, 2.0 * p * (1.0 - p), p**2], axis=1)


def inherited(first: Floats, second: Floats) -> Floats:
    """P(genotype) from the chances that each gamete carries the counted allele; the genotype is the last axis."""
    return np.stack([(1 - first) * (1 - second), first * (1 - second) + second * (1 - first), first * second], axis=-1)


def trio_tables(p: Floats, error_rate: float) -> Floats:
    """log10 P(call of the offspring | calls of sire and dam, roles) - log10 P(call), float64 (m, 7, 4, 4, 4).

    Axes: markers, `TRIOS`, calls of sire, dam, offspring. A parent without call or genotype is 3.
    """
    error, prior = error_matrix(error_rate), founders(p)
    both = np.einsum("ms,md->msd", prior, prior)
    tables = []
    for roles in TRIOS:
        if Role.FULL_SIB in roles:
            true = _full_sib(prior)
            true = true if roles[0] is Role.FULL_SIB else true.swapaxes(1, 2)
        else:
            gametes = [SHARE[role] * GIVES[None, :] + (1.0 - SHARE[role]) * p[:, None] for role in roles]
            true = both[..., None] * inherited(gametes[0][:, :, None], gametes[1][:, None, :])
        seen = np.einsum("xs,yd,zo,msdo->mxyz", error, error, error, true, optimize=True)
        tables.append(seen / seen[..., 3:])
    alone = np.einsum("zo,mo->mz", error, prior)
    ratio = np.stack(tables, axis=1) / alone[:, None, None, None, :]
    return np.asarray(np.log10(ratio), dtype=np.float64)


def _full_sib(prior: Floats) -> Floats:
    """Joint chance of a full sib, the dam and the offspring, their sire unknown: (m, sib, dam, offspring)."""
    lamb = inherited(GIVES[:, None], GIVES[None, :])
    return np.asarray(np.einsum("mf,md,fds,fdo->msdo", prior, prior, lamb, lamb, optimize=True), dtype=np.float64)


def opposing_rate(p: Floats, error_rate: float) -> float:
    """Share of opposing homozygotes that errors cause between parent and offspring where both are homozygous.

    Examples
    --------
    >>> round(opposing_rate(np.full(10, 0.5), 0.01), 5)
    0.0197
    """
    error, prior = error_matrix(error_rate)[:3], founders(p)
    true = prior[:, :, None] * inherited(np.broadcast_to(GIVES, (len(p), 3)), p[:, None])
    seen = np.einsum("xs,yo,mso->xy", error, error, true, optimize=True)
    opposing = seen[0, 2] + seen[2, 0]
    return float(opposing / (opposing + seen[0, 0] + seen[2, 2]))


def trio_scores(packed: PackedGenotypes, p: Floats, error_rate: float, trios: Rows) -> Floats:
    """Sum of `trio_tables` over the markers, which are taken as independent.

    Parameters
    ----------
    packed : PackedGenotypes
    p : float64, shape (n_markers,)
        Frequency of the counted allele.
    error_rate : float
    trios : int32, shape (n_trios, 3)
        Rows of offspring, sire and dam; -1 for a parent that is not looked at.

    Returns
    -------
    float64, shape (n_trios, 7)
        log10 likelihood ratio of each of `TRIOS` against nobody being related.
    """
    scores = np.zeros((len(trios), len(TRIOS)))
    for first in range(0, packed.n_markers, BLOCK):
        table = trio_tables(p[first : first + BLOCK], error_rate)
        data = packed.data[first : first + BLOCK]
        work = partial(_add_scores, data, table, trios, scores)
        Workers().run(work, even_pieces(len(trios), PIECE))
    return scores


@njit(cache=True, nogil=True)
def _add_scores(data: NDArray[np.uint8], table: Floats, trios: Rows, scores: Floats, first: int, last: int) -> None:
    """Add the log ratios of a block of markers to the trios `first` to `last`; 3 is a parent without a call."""
    for j in range(data.shape[0]):
        for k in range(first, last):
            o = (data[j, trios[k, 0] >> 2] >> (2 * (trios[k, 0] & 3))) & 3
            if o == 3:
                continue
            s, d = 3, 3
            if trios[k, 1] >= 0:
                s = (data[j, trios[k, 1] >> 2] >> (2 * (trios[k, 1] & 3))) & 3
            if trios[k, 2] >= 0:
                d = (data[j, trios[k, 2] >> 2] >> (2 * (trios[k, 2] & 3))) & 3
            for h in range(table.shape[1]):
                scores[k, h] += table[j, h, s, d, o]
