"""Which kernels work on the panels of an analysis."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from . import cholesky, dense, selected
from .analysis import Analysis


class Kernels(NamedTuple):
    """Functions of the panels and the `Supernodes` of their analysis."""

    factorise: Callable[..., int]
    solve_lower: Callable[..., None]
    solve_upper: Callable[..., None]
    selected_inverse: Callable[..., NDArray[np.float64]]


DENSE = Kernels(dense.factorise, dense.solve_lower, dense.solve_upper, dense.selected_inverse)
SUPERNODES = Kernels(cholesky.factorise, cholesky.solve_lower, cholesky.solve_upper, selected.selected_inverse)


def kernels_of(analysis: Analysis) -> Kernels:
    """LAPACK's where one panel holds everything, else those of supernodes."""
    return DENSE if analysis.is_dense else SUPERNODES
