"""Preconditioned conjugate gradients with a stopping rule that speaks of breeding values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from ..equations.equations import Equations
from ..equations.record_product import fixed_diagonal, level_blocks
from ..errors import NotConverged
from ..parallel.executor import Executor
from ..parallel.workers import Workers
from ..pedigree.pedigree_inverse import PedigreeInverse
from ..solution.parts import Convergence
from .absorbed_fixed import AbsorbedFixed, absorb_fixed
from .absorbed_pedigree import AbsorbedPedigree
from .products import BlockProduct, EquationProduct, invert_blocks

WINDOW = 10
RESIDUAL = 1e-8
ROUNDING = 1e-15
CANCELLED = 1e-7
Vector = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Preconditioner:
    """Block Jacobi: nothing for the absorbed fixed effects, the diagonal of the others, each level of a random effect
    by itself, and the animals of a pedigree without groups by its factor.

    Attributes
    ----------
    fixed_inverse : float64, shape (n_fixed,)
        0 where absorbed.
    levels : tuple of (start, blocks)
        First equation and inverse blocks (n_levels, k, k) of each random effect but that of `animals`.
    animals : tuple of (equations, AbsorbedPedigree), optional
    """

    fixed_inverse: Vector
    levels: tuple[tuple[int, NDArray[np.float64]], ...]
    workers: Workers
    animals: tuple[slice, AbsorbedPedigree] | None = None

    @cached_property
    def products(self) -> tuple[tuple[slice, BlockProduct], ...]:
        """The blocks of each effect as operators on their part of a vector."""
        return tuple(
            (slice(start, start + blocks.shape[0] * blocks.shape[1]), BlockProduct(blocks, self.workers))
            for start, blocks in self.levels
        )

    def apply(self, r: Vector) -> Vector:
        """M^-1 r."""
        z = np.empty_like(r)
        n_fixed = len(self.fixed_inverse)
        z[:n_fixed] = r[:n_fixed] * self.fixed_inverse
        for part, product in self.products:
            product.into(r[part], z[part])
        if self.animals is not None:
            part, absorbed = self.animals
            absorbed.into(r[part], z[part])
        return z


def build_preconditioner(
    equations: Equations, workers: Workers, absorbed: AbsorbedFixed | None = None, *, by_level: bool = False
) -> Preconditioner:
    """Invert the diagonal blocks of C; `by_level`: of animals too, where they could have the factor of the pedigree."""
    fixed_inverse = 1.0 / _fixed_diagonal(equations)
    if absorbed is not None:
        fixed_inverse[absorbed.equations] = 0.0
    of_animals = None if by_level else _absorbable(equations)
    others = [k for k in range(len(equations.starts)) if k != of_animals]
    levels = tuple(_level_blocks(equations, k, workers) for k in others)
    animals = None if of_animals is None else _absorb(equations, of_animals, workers)
    return Preconditioner(fixed_inverse, levels, workers, animals)


def _fixed_diagonal(equations: Equations) -> Vector:
    if equations.records is not None:
        return fixed_diagonal(equations.records, equations.design)
    x = equations.w[:, : equations.n_fixed]
    return np.asarray((x.T @ equations.residual_inverse @ x).diagonal())


def _absorbable(equations: Equations) -> int | None:
    """The random effect of animals whose equations are those of a pedigree alone."""
    inverse = equations.a_inverse
    is_plain = equations.held is None and equations.reparametrised is None and equations.records is not None
    if not is_plain or not isinstance(inverse, PedigreeInverse) or inverse.n_groups:
        return None
    return next(k for k, block in enumerate(equations.design.random) if block.is_genetic)


def _absorb(equations: Equations, k: int, workers: Workers) -> tuple[slice, AbsorbedPedigree]:
    inverse, layout, precision = equations.a_inverse, equations.records, equations.design.precision[k]
    assert isinstance(inverse, PedigreeInverse)
    assert layout is not None
    information = level_blocks(layout, equations.design, k)
    part = slice(equations.starts[k], equations.starts[k] + len(precision) * len(information))
    return part, AbsorbedPedigree(inverse, precision, information, workers)


def _level_blocks(equations: Equations, k: int, workers: Workers) -> tuple[int, NDArray[np.float64]]:
    block, precision, start = equations.design.random[k], equations.design.precision[k], equations.starts[k]
    size, n_levels, layout = len(precision), len(block.level), equations.records
    blocks = _formed_blocks(equations, k) if layout is None else level_blocks(layout, equations.design, k)
    if block.is_genetic and equations.reparametrised is not None:
        blocks = equations.reparametrised.blocks(blocks, precision)
    elif block.is_genetic:
        own = equations.relationship_inverse.diagonal()
        for i, j in np.ndindex(size, size):
            blocks[:, i, j] += own * precision[i, j]
    else:
        blocks += precision
    if equations.held is not None:
        held = equations.held[start : start + size * n_levels].reshape(n_levels, size)
        blocks[held[:, :, None] | held[:, None, :]] = 0.0
        blocks[:, range(size), range(size)] += held
    invert_blocks(blocks, workers)
    return start, blocks


def _formed_blocks(equations: Equations, k: int) -> NDArray[np.float64]:
    block, start = equations.design.random[k], equations.starts[k]
    size, n_levels = len(block.members), len(block.level)
    z = equations.w[:, start : start + size * n_levels]
    crossed = (z.T @ equations.residual_inverse @ z).tocoo()
    rows, columns = crossed.coords
    inside = rows // size == columns // size
    blocks = np.zeros((n_levels, size, size))
    blocks[rows[inside] // size, rows[inside] % size, columns[inside] % size] = crossed.data[inside]
    return blocks


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
    with Workers(threads) as workers:
        absorbed = absorb_fixed(equations, workers)
        conditioner = build_preconditioner(equations, workers, absorbed)
        product = EquationProduct(equations, executor or workers, absorbed)
        rule = scale, tolerance, maximum_iterations
        return _solve(equations, (product, conditioner, workers), rule, report, start)


Machine = tuple[EquationProduct, Preconditioner, Workers]


def _solve(
    equations: Equations,
    machine: Machine,
    rule: tuple[Vector, float, int],
    report: Callable[[float], None],
    start: Vector | None,
) -> tuple[Vector, Convergence]:
    (scale, tolerance, maximum_iterations), product = rule, machine[0]
    rhs = equations.reduce(equations.rhs)
    x = np.zeros_like(rhs)
    r = product.settle(x, rhs)
    size = max(float(np.linalg.norm(r)), CANCELLED * float(np.linalg.norm(product.without_absorbed(rhs)))) or 1.0
    if start is not None:
        x = start.copy()
        r = product.settle(x, rhs - product.times(x))
    done, change, residual = 0, np.inf, np.inf
    while done < maximum_iterations:
        before, r_before = x.copy(), float(np.linalg.norm(r)) / size
        x, r, steps, energy = _run(machine, x, r, maximum_iterations - done, (scale, tolerance, size, report))
        done += steps
        r = product.settle(x, rhs - product.times(x))
        residual = float(np.linalg.norm(r)) / size
        change = energy[1]
        if residual < RESIDUAL and change < tolerance:
            return equations.expand(x), Convergence("pcg", True, done, change, residual, error_estimate=energy[0])
        if steps == 0 or (residual >= r_before and np.array_equal(before, x)):
            break
    message = (
        f"after {done} iterations: change {change:.3g} genetic standard deviations, relative residual {residual:.3g}"
    )
    fix = "Raise maximum_iterations, or look for confounded effects and variances near 0"
    raise NotConverged("not_converged", message, place="options.tolerance", fix=fix)


def _run(
    machine: Machine,
    x: Vector,
    r: Vector,
    allowed: int,
    rule: tuple[Vector, float, float, Callable[[float], None]],
) -> tuple[Vector, Vector, int, tuple[float, float]]:
    """Iterate until the rule holds; x, r, iterations and (error estimate, largest change over the last window)."""
    (scale, tolerance, size, report), (product, conditioner, workers) = rule, machine
    first = max(float(np.linalg.norm(r)) / size, 10 * RESIDUAL)
    z = conditioner.apply(r)
    p, rz, norm = z.copy(), workers.dot(r, z), float(np.linalg.norm(r))
    x, window, energy, change = x.copy(), x.copy(), 0.0, np.inf
    for step in range(1, allowed + 1):
        if norm <= ROUNDING * size:
            return x, r, step - 1, (float(np.sqrt(rz)), product.largest(z, scale))
        q = product.conjugate(p)
        alpha = rz / workers.dot(p, q)
        norm = workers.advance(x, r, p, q, alpha) ** 0.5
        energy += alpha * rz
        z = conditioner.apply(r)
        rz, previous = workers.dot(r, z), rz
        workers.turn(p, z, rz / previous)
        if step % WINDOW == 0:
            change = product.largest(x - window, scale)
            relative = norm / size
            report(min(0.99, np.log(first / max(relative, 1e-300)) / np.log(first / RESIDUAL)))
            if change < tolerance and relative < RESIDUAL:
                return x, r, step, (float(np.sqrt(energy)), change)
            window[:], energy = x, 0.0
    return x, r, allowed, (float(np.sqrt(energy)), change)
