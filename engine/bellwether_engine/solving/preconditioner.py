"""What approximates C^-1 in conjugate gradients."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..equations.equations import Equations
from ..equations.record_product import fixed_diagonal, level_blocks
from ..parallel.workers import Workers, even_pieces
from ..pedigree.structure import PedigreeFactor
from .absorbed_fixed import AbsorbedFixed
from .absorbed_pedigree import AbsorbedPedigree

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Preconditioner:
    """Block Jacobi: nothing for the absorbed fixed effects, the diagonal of the others, each level of a random effect
    by itself, and the animals of a pedigree without groups by its factor.

    Attributes
    ----------
    fixed_inverse : float64, shape (n_fixed,)
        0 where absorbed.
    levels : tuple of (equations, blocks)
        Equations and inverse blocks (n_levels, size, size) of each random effect but that of `animals`.
    animals : tuple of (equations, AbsorbedPedigree), optional
    """

    fixed_inverse: Matrix
    levels: tuple[tuple[slice, Matrix], ...]
    workers: Workers
    animals: tuple[slice, AbsorbedPedigree] | None = None

    def apply(self, r: Matrix) -> Matrix:
        """M^-1 r, float64 of shape (n_equations, k)."""
        z = np.empty_like(r)
        n_fixed = len(self.fixed_inverse)
        z[:n_fixed] = r[:n_fixed] * self.fixed_inverse[:, None]
        for part, blocks in self.levels:
            self._of_levels(blocks, r[part], z[part])
        if self.animals is not None:
            part, absorbed = self.animals
            absorbed.into(r[part], z[part])
        return z

    def _of_levels(self, blocks: Matrix, r: Matrix, z: Matrix) -> None:
        self.workers.run(lambda first, last: _block_rows(blocks, r, z, first, last), even_pieces(len(blocks)))


def build_preconditioner(
    equations: Equations, workers: Workers, absorbed: AbsorbedFixed | None = None, *, by_level: bool = False
) -> Preconditioner:
    """Invert the diagonal blocks of C; `by_level`: of animals too, where they could have the factor of the pedigree."""
    fixed_inverse = 1.0 / _fixed_diagonal(equations)
    if absorbed is not None:
        fixed_inverse[absorbed.equations] = 0.0
    levels, animals = [], None
    for k, (part, structure) in enumerate(zip(equations.parts, equations.structures, strict=True)):
        pedigree = structure.pedigree_factor
        if pedigree is None or by_level or equations.held is not None or equations.records is None:
            levels.append((part, _inverse_blocks(equations, k, workers)))
        else:
            animals = part, _absorb(equations, k, pedigree, workers)
    return Preconditioner(fixed_inverse, tuple(levels), workers, animals)


def _fixed_diagonal(equations: Equations) -> Matrix:
    if equations.records is not None:
        return fixed_diagonal(equations.records, equations.design)
    x = equations.w[:, : equations.n_fixed]
    return np.asarray((x.T @ equations.residual_inverse @ x).diagonal())


def _absorb(equations: Equations, k: int, pedigree: PedigreeFactor, workers: Workers) -> AbsorbedPedigree:
    return AbsorbedPedigree(pedigree, equations.design.precision[k], _data_blocks(equations, k), workers)


def _inverse_blocks(equations: Equations, k: int, workers: Workers) -> Matrix:
    precision, part = equations.design.precision[k], equations.parts[k]
    blocks = equations.structures[k].diagonal_blocks(_data_blocks(equations, k), precision)
    if equations.held is not None:
        held = equations.held[part].reshape(blocks.shape[:2])
        blocks[held[:, :, None] | held[:, None, :]] = 0.0
        blocks[:, range(len(precision)), range(len(precision))] += held
    invert_blocks(blocks, workers)
    return blocks


def _data_blocks(equations: Equations, k: int) -> Matrix:
    """Diagonal blocks of ``W' R^-1 W``, (n_levels, size, size)."""
    if equations.records is not None:
        return level_blocks(equations.records, equations.design, k)
    block = equations.design.random[k]
    size, n_levels = len(block.members), len(block.level)
    z = equations.w[:, equations.parts[k]]
    crossed = (z.T @ equations.residual_inverse @ z).tocoo()
    rows, columns = crossed.coords
    inside = rows // size == columns // size
    blocks = np.zeros((n_levels, size, size))
    blocks[rows[inside] // size, rows[inside] % size, columns[inside] % size] = crossed.data[inside]
    return blocks


def invert_blocks(blocks: Matrix, workers: Workers) -> None:
    """Replace small positive definite blocks (n_levels, size, size) by their inverses."""
    workers.run(lambda first, last: _invert_blocks(blocks, first, last), even_pieces(len(blocks)))


@njit(cache=True, nogil=True)
def _invert_blocks(blocks: Matrix, first: int, last: int) -> None:
    """Inverses of `blocks` (n_levels, size, size) in their place, by Gauss-Jordan elimination: positive definite blocks
    need no search for pivots (Golub and Van Loan 2013, section 4.2)."""
    size = blocks.shape[1]
    for n in range(first, last):
        block = blocks[n]
        for i in range(size):
            # Row i over its pivot; the pivot's own place takes the column of the unit matrix.
            pivot = 1.0 / block[i, i]
            block[i, i] = 1.0
            for j in range(size):
                block[i, j] *= pivot
            # Column i out of all other rows.
            for k in range(size):
                if k != i:
                    factor = block[k, i]
                    block[k, i] = 0.0
                    for j in range(size):
                        block[k, j] -= factor * block[i, j]


@njit(cache=True, nogil=True)
def _block_rows(blocks: Matrix, r: Matrix, z: Matrix, first: int, last: int) -> None:
    """``z_n = blocks_n r_n`` of each level n: `blocks` (n_levels, size, size), `r` and `z` (n_levels * size, k)."""
    size, k = blocks.shape[1], r.shape[1]
    # One column keeps its sum in a register.
    if k == 1:
        for n in range(first, last):
            for i in range(size):
                total = 0.0
                for j in range(size):
                    total += blocks[n, i, j] * r[n * size + j, 0]
                z[n * size + i, 0] = total
        return
    for n in range(first, last):
        for i in range(size):
            for c in range(k):
                z[n * size + i, c] = 0.0
            for j in range(size):
                for c in range(k):
                    z[n * size + i, c] += blocks[n, i, j] * r[n * size + j, c]
