"""Many right-hand sides at once by conjugate gradients: each pass over C serves all of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..equations.equations import Equations
from ..errors import NotConverged
from ..parallel.workers import Workers
from .conjugate_gradients import ConjugateGradients, System, dots

Matrix = NDArray[np.float64]
CELLS = 20_000_000
WIDEST = 16


class ColumnSolver:
    """``C^-1`` of the equations for many right-hand sides.

    Parameters
    ----------
    equations : Equations
    workers : Workers
    maximum_iterations : int

    Examples
    --------
    The equations of a model with one mean and one unrelated animal with the value 3:

    >>> from .. import Effect, Pedigree, Records, Variances
    >>> from ..equations.blocks import fixed_blocks, random_blocks
    >>> from ..equations.design import build_design
    >>> from ..equations.equations import build_equations
    >>> from ..pedigree.pedigree_inverse import PedigreeInverse
    >>> effects, pedigree = (Effect("animal", "additive"),), Pedigree([-1, -1], [-1, -1])
    >>> records, traits = Records([0, 1], [3.0, 1.0]), ("y",)
    >>> random, _ = random_blocks(effects, traits, records, pedigree)
    >>> design = build_design(fixed_blocks(effects, traits, records), random, records, Variances(1.0, additive=1.0))
    >>> equations = build_equations(design, np.zeros(1, bool), PedigreeInverse.of(pedigree, None))
    >>> ColumnSolver(equations, Workers(1)).solve(equations.rhs[:, None], 1e-10).T.round(6)
    array([[ 2. ,  0.5, -0.5]])
    """

    def __init__(self, equations: Equations, workers: Workers, maximum_iterations: int = 5000) -> None:
        self._equations, self._maximum = equations, maximum_iterations
        self._system = System.of(equations, workers, by_level=True)

    @property
    def width(self) -> int:
        """Columns to solve at once: 16, fewer above 1.25 million equations."""
        return int(np.clip(CELLS // max(1, self._equations.n_equations), 2, WIDEST))

    def solve(self, rhs: Matrix, tolerance: float) -> Matrix:
        """``C^-1 rhs``, float64 of shape (n_equations, m).

        Parameters
        ----------
        rhs : float64, shape (n_equations, m)
        tolerance : float
            Largest relative residual of a column.

        Raises
        ------
        NotConverged
        """
        parts = [
            self._solve(np.array(rhs[:, first : first + self.width], order="C"), tolerance)
            for first in range(0, rhs.shape[1], self.width)
        ]
        return np.concatenate(parts, axis=1)

    def _solve(self, rhs: Matrix, tolerance: float) -> Matrix:
        """Iterate until every column has arrived; those that have stand still."""
        rhs = self._equations.reduce(rhs)
        x, limit = np.zeros_like(rhs), tolerance**2 * dots(self._system.workers, rhs, rhs)
        gradients = ConjugateGradients(self._system, x, self._system.product.settle(x, rhs))
        for _ in range(self._maximum):
            moving = gradients.norm > limit
            if not moving.any():
                return self._equations.expand(x)
            gradients.step(moving)
        worst = float(np.sqrt((gradients.norm / np.maximum(limit, 1e-300)).max())) * tolerance
        message = f"after {self._maximum} iterations: relative residual {worst:.3g}"
        fix = "Raise maximum_iterations, or look for confounded effects and variances near 0"
        raise NotConverged("not_converged", message, place="options.maximum_iterations", fix=fix)
