"""Cases of selection and simulation, and of whole populations."""

import numpy as np
from bellwether_engine import (
    selection,
    simulation,
)
from bellwether_engine.external.deregress import deregress
from bellwether_engine.pedigree.added import inbreeding_of_new
from bellwether_engine.pedigree.groups import metafounder_scale
from bellwether_engine.pedigree.inbreeding import inbreeding
from bellwether_engine.populations import (
    ancestors,
    connectedness,
    ebv_parts,
    flock_graph,
    kinship,
    partial_inbreeding,
    pedigree_depth,
    trend,
    validation,
)
from bellwether_engine.selection import expected_progeny, index

from .given import (
    CANDIDATES,
    DAM,
    GENES,
    HERD,
    MALE,
    MATRICES,
    MODEL,
    OPTIMUM,
    PEDIGREE,
    RECORDS,
    SIRE,
    TWO,
    A,
    F,
    Y,
    case,
    chosen,
    mated,
    simulated,
)

USE_CASES = {
    "Candidates": case(
        chosen, {"animals": (np.zeros(8, int),), "is_male": (np.full(8, 2), np.ones(8, dtype=bool)),
                 "minimum": (np.full(8, -0.1), np.full(8, 0.4), -0.1), "maximum": (np.full(8, 0.01),),
                 "group": (np.full((2, 8), 2),),
                 "group_maximum": ([1.1, 0.5], [-0.1, 0.5])},
        fine=("maximum.number",),
        relationship=A, animals=np.arange(8), is_male=MALE, ebv=Y, minimum=np.zeros(8), maximum=np.full(8, 0.5),
        group=np.array([MALE, ~MALE]), group_maximum=np.array([0.6, 0.7]),
    ),
    "MatingRules": case(
        mated, {"ram_minimum": (-1, np.array([5, 0, 0])), "inbreeding_limit": (-0.1, 1.1), "ram_maximum": (1.5,)},
        fine=("ewe_group.far", "ewe_group.below", "ram_maximum.far"),
        ram_maximum=np.array([4, 4, 4]), ram_minimum=np.array([0, 0, 0]), is_minimum_if_used=False,
        inbreeding_limit=0.25, is_allowed=np.ones((3, 4), dtype=bool), ram_carries=np.zeros((3, 1), dtype=bool),
        ewe_carries=np.zeros((4, 1), dtype=bool), ewe_group=np.array([0, 0, 1, 1]), rams_per_group=2,
    ),
    "allocate_mates": case(
        selection.allocate_mates, {"inbreeding": (np.full((3, 4), 1.1), np.full((3, 4), -0.1))},
        index=np.ones((3, 4)), inbreeding=np.zeros((3, 4)), rules=selection.MatingRules(), penalty=1.0,
    ),
    "frontier": case(selection.frontier, {"n_points": (0,)}, candidates=CANDIDATES, n_points=2),
    "mating_numbers": case(
        selection.mating_numbers, {"n_matings": (0,)}, candidates=CANDIDATES, optimum=OPTIMUM, n_matings=4, exact=False,
    ),
    "minimum_coancestry": case(selection.minimum_coancestry, candidates=CANDIDATES),
    "optimal_contributions": case(
        selection.optimal_contributions, {"theta": (0.0, -1.0, 1e-9)}, candidates=CANDIDATES, theta=0.4,
    ),
    "economic_index": case(
        index.economic_index, {"p": (*MATRICES, TWO / 9.0), "c": MATRICES},
        fine=("p.number",), p=TWO * 3.0, g=TWO, c=TWO, values=np.array([1.0, 2.0]),
    ),
    "restricted_index": case(
        index.restricted_index, {"p": (*MATRICES, TWO / 9.0), "c": MATRICES, "unchanged": ([], [0, 1], [2])},
        fine=("p.number",), p=TWO * 3.0, g=TWO, c=TWO, values=np.array([1.0, 2.0]), unchanged=np.array([1]),
    ),
    "desired_gains_index": case(
        index.desired_gains_index, {"p": MATRICES, "gains": ([0.0, 0.0],)},
        fine=("p.number",), p=TWO * 3.0, g=TWO, gains=np.array([1.0, 2.0]),
    ),
    "expected_progeny": case(
        expected_progeny.expected_progeny, {"genetic_variance": (-1.0, np.nan, [1.0, 2.0])},
        fine=("sires.longer", "dams.longer", "ebv.deeper", "genetic_variance.number"),
        relationship=A, ebv=Y, genetic_variance=np.array([4.0]), sires=np.array([0]), dams=np.array([1]),
    ),
    "FlockDesign": case(
        simulation.FlockDesign,
        {"litter_size": ((0.5, 0.4), (1.5, -0.5), ("x",)), "selection": ("magic",), "n_link_rams": (0,)}
        | dict.fromkeys(("ewe_replacement", "ram_replacement", "survival", "link_share", "unknown_sire"), (-0.1, 1.1)),
        n_flocks=2, ewes_per_flock=4, rams_per_flock=1, n_years=3, ewe_replacement=0.2, ram_replacement=0.5,
        litter_size=(0.5, 0.5), survival=0.9, n_link_rams=1, link_share=0.1, selection="random", unknown_sire=0.1,
    ),
    "TraitDesign": case(
        simulated, {"traits": (("a", "a"), ()), "genetic": MATRICES, "residual": MATRICES, "missing": (1.1, -0.1),
                    "litter": (-1.0,), "group_sd": (-1.0,), "maternal": (("z",),)},
        fine=tuple(f"{name}.number" for name in ("litter", "mean", "group_sd", "male", "twin", "young_dam", "per_day")),
        traits=("a", "b"), genetic=TWO, residual=TWO, maternal=(), litter=np.ones(2), mean=np.ones(2),
        group_sd=np.ones(2), male=np.ones(2), twin=np.ones(2), young_dam=np.ones(2), per_day=np.ones(2),
        missing=np.zeros(2),
    ),
    "TraitDesign.permanent": case(
        simulated, {"permanent_dam": (-1.0, np.nan)}, maternal=("a",), genetic=np.eye(3),
        permanent_dam=np.array([[1.0]]), fine=("permanent_dam.number",),
    ),
    "GenomeDesign": case(
        simulation.GenomeDesign, {"n_chromosomes": (0,), "markers": (0,), "morgans": (0.0,), "n_ancestors": (1,),
                                  "mosaic": (0.0,)},
        n_chromosomes=2, markers=3, qtl=1, morgans=1.0, n_ancestors=4, mosaic=0.1,
    ),
    "GeneMap": case(
        simulation.GeneMap, {"first": ([0, 2], [1, 3], [0, 9]), "position": ([0.3, 0.2, 0.1],)},
        first=GENES.first, position=GENES.position, is_qtl=GENES.is_qtl, frequency=GENES.frequency,
    ),
    "gene_drop": case(
        simulation.gene_drop, {"haplotypes": (np.full((2, 2, 3), 2, np.uint8),)},
        fine=("haplotypes.longer",),
        haplotypes=np.zeros((2, 2, 3), np.uint8), genes=GENES, sire=np.array([0]), dam=np.array([1]),
        rng=np.random.default_rng(1),
    ),
    "simulate_flocks": case(
        simulation.simulate_flocks, flocks=simulation.FlockDesign(2, 4, 1, 3, n_link_rams=1),
        traits=simulation.TraitDesign(("a",), 2.0, 6.0), genome=simulation.GenomeDesign(1, 3), seed=1,
    ),
}  # fmt: skip

