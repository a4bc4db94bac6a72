"""Random levels of the genetic block of a genomic model, with the covariances of its G or H."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cholesky, solve_triangular

from ..errors import ModelError
from ..pedigree.sampling import Sampler
from ..pedigree.subset import RelationshipBlock
from .apy import CoreInverse
from .loadings import Loadings

Matrix = NDArray[np.float64]


def root_sampler(inverse: Matrix) -> Sampler:
    """Draws from N(0, K) by the root of a formed ``K^-1 = L L'``: ``L'^-1 z``."""
    root = cholesky(inverse, lower=True)
    return lambda g, width: np.asarray(
        solve_triangular(root, g.standard_normal((len(root), width)), trans="T", lower=True)
    )


def explained_sampler(loadings: Loadings, block: RelationshipBlock, beta: float) -> Sampler:
    """Draws ``Z s + sqrt(beta) a`` of the genotyped animals.

    Raises
    ------
    ModelError
        ``tuning``: a shift below 0 is no sum of variances.
    """
    draw = loadings_sampler(loadings, block, beta)
    return lambda g, width: draw(g, width)[0]


class JointSampler:
    """Draws animals and marker loadings of sssnpblup together, (n_animals + n_loadings, width)."""

    def __init__(self, loadings: Loadings, block: RelationshipBlock, beta: float) -> None:
        self._block, self._draw = block, loadings_sampler(loadings, block, beta)

    def __call__(self, generator: np.random.Generator, width: int) -> Matrix:
        """One draw."""
        own, loaded = self._draw(generator, width)
        return np.concatenate([_with_relatives(self._block, own, generator), loaded])


def loadings_sampler(loadings: Loadings, block: RelationshipBlock, beta: float) -> _LoadingsSampler:
    """Draws ``Z s + sqrt(beta) a`` of the genotyped animals and s; `beta` is the share of A22 after tuning.

    Raises
    ------
    ModelError
        ``tuning``.
    """
    if (loadings.sign < 0).any():
        message = "tuning lowers G: the shift is no variance that could be sampled"
        raise ModelError("tuning", message, place="genomic.tune", fix='Set tune = "none", or use ssgblup')
    return _LoadingsSampler(loadings, block, beta)


class _LoadingsSampler:
    def __init__(self, loadings: Loadings, block: RelationshipBlock, beta: float) -> None:
        self._loadings, self._block, self._share = loadings, block, float(np.sqrt(beta))

    def __call__(self, generator: np.random.Generator, width: int) -> tuple[Matrix, Matrix]:
        loaded = generator.standard_normal((self._loadings.n_columns, width))
        of_pedigree = _pedigree_draw(self._block, generator, width)[self._block.animals]
        return self._loadings.product(loaded) + self._share * of_pedigree, loaded


def core_sampler(inverse: CoreInverse) -> Sampler:
    """Draws from N(0, G_w) of APY: the core by its own G, the others given the core."""
    root = cholesky(inverse.core_inverse, lower=True)
    deviation = 1.0 / np.sqrt(inverse.weight)[:, None]

    def draw(generator: np.random.Generator, width: int) -> Matrix:
        z = generator.standard_normal((inverse.n, width))
        u = np.empty_like(z)
        u[inverse.core] = solve_triangular(root, z[inverse.core], trans="T", lower=True)
        u[inverse.others] = inverse.share @ u[inverse.core] + deviation * z[inverse.others]
        return u

    return draw


def alone_sampler(n_animals: int, animals: NDArray[np.int32], own: Sampler) -> Sampler:
    """Draws of all animals in gblup: those without genotype stand alone with variance 1."""

    def draw(generator: np.random.Generator, width: int) -> Matrix:
        u = generator.standard_normal((n_animals, width))
        u[animals] = own(generator, width)
        return u

    return draw


def single_step_sampler(block: RelationshipBlock, own: Sampler) -> Sampler:
    """Draws from N(0, H): relatives follow the genotyped animals by the pedigree."""
    return lambda generator, width: _with_relatives(block, own(generator, width), generator)


def _with_relatives(block: RelationshipBlock, own: Matrix, generator: np.random.Generator) -> Matrix:
    """``a + A21' A22^-1 (u2 - a2)`` with a ~ N(0, A)."""
    u = _pedigree_draw(block, generator, own.shape[1])
    difference = np.zeros((block.relationship.pedigree.n_animals, u.shape[1]))
    difference[block.animals] = block.solve(own - u[block.animals])
    return np.asarray(u + block.relationship.covariance(difference))


def _pedigree_draw(block: RelationshipBlock, generator: np.random.Generator, width: int) -> Matrix:
    return block.relationship.root(generator.standard_normal((block.relationship.n_levels, width)))
