"""Inverse relationships of all animals from pedigree and genotypes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, diags_array

from ..errors import ModelError
from ..parallel.executor import Executor
from ..parallel.row_product import RowProduct
from ..pedigree.structure import Prior, Structure, Weighted, by_precision
from ..pedigree.subset import RelationshipBlock
from .inverses import GenomicInverse
from .loadings import Loadings

Matrix = NDArray[np.float64]
FORMED_LIMIT = 2_500
SECOND_LEVEL = 0.5
POWER_STEPS = 8


class GenotypedInverse(Structure):
    """G-inverse at the genotyped animals; the others stand alone with 1 (they have no records)."""

    def __init__(self, n_animals: int, animals: NDArray[np.int32], inverse: GenomicInverse) -> None:
        self.n_animals, self.animals, self.inverse = n_animals, animals, inverse

    def __matmul__(self, v: Matrix, /) -> Matrix:
        """The product with v, (n_animals, k)."""
        result = v.copy()
        result[self.animals] = self.inverse.product(np.ascontiguousarray(v[self.animals]))
        return result

    def prior(self, precision: Matrix, _executor: Executor) -> Prior:
        """A dense product, whose threads are those of BLAS."""
        return Weighted(self.__matmul__, precision)

    def diagonal(self) -> Matrix:
        """Its diagonal."""
        diagonal = np.ones(self.n_animals)
        diagonal[self.animals] = self.inverse.diagonal()
        return diagonal

    def tocsr(self) -> csr_array:
        """The matrix, up to 2,500 genotyped animals."""
        refuse_large(len(self.animals))
        alone = np.ones(self.n_animals)
        alone[self.animals] = 0.0
        return csr_array(diags_array(alone) + embed(self.inverse.dense(), self.animals, self.n_animals))


class SingleStepInverse(Structure):
    """``H^-1 = A^-1 + [0 0; 0 G_w^-1 - A22^-1]`` as an operator.

    References
    ----------
    Aguilar et al. 2010, J Dairy Sci 93:743; Christensen and Lund 2010, Genet Sel Evol 42:2.
    """

    def __init__(
        self, a_inverse: csr_array, animals: NDArray[np.int32], inverse: GenomicInverse, block: RelationshipBlock
    ) -> None:
        self.a_inverse, self.animals, self.added = a_inverse, animals, inverse.less(block)

    def __matmul__(self, v: Matrix, /) -> Matrix:
        """H-inverse times v, (n_animals, k)."""
        return self.add_genomic(self.a_inverse @ v, v)

    def add_genomic(self, result: Matrix, v: Matrix) -> Matrix:
        """``result``, which is A^-1 v, with what the genotypes add to it."""
        result[self.animals] += self.added.product(np.ascontiguousarray(v[self.animals]))
        return result

    def prior(self, precision: Matrix, executor: Executor) -> Prior:
        """A^-1 by rows shared among the workers, and what is added at the genotyped animals."""
        rows = RowProduct(self.a_inverse, executor)
        return Weighted(lambda v: self.add_genomic(rows.times(v), v), precision)

    def diagonal(self) -> Matrix:
        """The diagonal, or where it is not at hand a positive approximation."""
        diagonal: Matrix = self.a_inverse.diagonal().copy()
        own = diagonal[self.animals]
        diagonal[self.animals] = np.maximum(own + self.added.diagonal(), 0.1 * own)
        return diagonal

    def tocsr(self) -> csr_array:
        """H-inverse as a matrix, up to 2,500 genotyped animals."""
        refuse_large(len(self.animals))
        return csr_array(self.a_inverse + embed(self.added.dense(), self.animals, self.a_inverse.shape[0]))


class JointInverse(Structure):
    """ssSNPBLUP: the precision of animals and marker effects together; neither G nor A22-inverse is formed.

    Levels are the animals, then the loadings s of the markers (variance 1 each), then that of the tuning's shift::

        uu: A^-1 + (1/beta - 1) C on genotyped   us: -C Z / beta   ss: I + Z' C Z / beta        C = A22^-1

    PCG works on ``w = u - Z s`` (genotyped animals) and s: the part of u that markers do not explain hangs on s by the
    relatives without genotype alone, no longer by C / beta. The blocks of s are then raised to the largest eigenvalue
    among them (second-level scaling). An iteration costs one product with Z, one with Z' and one A22^-1.

    References
    ----------
    Liu et al. 2014, J Dairy Sci 97:5833; Mantysaari et al. 2017, J Anim Sci 95:4728; Vandenplas et al. 2019, Genet Sel
    Evol 51:30 (second-level scaling).
    """

    def __init__(
        self,
        a_inverse: csr_array,
        animals: NDArray[np.int32],
        loadings: Loadings,
        block: RelationshipBlock,
        beta: float,
    ) -> None:
        if (loadings.sign < 0).any():
            message = "tuning lowers G: marker effects have no variance to match that"
            raise ModelError("tuning", message, place="genomic.tune", fix='Use ssgtblup, or set tune = "none"')
        self.a_inverse, self.animals, self.loadings, self.block = a_inverse, animals, loadings, block
        self.beta = beta

    def __matmul__(self, v: Matrix, /) -> Matrix:
        """The product with v, (n_animals + n_loadings, k)."""
        n, k = self.a_inverse.shape[0], v.shape[1]
        u, s = v[:n], np.ascontiguousarray(v[n:])
        own = u[self.animals]
        solved = self.block.solve(np.column_stack([own, (own - self.loadings.product(s)) / self.beta]))
        result = np.empty_like(v)
        result[:n] = self.a_inverse @ u
        result[self.animals] += solved[:, k:] - solved[:, :k]
        result[n:] = s - self.loadings.transposed_product(np.ascontiguousarray(solved[:, k:]))
        return result

    def expand(self, v: Matrix) -> Matrix:
        """Animals and loadings from (w, s)."""
        levels, n = v.copy(), self.a_inverse.shape[0]
        levels[self.animals] += self.loadings.product(np.ascontiguousarray(v[n:]))
        return levels

    def reduce(self, r: Matrix) -> Matrix:
        """A right-hand side of (w, s) from one of animals and loadings."""
        reduced, n = r.copy(), self.a_inverse.shape[0]
        reduced[n:] += self.loadings.transposed_product(np.ascontiguousarray(r[self.animals]))
        return reduced

    def prior(self, precision: Matrix, executor: Executor) -> Prior:
        """In the coordinates (w, s)."""
        return JointPrior(self, precision, executor)

    def diagonal_blocks(self, data: Matrix, precision: Matrix) -> Matrix:
        """Diagonal blocks of (w, s), those of s raised by their largest eigenvalue."""
        n = self.a_inverse.shape[0]
        own, pedigree = self.block.inverse_diagonal(), self.a_inverse.diagonal()
        rest = np.maximum(pedigree[self.animals] - own, 0.0)
        pedigree[self.animals] += (1.0 / self.beta - 1.0) * own
        of_data = data[self.animals]
        blocks = data.copy()
        blocks[:n] += pedigree[:, None, None] * precision
        blocks[n:] = (1.0 + self.loadings.weighted_squares(rest))[:, None, None] * precision
        for a, b in np.ndindex(*precision.shape):
            blocks[n:, a, b] += self.loadings.weighted_squares(np.ascontiguousarray(of_data[:, a, b]))
        relative = np.trace(of_data @ np.linalg.inv(precision), axis1=1, axis2=2) / len(precision)
        blocks[n:] *= SECOND_LEVEL * self._largest(rest + relative)
        return blocks

    def _largest(self, weight: Matrix) -> float:
        """The largest eigenvalue of ``I + Z' diag(weight) Z`` over its diagonal, by the power method."""
        diagonal = 1.0 + self.loadings.weighted_squares(weight)
        v, largest = np.random.default_rng(0).normal(size=(self.loadings.n_columns, 1)), 1.0
        for _ in range(POWER_STEPS):
            v /= np.linalg.norm(v)
            scaled = v / np.sqrt(diagonal)[:, None]
            across = self.loadings.transposed_product(weight[:, None] * self.loadings.product(scaled))
            v = (scaled + across) / np.sqrt(diagonal)[:, None]
            largest = float(np.linalg.norm(v))
        return largest

    def diagonal(self) -> Matrix:
        """A positive approximation of the diagonal."""
        diagonal: Matrix = self.a_inverse.diagonal().copy()
        own = self.block.inverse_diagonal()
        diagonal[self.animals] += (1.0 / self.beta - 1.0) * own
        return np.concatenate([diagonal, 1.0 + self.loadings.weighted_squares(own / self.beta)])

    def tocsr(self) -> csr_array:
        """The matrix, up to 2,500 genotyped animals and markers together."""
        n, m = self.a_inverse.shape[0], self.loadings.n_columns
        refuse_large(len(self.animals) + m)
        c = np.linalg.inv(self.block.dense())
        z = self.loadings.decode(0, m)
        across = -c @ z / self.beta
        inner = np.eye(m) - z.T @ across
        small = np.block([[(1.0 / self.beta - 1.0) * c, across], [across.T, inner]])
        places = np.concatenate([self.animals, np.arange(n, n + m, dtype=np.int32)])
        pedigree = csr_array((self.a_inverse.data, self.a_inverse.indices, self._row_starts(m)), shape=(n + m, n + m))
        return csr_array(pedigree + embed(small, places, n + m))

    def _row_starts(self, m: int) -> NDArray[np.int32]:
        starts = self.a_inverse.indptr
        return np.concatenate([starts, np.full(m, starts[-1], starts.dtype)])


