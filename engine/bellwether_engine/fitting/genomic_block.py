"""From genotypes and options to the structure of the genetic block."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import eye_array

from ..equations.structure import Structure
from ..errors import ModelError
from ..model.genomic import SINGLE_STEP, Genomic, Genotypes, Method, refuse
from ..model.variances import Variances
from ..parallel.executor import Executor
from ..pedigree.pedigree import Pedigree
from ..pedigree.relationship import Relationship
from ..pedigree.sampling import Sampler
from ..pedigree.subset import RelationshipBlock
from ..relationships.apy import CoreInverse
from ..relationships.base_frequencies import base_frequencies
from ..relationships.blending import Tuning, combine, combine_unformed
from ..relationships.centred import Centred, centre
from ..relationships.genomic import genomic_relationship
from ..relationships.inverses import Formed, GenomicInverse, Loadings, LowRank, Recovered, invert
from ..relationships.samplers import JointSampler, alone_sampler, genotyped_sampler, single_step_sampler
from ..relationships.single_step import GenotypedInverse, JointInverse, SingleStepInverse

Matrix = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Prepared:
    """The genetic block of a genomic model.

    Attributes
    ----------
    structure : Structure
        Inverse relationships of its levels.
    n_levels : int
        Animals, in single-step with metafounders after them; for sssnpblup then loadings; for snpblup markers.
    z : Centred
    tuning : Tuning
    effects : callable
        Marker effects (n_markers, k) from the solved levels (n_levels, k).
    step : float64, shape (n_markers,)
        Effect of one copy for a unit of ``Z' G_w^-1 u``, or of a loading.
    method : str
    sampler : callable()
        Makes the sampler of the levels, for estimation by sampling.
    inverse : GenomicInverse, optional
        G_w-inverse, where effects are back-solved.
    loading_rows : slice, optional
        Levels of the markers, where they have some.
    """

    structure: Structure
    n_levels: int
    z: Centred
    tuning: Tuning
    effects: Callable[[Matrix], Matrix]
    step: Matrix
    method: Method
    sampler: Callable[[], Sampler]
    inverse: GenomicInverse | None = None
    loading_rows: slice | None = None

    @property
    def is_of_markers(self) -> bool:
        """Are the levels markers instead of animals?"""
        return self.method == "snpblup"

    @property
    def n_dense(self) -> int:
        """Rows of the dense block in the equations."""
        joint = self.method == "sssnpblup"
        return self.z.n_markers if self.is_of_markers else self.z.n_animals + joint * self.z.n_markers


def prepare(
    genomic: Genomic,
    genotypes: Genotypes,
    pedigree: Pedigree,
    inbreeding: Matrix | None,
    variances: Variances,
    executor: Executor | None = None,
) -> Prepared:
    """Build the structure of the genetic block.

    Parameters
    ----------
    genomic : Genomic
    genotypes : Genotypes
    pedigree : Pedigree
        Its fixed groups are left out, its metafounders are not.
    inbreeding : float64, shape (n_animals,), optional
        None: A22 and A-inverse ignore inbreeding.
    variances : Variances
        Only for a given marker variance.
    executor : Executor, optional
        Of the products with genotypes.

    Raises
    ------
    ModelError
        ``singular_g``, ``too_large``, ``tuning``, ``no_calls``, ``no_variation``, ``frequency``, ``bad_option``.
    """
    pedigree = pedigree.without_fixed_groups
    z = centre(genotypes.packed, _frequency(genomic, genotypes, pedigree, inbreeding), genomic.relationship)
    z = replace(z, executor=executor or z.executor)
    if genomic.method == "snpblup":
        return _markers(genomic, z, variances)
    block = RelationshipBlock(Relationship(pedigree, inbreeding), genotypes.animal)
    if genomic.method == "sssnpblup":
        return _joint(genomic, z, block)
    inverse, tuning = _inverse(genomic, genotypes, z, block)
    structure: Structure = GenotypedInverse(pedigree.n_animals, genotypes.animal, inverse)
    is_single_step, n_levels = genomic.method in SINGLE_STEP, pedigree.n_animals
    if is_single_step:
        a_inverse = pedigree.a_inverse(inbreeding)
        n_levels = a_inverse.shape[0]
        structure = SingleStepInverse(a_inverse, genotypes.animal, inverse, block)

    step = (1.0 - tuning.beta) * tuning.factor * z.scale

    def sampler() -> Sampler:
        own = genotyped_sampler(inverse, block)
        if is_single_step:
            return single_step_sampler(block, own)
        return alone_sampler(pedigree.n_animals, genotypes.animal, own)

    def effects(u: Matrix) -> Matrix:
        solved = z.transposed_product(inverse.product(np.ascontiguousarray(u[genotypes.animal])))
        return np.asarray(step[:, None] * solved)

    return Prepared(structure, n_levels, z, tuning, effects, step, genomic.method, sampler, inverse)


def _inverse(
    genomic: Genomic, genotypes: Genotypes, z: Centred, block: RelationshipBlock
) -> tuple[GenomicInverse, Tuning]:
    if genomic.method in ("gblup", "ssgblup"):
        return _formed(genomic, z, block)
    if genomic.method == "ssgtblup":
        tuning = combine_unformed(z, block, genomic)
        return LowRank(z, block, tuning), tuning
    if genomic.ridge > 0.0 and genomic.blending[1] != "none":
        raise refuse("ridge", "apy does not tune a G with a ridge", 'Use blend instead, or set tune = "none"')
    tuning = combine_unformed(z, block, genomic)
    return CoreInverse(z, block, tuning, core_rows(genomic, genotypes), genomic.ridge), tuning


def _formed(genomic: Genomic, z: Centred, block: RelationshipBlock) -> tuple[GenomicInverse, Tuning]:
    """G_w in full; in single-step its inverse less that of A22 takes its place."""
    is_joined = genomic.method == "ssgblup"
    a22 = block.dense() if is_joined or genomic.blending != (0.0, "none") else None
    g_w, tuning = combine(genomic_relationship(z), a22, genomic)
    inverse = invert(g_w, in_place=True)
    if a22 is None or not is_joined:
        return Formed(inverse), tuning
    inverse -= invert(a22, in_place=True)
    return Recovered(Formed(inverse), block), tuning


def core_rows(genomic: Genomic, genotypes: Genotypes) -> NDArray[np.intp]:
    """Rows of the core animals among the genotyped.

    Examples
    --------
    >>> from bellwether_engine.genotypes import pack
    >>> core_rows(Genomic("apy", core=(9, 4)), Genotypes(pack([[0], [1], [2]]), [4, 7, 9]))
    array([2, 0])
    """
    n = len(genotypes.animal)
    if isinstance(genomic.core, int):
        return np.random.default_rng(genomic.seed).permutation(n)[: min(genomic.core, n)]
    row = {int(animal): i for i, animal in enumerate(genotypes.animal)}
    wrong = [animal for animal in genomic.core if animal not in row]
    if wrong or not genomic.core or len(set(genomic.core)) < len(genomic.core):
        message = "the core is empty, names an animal twice, or one without genotype"
        raise refuse("core", message, "Name genotyped animals once each")
    return np.array([row[animal] for animal in genomic.core])


def _joint(genomic: Genomic, z: Centred, block: RelationshipBlock) -> Prepared:
    tuning = combine_unformed(z, block, genomic)
    loadings = Loadings(z, tuning)
    pedigree = block.relationship.pedigree
    a_inverse = pedigree.a_inverse(block.relationship.inbreeding)
    beta = tuning.beta * tuning.factor
    structure = JointInverse(a_inverse, block.animals, loadings, block, beta)
    n, m = a_inverse.shape[0], z.n_markers

    step, rows = loadings.root * z.scale, slice(n, n + m)

    def effects(levels: Matrix) -> Matrix:
        return np.asarray(step[:, None] * levels[rows])

    def sampler() -> Sampler:
        return JointSampler(loadings, block, beta)

    n_levels = n + loadings.n_columns
    return Prepared(structure, n_levels, z, tuning, effects, step, genomic.method, sampler, loading_rows=rows)


def _markers(genomic: Genomic, z: Centred, variances: Variances) -> Prepared:
    if not isinstance(genomic.snp_variance, str):
        additive = variances.additive
        if additive is None or additive.shape != (1, 1):
            raise refuse("snp_variance", "a number for snp_variance needs one trait", 'Use "two_sum_pq"')
        z = replace(z, scale=np.full(z.n_markers, np.sqrt(genomic.snp_variance / additive[0, 0])))
    m = z.n_markers
    structure, step, rows = eye_array(m, format="csr"), z.scale, slice(0, m)

    def effects(levels: Matrix) -> Matrix:
        return np.asarray(step[:, None] * levels)

    def sampler() -> Sampler:
        return lambda generator, width: generator.standard_normal((m, width))

    return Prepared(structure, m, z, Tuning(), effects, step, genomic.method, sampler, loading_rows=rows)


def _frequency(genomic: Genomic, genotypes: Genotypes, pedigree: Pedigree, inbreeding: Matrix | None) -> Matrix | None:
    if genomic.frequencies in ("observed", None):
        return None
    if genomic.frequencies == "half":
        return np.full(genotypes.packed.n_markers, 0.5)
    if genomic.frequencies == "base":
        one_base = Pedigree(pedigree.sire, pedigree.dam)
        return np.asarray(base_frequencies(genotypes, one_base, inbreeding)[0])
    if genotypes.frequency is None:
        raise ModelError("frequency", "no frequencies are given", place="genomic.frequencies", fix="Give them")
    return genotypes.frequency
