"""REML by hand: the dense likelihood of the error contrasts, maximised by BFGS over Cholesky factors from many starts.

Nothing here is taken from the engine: no mixed-model equations, no average information. What stays the same from one
point to the next is done once: error contrasts free the records of the fixed effects, then their covariances are made
diagonal (`Rotated`) or small (`Whole`).
"""

from dataclasses import dataclass

import numpy as np
from numba import njit
from scipy.linalg import null_space
from scipy.linalg.lapack import dpotrf, dpotri
from scipy.optimize import minimize

OUTSIDE = 1e10
NOTHING = 1e-10


@dataclass
class Rotated:
    """One genetic effect, every trait on every animal: independent rows whose covariance is ``root_i G + R``.

    a: (n, n); x: (n, p), of full rank; y: (n, t).
    """

    a: np.ndarray
    x: np.ndarray
    y: np.ndarray

    def __post_init__(self):
        contrasts = null_space(self.x.T)
        self.roots, vectors = np.linalg.eigh(contrasts.T @ self.a @ contrasts)
        self.rows = vectors.T @ contrasts.T @ self.y
        t = self.y.shape[1]
        self.sizes = (t, t)
        self.scales = [np.linalg.cholesky(self.rows.T @ self.rows / len(self.rows))] * 2
        self.constant = self.rows.size * np.log(2 * np.pi) + t * np.linalg.slogdet(self.x.T @ self.x)[1]

    def minus2(self, matrices):
        """-2 log L and its derivative in each matrix."""
        value, slopes = independent(self.roots, self.rows, *matrices)
        return self.constant + value, slopes


@njit(cache=True)
def independent(roots, rows, g, r):
    """``sum log |V_i| + y_i' V_i^-1 y_i`` with ``V_i = root_i G + R``, and its derivatives in G and R."""
    n, t = rows.shape
    value, slopes = 0.0, np.zeros((2, t, t))
    half, weighted = np.empty((t, t)), np.empty(t)
    for i in range(n):
        root = roots[i] * g + r
        for j in range(t):
            for k in range(j + 1):
                left = root[j, k]
                for m in range(k):
                    left -= root[j, m] * root[k, m]
                if j > k:
                    root[j, k] = left / root[k, k]
                elif left > 0.0:
                    root[j, j] = np.sqrt(left)
                else:
                    return np.inf, slopes
            value += 2.0 * np.log(root[j, j])
        for k in range(t):  # half is the inverse of the root
            for j in range(t):
                left = 1.0 if j == k else 0.0
                for m in range(k, j):
                    left -= root[j, m] * half[m, k]
                half[j, k] = left / root[j, j] if j >= k else 0.0
        inverse = half.T @ half
        weighted[:] = inverse @ rows[i]
        value += np.sum(weighted * rows[i])
        for j in range(t):
            for k in range(t):
                slope = inverse[j, k] - weighted[j] * weighted[k]
                slopes[0, j, k] += roots[i] * slope
                slopes[1, j, k] += slope
    return value, slopes