class JointPrior:
    """The precision of (w, s): with ``levels = S v`` it needs no more than one product with Z and one with Z'."""

    def __init__(self, joint: JointInverse, precision: Matrix, executor: Executor) -> None:
        self._joint, self._precision = joint, precision
        self._rows = RowProduct(joint.a_inverse, executor)

    def add(self, v: Matrix, levels: Matrix, result: Matrix) -> None:
        """``result <- S' (result + K^-1 levels G^-1)``."""
        own_v, own_levels = (by_precision(x, self._precision).reshape(len(x), -1) for x in (v, levels))
        self._fold(own_v, own_levels, result.reshape(len(result), -1))

    def _fold(self, v: Matrix, levels: Matrix, result: Matrix) -> None:
        joint, n, k = self._joint, self._joint.a_inverse.shape[0], v.shape[1]
        own = v[joint.animals]
        solved = joint.block.solve(np.column_stack([own, levels[joint.animals] - own]))
        result[:n] += self._rows.times(np.ascontiguousarray(levels[:n]))
        explained = result[joint.animals] - solved[:, :k] - solved[:, k:]
        result[n:] += v[n:] + joint.loadings.transposed_product(explained)
        result[joint.animals] += (1.0 / joint.beta - 1.0) * solved[:, :k] - solved[:, k:]


def embed(small: Matrix, places: NDArray[np.int32], n: int) -> csr_array:
    """A dense block at the rows and columns `places` of an n x n matrix of zeros."""
    order = np.argsort(places)
    counts = np.zeros(n, np.int64)
    counts[places] = len(places)
    starts = np.concatenate([[0], np.cumsum(counts)])
    columns = np.tile(places[order], len(places))
    return csr_array((small[np.ix_(order, order)].ravel(), columns, starts), shape=(n, n))


def refuse_large(n: int) -> None:
    """Refuse to form a dense block above the limit."""
    if n > FORMED_LIMIT:
        message = f"a dense block of {n:,} is above the limit of {FORMED_LIMIT:,} for a direct solution"
        fix = 'Use solver = "pcg" and reliability = "none"'
        raise ModelError("too_large", message, place="options.solver", fix=fix)
