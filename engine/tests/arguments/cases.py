"""Every public function and every class that a caller fills in, with right arguments.

A case says what is done with the arguments, the right ones, what else is wrong (`more`) and what is right after all
(`fine`: argument and kind of `wrong.wrong_values`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace

import bellwether_engine as engine
import numpy as np
from bellwether_engine import (
    CovarianceStructure,
    Effect,
    Genomic,
    Genotypes,
    Groups,
    Legendre,
    Model,
    Options,
    Pedigree,
    Records,
    Relationship,
    RelationshipBlock,
    Variances,
    association,
    genotypes,
    homozygosity,
    imputation,
    parentage,
    relationships,
    selection,
    simulation,
)
from bellwether_engine.parallel.workers import Workers
from bellwether_engine.pedigree.added import inbreeding_of_new
from bellwether_engine.pedigree.groups import metafounder_scale
from bellwether_engine.pedigree.inbreeding import inbreeding
from bellwether_engine.populations import (
    connectedness,
    ebv_parts,
    flock_graph,
    pedigree_depth,
    trend,
    validation,
)  # fmt: skip
from bellwether_engine.selection import expected_progeny, index

RNG = np.random.default_rng(5)
CODES = RNG.integers(0, 3, (8, 12))
PACKED = genotypes.pack(CODES)
BITS = genotypes.genotype_bits(PACKED)
Z = relationships.centre(PACKED)
SIRE, DAM = np.array([-1, -1, -1, 0, 0, 0, 0, 3], np.int32), np.array([-1, -1, -1, 1, 1, 2, 2, 2], np.int32)
PEDIGREE = Pedigree(SIRE, DAM)
F = PEDIGREE.inbreeding()
A = Relationship(PEDIGREE, F)
GENOTYPED = Genotypes(PACKED, np.arange(8))
Y = RNG.normal(size=8)
HERD = np.array([0, 0, 1, 1, 0, 0, 1, 1])
RECORDS = Records(np.arange(8), Y, {"herd": HERD})
EFFECTS = (Effect("herd", "fixed"), Effect("animal", "additive"))
VARIANCES = Variances(6.0, additive=4.0)
MODEL = Model(("y",), EFFECTS, VARIANCES)
TWO = np.array([[4.0, 1.0], [1.0, 3.0]])
CROOKED, INDEFINITE, NEGATIVE = np.array([[4.0, 1.0], [2.0, 3.0]]), np.array([[1.0, 2.0], [2.0, 1.0]]), -TWO
MATRICES = (CROOKED, INDEFINITE, NEGATIVE)
SHARE = np.full(12, 0.4)
OUTSIDE = (np.full(12, -0.1), np.full(12, 1.1))
CHROMOSOME, BP = np.repeat([1, 2], 6), np.tile(np.arange(1, 7) * 1000, 2)
MALE = np.array([True, False, False, True, False, True, False, True])
CANDIDATES = selection.Candidates(A, np.arange(8), MALE, Y)
OPTIMUM = selection.optimal_contributions(CANDIDATES, 0.4)
GENES = simulation.GeneMap(np.array([0, 3]), np.array([0.1, 0.2, 0.3]), np.zeros(3, dtype=bool), np.full(3, 0.5))
CALLS = np.array([[0, 1, 0], [1, 1, 1]], dtype=np.int16)
SITE = SimpleNamespace(CHROM="1", POS=77, ID="s", REF="A", ALT=["G"], genotype=SimpleNamespace(array=lambda: CALLS),
                       FORMAT=["GT"], format=lambda _: None)  # fmt: skip
Wrong = tuple[object, ...]


@dataclass
class Case:
    """What is called, with which arguments."""

    call: Callable[..., object]
    right: dict[str, object]
    more: dict[str, Wrong] = field(default_factory=dict)
    fine: frozenset[tuple[str, str]] = frozenset()


def case(call, more=None, fine=(), **right):
    """A case; `fine` as ``argument.kind``."""
    return Case(call, right, more or {}, frozenset(tuple(one.split(".")) for one in fine))


def fitted(**parts):
    """Fit a model of which a part is tried."""
    return engine.fit(
        Model(**({"traits": ("y",), "effects": EFFECTS, "variances": VARIANCES} | parts)), RECORDS, PEDIGREE
    )


def with_option(**options):
    """Fit with options."""
    return fitted(options=Options(**options))


def with_variance(**variances):
    """Fit with variances of effects that the model has."""
    random = Effect("herd", "random")
    effects = (Effect("animal", "additive"), Effect("animal", "permanent"), Effect("animal", "permanent_dam"), random)
    given = {"residual": 6.0, "additive": 4.0, "permanent": 1.0, "permanent_dam": 1.0, "random": {"herd": 1.0}}
    return fitted(effects=effects, variances=Variances(**(given | variances)))


def with_maternal(**variances):
    """Fit a maternal model."""
    effects = (Effect("animal", "additive"), Effect("dam", "maternal"))
    return fitted(effects=effects, variances=Variances(6.0, **variances))


def with_records(**parts):
    """Fit with records."""
    given = {"animal": np.arange(8), "values": Y, "columns": {"herd": HERD}} | parts
    return engine.fit(MODEL, Records(**given), PEDIGREE)


def mated(**rules):
    """Mate three rams and four ewes."""
    return selection.allocate_mates(np.ones((3, 4)), np.zeros((3, 4)), selection.MatingRules(**rules))


def chosen(**parts):
    """Choose among candidates."""
    return selection.optimal_contributions(selection.Candidates(**parts), 0.4)


def simulated(**parts):
    """Simulate by a design of traits."""
    flocks = simulation.FlockDesign(n_flocks=2, ewes_per_flock=4, rams_per_flock=1, n_years=3, n_link_rams=1)
    given = {"traits": ("a", "b"), "genetic": TWO, "residual": TWO} | parts
    return simulation.simulate_flocks(flocks, simulation.TraitDesign(**given), seed=1)


NAMED = {
    "Effect": case(
        Effect, {"kind": ("magic",)}, name="herd", kind="fixed", traits=("y",),
    ),
    "CovarianceStructure": case(
        CovarianceStructure, {"structure": ("magic",), "factors": (0, -1, None)}, structure="reduced_rank", factors=1,
    ),
    "Legendre": case(
        Legendre, {"order": (-1, 11), "lower": (9.0,)}, order=1, on="age", lower=1.0, upper=3.0,
    ),
    "Genomic": case(
        Genomic, {"method": ("magic",), "blend": (-0.1, 1.0), "tune": ("magic",), "ridge": (-1.0,),
                  "frequencies": ("magic",), "relationship": ("magic",), "snp_variance": ("magic", -1.0, np.nan),
                  "core": (0, (1.5,), np.nan)},
        fine=("core.two",),
        method="ssgblup", blend=0.05, tune="chen", ridge=0.0, frequencies="observed", relationship="vanraden1",
        snp_variance="two_sum_pq", core=5, seed=1,
    ),
    "Genotypes": case(
        Genotypes, {"animal": (np.zeros(8, int),), "frequency": OUTSIDE}, fine=("animal.far", "animal.below"),
        packed=PACKED, animal=np.arange(8), frequency=SHARE,
    ),
    "Groups": case(
        Groups, {"n_groups": (0,), "gamma": MATRICES}, fine=("sire.longer", "dam.longer", "sire.empty", "dam.empty"),
        sire=np.array([0, 1, -1]), dam=np.array([1, 0, -1]), n_groups=2, gamma=np.array([[0.4, 0.1], [0.1, 0.5]]),
    ),
    "Model": case(
        fitted, {"traits": (("y", "y"), ()), "ordinal": (("z",),),
                 "structures": ({"additive": 3}, {3: CovarianceStructure("diagonal")})},
        fine=("structures.dictionary",),
        traits=("y",), effects=EFFECTS, variances=VARIANCES, options=Options(), ordinal=(),
        genomic=Genomic("gblup"), structures={},
    ),
    "Options": case(
        with_option, {"estimate": ("magic",), "reliability": ("magic",), "solver": ("magic",),
                      "tolerance": (0.0, 1.0, -1.0), "samples": (9,), "memory_limit_gib": (0.0, -1.0)},
        inbreeding=True, estimate="none", reliability="none", solver="direct", tolerance=1e-6,
        maximum_iterations=100, threads=1, samples=10, seed=1, memory_limit_gib=4.0,
    ),
    "Variances.maternal": case(with_maternal, {"additive_maternal": MATRICES}, additive_maternal=TWO),
    "Variances": case(
        with_variance, dict.fromkeys(("residual", "additive", "permanent", "permanent_dam"), (-1.0, np.inf, np.nan))
        | {"random": ({"herd": -1.0}, {"herd": "x"}, {3: 1.0})},
        fine=tuple(f"{name}.number" for name in ("residual", "additive", "permanent", "permanent_dam")),
        residual=np.array([[6.0]]), additive=np.array([[4.0]]), permanent=np.array([[1.0]]),
        permanent_dam=np.array([[1.0]]), random={"herd": 1.0},
    ),
    "Pedigree": case(
        Pedigree, {"sire": (np.r_[SIRE[:-1], 8],), "dam": (np.r_[0, DAM[1:]],)},
        fine=("sire.empty", "dam.empty"), sire=SIRE, dam=DAM, groups=Groups(np.full(8, -1), np.full(8, -1), 1),
    ),
    "Records": case(
        with_records, {"columns": ({"herd": HERD[:3]}, {3: HERD}), "weights": (Y * 0, -np.abs(Y))},
        fine=("values.missing", "values.empty", "values.deeper", "columns.dictionary"),
        animal=np.arange(8), values=Y, columns={"herd": HERD}, weights=np.ones(8),
    ),
    "Relationship": case(Relationship, {"inbreeding": (F + 2.0,)}, pedigree=PEDIGREE, inbreeding=F),
    "RelationshipBlock": case(
        RelationshipBlock, {"animals": ([0, 0],)}, fine=("animals.longer", "animals.empty"),
        relationship=A, animals=np.array([1, 4]),
    ),
    "exponential_weights": case(engine.exponential_weights, fine=("x.longer", "x.empty"), x=Y, slope=0.5),
    "estimate_memory": case(engine.estimate_memory, model=MODEL, records=RECORDS, pedigree=PEDIGREE),
    "fit": case(
        engine.fit, {"inbreeding": (F + 1.0,)}, model=MODEL, records=RECORDS, pedigree=PEDIGREE, inbreeding=F,
        start=engine.fit(MODEL, RECORDS, PEDIGREE), progress=lambda share, step: None, executor=Workers(1),
        genotypes=None,
    ),
}  # fmt: skip

GENOTYPE_CASES = {
    "PackedGenotypes": case(
        genotypes.PackedGenotypes, {"data": (PACKED.data.astype(np.int64), PACKED.data[:, :1])},
        fine=("data.far", "data.below"),
        data=PACKED.data, n_animals=8, deviation=np.zeros((8, 12), np.float32),
    ),
    "GenotypeBits": case(genotypes.GenotypeBits, none=BITS.none, one=BITS.one, two=BITS.two),
    "Markers": case(
        genotypes.Markers, fine=("name.empty", "position_bp.far", "position_bp.below"),
        name=np.array(["s"]), chromosome=np.array([1]), position_bp=np.array([77]), counted=np.array(["A"]),
        other=np.array(["G"]),
    ),
    "animal_quality": case(
        genotypes.animal_quality, {"frequency": OUTSIDE}, fine=("frequency.missing",),
        packed=PACKED, autosomal=np.ones(12, dtype=bool), frequency=SHARE,
    ),
    "check_sex": case(
        genotypes.check_sex, {"sex": (np.full(8, 2),), "female_below": (0.9, -1.5), "male_above": (0.1, 1.5)},
        packed=PACKED, on_x=np.ones(12, dtype=bool), sex=np.ones(8, int), female_below=0.2, male_above=0.8,
        min_calls=3,
    ),
    "chromosome_code": case(genotypes.chromosome_code, name="OAR3"),
    "chromosome_codes": case(genotypes.chromosome_codes, names=["1", "X"]),
    "compare_alleles": case(
        genotypes.compare_alleles,
        **{name: np.array(["A", "G"]) for name in ("counted", "other", "reference_counted", "reference_other")},
    ),
    "count_animals": case(genotypes.count_animals, packed=PACKED, keep=np.ones(12, dtype=bool)),
    "count_half_calls": case(genotypes.count_half_calls, first=np.array([["A"]]), second=np.array([["0"]])),
    "count_markers": case(genotypes.count_markers, packed=PACKED),
    "duplicates": case(
        genotypes.duplicates, {"concordance": (0.5, 1.1)}, bits=BITS, concordance=0.98, min_compared=5,
    ),
    "exclusion_limit": case(
        genotypes.exclusion_limit, {"error_rate": (0.0, 0.5), "p_false": (0.0, 1.0), "compared": ([-1],)},
        fine=("compared.longer", "compared.empty", "compared.far"),
        compared=np.array([100, 200]), error_rate=0.002, p_false=1e-6,
    ),
    "from_alleles": case(genotypes.from_alleles, first=np.array([["A"], ["G"]]), second=np.array([["A"], ["A"]])),
    "from_bed": case(
        genotypes.from_bed, raw=genotypes.to_bed(PACKED), n_animals=8, n_markers=12,
        fine=("raw.bytes",),
    ),
    "from_variants": case(
        genotypes.from_variants, {"samples": ([], ["a"])}, variants=[SITE], samples=["a", "b"],
    ),
    "genotype_bits": case(genotypes.genotype_bits, packed=PACKED),
    "hardy_weinberg": case(
        genotypes.hardy_weinberg, {"counts": ([[1, 2]], [[1, -2, 3]])},
        fine=("counts.longer", "counts.empty", "counts.far"), counts=np.array([[31, 51, 18], [1, 2, 3]]),
    ),
    "identity_by_descent": case(
        genotypes.identity_by_descent, {"min_pi_hat": (-0.1, 1.1)}, packed=PACKED, min_pi_hat=0.1,
    ),
    "is_autosomal": case(
        genotypes.is_autosomal, fine=("chromosome.longer", "chromosome.empty", "chromosome.far", "chromosome.below"),
        chromosome=CHROMOSOME,
    ),
    "is_on_x": case(
        genotypes.is_on_x, {"pseudoautosomal": ([(100, 1)], [(1, 2, 3)], [(0.5, 1.5)])},
        fine=("chromosome.far", "chromosome.below", "position_bp.far", "position_bp.below"),
        chromosome=CHROMOSOME, position_bp=BP, pseudoautosomal=((1, 100),),
    ),
    "marker_quality": case(genotypes.marker_quality, packed=PACKED),
    "mendelian_conflicts": case(
        genotypes.mendelian_conflicts, packed=PACKED, offspring=np.array([3, 4]), sire=np.array([0, -1]),
        dam=np.array([1, 1]),
    ),
    "name_unnamed": case(
        genotypes.name_unnamed, {"position_bp": ([1],), "chromosome": (["1"],)},
        name=[".", "s"], chromosome=["1", "2"], position_bp=[7, 8],
    ),
    "opposing_homozygotes": case(
        genotypes.opposing_homozygotes, bits=BITS, first=np.array([0, 1]), second=np.array([2, 3]),
    ),
    "pack": case(
        genotypes.pack, {"codes": ([[4]], [[-1]])}, fine=("codes.longer",), codes=CODES,
    ),
    "pack_dosages": case(
        genotypes.pack_dosages, {"dosages": ([[2.1]], [[-0.1]])}, fine=("dosages.longer", "dosages.missing"),
        dosages=CODES.astype(float),
    ),
    "swap_alleles": case(genotypes.swap_alleles, packed=PACKED, swap=np.ones(12, dtype=bool)),
    "to_bed": case(genotypes.to_bed, packed=PACKED),
    "allele_frequencies": case(relationships.allele_frequencies, packed=PACKED),
    "base_frequencies": case(
        relationships.base_frequencies, genotypes=GENOTYPED, pedigree=PEDIGREE, inbreeding=F,
    ),
    "centre": case(
        relationships.centre, {"frequency": OUTSIDE, "relationship": ("magic",)},
        packed=PACKED, frequency=SHARE, relationship="vanraden1",
    ),
    "Centred": case(
        relationships.Centred, {"frequency": OUTSIDE}, packed=PACKED, frequency=SHARE, scale=np.ones(12),
        executor=Workers(1),
    ),
    "genomic_relationship": case(relationships.genomic_relationship, z=Z, dtype=np.float64),
    "metafounder_gamma": case(
        relationships.metafounder_gamma, {"frequency": ([[1.1]], [[-0.1]])}, fine=("frequency.longer",),
        frequency=np.full((2, 5), 0.4),
    ),
    "associate": case(
        association.associate, {"relationship": (np.eye(8) + np.eye(8, k=1), np.eye(8) - 2 * np.ones((8, 8))),
                                "y": (np.ones(8), np.zeros(8)), "x": (np.ones((8, 2)), np.eye(8))},
        z=Z, relationship=np.eye(8), y=Y, x=np.ones((8, 1)),
    ),
    "associate_leaving_out": case(
        association.associate_leaving_out, {"chromosome": (np.ones(12, int),), "y": (np.ones(8),)},
        fine=("chromosome.far", "chromosome.below"), z=Z, chromosome=CHROMOSOME, y=Y, x=np.ones((8, 1)),
    ),
    "inflation": case(
        association.inflation, {"p": ([1.1], [-0.1])}, fine=("p.longer", "p.missing"), p=np.array([0.1, 0.5]),
    ),
    "RunRules": case(
        homozygosity.RunRules, {"min_markers": (0,), "max_gap_bp": (0,)},
        min_markers=3, min_length_bp=2, max_gap_bp=5, max_heterozygous=0, max_missing=0,
    ),
    "WindowRules": case(
        homozygosity.WindowRules, {"window_markers": (0,), "window_share": (-0.1, 1.0)},
        min_markers=3, min_length_bp=2, max_gap_bp=5, max_heterozygous=0, max_missing=0, window_markers=3,
        window_share=0.1,
    ),
    "runs_of_homozygosity": case(
        homozygosity.runs_of_homozygosity, {"chromosome": (np.tile([1, 2], 6),), "position_bp": (BP[::-1],)},
        fine=("chromosome.far", "chromosome.below", "position_bp.below"),
        packed=PACKED, chromosome=CHROMOSOME, position_bp=BP, rules=homozygosity.RunRules(),
    ),
    "runs_by_windows": case(
        homozygosity.runs_by_windows, {"chromosome": (np.tile([1, 2], 6),), "position_bp": (BP[::-1],)},
        fine=("chromosome.far", "chromosome.below", "position_bp.below"),
        packed=PACKED, chromosome=CHROMOSOME, position_bp=BP, rules=homozygosity.WindowRules(),
    ),
    "hide_calls": case(
        imputation.hide_calls, {"share": (-0.1, 1.1)}, packed=PACKED, share=0.5, seed=1,
        animals=np.ones(8, dtype=bool), markers=np.ones(12, dtype=bool),
    ),
    "impute": case(
        imputation.impute, {"frequency": (*OUTSIDE, SHARE * 0), "error_rate": (0.0, 0.5), "max_rounds": (0,)},
        genotypes=GENOTYPED, pedigree=PEDIGREE, frequency=SHARE, error_rate=0.01, max_rounds=3,
    ),
    "imputation_accuracy": case(
        imputation.imputation_accuracy, {"hidden": (np.zeros((8, 12), dtype=bool),), "error_rate": (0.0, 0.5)},
        genotypes=GENOTYPED, pedigree=PEDIGREE, hidden=CODES == 1, error_rate=0.01,
    ),
    "ParentageRules": case(
        parentage.ParentageRules, {"error_rate": (0.0, 0.5), "p_false": (0.0, 1.0), "min_age_days": (9e9,)},
        error_rate=0.01, p_false=1e-6, min_lod=3.0, min_delta=2.0, min_compared=3, min_age_days=270.0,
        max_age_days=900.0, most=2,
    ),
    "assign_parents": case(
        parentage.assign_parents, {"frequency": OUTSIDE},
        fine=("birth_day.missing", *(f"{name}.{kind}" for name in ("offspring", "sires", "dams")
                                     for kind in ("longer", "empty"))),
        packed=PACKED, offspring=np.array([3]), sires=np.array([0]), dams=np.array([1]), birth_day=np.arange(8.0),
        frequency=SHARE, rules=parentage.ParentageRules(),
    ),
}  # fmt: skip

USE_CASES = {
    "Candidates": case(
        chosen, {"animals": (np.zeros(8, int),), "is_male": (np.full(8, 2), np.ones(8, dtype=bool)),
                 "minimum": (np.full(8, -0.1), np.full(8, 0.4), -0.1), "maximum": (np.full(8, 0.01),)},
        fine=("maximum.number",),
        relationship=A, animals=np.arange(8), is_male=MALE, ebv=Y, minimum=np.zeros(8), maximum=np.full(8, 0.5),
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

CASES = NAMED | GENOTYPE_CASES | USE_CASES | POPULATION_CASES
