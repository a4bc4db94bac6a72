"""Genome-wide association: the exact linear mixed model, marker by marker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtri, fdtrc

from ..errors import ModelError
from .centred import Centred
from .threads import for_pieces

Matrix = NDArray[np.float64]
TILE = 512
LOWEST, HIGHEST, GRID = -11.5, 11.5, 12
GOLDEN = 0.6180339887498949
STEPS = 30


@dataclass(frozen=True, eq=False)
class Association:
    """By marker, float64 of shape (n_markers,); NaN where the marker does not vary or fixed effects explain it.

    Attributes
    ----------
    effect : float64
        Of one copy of the counted allele, in the unit of the record.
    se : float64
    p : float64
        Wald test, F with 1 and n - c - 1 degrees of freedom.
    variance_ratio : float64
        Genetic over residual variance, REML, of the model with the marker.
    frequency : float64
        Of the counted allele.
    inflation : float
        Median of the chi-square of the p-values over its expectation (lambda).
    """

    effect: Matrix
    se: Matrix
    p: Matrix
    variance_ratio: Matrix
    frequency: Matrix
    inflation: float


def associate(z: Centred, relationship: Matrix, y: ArrayLike, x: ArrayLike | None = None) -> Association:
    """Test each marker in ``y = X b + m a + u + e`` with ``u ~ N(0, K var_u)``, the variance ratio by REML each time.

    Parameters
    ----------
    z : Centred
        Genotypes of the n animals with a record, one record each; a missing call stands at the mean.
    relationship : float64, shape (n, n)
        K, for example `genomic_relationship`.
    y : float64, shape (n,)
        Records.
    x : float64, shape (n, c), optional
        Fixed effects of full column rank; by default a mean.

    Returns
    -------
    Association

    Raises
    ------
    ModelError
        ``shape``, ``not_finite`` or ``rank`` (fixed effects that depend on each other, or as many as animals).

    References
    ----------
    Zhou and Stephens 2012, Nat Genet 44:821; Lippert et al. 2011, Nat Methods 8:833.

    Examples
    --------
    >>> from .centred import centre
    >>> from .packed import pack
    >>> z = centre(pack([[0], [1], [2], [1], [0], [2]]))
    >>> found = associate(z, np.eye(6), np.array([0.1, 1.0, 2.1, 0.9, -0.1, 2.0]))
    >>> found.effect.round(3), found.p < 0.001
    (array([1.025]), array([ True]))
    """
    n = z.n_animals
    records = np.asarray(y, dtype=np.float64)
    fixed = np.ones((n, 1)) if x is None else np.asarray(x, dtype=np.float64)
    basis = _check(n, relationship, records, fixed)
    values, vectors = np.linalg.eigh(relationship)
    values = np.maximum(values, 0.0)
    known = np.ascontiguousarray(np.column_stack([basis, records]).T @ vectors)
    plain = Centred(z.packed, z.frequency, np.ones(z.n_markers))
    out = np.full((z.n_markers, 3), np.nan)
    for first in range(0, z.n_markers, TILE):
        _tile(plain, first, vectors, (values, known, basis), out)
    p = fdtrc(1.0, n - fixed.shape[1] - 1.0, (out[:, 0] / out[:, 1]) ** 2)
    return Association(out[:, 0], out[:, 1], p, np.exp(out[:, 2]), z.frequency, inflation(p))


def inflation(p: Matrix) -> float:
    """Median chi-square (1 degree of freedom) of p-values over the median that chance gives, 0.4549.

    Examples
    --------
    >>> round(inflation(np.array([0.1, 0.5, 0.9])), 6)
    1.0
    """
    known = p[np.isfinite(p)]
    return float(chdtri(1.0, np.median(known)) / chdtri(1.0, 0.5)) if known.size else float("nan")


def _tile(z: Centred, first: int, vectors: Matrix, given: tuple[Matrix, Matrix, Matrix], out: Matrix) -> None:
    """Test the markers from `first` on and write their rows of `out`."""
    values, known, basis = given
    block = np.asarray(z.decode(first, first + TILE))
    rest = block - basis @ (basis.T @ block)
    keep = np.flatnonzero((rest**2).sum(axis=0) > 1e-8 * np.maximum((block**2).sum(axis=0), 1e-8))
    rotated, part = np.ascontiguousarray(block[:, keep].T @ vectors), np.empty((len(keep), 3))
    for_pieces(lambda a, b: _test(values, known, rotated, part, a, b), len(keep), 32)
    out[first + keep] = part


def _check(n: int, relationship: Matrix, y: Matrix, x: Matrix) -> Matrix:
    """An orthonormal basis of the fixed effects."""
    if y.shape != (n,) or relationship.shape != (n, n) or x.ndim != 2 or len(x) != n:
        message = f"{n} animals are genotyped; records, fixed effects or relationships have other lengths"
        raise ModelError("shape", message, place="gwas", fix="Give one row per genotyped animal")
    if not (np.isfinite(y).all() and np.isfinite(x).all() and np.isfinite(relationship).all()):
        message = "a record, fixed effect or relationship is missing"
        raise ModelError("not_finite", message, place="gwas", fix="Leave the animal out")
    u, size, _ = np.linalg.svd(x, full_matrices=False)
    if x.shape[1] + 2 > n or size[-1] <= 1e-10 * size[0]:
        message = "fixed effects depend on each other, or are as many as the animals"
        raise ModelError("rank", message, place="gwas", fix="Drop a column")
    return np.asarray(u)


@njit(cache=True, nogil=True)
def _test(values: Matrix, known: Matrix, markers: Matrix, out: Matrix, first: int, last: int) -> None:
    """Effect, standard error and log variance ratio of each marker."""
    c = len(known) - 1
    w = np.empty(len(values))
    s = np.empty((c + 2, c + 2))
    step = (HIGHEST - LOWEST) / (GRID - 1)
    for j in range(first, last):
        best, at = -np.inf, LOWEST
        for k in range(GRID):
            fit = _likelihood(LOWEST + k * step, values, known, markers[j], w, s)
            if fit > best:
                best, at = fit, LOWEST + k * step
        low, high = max(LOWEST, at - step), min(HIGHEST, at + step)
        a, b = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
        of_a = _likelihood(a, values, known, markers[j], w, s)
        of_b = _likelihood(b, values, known, markers[j], w, s)
        for _ in range(STEPS):
            if of_a >= of_b:
                high, b, of_b = b, a, of_a
                a = high - GOLDEN * (high - low)
                of_a = _likelihood(a, values, known, markers[j], w, s)
            else:
                low, a, of_a = a, b, of_b
                b = low + GOLDEN * (high - low)
                of_b = _likelihood(b, values, known, markers[j], w, s)
        middle = 0.5 * (low + high)
        if best > _likelihood(middle, values, known, markers[j], w, s):
            middle = at
            _likelihood(at, values, known, markers[j], w, s)
        out[j, 0] = s[c + 1, c] / s[c, c]
        out[j, 1] = s[c + 1, c + 1] / np.sqrt(len(values) - c - 1.0) / s[c, c]
        out[j, 2] = middle


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _likelihood(log_ratio: float, values: Matrix, known: Matrix, marker: Matrix, w: Matrix, s: Matrix) -> float:
    """REML log-likelihood up to a constant; `s` is left with the Cholesky factor over (fixed, marker, record)."""
    n, c = len(values), len(known) - 1
    ratio = np.exp(log_ratio)
    log_det, product = 0.0, 1.0
    for i in range(n):
        h = ratio * values[i] + 1.0
        w[i] = 1.0 / h
        product *= h
        if i % 8 == 7:
            log_det += np.log(product)
            product = 1.0
    log_det += np.log(product)
    for a in range(c + 2):
        left = marker if a == c else known[min(a, c)]
        for b in range(a + 1):
            right = marker if b == c else known[min(b, c)]
            total = 0.0
            for i in range(n):
                total += w[i] * left[i] * right[i]
            s[a, b] = total
    for a in range(c + 2):
        for b in range(a + 1):
            total = s[a, b]
            for k in range(b):
                total -= s[a, k] * s[b, k]
            s[a, b] = np.sqrt(max(total, 1e-300)) if a == b else total / s[b, b]
    for a in range(c + 1):
        log_det += 2.0 * np.log(s[a, a])
    fit: float = -0.5 * (log_det + 2.0 * (n - c - 1.0) * np.log(s[c + 1, c + 1]))
    return fit
