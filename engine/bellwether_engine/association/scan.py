"""Genome-wide association: the exact linear mixed model, marker by marker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray
from scipy.special import chdtri, fdtrc

from ..arguments import checked, covariance, floats, instance, optional
from ..errors import ModelError
from ..parallel.workers import Workers, even_pieces
from ..relationships.centred import Centred

Matrix = NDArray[np.float64]
Grid = tuple[Matrix, Matrix, Matrix]
TILE = 512
LOWEST, HIGHEST, GRID = -11.5, 11.5, 12
GOLDEN = 0.6180339887498949
STEPS, CLOSE = 60, 1e-7
CLOSE_TO_0 = 1e-5  # relationships may have been computed in float32


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


@checked(
    z=instance(Centred, n="n_animals", m="n_markers"),
    relationship=covariance("n", semidefinite=False),
    y=floats("n"),
    x=optional(floats("n", "c")),
)
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
    >>> from bellwether_engine.relationships import centre
    >>> from bellwether_engine.genotypes import pack
    >>> z = centre(pack([[0], [1], [2], [1], [0], [2]]))
    >>> found = associate(z, np.eye(6), np.array([0.1, 1.0, 2.1, 0.9, -0.1, 2.0]))
    >>> found.effect.round(3), found.p < 0.001
    (array([1.025]), array([ True]))
    """
    n = z.n_animals
    records = np.asarray(y, dtype=np.float64)
    fixed = np.ones((n, 1)) if x is None else np.asarray(x, dtype=np.float64)
    basis = _basis(records, fixed)
    values, vectors = np.linalg.eigh(relationship)
    if values[0] < -CLOSE_TO_0 * max(values[-1], -values[0]):
        message = f"relationship has the eigenvalue {values[0]:.3g}: it is no covariance matrix"
        fix = "Blend it with the identity or with A"
        raise ModelError("not_positive_definite", message, place="relationship", fix=fix)
    values = np.maximum(values, 0.0)
    known = np.ascontiguousarray(np.column_stack([basis, records]).T @ vectors)
    grid = _on_grid(values, known)
    plain = Centred(z.packed, z.frequency, np.ones(z.n_markers))
    out = np.full((z.n_markers, 3), np.nan)
    for first in range(0, z.n_markers, TILE):
        _tile(plain, first, vectors, (values, known, grid, basis), out)
    p = fdtrc(1.0, n - fixed.shape[1] - 1.0, (out[:, 0] / out[:, 1]) ** 2)
    return Association(out[:, 0], out[:, 1], p, np.exp(out[:, 2]), z.frequency, inflation(p))


@checked(p=floats("m", low=0.0, high=1.0, missing=True))
def inflation(p: Matrix) -> float:
    """Median chi-square (1 degree of freedom) of p-values over the median that chance gives, 0.4549.

    Parameters
    ----------
    p : float64, shape (n_markers,)
        NaN where a marker was not tested.

    Examples
    --------
    >>> round(inflation(np.array([0.1, 0.5, 0.9])), 6)
    1.0
    """
    known = p[np.isfinite(p)]
    return float(chdtri(1.0, np.median(known)) / chdtri(1.0, 0.5)) if known.size else float("nan")


def _tile(z: Centred, first: int, vectors: Matrix, given: tuple[Matrix, Matrix, Grid, Matrix], out: Matrix) -> None:
    """Test the markers from `first` on and write their rows of `out`."""
    values, known, grid, basis = given
    block = np.asarray(z.decode(first, first + TILE))
    rest = block - basis @ (basis.T @ block)
    keep = np.flatnonzero((rest**2).sum(axis=0) > 1e-8 * np.maximum((block**2).sum(axis=0), 1e-8))
    rotated, part = np.ascontiguousarray(block[:, keep].T @ vectors), np.empty((len(keep), 3))
    Workers().run(lambda a, b: _test(values, known, grid, rotated, part, a, b), even_pieces(len(keep), 32))
    out[first + keep] = part


