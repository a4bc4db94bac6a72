"""Genotypes of a simulated flock book: gene drop by segments of 64 markers, one 64-bit word each."""

from __future__ import annotations

import numpy as np
from bellwether_engine import Pedigree
from bellwether_engine.genotypes import PackedGenotypes
from bellwether_engine.genotypes.packed import padding
from numba import njit
from numpy.typing import NDArray

SEGMENT = 64
CHROMOSOMES = 26
ANCESTRAL = 200
Words = NDArray[np.uint64]


def drop_genes(
    pedigree: Pedigree, animals: NDArray[np.int32], n_markers: int, seed: int = 1
) -> tuple[PackedGenotypes, NDArray[np.float64]]:
    """Genotypes of `animals`, and true breeding values of all (variance 1 in the base).

    26 chromosomes of a Morgan; recombination between segments; 200 ancestral haplotypes a segment; every second segment
    has a quantitative trait locus among its markers.
    """
    rng, n = np.random.default_rng(seed), pedigree.n_animals
    n_segments = -(-n_markers // SEGMENT)
    ends = set(np.linspace(0, n_segments, CHROMOSOMES, endpoint=False).astype(int).tolist())
    haplotypes, strand = np.zeros((n, 2), np.uint64), np.zeros((n, 2), np.uint8)
    data = np.zeros((n_segments * SEGMENT, -(-len(animals) // 4)), np.uint8)
    values = np.zeros(n)
    for segment in range(n_segments):
        rate = 0.5 if segment in ends else min(0.5, CHROMOSOMES / n_segments)
        bits = rng.random((ANCESTRAL, SEGMENT)) < 0.05 + 0.9 * rng.beta(1.5, 1.5, SEGMENT)
        words = (bits.astype(np.uint64) << np.arange(SEGMENT, dtype=np.uint64)).sum(axis=1, dtype=np.uint64)
        switch = (rng.random((n, 2), dtype=np.float32) < rate).astype(np.uint8)
        founders = words[rng.integers(0, ANCESTRAL, (n, 2))]
        _drop(pedigree.sire, pedigree.dam, pedigree.order, haplotypes, strand, switch, founders)
        _write(haplotypes, animals, data[segment * SEGMENT : (segment + 1) * SEGMENT])
        if segment % 2 == 0:
            values += rng.normal() * ((haplotypes >> np.uint64(31)) & np.uint64(1)).sum(axis=1).astype(np.float64)
    data[:, -1] |= padding(len(animals))
    base = (pedigree.sire < 0) & (pedigree.dam < 0)
    return PackedGenotypes(data[:n_markers], len(animals)), (values - values[base].mean()) / values[base].std()


@njit(cache=True)
def _drop(
    sire: NDArray[np.int32],
    dam: NDArray[np.int32],
    order: NDArray[np.int32],
    haplotypes: Words,
    strand: NDArray[np.uint8],
    switch: NDArray[np.uint8],
    founders: Words,
) -> None:
    for i in order:
        for k in range(2):
            parent = sire[i] if k == 0 else dam[i]
            strand[i, k] ^= switch[i, k]
            haplotypes[i, k] = founders[i, k] if parent < 0 else haplotypes[parent, strand[i, k]]


@njit(cache=True)
def _write(haplotypes: Words, animals: NDArray[np.int32], data: NDArray[np.uint8]) -> None:
    one = np.uint64(1)
    for row, animal in enumerate(animals):
        for j in range(data.shape[0]):
            place = np.uint64(j)
            copies = ((haplotypes[animal, 0] >> place) & one) + ((haplotypes[animal, 1] >> place) & one)
            data[j, row // 4] |= np.uint8(copies << np.uint64(2 * (row % 4)))
