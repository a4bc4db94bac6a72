"""Effects whose covariance matrix is singular: equations of as many of their rows as vary by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import block_array, coo_array, csc_array, csr_array, eye_array, kron

from ..equations.design import Design
from ..equations.equations import Equations, FormedDesign
from ..linear.factor import Factor
from ..model.variances import ROUNDED, inverse

Matrix = NDArray[np.float64]
Ints = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Reduced:
    """Equations of fewer effects, and the way back: ``x = T f``.

    Attributes
    ----------
    equations : Equations
        Of the fixed effects and of f.
    back : csr_array, shape (n_equations, n_reduced)
        T.
    chosen : int, shape (n_reduced,)
        The equation of the whole that each of f is.
    """

    equations: Equations
    back: csr_array
    chosen: Ints

    def whole(self, f: Matrix) -> Matrix:
        """x, float64 of shape (n_equations,)."""
        return np.asarray(self.back @ f)

    def whole_diagonal(self) -> Matrix:
        """Diagonal of ``T C^-1 T'``, float64 of shape (n_equations,), by the selected inverse of the fewer equations.

        Raises
        ------
        ModelError
            ``singular``, ``too_large``.
        """
        found = Factor(with_level_blocks(self.equations)).inverse_in_pattern()
        return np.asarray(((self.back @ found).multiply(self.back)).sum(axis=1)).ravel()


def independent_rows(matrix: Matrix) -> tuple[Ints, Matrix]:
    """Rows s of a singular covariance matrix that span it, and B with ``matrix = B matrix[s, s] B'``.

    Each next row is the one that varies most given those before, in units of its own variance.

    Examples
    --------
    >>> rows, b = independent_rows(np.array([[4.0, 2.0], [2.0, 1.0]]))
    >>> rows.tolist(), b.tolist()
    ([0], [[1.0], [0.5]])
    """
    scale = np.sqrt(np.diag(matrix))
    left = matrix / np.outer(scale, scale)
    rank = int((np.linalg.eigvalsh(left) > ROUNDED).sum())
    rows: list[int] = []
    for _ in range(rank):
        # equal ones in their order, whatever rounding says
        row = int(np.argmax(np.diag(left).round(9)))
        left = left - np.outer(left[row], left[row]) / left[row, row]
        rows.append(row)
    chosen = np.sort(np.array(rows, dtype=np.intp))
    b = np.linalg.solve(matrix[np.ix_(chosen, chosen)], matrix[chosen]).T
    b[chosen] = np.eye(rank)
    return chosen, np.asarray(b)


def reduce(equations: Equations, exact: Sequence[Matrix | None]) -> Reduced:
    """The equations with fewer effects of each random block whose covariance matrix in `exact` is singular.

    ``u = B f`` of every level, f some of its effects with a covariance matrix that has an inverse: Z u = (Z B) f. The
    solutions, and the prediction error variances ``B var(f - f^) B'``, are those of the whole model: nothing is added
    to the matrix.

    Parameters
    ----------
    equations : Equations
        Without fixed groups of unknown parents.
    exact : sequence of float64, shape (size, size), or None
        Of each random block; None where its matrix in the design has an inverse.

    References
    ----------
    Henderson 1984, Applications of Linear Models in Animal Breeding, chapter 5 (singular G); Meyer and Kirkpatrick
    2005, Genet Sel Evol 37:1.
    """
    design = equations.design
    blocks, covariance, precision, ways = [], [], [], []
    first, chosen = design.n_fixed, [np.arange(design.n_fixed)]
    for k, (block, matrix) in enumerate(zip(design.random, exact, strict=True)):
        size, n = len(block.members), len(block.level)
        rows, b = (np.arange(size), np.eye(size)) if matrix is None else independent_rows(matrix)
        own = design.covariance[k] if matrix is None else matrix[np.ix_(rows, rows)]
        blocks.append(replace(block, members=tuple(block.members[row] for row in rows)))
        covariance.append(own)
        precision.append(design.precision[k] if matrix is None else inverse(own, f"variances.{block.variance_of}"))
        ways.append(kron(eye_array(n), b, format="csr"))
        chosen.append(first + (np.arange(n)[:, None] * size + rows).ravel())
        first += n * size
    parts = [eye_array(design.n_fixed), *ways]
    back = csr_array(
        block_array([[part if i == j else None for j in range(len(parts))] for i, part in enumerate(parts)])
    )
    fewer = replace(
        design,
        random=tuple(blocks),
        random_start=tuple(accumulate((way.shape[1] for way in ways[:-1]), initial=design.n_fixed)),
        covariance=tuple(covariance),
        precision=tuple(precision),
        given_w=csr_array(design.w @ back),
    )
    return _of_design(equations, fewer, back, np.concatenate(chosen))


def _of_design(equations: Equations, fewer: Design, back: csr_array, chosen: Ints) -> Reduced:
    """The same fixed columns are left out."""
    fixed = equations.kept[: equations.n_fixed]
    kept = np.concatenate([fixed, np.arange(fewer.n_fixed, fewer.n_equations)]).astype(np.int64)
    formed = FormedDesign(fewer, kept)
    rhs = formed.w_transposed @ (fewer.residual_inverse @ fewer.y)
    found = replace(equations, rhs=rhs, design=fewer, kept=kept, formed=formed)
    removed = fewer.n_fixed - equations.n_fixed
    place = chosen[kept] - removed
    place[: equations.n_fixed] = np.arange(equations.n_fixed)
    return Reduced(found, csr_array(back[equations.kept][:, kept]), place)


def with_level_blocks(equations: Equations) -> csc_array:
    """C that stores every pair of effects of a level, 0 or not, so that its selected inverse has them."""
    c = coo_array(equations.matrix())
    rows, columns = [c.coords[0]], [c.coords[1]]
    for part, precision in zip(equations.parts, equations.design.precision, strict=True):
        size = len(precision)
        levels = np.arange(part.start, part.stop, size)[:, None, None]
        across = np.broadcast_to(np.arange(size), (len(levels), size, size))
        rows.append((levels + np.swapaxes(across, 1, 2)).ravel())
        columns.append((levels + across).ravel())
    row, column = np.concatenate(rows), np.concatenate(columns)
    data = np.concatenate([c.data, np.zeros(len(row) - len(c.data))])
    return csc_array(coo_array((data, (row, column)), shape=c.shape))
