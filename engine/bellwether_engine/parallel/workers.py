"""Threads that work on fixed pieces of arrays: pieces, and so all sums, do not depend on the number of threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from .executor import Array, Product

PIECE = 1 << 16
Vector = NDArray[np.float64]
Piece = tuple[int, int]


def available_threads() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Workers:
    """Threads for compiled work that lets go of the interpreter lock: the local `Executor`.

    Inside ``with`` they are kept from call to call.

    Parameters
    ----------
    n_threads : int
        0: as many as there are cores.

    Examples
    --------
    >>> with Workers(2) as workers:
    ...     workers.dot(np.arange(3.0), np.ones(3))
    3.0
    """

    def __init__(self, n_threads: int = 0) -> None:
        self.n_threads = n_threads or available_threads()
        self._pool: ThreadPoolExecutor | None = None

    def __enter__(self) -> Workers:
        self._pool = ThreadPoolExecutor(self.n_threads)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def place(self, blocks: Sequence[Any]) -> Sequence[Any]:
        """The blocks stay where they are."""
        return blocks

    def map(self, product: Product, placed: Sequence[Any], vector: Array) -> list[Array]:
        """``product(block, vector)`` for every block, in the order of the blocks."""
        return self.run(lambda k, _: product(placed[k], vector), _singles(len(placed)))

    def add(self, product: Product, placed: Sequence[Any], vector: Array, into: Sequence[Array]) -> None:
        """The same, each added to its array of `into`."""

        def work(k: int, _: int) -> None:
            target = into[k]
            target += product(placed[k], vector)

        self.run(work, _singles(len(placed)))

    def run(self, work: Callable[[int, int], Any], pieces: Sequence[Piece]) -> list[Any]:
        """``work(first, last)`` for every piece; the answers in the order of the pieces."""
        if self.n_threads == 1 or len(pieces) < 2:
            return [work(*piece) for piece in pieces]
        if self._pool is None:
            with Workers(self.n_threads) as workers:
                return workers.run(work, pieces)
        share = max(1, len(pieces) // (4 * self.n_threads))
        groups = [pieces[k : k + share] for k in range(0, len(pieces), share)]
        answers = self._pool.map(lambda group: [work(*piece) for piece in group], groups)
        return [answer for group in answers for answer in group]

    def dot(self, a: Vector, b: Vector) -> float:
        """``a'b``, summed by piece."""
        return float(np.sum(self.run(lambda first, last: _dot(a, b, first, last), even_pieces(len(a)))))

    def advance(self, x: Vector, r: Vector, p: Vector, q: Vector, alpha: float) -> float:
        """``x += alpha p``, ``r -= alpha q``; the new ``r'r``."""
        pieces = even_pieces(len(x))
        return float(np.sum(self.run(lambda first, last: _advance(x, r, p, q, alpha, first, last), pieces)))

    def turn(self, p: Vector, z: Vector, beta: float) -> None:
        """``p <- z + beta p``."""
        self.run(lambda first, last: _turn(p, z, beta, first, last), even_pieces(len(p)))


def _singles(n: int) -> list[Piece]:
    return [(k, k + 1) for k in range(n)]


def even_pieces(n: int) -> list[Piece]:
    """0 .. n in pieces of 65,536.

    Examples
    --------
    >>> even_pieces(100_000)
    [(0, 65536), (65536, 100000)]
    """
    return [(first, min(n, first + PIECE)) for first in range(0, n, PIECE)]


def balanced_pieces(pointers: NDArray[np.int32] | NDArray[np.int64]) -> list[Piece]:
    """Rows of a sparse matrix in pieces of about 262,144 entries; a long row is a piece of its own."""
    n, size = len(pointers) - 1, 4 * PIECE
    edges = np.searchsorted(pointers, np.arange(0, int(pointers[-1]) + size, size)).clip(0, n)
    long_rows = np.flatnonzero(np.diff(pointers) > size // 2)
    edges = np.unique(np.concatenate([[0], edges, long_rows, long_rows + 1, [n]]))
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))


@njit(cache=True, nogil=True)
def _dot(a: Vector, b: Vector, first: int, last: int) -> float:
    total = 0.0
    for i in range(first, last):
        total += a[i] * b[i]
    return total


@njit(cache=True, nogil=True)
def _advance(x: Vector, r: Vector, p: Vector, q: Vector, alpha: float, first: int, last: int) -> float:
    total = 0.0
    for i in range(first, last):
        x[i] += alpha * p[i]
        r[i] -= alpha * q[i]
        total += r[i] * r[i]
    return total


@njit(cache=True, nogil=True)
def _turn(p: Vector, z: Vector, beta: float, first: int, last: int) -> None:
    for i in range(first, last):
        p[i] = z[i] + beta * p[i]
