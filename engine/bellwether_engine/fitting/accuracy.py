"""The fourth stage: how much of the truth the breeding values hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..approximate import approximate
from ..errors import EngineError
from ..solution.parts import ReliabilityCheck
from ..solving.results import ROUNDING
from .build import Built
from .genetic.block import GeneticBlock, Reliabilities, Uncertainty
from .given import Given
from .solve import Solved


@dataclass(frozen=True, eq=False)
class Accuracy:
    """Reliabilities where they were wanted; of approximate ones, their error on a sample."""

    reliabilities: Reliabilities
    check: ReliabilityCheck | None = None


def assess(given: Given, built: Built, solved: Solved) -> Accuracy:
    """Exact reliabilities from the inverse of the equations, or approximate ones.

    Raises
    ------
    EngineError
        ``reliability_range``: the equations are wrong or ill-conditioned.
    """
    options, block, answer = given.model.options, built.block, solved.answer
    if options.reliability == "approximate" and block.n_levels:
        observed, shares = np.isfinite(given.records.values), built.groups.shares if built.groups else None
        found, check = approximate(
            solved.equations, observed, given.pedigree, built.inbreeding, options, answer.factor, shares, given.tell
        )
        return Accuracy(Reliabilities(found), check)
    uncertainty = None if answer.diagonal is None else block.uncertainty(solved.equations, answer)
    if uncertainty is None:
        return Accuracy(Reliabilities())
    variance = np.diag(solved.equations.design.covariance[0])
    return Accuracy(block.by_animal(reliability(uncertainty, variance, block)))


def reliability(uncertainty: Uncertainty, variance: NDArray[np.float64], block: GeneticBlock) -> NDArray[np.float64]:
    """``1 - PEV / (var_a h)``, h the prior variance of each row; float64 of shape (n_rows, n_columns).

    Nothing is clipped: a value out of its range is refused, and only what rounding leaves around 0 is set to 0.

    References
    ----------
    Henderson 1984, Applications of Linear Models in Animal Breeding, chapter 5 (``PEV`` is the diagonal of C^-1).
    """
    prior, pev = uncertainty
    share = np.divide(pev, prior[:, None] * variance, out=np.ones_like(pev), where=prior[:, None] > ROUNDING)
    found: NDArray[np.float64] = 1.0 - share
    if (found < block.lowest).any() or (found > 1.0).any():
        message = "a reliability lies outside 0 to 1"
        raise EngineError("reliability_range", message, place=block.place, fix=block.advice)
    found[np.abs(found) < ROUNDING] = 0.0
    return found
