"""What the equations ask of the inverse of a relationship matrix."""

from __future__ import annotations

from typing import Any, Protocol

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
