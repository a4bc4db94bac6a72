"""Genes that drop through a pedigree: haplotypes, recombination, genotypes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from ..arguments import check_fields, checked, flags, floats, instance, integers
from ..genotypes.packed import PackedGenotypes, pack
from .design import PLACE, GenomeDesign, refuse

Alleles = NDArray[np.uint8]
Vector = NDArray[np.float64]
TILE = 512
MEMORY = 8 << 30


@dataclass(frozen=True, eq=False)
class GeneMap:
    """Loci of a simulated genome, by chromosome and position.

    Attributes
    ----------
    first : int64, shape (n_chromosomes + 1,)
        First locus of each chromosome.
    position : float64, shape (n_loci,)
        In Morgans, rising along each chromosome.
    is_qtl : bool, shape (n_loci,)
    frequency : float64, shape (n_loci,)
        Of the counted allele among the (infinitely many) founders.

    Raises
    ------
    ModelError
        ``bad_design``: `first` does not rise from 0 to the number of loci, or positions fall along a chromosome; and
        numbers outside their range.
    """

    first: NDArray[np.int64]
    position: Vector
    is_qtl: NDArray[np.bool_]
    frequency: Vector

    def __post_init__(self) -> None:
        of_loci = {"position": floats("l", low=0.0), "is_qtl": flags("l"), "frequency": floats("l", low=0.0, high=1.0)}
        sizes = check_fields(self, PLACE, **of_loci)
        check_fields(self, PLACE, first=integers("c", low=0, high=sizes["l"]))
        rises = (np.diff(self.first) >= 0).all()
        if not rises or len(self.first) < 2 or self.first[0] != 0 or self.first[-1] != sizes["l"]:
            fix = "Give the first locus of each chromosome, and then the number of loci"
            raise refuse("first", "first does not rise from 0 to the number of loci", fix)
        inside = np.diff(self.position) >= 0.0
        inside[self.first[1:-1][(self.first[1:-1] > 0) & (self.first[1:-1] < sizes["l"])] - 1] = True
        if not inside.all():
            raise refuse("position", "position falls along a chromosome", "Sort the loci of each chromosome")

    @property
    def chromosome(self) -> NDArray[np.int32]:
        """Chromosome of each locus, from 1; int32 of shape (n_loci,)."""
        return np.repeat(np.arange(1, len(self.first), dtype=np.int32), np.diff(self.first))


def draw_map(design: GenomeDesign, rng: np.random.Generator) -> GeneMap:
    """Loci at even chances along each chromosome, QTL among markers; frequencies even between 0.05 and 0.95."""
    per = design.markers + design.qtl
    shape = (design.n_chromosomes, per)
    position = np.sort(rng.uniform(0.0, design.morgans, shape), axis=1).ravel()
    is_qtl = rng.permuted(np.broadcast_to(np.arange(per) < design.qtl, shape), axis=1).ravel()
    first = per * np.arange(design.n_chromosomes + 1, dtype=np.int64)
    return GeneMap(first, position, is_qtl, rng.uniform(0.05, 0.95, design.n_loci))


def founder_haplotypes(design: GenomeDesign, genes: GeneMap, n: int, rng: np.random.Generator) -> Alleles:
    """Haplotypes of `n` founders, uint8 of shape (n, 2, n_loci).

    In linkage equilibrium each allele is drawn by its frequency. With `n_ancestors` a founder haplotype copies one
    ancestral haplotype for a random length, then another (Li and Stephens 2003, Genetics 165:2213).
    """
    if design.n_ancestors is None:
        return _by_frequency(genes.frequency, 2 * n, rng).reshape(n, 2, -1)
    ancestors = _by_frequency(genes.frequency, design.n_ancestors, rng)
    result = np.empty((2 * n, design.n_loci), dtype=np.uint8)
    for a, b in zip(genes.first[:-1], genes.first[1:], strict=True):
        gap = np.diff(genes.position[a:b], prepend=-np.inf)
        is_new = rng.random((2 * n, b - a)) < 1.0 - np.exp(-gap / design.mosaic)
        start = np.maximum.accumulate(np.where(is_new, np.arange(b - a), 0), axis=1)
        source = np.take_along_axis(rng.integers(0, design.n_ancestors, (2 * n, b - a)), start, axis=1)
        result[:, a:b] = ancestors[source, np.arange(a, b)]
    return result.reshape(n, 2, -1)


def _by_frequency(frequency: Vector, n: int, rng: np.random.Generator) -> Alleles:
    tiles = [
        rng.random((n, min(TILE, len(frequency) - k))) < frequency[k : k + TILE] for k in range(0, len(frequency), TILE)
    ]
    return np.concatenate(tiles, axis=1).astype(np.uint8)


@checked(
    haplotypes=integers("a", 2, "l", low=0, high=1),
    genes=instance(GeneMap),
    sire=integers("k", low=0, high="a", empty=True),
    dam=integers("k", low=0, high="a", empty=True),
    rng=instance(np.random.Generator),
)
def gene_drop(
    haplotypes: Alleles, genes: GeneMap, sire: NDArray[np.int32], dam: NDArray[np.int32], rng: np.random.Generator
) -> Alleles:
    """Haplotypes of new animals: a gamete of each parent, with crossovers at random places.

    Parameters
    ----------
    haplotypes : uint8, shape (n_animals, 2, n_loci)
        Of the animals so far.
    genes : GeneMap
    sire, dam : int32, shape (n_new,)
        Positions of the parents, all known.
    rng : numpy.random.Generator

    Returns
    -------
    uint8, shape (n_new, 2, n_loci)
        The haplotype from the sire, then the one from the dam.

    References
    ----------
    Haldane 1919, J Genet 8:299 (no interference).

    Examples
    --------
    >>> genes = GeneMap(np.array([0, 2]), np.array([0.0, 1e-9]), np.zeros(2, dtype=bool), np.full(2, 0.5))
    >>> parents = np.array([[[0, 0], [0, 0]], [[1, 1], [1, 1]]], dtype=np.uint8)
    >>> gene_drop(parents, genes, np.array([0]), np.array([1]), np.random.default_rng(1))
    array([[[0, 0],
            [1, 1]]], dtype=uint8)
    """
    parent = np.column_stack([sire, dam]).ravel().astype(np.int64)
    n_chromosomes = len(genes.first) - 1
    length = float(genes.position.max()) if len(genes.position) else 0.0
    n_crossovers = rng.poisson(length, (len(parent), n_chromosomes))
    place = rng.uniform(0.0, length, int(n_crossovers.sum()))
    start = rng.integers(0, 2, (len(parent), n_chromosomes), dtype=np.int8)
    gametes = np.empty((len(parent), haplotypes.shape[2]), dtype=np.uint8)
    begin = np.concatenate([[0], np.cumsum(n_crossovers)]).astype(np.int64)
    recombine(haplotypes, parent, genes.first, genes.position, start, begin, place, gametes)
    return gametes.reshape(len(sire), 2, -1)


@njit(cache=True)
def recombine(
    haplotypes: Alleles,
    parent: NDArray[np.int64],
    first: NDArray[np.int64],
    position: Vector,
    start: NDArray[np.int8],
    begin: NDArray[np.int64],
    place: Vector,
    gametes: Alleles,
) -> None:
    """Gametes: copy one strand of each parent, from `start`, and change strands at each crossover.

    The crossovers of gamete g on chromosome c begin at ``place[begin[g n_chromosomes + c]]``; they are sorted here.
    Without interference their number is Poisson and their places are uniform (Haldane 1919).
    """
    n_chromosomes = len(first) - 1
    for g in range(len(parent)):
        for c in range(n_chromosomes):
            segment = g * n_chromosomes + c
            here, last = begin[segment], begin[segment + 1]
            place[here:last].sort()
            strand = start[g, c]
            for k in range(first[c], first[c + 1]):
                # an even number of crossovers between two loci leaves them on one strand
                while here < last and place[here] < position[k]:
                    strand = 1 - strand
                    here += 1
                gametes[g, k] = haplotypes[parent[g], strand, k]


def genotypes_of(haplotypes: Alleles, loci: NDArray[np.bool_]) -> PackedGenotypes:
    """Allele counts of some loci at two bits each."""
    columns = np.flatnonzero(loci)
    parts = [
        pack(haplotypes[:, 0, some] + haplotypes[:, 1, some]).data
        for some in np.array_split(columns, max(1, len(columns) // TILE))
    ]
    return PackedGenotypes(np.concatenate(parts), len(haplotypes))


def check_memory(n_animals: int, n_loci: int) -> None:
    """Refuse haplotypes above 8 GiB."""
    if 2 * n_animals * n_loci > MEMORY:
        message = f"the haplotypes of {n_animals:,} animals at {n_loci:,} loci take more than 8 GiB"
        raise refuse("genome", message, "Simulate fewer animals or loci")
