"""Kernels that follow every path to the ancestors: for families whose parents have few."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

#: an ancestor: its parents, and what a sire's relationships take from it; in one line of the processor's memory
NODE = np.dtype([("sire", np.int32), ("dam", np.int32), ("weight", np.float64)], align=True)


def nodes_of(sire: NDArray[np.int32], dam: NDArray[np.int32]) -> NDArray[np.void]:
    """The workspace of one thread: an ancestor a row, weights 0."""
    nodes = np.zeros(len(sire), NODE)
    nodes["sire"], nodes["dam"] = sire, dam
    return nodes


@njit(cache=True)
def count_paths(sire: NDArray[np.int32], dam: NDArray[np.int32]) -> NDArray[np.float64]:
    """Paths from each to its ancestors and itself, float64 of shape (n,); parents stand before their offspring."""
    n = len(sire)
    paths = np.zeros(n + 1)
    for j in range(n):
        paths[j] = 1.0 + paths[sire[j]] + paths[dam[j]]
    return paths[:n]


@njit(cache=True, nogil=True)
def follow_paths(
    d: NDArray[np.float64],
    gamma: NDArray[np.float64],
    mate_sire: NDArray[np.int32],
    mate_dam: NDArray[np.int32],
    starts: NDArray[np.int32],
    nodes: NDArray[np.void],
    reached: NDArray[np.int32],
    first: int,
    last: int,
    f: NDArray[np.float64],
) -> None:
    """Fill `f` for the families of the sires `first` to `last`: ``a_sm = sum over k of t_sk d_k t_mk``, halves along
    every path (Meuwissen and Luo 1992, GSE 24:305), with ``t_sk d_k`` of a sire found once for all its mates.

    `nodes` is the workspace; `reached` holds a rank for each path of a sire and, behind them, of a mate.
    """
    n, g = len(nodes), len(gamma)
    for sire in range(first, last):
        s = mate_sire[starts[sire]]
        reached[0] = s
        start, end, half = 0, 1, 1.0
        # t_sk: one generation of paths after another, and all are remembered
        while start < end:
            stop = end
            for at in range(start, stop):
                k = reached[at]
                nodes[k].weight += half
                for p in (nodes[k].sire, nodes[k].dam):
                    if p < n:
                        reached[end] = p
                        end += 1
            start, half = stop, 0.5 * half
        paths = end
        # D; what is reached twice is scaled once: its sign tells
        for at in range(paths):
            k = reached[at]
            if k >= g and nodes[k].weight > 0.0:
                nodes[k].weight *= -d[k]
        _relate_metafounders(nodes, gamma)
        for family in range(starts[sire], starts[sire + 1]):
            f[family] = 0.5 * _sum_of_weights(nodes, mate_dam[family], reached[paths:])
        for at in range(paths):
            nodes[reached[at]].weight = 0.0
        for k in range(g):
            nodes[k].weight = 0.0


@njit(cache=True, nogil=True)
def _relate_metafounders(nodes: NDArray[np.void], gamma: NDArray[np.float64]) -> None:
    """Metafounders are related to each other: Gamma takes the place of their part of D."""
    shares = np.array([nodes[k].weight for k in range(len(gamma))])
    for k in range(len(gamma)):
        nodes[k].weight = -(gamma[k] * shares).sum()


@njit(cache=True, nogil=True)
def _sum_of_weights(nodes: NDArray[np.void], m: int, reached: NDArray[np.int32]) -> float:
    """Sum of ``t_mk`` times the (negative) weight of k."""
    n = len(nodes)
    reached[0] = m
    start, end, half, total = 0, 1, 1.0, 0.0
    while start < end:
        stop, level = end, 0.0
        for at in range(start, stop):
            node = nodes[reached[at]]
            level -= node.weight
            for p in (node.sire, node.dam):
                if p < n:
                    reached[end] = p
                    end += 1
        total += half * level
        start, half = stop, 0.5 * half
    return total
