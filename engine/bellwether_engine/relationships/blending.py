"""Blending G with A22, and tuning it to the pedigree's base."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from ..model.genomic import Genomic
from ..pedigree.subset import RelationshipBlock
from .centred import Centred

Matrix = NDArray[np.float64]
TILE = 1024


class Tuning(NamedTuple):
    """``Gw = shift + factor ((1 - beta) G + beta A22)``."""

    beta: float = 0.0
    shift: float = 0.0
    factor: float = 1.0


def combine(g: Matrix, a22: Matrix | None, genomic: Genomic) -> tuple[Matrix, Tuning]:
    """Add the ridge, blend, tune: the G that stands in the model.

    Parameters
    ----------
    g : float64, shape (n_genotyped, n_genotyped)
        Becomes the result.
    a22 : float64, shape (n_genotyped, n_genotyped), optional
        Needed for blending and tuning.
    genomic : Genomic

    Returns
    -------
    g_w : float64, shape (n_genotyped, n_genotyped)
    Tuning

    References
    ----------
    VanRaden 2008, J Dairy Sci 91:4414; Chen et al. 2011, J Anim Sci 89:2673; Vitezica et al. 2011, Genet Res 93:357.

    Examples
    --------
    >>> a22 = np.array([[1.0, 0.25], [0.25, 1.0]])
    >>> g_w, tuning = combine(2.0 * np.eye(2), a22, Genomic("ssgblup"))
    >>> g_w
    array([[1.  , 0.25],
           [0.25, 1.  ]])
    """
    beta, tune = genomic.blending
    of_a = None if a22 is None else moments(a22)
    g[np.diag_indices_from(g)] += genomic.ridge
    if of_a is None or a22 is None or genomic.blending == (0.0, "none"):
        return g, Tuning()
    for first in range(0, len(g), TILE):
        rows = slice(first, first + TILE)
        g[rows] = (1.0 - beta) * g[rows] + beta * a22[rows]
    if tune == "none":
        return g, Tuning(beta)
    shift, factor = fit_line(moments(g), of_a)
    g *= factor
    g += shift
    return g, Tuning(beta, shift, factor)


def combine_unformed(z: Centred, block: RelationshipBlock, genomic: Genomic) -> Tuning:
    """The same shift and factor from products with Z and A22 alone."""
    beta, tune = genomic.blending
    if tune == "none":
        return Tuning(beta)
    n, one = z.n_animals, np.ones(z.n_animals)
    sums = float((z.transposed_product(one) ** 2).sum()), float(one @ block.times(one))
    diagonals = float(z.squares().sum()), float(block.diagonal().sum())
    of_g, of_a = (_moments(total, trace, n) for total, trace in zip(sums, diagonals, strict=True))
    blended = tuple((1.0 - beta) * g + beta * a for g, a in zip(of_g, of_a, strict=True))
    return Tuning(beta, *fit_line((blended[0], blended[1]), of_a))


def moments(matrix: Matrix) -> tuple[float, float]:
    """Mean of the diagonal and of all that is not on it."""
    return _moments(float(matrix.sum()), float(np.trace(matrix)), len(matrix))


def _moments(total: float, trace: float, n: int) -> tuple[float, float]:
    return trace / n, (total - trace) / max(1, n * (n - 1))


def fit_line(of_g: tuple[float, float], of_a: tuple[float, float]) -> tuple[float, float]:
    """Shift and factor that take the means of G (diagonal, off-diagonal) to those of A22.

    Raises
    ------
    ModelError
        ``tuning``: the diagonals do not lie above the off-diagonals.

    Examples
    --------
    >>> fit_line((2.0, 0.0), (1.0, 0.5))
    (0.5, 0.25)
    """
    spread_g, spread_a = of_g[0] - of_g[1], of_a[0] - of_a[1]
    if not (spread_g > 0.0 and spread_a > 0.0):
        message = "G cannot be tuned: its mean diagonal does not lie above its mean off-diagonal"
        raise ModelError("tuning", message, place="genomic.tune", fix='Genotype more animals, or set tune = "none"')
    factor = spread_a / spread_g
    return of_a[0] - factor * of_g[0], factor