def _basis(y: Matrix, x: Matrix) -> Matrix:
    """An orthonormal basis of the fixed effects, beside which the records vary."""
    u, size, _ = np.linalg.svd(x, full_matrices=False)
    if x.shape[1] + 2 > len(x) or size[-1] <= 1e-10 * size[0]:
        message = "the columns of x depend on each other, or are as many as the animals"
        raise ModelError("rank", message, place="x", fix="Drop a column")
    if ((y - u @ (u.T @ y)) ** 2).sum() <= 1e-20 * (y**2).sum():
        message = "y does not vary beside the fixed effects: no marker can be tested"
        raise ModelError("constant_trait", message, place="y", fix="Use a trait that varies, or fewer fixed effects")
    return np.asarray(u)


@njit(cache=True, nogil=True)
def _test(values: Matrix, known: Matrix, grid: Grid, markers: Matrix, out: Matrix, first: int, last: int) -> None:
    """Effect, standard error and log variance ratio of the markers `first` to `last`, into rows of `out`.

    Everything is rotated by the eigenvectors of K, so that V is diagonal and one evaluation of the likelihood costs
    O(n c) (Lippert et al. 2011).
    """
    c, weights, determinants, crossed = len(known) - 1, grid[0], grid[1], grid[2]
    w = np.empty(len(values))
    s = np.empty((c + 2, c + 2))
    step = (HIGHEST - LOWEST) / (GRID - 1)
    for j in range(first, last):
        # the REML likelihood may have several peaks: the best of a grid over log(var_u / var_e) is where to climb
        best, at = -np.inf, LOWEST
        for k in range(GRID):
            s[:] = crossed[k]
            fit = _finish(determinants[k], weights[k], known, markers[j], s)
            if fit > best:
                best, at = fit, LOWEST + k * step
        at = _climb(at, best, step, values, known, markers[j], w, s)
        _likelihood(at, values, known, markers[j], w, s)
        # s is the Cholesky factor of [x m y]' V^-1 [x m y] up to var_e: b = L_ym / L_mm, and L_yy^2 is y'P y
        out[j, 0] = s[c + 1, c] / s[c, c]
        out[j, 1] = s[c + 1, c + 1] / np.sqrt(len(values) - c - 1.0) / s[c, c]
        out[j, 2] = at


