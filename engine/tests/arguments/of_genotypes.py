"""Cases of genotypes and what is made of them."""

import numpy as np
from bellwether_engine import (
    association,
    genotypes,
    homozygosity,
    imputation,
    parentage,
    relationships,
)
from bellwether_engine.parallel.workers import Workers

from .given import (
    BITS,
    BP,
    CHROMOSOME,
    CODES,
    GENOTYPED,
    OUTSIDE,
    PACKED,
    PEDIGREE,
    SHARE,
    SITE,
    F,
    Y,
    Z,
    case,
)

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
    "turn": case(
        genotypes.turn, {"data": (PACKED.data[:, :1],)}, fine=("data.longer",), data=PACKED.data, n_columns=8,
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
