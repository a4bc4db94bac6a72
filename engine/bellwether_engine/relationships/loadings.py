"""Markers as the genomic part of a relationship: Z scaled by blending and tuning."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .blending import Tuning
from .centred import Centred

Matrix = NDArray[np.float64]


class Loadings:
    """Z scaled by blending and tuning, and a last column ``sqrt(abs(shift))`` where G was shifted."""

    def __init__(self, z: Centred, tuning: Tuning) -> None:
        self.z = z
        self.root = float(np.sqrt((1.0 - tuning.beta) * tuning.factor))
        self.constant = float(np.sqrt(abs(tuning.shift)))
        self.is_shifted = tuning.shift != 0.0
        self.n_columns = z.n_markers + int(self.is_shifted)
        self.sign = np.ones(self.n_columns)
        self.sign[-1] = -1.0 if tuning.shift < 0.0 else 1.0

    def product(self, v: Matrix) -> Matrix:
        """Loadings times v, (n_genotyped, k)."""
        m = self.z.n_markers
        product = self.root * self.z.product(v[:m])
        return np.asarray(product + self.constant * v[m:].sum(axis=0))

    def transposed_product(self, v: Matrix) -> Matrix:
        """Transposed loadings times v, (n_columns, k)."""
        return self._with_constant(self.root * self.z.transposed_product(v), v)

    def dense_transposed_product(self, v: Matrix) -> Matrix:
        """The same for many columns, by tiles of the full matrix."""
        m, step = self.z.n_markers, 1024
        parts = [self.z.decode(k, k + step).T @ v for k in range(0, m, step)]
        return self._with_constant(self.root * np.concatenate(parts), v)

    def decode(self, first: int, last: int) -> Matrix:
        """Columns in full, (n_genotyped, last - first)."""
        m = self.z.n_markers
        part = self.root * np.asarray(self.z.decode(first, last)) if first < m else np.empty((self.z.n_animals, 0))
        if last <= m or not self.is_shifted:
            return part
        return np.column_stack([part, np.full(self.z.n_animals, self.constant)])

    def weighted_squares(self, weight: Matrix) -> Matrix:
        """Squares of each column summed with weights, (n_columns,)."""
        squares = self.root**2 * self.z.weighted_squares(weight)
        return np.append(squares, self.constant**2 * weight.sum()) if self.is_shifted else squares

    def _with_constant(self, product: Matrix, v: Matrix) -> Matrix:
        if not self.is_shifted:
            return product
        return np.concatenate([product, self.constant * v.sum(axis=0, keepdims=True)])
