"""The product C x of an iteration, for one or many right-hand sides, without forming C."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..equations.equations import Equations
from ..parallel.executor import Executor
from .absorbed_fixed import AbsorbedFixed
from .data_parts import DataPart, data_parts

Matrix = NDArray[np.float64]


class EquationProduct:
    """C of the equations as an operator on columns x, float64 of shape (n_equations, k) in C order.

    Parameters
    ----------
    equations : Equations
    executor : Executor
    absorbed : AbsorbedFixed, optional

    Notes
    -----
    ``C x = W' R^-1 W x + sum over random blocks (K^-1 (x) G^-1) x``; each block's structure gives its own product. The
    rows of each factor are shared among the workers, so the answer has the same bits for any number of them.

    References
    ----------
    Stranden and Lidauer 1999, J Dairy Sci 82:2779.
    """

    def __init__(self, equations: Equations, executor: Executor, absorbed: AbsorbedFixed | None = None) -> None:
        self._equations, self._absorbed = equations, absorbed
        self._others, self._fixed = data_parts(equations, executor, absorbed)
        self._priors = [
            (part, len(precision), structure.prior(precision, executor))
            for part, structure, precision in zip(
                equations.parts, equations.structures, equations.design.precision, strict=True
            )
        ]

    def times(self, x: Matrix) -> Matrix:
        """C x in the coordinates of PCG, float64 of shape (n_equations, k)."""
        return self._free(x, self._add_data)

    def conjugate(self, x: Matrix) -> Matrix:
        """The same after the absorbed effects in `x` have been set to what makes their own rows of C x zero."""
        return self._free(x, self._add_data if self._fixed is None else self._add_absorbed)

    def without_absorbed(self, r: Matrix) -> Matrix:
        """`r` with 0 at the absorbed effects."""
        rest = r.copy()
        if self._absorbed is not None:
            rest[self._absorbed.equations] = 0.0
        return rest

    def settle(self, x: Matrix, r: Matrix) -> Matrix:
        """Set the absorbed effects in `x` to their solution given the others. From the residual `r` before that, the
        residual after it."""
        absorbed = self._absorbed
        if absorbed is None:
            return r.copy()
        step = np.zeros_like(x)
        step[absorbed.equations] = absorbed.solve(r[absorbed.equations])
        x += step
        return self.without_absorbed(r - self.times(step))

    def largest(self, x: Matrix, scale: Matrix) -> float:
        """The largest of the solutions that belong to x, in units of `scale`, (n_equations,)."""
        return float(np.max(np.abs(self._equations.expand(x)) / scale[:, None], initial=0.0))

    def _free(self, x: Matrix, add_data: Callable[[Matrix, Matrix], None]) -> Matrix:
        """The product where held equations are 0, with 1 on their diagonal."""
        held = self._equations.held
        if held is None:
            return self._times(x, add_data)
        free = np.where(held[:, None], 0.0, x)
        result = self._times(free, add_data)
        result[held] = x[held]
        if self._absorbed is not None:
            x[self._absorbed.equations] = free[self._absorbed.equations]
        return result

    def _add_data(self, x: Matrix, result: Matrix) -> None:
        e = self._others.zeros(x.shape[1])
        for part in self._parts:
            part.add_fitted(x, e)
        for part in self._parts:
            part.add_sums(e, result)

    def _add_absorbed(self, x: Matrix, result: Matrix) -> None:
        """``Z' M Z x`` of the others, with the absorbed effects b in `x` solved from ``X' R^-1 (X b + Z u) = 0``."""
        absorbed, fixed = self._absorbed, self._fixed
        assert absorbed is not None
        assert fixed is not None
        e = self._others.zeros(x.shape[1])
        self._others.add_fitted(x, e)
        fixed.add_sums(e, result)
        x[absorbed.equations] = -absorbed.solve(result[absorbed.equations])
        fixed.add_fitted(x, e)
        self._others.add_sums(e, result)
        result[absorbed.equations] = 0.0

    @property
    def _parts(self) -> list[DataPart]:
        return [self._others] if self._fixed is None else [self._others, self._fixed]

    def _times(self, x: Matrix, add_data: Callable[[Matrix, Matrix], None]) -> Matrix:
        expanded, result = self._equations.expand(x), np.zeros(x.shape)
        add_data(expanded, result)
        if self._absorbed is not None:
            x[self._absorbed.equations] = expanded[self._absorbed.equations]
        for own, size, prior in self._priors:
            v, levels, part = (array[own].reshape(-1, size, x.shape[1]) for array in (x, expanded, result))
            prior.add(v, levels, part)
        return result
