"""Work on fixed pieces by threads: the pieces, and so the sums, do not depend on the number of threads."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor


def for_pieces(work: Callable[[int, int], None], n: int, piece: int) -> None:
    """Call ``work(first, last)`` for 0 .. n in pieces; compiled work lets go of the interpreter lock.

    Examples
    --------
    >>> seen = []
    >>> for_pieces(lambda first, last: seen.append((first, last)), 5, 10)
    >>> seen
    [(0, 5)]
    """
    starts = range(0, n, piece)
    n_threads = min(len(starts), len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2)
    if n_threads <= 1:
        for start in starts:
            work(start, min(n, start + piece))
        return
    with ThreadPoolExecutor(n_threads) as pool:
        for future in [pool.submit(work, start, min(n, start + piece)) for start in starts]:
            future.result()