POPULATION_CASES = {
    "deregress": case(
        deregress, {"additive": MATRICES, "reliability": (np.full(8, 1.0), np.full(8, -0.1)),
                    "animal": (np.full(8, 9),), "trait": (np.full(8, 1),)},
        fine=("additive.number",), pedigree=PEDIGREE, additive=np.array([[4.0]]), animal=np.arange(8),
        trait=np.zeros(8, int), value=Y, reliability=np.full(8, 0.3), base="given",
    ),
    "inbreeding_of_new": case(
        inbreeding_of_new, {"known": (np.zeros(9), np.full(3, 2.0)), "sire": (np.r_[SIRE[:-1], 8],)},
        fine=("known.longer", "known.empty"), sire=SIRE, dam=DAM, known=np.zeros(3),
    ),
    "inbreeding": case(
        inbreeding, {"sire": (np.r_[SIRE[:-1], 9],), "known": (F + 2.0,), "gamma": ([[-1.0]], [[np.nan]])},
        fine=("known.missing", "gamma.number"),
        sire=SIRE, dam=DAM, order=PEDIGREE.order, gamma=np.array([[0.4]]), known=F, threads=1,
    ),
    "metafounder_scale": case(metafounder_scale, {"gamma": MATRICES}, gamma=TWO / 4.0, fine=("gamma.number",)),
    "ebv_parts": case(
        ebv_parts.ebv_parts, {"variance_ratio": (0.0, -1.0), "weights": (-np.ones(8),)},
        pedigree=PEDIGREE, ebv=Y, animal=np.arange(8), adjusted=Y, variance_ratio=1.5, inbreeding=F, weights=np.ones(8),
    ),
    "completeness": case(pedigree_depth.completeness, {"n_generations": (0,)}, pedigree=PEDIGREE, n_generations=2),
    "genetic_contributions": case(
        pedigree_depth.genetic_contributions, fine=("animals.longer",), pedigree=PEDIGREE, animals=np.array([5, 7]),
    ),
    "effective_founders": case(
        pedigree_depth.effective_founders, fine=("animals.longer",), pedigree=PEDIGREE, animals=np.array([5, 7]),
    ),
    "effective_ancestors": case(
        ancestors.effective_ancestors, {"most": (0,)}, fine=("animals.longer",),
        pedigree=PEDIGREE, animals=np.array([5, 7]), most=3,
    ),
    "mean_kinship": case(
        kinship.mean_kinship, fine=("animals.longer", "others.longer"),
        relationship=A, animals=np.array([5, 7]), others=np.array([3, 4]),
    ),
    "partial_inbreeding": case(
        partial_inbreeding.partial_inbreeding, fine=("animals.longer", "ancestors.longer"),
        pedigree=PEDIGREE, animals=np.array([5, 7]), ancestors=np.array([0, 1]),
    ),
    "generation_intervals": case(
        pedigree_depth.generation_intervals, {"birth": (np.zeros(8),)}, fine=("birth.missing",),
        pedigree=PEDIGREE, birth=np.array([0.0, 0.0, 0.0, 2.0, 2.0, 2.0, 2.0, 4.0]),
    ),
    "effective_size": case(
        pedigree_depth.effective_size, {"inbreeding": ([1.1, 0.0],), "equivalent_generations": ([-1.0, 2.0],)},
        inbreeding=np.array([0.02, 0.01]), equivalent_generations=np.array([3.0, 2.0]),
    ),
    "lr_validation": case(
        validation.lr_validation, {"partial": (np.ones(8),), "genetic_variance": (0.0, -1.0), "mean_inbreeding": (1.5,),
                                   "mean_kinship": (-1.5,), "n_bootstrap": (-1,)},
        partial=Y, whole=Y + 0.1 * np.arange(8), genetic_variance=2.0, mean_inbreeding=0.1, mean_kinship=0.1,
        n_bootstrap=3, seed=1,
    ),
    "genetic_trend": case(
        trend.genetic_trend, {"minimum": (0,)},
        fine=("ebv.missing", "birth_year.far", "birth_year.below", "group.far", "group.below"),
        ebv=Y, birth_year=2010 + np.arange(8) // 2, group=np.zeros(8, int), minimum=2,
    ),
    "shift_base": case(
        trend.shift_base, {"minimum": (0,), "base_years": ([1999],)},
        fine=("ebv.missing", "ebv.deeper", "birth_year.far", "birth_year.below", "base_years.longer"),
        ebv=Y, birth_year=2010 + np.arange(8) // 2, base_years=np.array([2010]), minimum=1,
    ),
    "flock_links": case(
        flock_graph.flock_links, fine=("flock.below", "recorded.longer", "recorded.empty"),
        pedigree=PEDIGREE, flock=HERD, recorded=np.array([3, 4]), with_dams=False,
    ),
    "flock_connectedness": case(
        connectedness.flock_connectedness, {"column": (1,)}, fine=("flock.below",),
        model=MODEL, records=RECORDS, pedigree=PEDIGREE, flock=HERD, column=0,
    ),
    "unit_connectedness": case(
        connectedness.unit_connectedness, {"unit": ("sex",), "trait": ("z",)},
        model=MODEL, records=RECORDS, pedigree=PEDIGREE, unit="herd", trait="y",
    ),
}  # fmt: skip
