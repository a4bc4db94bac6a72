"""Choosing a solver and running it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ..equations.equations import Equations
from ..equations.group_equations import GroupPlan, without_groups
from ..errors import ModelError, NotConverged
from ..linear.factor import EXACT_LIMIT, Factor, too_large
from ..linear.sparse import Analysis
from ..model.options import Options
from ..parallel.executor import Executor
from ..solution.parts import Convergence, Notice
from .pcg import RESIDUAL, solve_pcg
from .results import genetic_scale

REFINEMENTS = 5
AUTO_LIMIT = 30_000
Tell = Callable[[float, str], None]


@dataclass(frozen=True)
class Plan:
    """The method (``direct`` or ``pcg``), whether reliabilities are exact, and warnings about the choice."""

    method: str
    is_exact: bool
    warnings: tuple[Notice, ...] = ()


@dataclass(frozen=True, eq=False)
class Answer:
    """Solutions x, the diagonal of C^-1 where it was wanted, how well the equations are solved, and their factor where
    one was made."""

    x: NDArray[np.float64]
    diagonal: NDArray[np.float64] | None
    convergence: Convergence
    factor: Factor | None = None


def choose(options: Options, n_equations: int) -> Plan:
    """What to do for `n_equations` equations.

    Raises
    ------
    ModelError
        ``too_large``: exact reliabilities or a direct solution above 100,000 equations.

    Examples
    --------
    >>> choose(Options(), 1000)
    Plan(method='direct', is_exact=True, warnings=())
    """
    if (options.reliability == "exact" or options.solver == "direct") and n_equations > EXACT_LIMIT:
        raise too_large(f"{n_equations:,} equations are above the limit of {EXACT_LIMIT:,} for exact answers")
    return intended(options, n_equations)


def intended(options: Options, n_equations: int) -> Plan:
    """What the options ask for, whether it can be carried out or not."""
    is_small = n_equations <= AUTO_LIMIT
    is_exact = options.reliability == "exact" or (options.reliability == "auto" and is_small)
    warnings = []
    if options.reliability == "auto" and not is_small:
        message = (
            f"no reliabilities: {n_equations:,} equations are above {AUTO_LIMIT:,}; ask for exact or approximate ones"
        )
        warnings.append(Notice("no_reliability", message))
    method = options.solver
    if method == "auto":
        method = "direct" if is_exact or is_small else "pcg"
    return Plan(method, is_exact, tuple(warnings))


def solve(
    equations: Equations,
    options: Options,
    plan: Plan,
    tell: Tell,
    groups: GroupPlan | None = None,
    executor: Executor | None = None,
    start: NDArray[np.float64] | None = None,
) -> Answer:
    """Solve the equations and, where the plan says so, take the diagonal of C^-1.

    Raises
    ------
    NotConverged
        The tolerance was not reached.
    ModelError
        ``singular`` or ``too_large``.
    """
    scale = genetic_scale(equations)
    needs_factor = plan.is_exact or plan.method == "direct"
    factor = factor_of(equations) if needs_factor else None
    if plan.method == "direct":
        assert factor is not None
        x, convergence = _direct(equations, factor, scale, options.tolerance)
    else:
        x, convergence = solve_pcg(
            equations,
            scale,
            options.tolerance,
            options.maximum_iterations,
            lambda share: tell(0.25 + 0.55 * share, "solve"),
            options.threads,
            executor,
            start,
        )
        convergence = _compare(equations, factor, x, scale, convergence)
    diagonal = None
    if plan.is_exact:
        assert factor is not None
        tell(0.8, "reliability")
        diagonal = factor.inverse_diagonal()
        if groups is not None and groups.shares is not None:
            diagonal = without_groups(diagonal, factor, groups.shares, groups.constrained, equations.starts[0])
    return Answer(x, diagonal, convergence, factor)


def factor_of(equations: Equations, analysis: Analysis | None = None) -> Factor:
    """Factor of the equations.

    Raises
    ------
    ModelError
        ``singular``, with the effect whose equation has no pivot left; ``too_large``.
    """
    try:
        return Factor(equations.matrix(), analysis)
    except ModelError as error:
        raise singular_effect(error, equations) from error


def singular_effect(error: ModelError, equations: Equations) -> ModelError:
    """The refusal of singular equations with the name of the effect; other refusals as they are."""
    if error.code != "singular" or not error.positions:
        return error
    effect = equations.effect_of(error.positions[0])
    message = f"the equations are singular: nothing is left to estimate effect {effect} from beside the others"
    return ModelError("singular", message, place=f"effects.{effect}", fix=error.fix)


def _direct(
    equations: Equations, factor: Factor, scale: NDArray[np.float64], tolerance: float
) -> tuple[NDArray[np.float64], Convergence]:
    size = float(np.linalg.norm(equations.rhs)) or 1.0
    x = factor.solve(equations.rhs)
    left = equations.rhs - equations.product(x)
    change = residual = np.inf
    for _ in range(REFINEMENTS):
        correction = factor.solve(left)
        x = x + correction
        left = equations.rhs - equations.product(x)
        change = float(np.max(np.abs(correction) / scale, initial=0.0))
        residual = float(np.linalg.norm(left)) / size
        if residual < RESIDUAL and change < tolerance:
            break
    if not (residual < RESIDUAL and change < tolerance):
        message = f"the direct solution is not accurate: relative residual {residual:.3g}, change {change:.3g}"
        fix = "The equations are ill-conditioned: look for variances near 0 and correlations near 1"
        raise NotConverged("not_converged", message, place="variances", fix=fix)
    return x, Convergence("direct", True, 1, change, residual)


def _compare(
    equations: Equations,
    factor: Factor | None,
    x: NDArray[np.float64],
    scale: NDArray[np.float64],
    convergence: Convergence,
) -> Convergence:
    """Set PCG beside the direct solution where the problem is small enough for one."""
    if factor is None and equations.n_equations <= AUTO_LIMIT:
        try:
            factor = factor_of(equations)
        except ModelError:
            return convergence
    if factor is None:
        return convergence
    difference = float(np.max(np.abs(x - factor.solve(equations.rhs)) / scale, initial=0.0))
    return replace(convergence, direct_difference=difference)
