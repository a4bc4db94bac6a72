"""What the equations ask of the inverse of a relationship matrix."""

from __future__ import annotations

from typing import Any, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


class Structure(Protocol):
    """A symmetric positive definite matrix, formed (a `csr_array` is one) or not."""

    def __matmul__(self, v: NDArray[np.float64], /) -> Any:
        """The product with ``v``, float64 of shape (n_levels, k)."""

    def diagonal(self) -> Any:
        """The diagonal, or a positive approximation of it: what PCG preconditions with."""

    def tocsr(self) -> Any:
        """The matrix itself; refused where it is too large."""


@runtime_checkable
class Reparametrised(Structure, Protocol):
    """A structure K that PCG meets in better coordinates v: ``levels = S v``."""

    def expand(self, v: NDArray[np.float64]) -> NDArray[np.float64]:
        """``S v``, float64 of shape (n_levels, k)."""

    def reduce(self, r: NDArray[np.float64]) -> NDArray[np.float64]:
        """``S' r``, float64 of shape (n_levels, k)."""

    def fold(
        self, v: NDArray[np.float64], levels: NDArray[np.float64], gradient: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """``S' (gradient + K levels)`` where ``levels = S v``."""

    def blocks(self, data: NDArray[np.float64], precision: NDArray[np.float64]) -> NDArray[np.float64]:
        """What to precondition ``S' (data + K (x) precision) S`` with, float64 of shape (n_levels, k, k), from the
        diagonal blocks of the data."""
