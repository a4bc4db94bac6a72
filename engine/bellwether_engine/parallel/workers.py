"""The one pool of threads: it works on fixed pieces of arrays, so that no sum depends on the number of threads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from .executor import Array, Product

PIECE = 1 << 16
Piece = tuple[int, int]
Answer = TypeVar("Answer")

_most = ContextVar("most", default=0)


def available_threads() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def at_most(n_threads: int) -> Iterator[None]:
    """Inside ``with``, `Workers` that are not told a number take at most so many threads; 0: as many as cores.

    BLAS and LAPACK have threads of their own, which the environment sets (``OPENBLAS_NUM_THREADS``).

    Examples
    --------
    >>> with at_most(1):
    ...     Workers().n_threads
    1
    """
    before = _most.set(n_threads)
    try:
        yield
    finally:
        _most.reset(before)


class Workers:
    """Threads for compiled work that lets go of the interpreter lock: the local `Executor`.

    All of them share one pool, whose threads start when they are first needed and stay until the process ends.

    Parameters
    ----------
    n_threads : int
        How many may work at a time, with the one that asks; 0: what `at_most` allows, else as many as there are cores.

    Examples
    --------
    >>> Workers(2).run(lambda first, last: last - first, [(0, 2), (2, 5)])
    [2, 3]
    """

    def __init__(self, n_threads: int = 0) -> None:
        self._asked = n_threads

    @property
    def n_threads(self) -> int:
        """How many threads may work at a time."""
        return self._asked or _most.get() or available_threads()

    def place(self, blocks: Sequence[Any]) -> Sequence[Any]:
        """The blocks stay where they are."""
        return blocks

    def map(self, product: Product, placed: Sequence[Any], vector: Array) -> list[Array]:
        """``product(block, vector)`` for every block, in the order of the blocks."""
        return self.run(lambda k, _: product(placed[k], vector), singles(len(placed)))

    def add(self, product: Product, placed: Sequence[Any], vector: Array, into: Sequence[Array]) -> None:
        """The same, each added to its array of `into`."""

        def work(k: int, _: int) -> None:
            target = into[k]
            target += product(placed[k], vector)

        self.run(work, singles(len(placed)))

    def run(self, work: Callable[[int, int], Answer], pieces: Sequence[Piece]) -> list[Answer]:
        """``work(first, last)`` for every piece; the answers in the order of the pieces."""
        n_threads = min(self.n_threads, len(pieces))
        if n_threads < 2:
            return [work(*piece) for piece in pieces]
        share = max(1, len(pieces) // (4 * n_threads))
        answers: list[list[Answer]] = [[]] * -(-len(pieces) // share)
        turns = iter(range(len(answers)))  # shared: whoever is free takes the next

        def take_turns() -> None:
            for turn in turns:
                answers[turn] = [work(*piece) for piece in pieces[turn * share : (turn + 1) * share]]

        _with_help(take_turns, n_threads - 1)
        return [answer for some in answers for answer in some]


def _with_help(work: Callable[[], None], n_helpers: int) -> None:
    """Do `work` here and on some threads of the pool, as far as these are free before all is done."""
    helpers: list[Future[None]] = [_pool().submit(work) for _ in range(n_helpers)]
    try:
        work()
    finally:
        started = [helper for helper in helpers if not helper.cancel()]
        wait(started)
    for helper in started:
        helper.result()


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(available_threads(), thread_name_prefix="bellwether-engine")


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_pool.cache_clear)  # threads do not live on in a forked process


def singles(n: int) -> list[Piece]:
    """0 .. n one by one.

    Examples
    --------
    >>> singles(2)
    [(0, 1), (1, 2)]
    """
    return [(k, k + 1) for k in range(n)]


def even_pieces(n: int, size: int = PIECE) -> list[Piece]:
    """0 .. n in pieces of `size`.

    Examples
    --------
    >>> even_pieces(100_000)
    [(0, 65536), (65536, 100000)]
    """
    return [(first, min(n, first + size)) for first in range(0, n, size)]


def balanced_pieces(pointers: NDArray[np.int32] | NDArray[np.int64]) -> list[Piece]:
    """Rows of a sparse matrix in pieces of about 262,144 entries; a long row is a piece of its own."""
    n, size = len(pointers) - 1, 4 * PIECE
    edges = np.searchsorted(pointers, np.arange(0, int(pointers[-1]) + size, size)).clip(0, n)
    long_rows = np.flatnonzero(np.diff(pointers) > size // 2)
    edges = np.unique(np.concatenate([[0], edges, long_rows, long_rows + 1, [n]]))
    return list(zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True))
