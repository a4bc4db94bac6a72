"""Approximate reliabilities for large data, with their error on a sample."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from ..equations.equations import Equations
from ..linear.factor import Factor
from ..model.options import Options
from ..pedigree.pedigree import Pedigree
from ..solution.parts import ReliabilityCheck
from .check import check_reliabilities
from .reliability import approximate_reliabilities

__all__ = ["approximate", "approximate_reliabilities", "check_reliabilities"]

Floats = NDArray[np.float64]


def approximate(
    equations: Equations,
    observed: NDArray[np.bool_],
    pedigree: Pedigree,
    inbreeding: Floats,
    options: Options,
    factor: Factor | None,
    shares: Floats | None,
    tell: Callable[[float, str], None],
) -> tuple[Floats, ReliabilityCheck]:
    """Approximate reliabilities, float64 of shape (n_animals, n_columns), and their error on a sample."""
    tell(0.8, "reliability")
    used = inbreeding if options.inbreeding else None
    reliability, variance = approximate_reliabilities(equations, observed, pedigree, used)
    check = check_reliabilities(
        reliability,
        variance,
        equations,
        factor,
        shares,
        options.seed,
        options.threads,
        lambda share: tell(0.85 + 0.15 * share, "reliability"),
        options.checked,
    )
    return reliability, check
