"""Cases of models, records, relationships and fits."""

import bellwether_engine as engine
import numpy as np
from bellwether_engine import (
    CovarianceStructure,
    Effect,
    Genomic,
    Genotypes,
    Groups,
    Legendre,
    Options,
    Pedigree,
    Relationship,
    RelationshipBlock,
    UncertainPedigree,
)
from bellwether_engine.parallel.workers import Workers

from .given import (
    DAM,
    EFFECTS,
    HERD,
    MATRICES,
    MODEL,
    OUTSIDE,
    PACKED,
    PEDIGREE,
    RECORDS,
    SHARE,
    SIRE,
    TWO,
    VARIANCES,
    A,
    F,
    Y,
    case,
    fitted,
    with_maternal,
    with_option,
    with_records,
    with_variance,
)

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
                      "tolerance": (0.0, 1.0, -1.0), "samples": (9,), "checked": (9,), "memory_limit_gib": (0.0, -1.0)},
        inbreeding=True, estimate="none", reliability="none", solver="direct", tolerance=1e-6,
        maximum_iterations=100, threads=1, samples=10, seed=1, memory_limit_gib=4.0, checked=10,
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
    "UncertainPedigree": case(
        UncertainPedigree, {"sire": (np.r_[SIRE[:-1], 8],), "animal": ([0, 8], [3, 4]), "candidate": ([0, 0], [0, 1]),
                            "probability": ([0.0, 1.0], [0.7, 0.7])},
        fine=("animal.empty", "candidate.empty", "probability.empty"),
        sire=np.r_[SIRE[:-1], -1], dam=DAM, groups=None, animal=np.array([7, 7]), candidate=np.array([0, 3]),
        probability=np.array([0.5, 0.4]),
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