@dataclass
class Whole:
    """Any model: V is a sum over the elements of the matrices (`sizes`, lower triangles row by row) of their `parts`.

    parts: each (n, n); x: (n, p), of full rank; y: (n,). With one residual variance, whose part is 1, the contrasts
    that no other effect reaches are set apart: they are independent.
    """

    sizes: tuple
    parts: list
    x: np.ndarray
    y: np.ndarray

    def __post_init__(self):
        contrasts = null_space(self.x.T)
        self.rows, self.n_apart, self.apart = contrasts.T @ self.y, 0, 0.0
        self.parts = np.array([contrasts.T @ part @ contrasts for part in self.parts])
        self.constant = len(self.rows) * np.log(2 * np.pi) + np.linalg.slogdet(self.x.T @ self.x)[1]
        self.scales = [np.eye(size) * np.std(self.rows) for size in self.sizes]
        if self.sizes[-1] == 1:
            self._set_apart()

    def _set_apart(self):
        values, vectors = np.linalg.eigh(sum(part @ part for part in self.parts[:-1]))
        reached = values > NOTHING * values[-1]
        turned = vectors.T @ self.rows
        self.n_apart, self.apart = int((~reached).sum()), float(np.sum(turned[~reached] ** 2))
        self.rows, vectors = turned[reached], vectors[:, reached]
        self.parts = np.array([vectors.T @ part @ vectors for part in self.parts])

    def minus2(self, matrices):
        """-2 log L and its derivative in each matrix."""
        theta = np.concatenate([matrix[np.tril_indices(len(matrix))] for matrix in matrices])
        residual = theta[-1] if self.n_apart else 1.0
        root, failed = dpotrf(np.tensordot(theta, self.parts, 1), lower=1)
        if failed or residual <= 0.0:
            return np.inf, [np.zeros_like(matrix) for matrix in matrices]
        inverse = np.tril(dpotri(root, lower=1)[0])
        inverse += np.tril(inverse, -1).T
        py = inverse @ self.rows
        value = self.constant + 2 * np.log(np.diag(root)).sum() + self.rows @ py
        slopes = np.tensordot(self.parts, inverse - np.outer(py, py), 2)
        if self.n_apart:
            value += self.n_apart * np.log(residual) + self.apart / residual
            slopes[-1] += self.n_apart / residual - self.apart / residual**2
        return value, list(self._as_matrices(slopes))

    def _as_matrices(self, slopes):
        start = 0
        for size in self.sizes:
            places = np.tril_indices(size)
            own = np.zeros((size, size))
            own[places] = slopes[start : start + len(places[0])] / 2.0
            yield own + own.T
            start += len(places[0])


def part_of(z, structure, size):
    """``V_i`` of each element of a matrix of `size`: z has the columns of its levels, row by row of the matrix."""
    crossed = [[z[j] @ structure @ z[k].T for k in range(size)] for j in range(size)]
    return [
        crossed[j][j] if j == k else crossed[j][k] + crossed[k][j]
        for j, k in zip(*np.tril_indices(size), strict=True)
    ]  # fmt: skip


def ends_of(model, rng, restarts):
    """-2 log L where BFGS ends from each of several random starts."""
    search = Search(model)
    return [search.end(search.start(rng)) for _ in range(restarts)]


class Search:
    """BFGS over the elements of Cholesky factors, each before the factor of the phenotypic covariance."""

    def __init__(self, model):
        self.model = model
        self.places = [np.tril_indices(size) for size in model.sizes]
        self.ends = np.cumsum([len(place[0]) for place in self.places])[:-1]

    def start(self, rng):
        """Random matrices, together about the phenotypic one."""
        shares = rng.dirichlet(np.ones(len(self.model.sizes)))
        found = []
        for size, place, share in zip(self.model.sizes, self.places, shares, strict=True):
            matrix = 0.8 * np.eye(size) + 0.2 * random_psd(rng, size) / size
            found.append(np.linalg.cholesky((0.05 + share) * matrix)[place])
        return np.concatenate(found)

    def roots(self, z):
        """Factors of the matrices."""
        found = []
        for place, scale, own in zip(self.places, self.model.scales, np.split(z, self.ends), strict=True):
            root = np.zeros((len(scale), len(scale)))
            root[place] = own
            found.append(scale @ root)
        return found

    def target(self, z):
        """-2 log L and its gradient."""
        roots = self.roots(z)
        value, slopes = self.model.minus2([root @ root.T for root in roots])
        if not np.isfinite(value):
            return OUTSIDE, np.zeros_like(z)
        triples = zip(self.model.scales, slopes, roots, self.places, strict=True)
        return value, np.concatenate([(2.0 * scale.T @ slope @ root)[place] for scale, slope, root, place in triples])

    def end(self, z):
        """-2 log L at the end of a search."""
        return minimize(self.target, z, jac=True, method="BFGS", options={"gtol": 1e-3}).fun


def random_psd(rng, size):
    """A random positive definite matrix."""
    factor = rng.normal(size=(size, size + 1))
    return factor @ factor.T
