"""From the solved equations back to animals, traits and levels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..equations.equations import Equations
from ..errors import EngineError
from ..solution.parts import FixedSolution, GeneticColumn, Notice, RandomSolution

ROUNDING = 1e-9


def genetic_scale(equations: Equations) -> NDArray[np.float64]:
    """Genetic standard deviation for each equation of a breeding value, infinite for the others; in a model without
    breeding values the standard deviations of its random effects."""
    scale, has_genetic = np.full(equations.n_equations, np.inf), any(b.is_genetic for b in equations.design.random)
    for block, start, covariance in zip(
        equations.design.random, equations.starts, equations.design.covariance, strict=True
    ):
        if block.is_genetic or not has_genetic:
            deviations = np.sqrt(np.diag(covariance))
            scale[start : start + len(block.level) * len(deviations)] = np.tile(deviations, len(block.level))
    return scale


def genetic_columns(equations: Equations, traits: tuple[str, ...]) -> tuple[GeneticColumn, ...]:
    """Trait and effect of each column of the breeding values."""
    return tuple(
        GeneticColumn(traits[member.trait], member.label)
        for block in equations.design.random
        if block.is_genetic
        for member in block.members
    )


def breeding_values(equations: Equations, x: NDArray[np.float64], n_animals: int) -> NDArray[np.float64]:
    """Breeding values, shape (n_animals, n_columns)."""
    for block, start in zip(equations.design.random, equations.starts, strict=True):
        if block.is_genetic:
            size = len(block.members)
            return x[start : start + n_animals * size].reshape(n_animals, size).copy()
    return np.zeros((n_animals, 0))


def reliabilities(
    equations: Equations, diagonal: NDArray[np.float64], inbreeding: NDArray[np.float64] | None, n_rows: int
) -> NDArray[np.float64] | None:
    """``1 - PEV / (var_a (1 + F))`` from the diagonal of C^-1 for the first `n_rows` animals (and metafounders).

    With F left out the divisor is var_a, and an inbred animal with little information falls below 0: the A-inverse
    without inbreeding implies a prior variance above var_a for it. Nothing is clipped.

    Raises
    ------
    EngineError
        ``reliability_range`` for a value outside 0 to 1: the equations are wrong or ill-conditioned.
    """
    for k, block in enumerate(equations.design.random):
        if block.is_genetic:
            variance = np.diag(equations.design.covariance[k])
            own = np.ones(n_rows) if inbreeding is None else 1.0 + inbreeding
            pev = breeding_values(equations, diagonal, n_rows)
            reliability: NDArray[np.float64] = 1.0 - pev / (own[:, None] * variance)
            if (inbreeding is not None and (reliability < -ROUNDING).any()) or (reliability > 1.0).any():
                message = "a reliability lies outside 0 to 1"
                fix = "The equations are ill-conditioned: look for variances near 0 and correlations near 1"
                raise EngineError("reliability_range", message, place="variances", fix=fix)
            reliability[np.abs(reliability) < ROUNDING] = 0.0
            return reliability
    return None


def below_zero(reliability: NDArray[np.float64] | None) -> tuple[Notice, ...]:
    """A warning when reliabilities lie below 0 because inbreeding is ignored."""
    count = 0 if reliability is None else int((reliability < 0.0).any(axis=1).sum())
    if count == 0:
        return ()
    message = f"{count} inbred animals have a reliability below 0, because inbreeding is ignored"
    return (Notice("reliability_below_zero", message),)


def fixed_solutions(
    equations: Equations,
    x: NDArray[np.float64],
    diagonal: NDArray[np.float64] | None,
    constrained: NDArray[np.bool_],
    traits: tuple[str, ...],
) -> tuple[FixedSolution, ...]:
    """Solutions of the fixed blocks, constrained columns as 0."""
    estimate = np.zeros(len(constrained))
    estimate[~constrained] = x[: equations.n_fixed]
    error = np.full(len(constrained), np.nan)
    if diagonal is not None:
        error[~constrained] = np.sqrt(diagonal[: equations.n_fixed])
    solutions = []
    for block, start in zip(equations.design.fixed, equations.design.fixed_start, strict=True):
        own = slice(start, start + len(block.level))
        solutions.append(
            FixedSolution(
                trait=traits[block.trait],
                effect=block.effect,
                level=block.level,
                estimate=estimate[own],
                se=None if diagonal is None else error[own],
                is_constrained=constrained[own],
            )
        )
    return tuple(solutions)


def random_solutions(
    equations: Equations, x: NDArray[np.float64], traits: tuple[str, ...]
) -> tuple[RandomSolution, ...]:
    """Solutions of the random blocks that are not genetic."""
    solutions = []
    for block, start in zip(equations.design.random, equations.starts, strict=True):
        if block.is_genetic:
            continue
        values = x[start : start + len(block.level) * len(block.members)].reshape(len(block.level), -1)
        for k, member in enumerate(block.members):
            trait = traits[member.trait]
            is_class = block.variance_of.startswith("random.")
            estimate = values[:, k].copy()
            solutions.append(RandomSolution(trait, block.effect, member.label, is_class, block.level, estimate))
    return tuple(solutions)
