"""How true breeding values pass from parents to lambs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .design import GenomeDesign, refuse
from .genome import Alleles, GeneMap, draw_map, founder_haplotypes, gene_drop

Matrix = NDArray[np.float64]
Positions = NDArray[np.int32]


class Polygenic:
    """``u = (u_s + u_d) / 2 + phi``, ``phi ~ N(0, G (1/2 - (F_s + F_d) / 4))``: infinitely many small genes.

    Parameters
    ----------
    genetic : float64, shape (k, k)
        G.
    rng : numpy.random.Generator

    References
    ----------
    Bulmer 1971, Am Nat 105:201; Foulley and Chevalet 1981, Ann Genet Sel Anim 13:189.
    """

    def __init__(self, genetic: Matrix, rng: np.random.Generator) -> None:
        self._root = _root(genetic)
        self._rng = rng

    def founders(self, n: int) -> Matrix:
        """Values of `n` founders, float64 of shape (n, k)."""
        return self._rng.normal(size=(n, len(self._root))) @ self._root.T

    def lambs(self, values: Matrix, inbreeding: NDArray[np.float64], sire: Positions, dam: Positions) -> Matrix:
        """Values of lambs from those of all animals so far, float64 of shape (n_lambs, k)."""
        spread = np.sqrt(0.5 - 0.25 * (inbreeding[sire] + inbreeding[dam]))
        deviation = self._rng.normal(size=(len(sire), len(self._root))) @ self._root.T
        return np.asarray(0.5 * (values[sire] + values[dam]) + spread[:, None] * deviation)


class Genome:
    """Haplotypes that drop through the pedigree; values are sums over QTL, or polygenic where there are none.

    Effects are drawn so that ``sum over QTL of 2 p (1 - p) a a' = G``: the variance of founders in linkage equilibrium.
    """

    def __init__(self, design: GenomeDesign, genetic: Matrix, rng: np.random.Generator) -> None:
        self._design, self._rng = design, rng
        self.genes: GeneMap = draw_map(design, rng)
        self.haplotypes: Alleles = np.empty((0, 2, design.n_loci), dtype=np.uint8)
        self._polygenic = Polygenic(genetic, rng)
        self.effects = np.zeros((int(self.genes.is_qtl.sum()), len(genetic)))
        if design.qtl:
            self.effects = self._draw_effects(genetic)

    def founders(self, n: int) -> Matrix:
        """Values of `n` founders, float64 of shape (n, k)."""
        self.haplotypes = founder_haplotypes(self._design, self.genes, n, self._rng)
        return self._sums(self.haplotypes) if self._design.qtl else self._polygenic.founders(n)

    def lambs(self, values: Matrix, inbreeding: NDArray[np.float64], sire: Positions, dam: Positions) -> Matrix:
        """Values of lambs, whose haplotypes are kept."""
        born = gene_drop(self.haplotypes, self.genes, sire, dam, self._rng)
        self.haplotypes = np.concatenate([self.haplotypes, born])
        return self._sums(born) if self._design.qtl else self._polygenic.lambs(values, inbreeding, sire, dam)

    def _draw_effects(self, genetic: Matrix) -> Matrix:
        p = self.genes.frequency[self.genes.is_qtl]
        drawn = self._rng.normal(size=(len(p), len(genetic)))
        present = (drawn * (2.0 * p * (1.0 - p))[:, None]).T @ drawn
        if len(p) < len(genetic):
            message = f"{len(p)} QTL cannot carry {len(genetic)} breeding values"
            raise refuse("qtl", message, "Give more QTL")
        return np.asarray(drawn @ np.linalg.inv(np.linalg.cholesky(present)).T @ _root(genetic).T)

    def _sums(self, haplotypes: Alleles) -> Matrix:
        own = haplotypes[:, :, self.genes.is_qtl].sum(axis=1, dtype=np.float64)
        return np.asarray((own - 2.0 * self.genes.frequency[self.genes.is_qtl]) @ self.effects)


def _root(covariance: Matrix) -> Matrix:
    """Lower triangular root; zeros of a matrix of zeros."""
    return np.asarray(np.linalg.cholesky(covariance), dtype=np.float64) if covariance.any() else 0.0 * covariance
