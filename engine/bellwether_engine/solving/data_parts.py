"""The data's part of C x, ``W' R^-1 W x``: from the records, or from matrices where W or R^-1 is given."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from ..equations.equations import Equations
from ..equations.record_product import RecordPart
from ..parallel.executor import Executor
from ..parallel.row_product import RowProduct
from .absorbed_fixed import AbsorbedFixed

Matrix = NDArray[np.float64]


class DataPart(Protocol):
    """The columns of some effects in ``R^-1 W`` and ``W'``."""

    def zeros(self, k: int) -> Matrix:
        """An e of k right-hand sides, 0 everywhere."""

    def add_fitted(self, x: Matrix, e: Matrix) -> None:
        """``e += R^-1 W x`` for `x` (n_equations, k)."""

    def add_sums(self, e: Matrix, result: Matrix) -> None:
        """``result += W' e`` for `result` (n_equations, k)."""


def data_parts(
    equations: Equations, executor: Executor, absorbed: AbsorbedFixed | None
) -> tuple[DataPart, DataPart | None]:
    """The effects that are iterated on, and those that are absorbed."""
    layout = equations.records
    if layout is None:
        none = np.empty(0, np.intp) if absorbed is None else absorbed.equations
        others = FormedPart(equations, executor, without=none)
        return others, None if absorbed is None else FormedPart(equations, executor, of=none)
    chosen = () if absorbed is None else absorbed.terms
    rest = [k for k in range(len(layout.terms)) if k not in chosen]
    others_of_records = RecordPart(layout, equations.design, executor, rest)
    return others_of_records, RecordPart(layout, equations.design, executor, chosen) if chosen else None


class FormedPart:
    """``R^-1 W`` and ``W'`` from matrices, where they do not follow from the records; e has shape (n_observations, k).

    Parameters
    ----------
    equations : Equations
    executor : Executor
    of : intp, shape (m,), optional
        These columns alone.
    without : intp, shape (m,), optional
        All columns but these, which W keeps: x is 0 there.
    """

    def __init__(
        self,
        equations: Equations,
        executor: Executor,
        of: NDArray[np.intp] | None = None,
        without: NDArray[np.intp] | None = None,
    ) -> None:
        w = equations.w if of is None else csr_array(equations.w[:, of])
        self._of, self._without, self._n = of, without, w.shape[1]
        self._w = RowProduct(w, executor)
        self._w_transposed = RowProduct(equations.w_transposed if of is None else csr_array(w.T), executor)
        residual = equations.residual_inverse
        self._weight = residual.diagonal()[:, None]
        is_diagonal = residual.nnz <= len(self._weight)
        self._residual = None if is_diagonal else RowProduct(residual, executor)

    def zeros(self, k: int) -> Matrix:
        """Nothing fitted yet, (n_observations, k)."""
        return np.zeros((len(self._weight), k))

    def add_fitted(self, x: Matrix, e: Matrix) -> None:
        """``e += R^-1 W x``."""
        own, fitted = x.copy() if self._of is None else x[self._of], np.zeros(e.shape)
        if self._without is not None:
            own[self._without] = 0.0
        self._w.add(own, fitted)
        if self._residual is None:
            e += fitted * self._weight
        else:
            self._residual.add(fitted, e)

    def add_sums(self, e: Matrix, result: Matrix) -> None:
        """``result += W' e``."""
        sums = np.zeros((self._n, e.shape[1]))
        self._w_transposed.add(e, sums)
        if self._without is not None:
            sums[self._without] = 0.0
        if self._of is None:
            result += sums
        else:
            result[self._of] += sums