@njit(cache=True, nogil=True)
def _on_grid(values: Matrix, known: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """What the likelihood needs of the model without the marker, at each point of the grid: weights (GRID, n), log
    determinants (GRID,) and weighted products of fixed effects and record (GRID, c + 2, c + 2). No marker changes them.
    """
    c = len(known) - 1
    weights, determinants = np.empty((GRID, len(values))), np.empty(GRID)
    crossed = np.zeros((GRID, c + 2, c + 2))
    for k in range(GRID):
        determinants[k] = _weigh(LOWEST + k * (HIGHEST - LOWEST) / (GRID - 1), values, weights[k])
        _cross(weights[k], known, crossed[k])
    return weights, determinants, crossed


@njit(cache=True, nogil=True)
def _climb(
    x: float, of_x: float, step: float, values: Matrix, known: Matrix, marker: Matrix, w: Matrix, s: Matrix
) -> float:
    """The log variance ratio with the largest likelihood near `x`, by Brent's method (Brent 1973, chapter 5).

    `x` is the best point so far, `second` and `third` the two before it, [`low`, `high`] brackets the maximum.
    """
    low, high = max(LOWEST, x - step), min(HIGHEST, x + step)
    second, third, of_second, of_third = x, x, of_x, of_x
    move, before = 0.0, 0.0
    for _ in range(STEPS):
        middle = 0.5 * (low + high)
        if abs(x - middle) <= 2.0 * CLOSE - 0.5 * (high - low):
            break
        # the vertex of the parabola through the three best points is x + p / q
        r = (x - second) * (of_third - of_x)
        q = (x - third) * (of_second - of_x)
        p, q = (x - third) * q - (x - second) * r, 2.0 * (q - r)
        p, q = (-p, q) if q > 0.0 else (p, -q)
        # taken when it lies inside the bracket and moves less than half of the step before last; else a golden section
        if abs(before) > CLOSE and abs(p) < abs(0.5 * q * before) and q * (low - x) < p < q * (high - x):
            before, move = move, p / q
            if x + move - low < 2.0 * CLOSE or high - x - move < 2.0 * CLOSE:
                move = CLOSE if middle >= x else -CLOSE
        else:
            before = low - x if x >= middle else high - x
            move = (1.0 - GOLDEN) * before
        u = x + (move if abs(move) >= CLOSE else CLOSE if move > 0.0 else -CLOSE)
        of_u = _likelihood(u, values, known, marker, w, s)
        # the bracket shrinks to the side of the better point, and the three best are kept in their order
        if of_u >= of_x:
            low, high = (x, high) if u >= x else (low, x)
            third, of_third, second, of_second, x, of_x = second, of_second, x, of_x, u, of_u
        else:
            low, high = (u, high) if u < x else (low, u)
            if of_u >= of_second or second == x:
                third, of_third, second, of_second = second, of_second, u, of_u
            elif of_u >= of_third or third in (x, second):
                third, of_third = u, of_u
    return x


@njit(cache=True, nogil=True)
def _likelihood(log_ratio: float, values: Matrix, known: Matrix, marker: Matrix, w: Matrix, s: Matrix) -> float:
    """REML log-likelihood up to a constant; `s` is left with the Cholesky factor over (fixed, marker, record)."""
    log_det = _weigh(log_ratio, values, w)
    _cross(w, known, s)
    fit: float = _finish(log_det, w, known, marker, s)
    return fit


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _weigh(log_ratio: float, values: Matrix, w: Matrix) -> float:
    """Weights ``w = 1 / (ratio values + 1)``, the diagonal of V^-1 in units of var_e; gives log |V|."""
    ratio = np.exp(log_ratio)
    log_det, product = 0.0, 1.0
    for i in range(len(values)):
        h = ratio * values[i] + 1.0
        w[i] = 1.0 / h
        # a logarithm is dear: one for eight factors, whose product cannot overflow
        product *= h
        if i % 8 == 7:
            log_det += np.log(product)
            product = 1.0
    total: float = log_det + np.log(product)
    return total


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _cross(w: Matrix, known: Matrix, s: Matrix) -> None:
    """Weighted products of fixed effects and record with each other, in the rows of `s` that are not the marker's.

    `s` (c + 2, c + 2) is ordered fixed effects, marker, record; only its lower triangle is used.
    """
    c = len(known) - 1
    for a in range(c + 1):
        for b in range(a + 1):
            total = 0.0
            for i in range(len(w)):
                total += w[i] * known[a, i] * known[b, i]
            s[a + (a == c), b + (b == c)] = total


@njit(cache=True, nogil=True, fastmath={"reassoc", "contract"})
def _finish(log_det: float, w: Matrix, known: Matrix, marker: Matrix, s: Matrix) -> float:
    """Add the marker to the products in `s` and factorise them; gives the REML log-likelihood up to a constant."""
    n, c = len(w), len(known) - 1
    for a in range(c + 2):
        right = marker if a == c else known[min(a, c)]
        total = 0.0
        for i in range(n):
            total += w[i] * marker[i] * right[i]
        s[max(a, c), min(a, c)] = total
    # Cholesky: s = L L'
    for a in range(c + 2):
        for b in range(a + 1):
            total = s[a, b]
            for k in range(b):
                total -= s[a, k] * s[b, k]
            s[a, b] = np.sqrt(max(total, 1e-300)) if a == b else total / s[b, b]
    # l = -1/2 (log |V| + log |X'V^-1 X| + (n - c - 1) log y'P y), with the marker as a column of X
    for a in range(c + 1):
        log_det += 2.0 * np.log(s[a, a])
    fit: float = -0.5 * (log_det + 2.0 * (n - c - 1.0) * np.log(s[c + 1, c + 1]))
    return fit
