"""One right-hand side by conjugate gradients, with a stopping rule that speaks of breeding values."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..equations.equations import Equations
from ..errors import NotConverged
from ..parallel.executor import Executor
from ..parallel.workers import Workers
from ..solution.parts import Convergence
from .conjugate_gradients import ConjugateGradients, System

WINDOW = 10
RESIDUAL = 1e-8
ROUNDING = 1e-15
CANCELLED = 1e-7
Vector = NDArray[np.float64]


def solve_pcg(
    equations: Equations,
    scale: Vector,
    tolerance: float,
    maximum_iterations: int,
    report: Callable[[float], None],
    threads: int = 0,
    executor: Executor | None = None,
    start: Vector | None = None,
) -> tuple[Vector, Convergence]:
    """Solve C x = rhs by PCG, fixed effects absorbed.

    Stops when the largest change of x over a window of 10 iterations, in units of `scale`, is below `tolerance` and
    the residual below 1e-8 of the right-hand side, both without the absorbed effects; then the residual is computed
    afresh, and the iteration goes on from there where it does not hold.

    Parameters
    ----------
    equations : Equations
    scale : float64, shape (n_equations,)
        Genetic standard deviation of each breeding value; infinite for all that is not one.
    tolerance : float
    maximum_iterations : int
    report : callable(share)
        Called every window with a rough share done, 0 to 1.
    threads : int
        0: as many as there are cores. The answer has the same bits for any number.
    executor : Executor, optional
        Computes the products with C; by default these threads do. The bits are the same.
    start : float64, shape (n_equations,), optional
        First x, for equations in their own coordinates; by default 0.

    Returns
    -------
    x : float64, shape (n_equations,)
    Convergence

    Raises
    ------
    NotConverged

    References
    ----------
    Tsuruta et al. 2001, J Anim Sci 79:1166; Stranden and Lidauer 1999, J Dairy Sci 82:2779.
    """
    rule = Rule(scale, tolerance, maximum_iterations, report)
    x, convergence = _solve(equations, System.of(equations, Workers(threads), executor), rule, start)
    return equations.expand(x)[:, 0], convergence


class Rule(NamedTuple):
    """When the iteration ends, and whom to tell of its progress."""

    scale: Vector
    tolerance: float
    maximum_iterations: int
    report: Callable[[float], None]


class Run(NamedTuple):
    """Iterations without a fresh residual: how many, an estimate of the error, and the largest change of the last
    window, both in genetic standard deviations."""

    steps: int
    error: float
    change: float


def _solve(equations: Equations, system: System, rule: Rule, start: Vector | None) -> tuple[Vector, Convergence]:
    """Run until the rule holds for a residual that is computed afresh; x in the coordinates of PCG."""
    product = system.product
    rhs = equations.reduce(equations.rhs)[:, None]
    x = np.zeros_like(rhs)
    r = product.settle(x, rhs)
    size = max(float(np.linalg.norm(r)), CANCELLED * float(np.linalg.norm(product.without_absorbed(rhs)))) or 1.0
    if start is not None:
        x = start[:, None].copy()
        r = product.settle(x, rhs - product.times(x))
    done, run, residual = 0, Run(0, np.inf, np.inf), np.inf
    while done < rule.maximum_iterations:
        before, r_before = x.copy(), float(np.linalg.norm(r)) / size
        run = _run(system, x, r, rule._replace(maximum_iterations=rule.maximum_iterations - done), size)
        done += run.steps
        r = product.settle(x, rhs - product.times(x))
        residual = float(np.linalg.norm(r)) / size
        if residual < RESIDUAL and run.change < rule.tolerance:
            return x, Convergence("pcg", True, done, run.change, residual, error_estimate=run.error)
        if run.steps == 0 or (residual >= r_before and np.array_equal(before, x)):
            break
    message = (
        f"after {done} iterations: change {run.change:.3g} genetic standard deviations, "
        f"relative residual {residual:.3g}"
    )
    fix = "Raise maximum_iterations, or look for confounded effects and variances near 0"
    raise NotConverged("not_converged", message, place="options.tolerance", fix=fix)


def _run(system: System, x: Vector, r: Vector, rule: Rule, size: float) -> Run:
    """Iterate on `x` and `r`, both changed in place, until the rule holds or nothing but rounding is left of r."""
    first = max(float(np.linalg.norm(r)) / size, 10 * RESIDUAL)
    gradients, product = ConjugateGradients(system, x, r), system.product
    window, gained, change = x.copy(), 0.0, np.inf
    for step in range(1, rule.maximum_iterations + 1):
        if float(gradients.norm[0]) ** 0.5 <= ROUNDING * size:
            return Run(step - 1, float(np.sqrt(gradients.energy[0])), product.largest(gradients.z, rule.scale))
        gained += float(gradients.step()[0])
        if step % WINDOW == 0:
            change = product.largest(x - window, rule.scale)
            relative = float(gradients.norm[0]) ** 0.5 / size
            rule.report(min(0.99, np.log(first / max(relative, 1e-300)) / np.log(first / RESIDUAL)))
            if change < rule.tolerance and relative < RESIDUAL:
                return Run(step, float(np.sqrt(gained)), change)
            window[:], gained = x, 0.0
    return Run(rule.maximum_iterations, float(np.sqrt(gained)), change)
