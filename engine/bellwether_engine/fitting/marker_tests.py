"""Standard errors and p-values of marker effects: single-step GWAS."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc

from ..equations.equations import Equations
from ..model.genomic import Genotypes
from ..solving.solve import Answer
from .genomic_block import Prepared

Matrix = NDArray[np.float64]
TILE = 1024


class MarkerTests(NamedTuple):
    """By marker and column of the breeding values, float64 of shape (n_markers, k).

    Attributes
    ----------
    se : float64
        Standard deviation of the estimated effect over samples, in the units of the trait: of a shrunken estimate,
        not the square root of its prediction error variance.
    p : float64
        Of ``estimate / se`` under the normal distribution, two-sided; NaN where the marker does not vary.
    """

    se: Matrix
    p: Matrix


def marker_tests(
    equations: Equations, answer: Answer, prepared: Prepared, genotypes: Genotypes, effect: Matrix
) -> MarkerTests | None:
    """Test each effect by ``var(a^) = var(a) - PEV(a)``; None without the inverse of the equations.

    Back-solved effects ``a^ = B G_w^-1 u^`` have ``var(a^) = B G_w^-1 (G_w var_a - C^uu) G_w^-1 B'``. The test is the
    same as that of the marker as a fixed effect beside u.

    References
    ----------
    Aguilar et al. 2019, Genet Sel Evol 51:28; Gualdron Duarte et al. 2014, BMC Bioinformatics 15:246.
    """
    if answer.factor is None or answer.diagonal is None:
        return None
    variance = np.diag(equations.design.covariance[0])
    if prepared.loading_rows is None:
        explained = _back_solved(equations, answer, prepared, genotypes, variance)
    else:
        of_levels = answer.diagonal[equations.starts[0] :][: prepared.n_levels * len(variance)]
        pev = of_levels.reshape(prepared.n_levels, -1)[prepared.loading_rows]
        explained = prepared.step[:, None] ** 2 * (variance - pev)
    se = np.sqrt(np.maximum(explained, 0.0))
    z = np.divide(np.abs(effect), se, out=np.full_like(se, np.nan), where=se > 1e-12 * np.sqrt(variance))
    return MarkerTests(se, erfc(z / np.sqrt(2.0)))


def _back_solved(
    equations: Equations, answer: Answer, prepared: Prepared, genotypes: Genotypes, variance: Matrix
) -> Matrix:
    """``b_j' (G_w^-1 var_a - G_w^-1 C^uu G_w^-1) b_j`` for each marker j and column, b_j its column of B'."""
    assert answer.factor is not None
    assert prepared.inverse is not None
    inverse, in_pattern = prepared.inverse.dense(), answer.factor.inverse_in_pattern()
    explained = np.empty((prepared.z.n_markers, len(variance)))
    for k, own in enumerate(variance):
        places = equations.starts[0] + k + len(variance) * genotypes.animal
        pev = in_pattern[places][:, places].toarray()
        middle = own * inverse - inverse @ pev @ inverse
        for first in range(0, prepared.z.n_markers, TILE):
            z = np.asarray(prepared.z.decode(first, first + TILE))
            explained[first : first + TILE, k] = np.einsum("ij,ij->j", z, middle @ z)
    return np.asarray(prepared.step[:, None] ** 2 * explained)
