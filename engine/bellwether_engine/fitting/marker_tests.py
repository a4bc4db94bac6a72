"""Standard errors and p-values of marker effects: single-step GWAS."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import erfc

Matrix = NDArray[np.float64]


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


def marker_tests(effect: Matrix, explained: Matrix, variance: Matrix) -> MarkerTests:
    """Test each effect by ``var(a^) = var(a) - PEV(a)``: the test of the marker as a fixed effect beside u.

    Parameters
    ----------
    effect : float64, shape (n_markers, k)
    explained : float64, shape (n_markers, k)
        ``var(a^)``; for back-solved effects ``a^ = B G_w^-1 u^`` it is ``B G_w^-1 (G_w var_a - C^uu) G_w^-1 B'``.
    variance : float64, shape (k,)
        Additive variances.

    References
    ----------
    Aguilar et al. 2019, Genet Sel Evol 51:28; Gualdron Duarte et al. 2014, BMC Bioinformatics 15:246.
    """
    se = np.sqrt(np.maximum(explained, 0.0))
    z = np.divide(np.abs(effect), se, out=np.full_like(se, np.nan), where=se > 1e-12 * np.sqrt(variance))
    return MarkerTests(se, erfc(z / np.sqrt(2.0)))
