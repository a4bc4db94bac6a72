"""Imputation from the pedigree, marker by marker."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..arguments import checked, floats, instance, number, optional, whole
from ..errors import ModelError
from ..genotypes.packed import MISSING, PackedGenotypes, pack
from ..genotypes.quality import marker_frequencies
from ..model.genomic import Genotypes
from ..parallel.workers import Workers, even_pieces
from ..parentage.likelihood import error_matrix
from ..pedigree.pedigree import Pedigree
from .families import families
from .peeling import peel

Floats = NDArray[np.float64]
MARKERS = 8
LARGEST_CHANGE = 1e-5


@dataclass(frozen=True, eq=False)
class Imputed:
    """Genotypes of all animals of the pedigree at all markers.

    Attributes
    ----------
    dosage : float32, shape (n_animals, n_markers)
        Expected copies of the counted allele, 0 to 2.
    certainty : float32, shape (n_animals, n_markers)
        Probability of the most likely genotype, 1/3 to 1.
    best : uint8, shape (n_animals, n_markers)
        The most likely genotype.
    unconverged : int64
        Markers at which the probabilities still changed in the last round.
    """

    dosage: NDArray[np.float32]
    certainty: NDArray[np.float32]
    best: NDArray[np.uint8]
    unconverged: NDArray[np.int64]

    def packed(self, min_certainty: float = 0.0) -> PackedGenotypes:
        """The most likely genotypes, missing where they are less certain."""
        return pack(np.where(self.certainty >= min_certainty, self.best, MISSING).astype(np.uint8))


@checked(
    genotypes=instance(Genotypes, m="packed.n_markers"),
    pedigree=instance(Pedigree),
    frequency=optional(floats("m", low=0.0, high=1.0, code="frequency")),
    error_rate=number(above=0.0, below=0.5, code="bad_option"),
    max_rounds=whole(low=1, code="bad_option"),
)
def impute(
    genotypes: Genotypes,
    pedigree: Pedigree,
    *,
    frequency: Floats | None = None,
    error_rate: float = 0.01,
    max_rounds: int = 50,
) -> Imputed:
    """Genotype probabilities of every animal from all calls of its relatives, marker by marker.

    Exact in a pedigree without loops (inbreeding, two ways of being related through mates); with loops the
    approximation of iterative peeling. Neighbouring markers do not help each other: a dense chip is imputed better by
    programs that follow haplotypes.

    Parameters
    ----------
    genotypes : Genotypes
        Autosomes; missing calls, and animals without genotype, are imputed. A call may be corrected.
    pedigree : Pedigree
        Its groups are not used.
    frequency : float64, shape (n_markers,), optional
        Of the counted allele among founders; by default that of all calls.
    error_rate : float
        Probability that a call is wrong, above 0 and below 1/2.
    max_rounds : int

    Raises
    ------
    ModelError
        ``bad_option``, ``frequency``, or ``unknown_animal``: a genotype of nobody in the pedigree.
    PedigreeError
        ``pedigree_loop``.

    References
    ----------
    Elston and Stewart 1971, Hum Hered 21:523; Whalen et al. 2018, Genet Sel Evol 50:67 (iterative peeling).

    Examples
    --------
    A ram with two copies and a ewe with none:

    >>> from bellwether_engine.genotypes import pack
    >>> pedigree = Pedigree(sire=[-1, -1, 0], dam=[-1, -1, 1])
    >>> impute(Genotypes(pack([[2], [0]]), [0, 1]), pedigree, error_rate=1e-6).dosage.round(3).ravel()
    array([2., 0., 1.], dtype=float32)
    """
    p = _check(genotypes, pedigree, frequency)
    made = families(pedigree)
    row = np.full(made.n_total, -1, dtype=np.int32)
    row[genotypes.animal] = np.arange(len(genotypes.animal), dtype=np.int32)
    m, n = genotypes.packed.n_markers, pedigree.n_animals
    dosage, certainty = (np.empty((m, n), dtype=np.float32) for _ in range(2))
    best = np.empty((m, n), dtype=np.uint8)
    converged = np.zeros(m, dtype=np.bool_)
    family = (made.sire, made.dam, made.start, made.offspring, made.founder)
    limits = np.array([LARGEST_CHANGE, max_rounds], dtype=np.float64)

    def work(first: int, last: int) -> None:
        out = np.empty((last - first, n, 3), dtype=np.float32)
        part = genotypes.packed.data[first:last]
        peel(part, row, family, p[first:last], error_matrix(error_rate), limits, out, converged[first:last])
        dosage[first:last] = out[:, :, 1] + 2.0 * out[:, :, 2]
        certainty[first:last] = out.max(axis=2)
        best[first:last] = out.argmax(axis=2)

    Workers().run(work, even_pieces(m, MARKERS))
    return Imputed(dosage.T, certainty.T, best.T, np.flatnonzero(~converged))


def _check(genotypes: Genotypes, pedigree: Pedigree, frequency: Floats | None) -> Floats:
    """The frequencies, a little away from 0 and 1, where an error could not be told from a rare allele."""
    animal = genotypes.animal
    if len(animal) and (animal.min() < 0 or animal.max() >= pedigree.n_animals):
        message = "a genotype belongs to no animal of the pedigree"
        raise ModelError("unknown_animal", message, place="genotypes", fix="Add the animal to the pedigree")
    if frequency is None:
        p = np.nan_to_num(marker_frequencies(genotypes.packed), nan=0.5)
        least = 1.0 / (2.0 * genotypes.packed.n_animals + 2.0)
        return np.clip(p, least, 1.0 - least)
    p = np.ascontiguousarray(frequency, dtype=np.float64)
    if not ((p > 0) & (p < 1)).all():
        message = "frequency is 0 or 1 at a marker, where an error could not be told from a rare allele"
        raise ModelError("frequency", message, place="frequency", fix="Give numbers above 0 and below 1")
    return p
