"""Where the products of a solution are computed: by threads of this process, or on other machines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Product = Callable[[Any, Array], Array]


class Executor(Protocol):
    """Large blocks stand still, vectors travel: blocks are placed once, each product sends one vector to all of them.

    `Workers` does it by threads, `bellwether_engine.parallel.dask_executor.connect` on the workers of a Dask
    scheduler. A product is a function at the top of a module (it crosses to other processes by its name),
    computes one block by one thread, and changes neither block nor vector. Answers come block by block, never summed
    on the way: whoever sums them in their order has the same bits from every executor.

    Examples
    --------
    >>> from bellwether_engine.parallel.workers import Workers
    >>> executor: Executor = Workers(2)
    >>> placed = executor.place([np.eye(2), np.ones((1, 2))])
    >>> executor.map(np.matmul, placed, np.array([1.0, 2.0]))
    [array([1., 2.]), array([3.])]
    """

    def place(self, blocks: Sequence[Any]) -> Any:
        """Put `blocks` where they are worked on, until the answer is let go of."""

    def map(self, product: Product, placed: Any, vector: Array) -> list[Array]:
        """``product(block, vector)`` for every block, in the order of the blocks."""

    def add(self, product: Product, placed: Any, vector: Array, into: Sequence[Array]) -> None:
        """The same, each added to its array of `into`; these do not overlap."""
