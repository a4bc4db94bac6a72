"""REML by hand: the dense likelihood, maximised by BFGS over Cholesky factors from several starts."""

from dataclasses import dataclass

import numpy as np
from bellwether_engine.reml.components import pack, triangle, unit
from scipy.linalg import null_space
from scipy.optimize import minimize


@dataclass
class Rotated:
    """One genetic effect, every trait on every animal: independent rows whose covariance is ``root_i G + R``."""

    a: np.ndarray
    x: np.ndarray
    y: np.ndarray

    def __post_init__(self):
        contrasts = null_space(self.x.T)
        self.roots, vectors = np.linalg.eigh(contrasts.T @ self.a @ contrasts)
        self.rows = vectors.T @ contrasts.T @ self.y
        t = self.y.shape[1]
        self.sizes = (t, t)
        self.constant = self.rows.size * np.log(2 * np.pi) + t * np.linalg.slogdet(self.x.T @ self.x)[1]

    def minus2(self, matrices):
        """-2 log L and its derivative in each matrix."""
        g, r = matrices
        inverse = np.linalg.inv(self.roots[:, None, None] * g + r)
        _, logs = np.linalg.slogdet(inverse)
        weighted = np.einsum("ijk,ik->ij", inverse, self.rows)
        value = self.constant - logs.sum() + np.sum(weighted * self.rows)
        each = inverse - weighted[:, :, None] * weighted[:, None, :]
        return value, [np.einsum("i,ijk->jk", self.roots, each), each.sum(axis=0)]


@dataclass
class Whole:
    """Any model: V is a sum over the elements of the matrices (`sizes`) of their `parts`."""

    sizes: tuple
    parts: list
    x: np.ndarray
    y: np.ndarray

    def __post_init__(self):
        contrasts = null_space(self.x.T)
        self.rows = contrasts.T @ self.y
        self.parts = [contrasts.T @ part @ contrasts for part in self.parts]
        self.constant = len(self.rows) * np.log(2 * np.pi) + np.linalg.slogdet(self.x.T @ self.x)[1]

    def minus2(self, matrices):
        """-2 log L and its derivative in each matrix."""
        theta = np.concatenate([pack(matrix) for matrix in matrices])
        v = sum(value * part for value, part in zip(theta, self.parts, strict=True))
        root = np.linalg.cholesky(v)
        half = np.linalg.inv(root)
        inverse = half.T @ half
        py = inverse @ self.rows
        value = self.constant + 2 * np.log(np.diag(root)).sum() + self.rows @ py
        slopes = iter([np.sum(inverse * part) - py @ part @ py for part in self.parts])
        found = []
        for size in self.sizes:
            slope = np.zeros((size, size))
            for j, k in triangle(size):
                slope[j, k] = slope[k, j] = next(slopes) * (1.0 if j == k else 0.5)
            found.append(slope)
        return value, found


def part_of(z, structure, size):
    """``V_i`` of each element of a matrix of `size`: z has the columns of its levels, row by row of the matrix."""
    return [
        sum(
            z[a] @ structure @ z[b].T
            for a in range(size) for b in range(size) if unit(size, j, k)[a, b]
        )
        for j, k in triangle(size)
    ]  # fmt: skip


def best_of(model, scale, rng, restarts):
    """The least -2 log L of several starts; `scale` is the size of each matrix's diagonal."""
    places = [np.tril_indices(size) for size in model.sizes]
    ends = np.cumsum([0, *(len(place[0]) for place in places)])

    def roots(z):
        found = []
        for size, place, start, end in zip(model.sizes, places, ends[:-1], ends[1:], strict=True):
            root = np.zeros((size, size))
            root[place] = z[start:end]
            found.append(root)
        return found

    def target(z):
        each = [np.sqrt(s)[:, None] * root for s, root in zip(scale, roots(z), strict=True)]
        try:
            value, slopes = model.minus2([root @ root.T for root in each])
        except np.linalg.LinAlgError:
            return 1e10, np.zeros_like(z)
        if not np.isfinite(value):
            return 1e10, np.zeros_like(z)
        parts = [
            (2.0 * np.sqrt(s)[:, None] * (slope @ root))[place]
            for s, slope, root, place in zip(scale, slopes, each, places, strict=True)
        ]
        return value, np.concatenate(parts)

    best = np.inf
    for _ in range(restarts):
        starts = [
            np.linalg.cholesky(np.diag(rng.uniform(0.1, 0.9, size)) + 0.01 * random_psd(rng, size))
            for size in model.sizes
        ]
        z = np.concatenate([root[place] for root, place in zip(starts, places, strict=True)])
        for method, options in (("L-BFGS-B", {"maxiter": 3000, "ftol": 1e-13, "gtol": 1e-7}), ("BFGS", {"gtol": 1e-5})):
            z = minimize(target, z, jac=True, method=method, options=options).x
        best = min(best, target(z)[0])
    return best


def random_psd(rng, size):
    """A random positive definite matrix."""
    factor = rng.normal(size=(size, size + 1))
    return factor @ factor.T
