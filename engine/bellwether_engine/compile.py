"""Compile every kernel ahead of its first use: `python -m bellwether_engine.compile`, once after installation.

Numba keeps what it compiles in a cache beside the sources, or in the user's cache folder where that cannot be written.
The work is a small example of everything that has kernels, on simulated flocks.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from .association import associate
from .fitting.fit import fit
from .genotypes import (
    PackedGenotypes,
    animal_quality,
    check_sex,
    duplicates,
    genotype_bits,
    identity_by_descent,
    marker_quality,
    mendelian_conflicts,
    opposing_homozygotes,
    turn,
)
from .homozygosity import runs_of_homozygosity
from .homozygosity.window_runs import runs_by_windows
from .imputation import impute
from .model.effect import Effect
from .model.genomic import Genomic, Genotypes
from .model.model import Model
from .model.options import Options
from .model.records import Records
from .model.variances import Variances
from .parallel.row_product import RowProduct
from .parallel.workers import Workers
from .parentage import assign_parents
from .pedigree.added import inbreeding_of_new
from .pedigree.groups import Groups
from .pedigree.inbreeding import inbreeding
from .pedigree.pedigree import Pedigree
from .pedigree.relationship import Relationship
from .pedigree.subset import RelationshipBlock
from .pedigree.uncertain.uncertain_pedigree import UncertainPedigree
from .populations.ancestors import effective_ancestors
from .populations.kinship import mean_kinship
from .populations.partial_inbreeding import partial_inbreeding
from .populations.pedigree_depth import completeness
from .relationships import centre, genomic_relationship
from .simulation import FlockDesign, GenomeDesign, SimulatedFlocks, TraitDesign, simulate_flocks

FLOCKS = FlockDesign(n_flocks=2, ewes_per_flock=25, n_years=5)
ONE = TraitDesign(("y",), 1.0, 2.0)
TWO = TraitDesign(
    ("y", "z"), np.eye(3) + 1.0, 2.0 * np.eye(2), maternal=("y",), litter=np.array([0.5, 0.5]), missing=0.2
)
FEW = 60
DEEP = 30  # generations of full sibs: too many paths to follow each
ANIMAL = Effect("animal", "additive")
PCG = Options(solver="pcg", reliability="none")
DIRECT = Options(solver="direct", reliability="exact")
GENOME = GenomeDesign(n_chromosomes=2, markers=150, n_ancestors=4)


def compile_kernels() -> None:
    """Run every kernel on small data, with the types of real calls; afterwards none is compiled again.

    Examples
    --------
    >>> from bellwether_engine.compile import compile_kernels
    >>> compile_kernels()
    """
    flocks = simulate_flocks(FLOCKS, ONE, genome=GENOME, seed=1)
    _run_pedigree(flocks.true_pedigree)
    _run_models(flocks)
    _run_groups(flocks)
    _run_single_step(flocks)
    _run_genotypes(flocks)


def _run_pedigree(pedigree: Pedigree) -> None:
    """Order, inbreeding, relationships and their products."""
    f = pedigree.inbreeding()
    older = np.arange(-2, 2 * DEEP - 2, dtype=np.int32).reshape(-1, 2).repeat(2, axis=0).clip(-1)
    inbreeding(older[:, 0].copy(), older[:, 1].copy(), np.arange(2 * DEEP, dtype=np.int32))
    completeness(pedigree)
    inbreeding_of_new(pedigree.sire, pedigree.dam, f[:-9])
    relationship, some, n = Relationship(pedigree, f), np.arange(9, dtype=np.int32), pedigree.n_animals
    relationship.times(relationship.solve(np.ones(n)))
    relationship.between(some, some)
    mean_kinship(relationship, some)
    effective_ancestors(pedigree, some, most=1)
    partial_inbreeding(pedigree, some, some)
    lambs = np.flatnonzero(pedigree.sire >= 0)[:9].astype(np.int32)
    sire = pedigree.sire.copy()
    sire[lambs] = -1
    UncertainPedigree(
        sire, pedigree.dam, animal=lambs, candidate=pedigree.sire[lambs], probability=np.full(len(lambs), 0.5)
    ).inbreeding()
    block = RelationshipBlock(relationship, some)
    block.solve(block.times(np.ones(9)))
    block.inverse_diagonal()
    RowProduct(pedigree.a_inverse(f), Workers(1)).add(np.ones((n, 2)), np.zeros((n, 2)))


def _run_models(flocks: SimulatedFlocks) -> None:
    """Both solvers, reliabilities and REML, for one trait and for two with maternal effects and missing records."""
    two = simulate_flocks(FLOCKS, TWO, seed=1)
    for found in (flocks, two):
        for options in (DIRECT, replace(PCG, reliability="approximate")):
            fit(found.true_model(options), found.records, found.pedigree)
    for options in (Options(estimate="ai-reml"), Options(estimate="mc-reml", samples=10, reliability="none")):
        fit(flocks.true_model(options), flocks.records, flocks.pedigree)


def _run_groups(flocks: SimulatedFlocks) -> None:
    """Unknown-parent groups and metafounders."""
    sire, dam = flocks.true_pedigree.sire, flocks.true_pedigree.dam
    of_sire, of_dam = (np.where(p < 0, np.arange(len(p)) % 2, -1).astype(np.int32) for p in (sire, dam))
    for gamma in (None, np.array([[0.3, 0.1], [0.1, 0.4]])):
        pedigree = Pedigree(sire, dam, Groups(of_sire, of_dam, 2, gamma=gamma))
        fit(flocks.true_model(), flocks.records, pedigree)
        pedigree.group_shares()


def _run_single_step(flocks: SimulatedFlocks) -> None:
    """The genomic models; of single-step, all with G unformed and PCG, whose kernels are those of the others too."""
    some = np.flatnonzero(flocks.true_pedigree.sire >= 0)[:FEW].astype(np.int32)
    genotypes = Genotypes(_of(flocks, some), some)
    recorded = np.isin(flocks.records.animal, some)
    records = Records(flocks.records.animal[recorded], flocks.records.values[recorded])
    for method in ("gblup", "snpblup", "ssgblup", "ssgtblup", "sssnpblup", "apy"):
        genomic = Genomic(method, ridge=0.01 if method == "gblup" else 0.0, core=FEW // 2)
        model = Model(("y",), (ANIMAL,), Variances(np.eye(1), additive=np.eye(1)), PCG, genomic=genomic)
        fit(model, records, flocks.pedigree, genotypes=genotypes)


def _run_genotypes(flocks: SimulatedFlocks) -> None:
    """Quality, relatives, association, runs of homozygosity and imputation."""
    pedigree, lambs = flocks.true_pedigree, np.flatnonzero(flocks.true_pedigree.sire >= 0)[:9].astype(np.int32)
    packed = _of(flocks, np.arange(pedigree.n_animals))
    sire, dam, m = pedigree.sire[lambs], pedigree.dam[lambs], packed.n_markers
    marker_quality(packed)
    animal_quality(packed)
    check_sex(packed, np.ones(m, dtype=bool), flocks.is_male.astype(np.int8))
    bits = genotype_bits(packed)
    turn(packed.data, packed.n_animals)
    opposing_homozygotes(bits, lambs, sire)
    duplicates(bits)
    mendelian_conflicts(packed, lambs, sire, dam)
    assign_parents(packed, lambs, sire, dam)
    few = packed.animals(np.arange(FEW))
    identity_by_descent(few)
    associate(centre(few), genomic_relationship(centre(few)), np.arange(float(FEW)))
    runs_of_homozygosity(few, np.ones(m, dtype=np.int32), np.arange(m))
    runs_by_windows(few, np.ones(m, dtype=np.int32), np.arange(m))
    impute(Genotypes(packed, np.arange(packed.n_animals, dtype=np.int32)), pedigree, max_rounds=2)


def _of(flocks: SimulatedFlocks, animals: np.ndarray[Any, Any]) -> PackedGenotypes:
    assert flocks.genotypes is not None
    return flocks.genotypes.animals(animals)


if __name__ == "__main__":
    compile_kernels()
