"""Ready-made models of sheep: effects as they are usual, starting variances to be estimated anew from own records.

Heritabilities are those of the trait dictionary, with its sources. Phenotypic variances that stand here, correlations,
shares of dams and of repeated records, and variances on scales of classes are starting values of our own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bellwether.modelling.model_file.schema import ModelTable
from bellwether.sheep.traits import TRAITS
from bellwether.sheep.traits.reproduction import REPRODUCTION

Matrix = NDArray[np.float64]
KNOWN = TRAITS | REPRODUCTION
#: phenotypic variances that the dictionary does not have, in squared units of the trait
VARIANCES = {
    "PFAT": 0.36, "PEMD": 5.0, "YGFW": 0.30, "YCFW": 0.20, "YFD": 1.7, "YSL": 90.0, "AGFW": 0.45, "AFD": 2.3,
}  # fmt: skip
# shares of the phenotypic variance
MATERNAL, PERMANENT_DAM, PERMANENT = 0.10, 0.06, 0.20
SCANS = {("PWT", "PFAT"): 0.25, ("PWT", "PEMD"): 0.45, ("PFAT", "PEMD"): 0.30}
FLEECE = {("YGFW", "YCFW"): 0.85, ("YGFW", "YFD"): 0.25, ("YCFW", "YFD"): 0.20, ("YGFW", "YSL"): 0.25}


@dataclass(frozen=True, slots=True)
class ReadyMade:
    """A model that one can take. `takes`: flocks as they are recorded, or tables that somebody prepares."""

    name: str
    title: str
    takes: Literal["flocks", "tables"]
    note: str
    model: ModelTable


def phenotypic(code: str) -> float:
    """The phenotypic variance of a trait."""
    return TRAITS[code].phenotypic_variance or VARIANCES[code]


def heritability(code: str) -> float:
    """The heritability of a trait that a model needs one of."""
    found = KNOWN[code].heritability
    if found is None:
        raise LookupError(f"the dictionary has no heritability of {code}")
    return found


def genetic(codes: Sequence[str], correlations: Mapping[tuple[str, str], float]) -> Matrix:
    """Additive covariances over traits."""
    sd = np.array([sqrt(heritability(code) * phenotypic(code)) for code in codes])
    return np.outer(sd, sd) * correlated(codes, correlations)


def residual(codes: Sequence[str], correlations: Mapping[tuple[str, str], float], others: float = 0.0) -> Matrix:
    """Residual covariances: what is left beside additive effects and `others`, a share of the whole."""
    left = np.array([phenotypic(code) * (1.0 - heritability(code) - others) for code in codes])
    return np.outer(np.sqrt(left), np.sqrt(left)) * correlated(codes, correlations)


def correlated(codes: Sequence[str], correlations: Mapping[tuple[str, str], float]) -> Matrix:
    """Correlations as a matrix."""
    found = np.eye(len(codes))
    for i, one in enumerate(codes):
        for j, other in enumerate(codes):
            if i != j:
                found[i, j] = correlations.get((one, other), correlations.get((other, one), 0.0))
    return found


def of_dictionary(codes: Sequence[str], kind: Literal["genetic", "residual"]) -> dict[tuple[str, str], float]:
    """The correlations that the dictionary has."""
    return {
        (code, other): getattr(TRAITS[code].correlations[other], kind)
        for code in codes
        for other in codes
        if other in TRAITS[code].correlations
    }


def effects(codes: Sequence[str], *, age: bool = True, rear: bool = True) -> list[dict[str, object]]:
    """Group and age of each trait, then what belongs to the animal; nothing of rearing on the day of birth."""
    found: list[dict[str, object]] = [{"name": f"group_{code}", "kind": "fixed", "traits": [code]} for code in codes]
    found += [{"name": name, "kind": "fixed"} for name in ("sex", "birth_type", "dam_age")]
    later = [code for code in codes if not TRAITS[code].is_at_birth]
    if rear and later:
        found.append({"name": "rear_type", "kind": "fixed", "traits": later})
    if age:
        found += [{"name": f"age_{code}", "kind": "covariate", "traits": [code]} for code in later]
    return found


def direct_and_maternal(codes: Sequence[str]) -> ModelTable:
    """Weights of lambs: the lamb's own genes, its dam's, and what else is lasting in the dam."""
    direct = genetic(codes, of_dictionary(codes, "genetic"))
    dams = np.diag([MATERNAL * phenotypic(code) for code in codes])
    zero = np.zeros_like(direct)
    both = np.block([[direct, zero], [zero, dams]])
    return ModelTable.model_validate(
        {
            "traits": list(codes),
            "effects": [
                *effects(codes), {"name": "animal", "kind": "additive"}, {"name": "dam", "kind": "maternal"},
                {"name": "dam", "kind": "permanent_dam"},
            ],
            "variances": {
                "additive_maternal": both.tolist(),
                "permanent_dam": np.diag([PERMANENT_DAM * phenotypic(code) for code in codes]).tolist(),
                "residual": residual(codes, of_dictionary(codes, "residual"), MATERNAL + PERMANENT_DAM).tolist(),
            },
        }
    )  # fmt: skip


def together(
    codes: Sequence[str], genes: Mapping[tuple[str, str], float], rest: Mapping[tuple[str, str], float]
) -> ModelTable:
    """Several traits of the animal itself."""
    return ModelTable.model_validate(
        {
            "traits": list(codes),
            "effects": [*effects(codes), {"name": "animal", "kind": "additive"}],
            "variances": {"additive": genetic(codes, genes).tolist(), "residual": residual(codes, rest).tolist()},
        }
    )


def shearings(codes: Sequence[str]) -> ModelTable:
    """Repeated records of ewes: what is lasting in an animal and not of its genes."""
    lasting = np.diag([PERMANENT * phenotypic(code) for code in codes])
    groups = [{"name": f"group_{code}", "kind": "fixed", "traits": [code]} for code in codes]
    return ModelTable.model_validate(
        {
            "traits": list(codes),
            "effects": [
                *groups, {"name": "birth_type", "kind": "fixed"}, {"name": "age", "kind": "covariate"},
                {"name": "animal", "kind": "additive"}, {"name": "animal", "kind": "permanent"},
            ],
            "variances": {
                "additive": genetic(codes, {}).tolist(), "permanent": lasting.tolist(),
                "residual": residual(codes, {}, PERMANENT).tolist(),
            },
        }
    )  # fmt: skip


def repeated(trait: str, classes: Sequence[str], heritability: float, share: float, variance: float) -> ModelTable:
    """One trait, repeated."""
    return ModelTable.model_validate(
        {
            "traits": [trait],
            "effects": [
                *({"name": name, "kind": "fixed"} for name in classes),
                {"name": "animal", "kind": "additive"}, {"name": "animal", "kind": "permanent"},
            ],
            "variances": {
                "additive": heritability * variance, "permanent": share * variance,
                "residual": (1.0 - heritability - share) * variance,
            },
        }
    )  # fmt: skip


def of_birth(trait: str, direct: float, maternal: float, permanent_dam: float) -> ModelTable:
    """What befalls a lamb, in classes, on a scale on which the residual variance is 1."""
    return ModelTable.model_validate(
        {
            "trait": [{"name": trait, "type": "ordinal"}],
            "effects": [
                *({"name": name, "kind": "fixed"} for name in (f"group_{trait}", "sex", "birth_type", "dam_age")),
                {"name": "animal", "kind": "additive"}, {"name": "dam", "kind": "maternal"},
                {"name": "dam", "kind": "permanent_dam"},
            ],
            "variances": {
                "additive_maternal": [[direct, 0.0], [0.0, maternal]], "permanent_dam": permanent_dam, "residual": 1.0,
            },
        }
    )  # fmt: skip


LATER = ("WWT", "PWT", "YWT")
READY_MADE: dict[str, ReadyMade] = {
    each.name: each
    for each in (
        ReadyMade(
            "weaning", "Weaning weight, direct and maternal", "flocks",
            "the dam is the genetic one; take fostered lambs out, or give their rearing dams in tables",
            direct_and_maternal(["WWT"]),
        ),
        ReadyMade(
            "growth", "Birth and weaning weight, direct and maternal", "flocks",
            "the dam is the genetic one; take fostered lambs out, or give their rearing dams in tables",
            direct_and_maternal(["BWT", "WWT"]),
        ),
        ReadyMade(
            "later_growth", "Weaning, post-weaning and yearling weight", "flocks",
            "with weaning weight, so that selection at weaning does no harm",
            together(LATER, of_dictionary(LATER, "genetic"), of_dictionary(LATER, "residual")),
        ),
        ReadyMade(
            "scans", "Fat and eye muscle depth with post-weaning weight", "flocks",
            "the values of fat and muscle are not adjusted for weight",
            together(("PWT", "PFAT", "PEMD"), SCANS, SCANS),
        ),
        ReadyMade(
            "fleece", "Yearling fleece: greasy and clean weight, diameter, staple length", "flocks", "one shearing",
            together(("YGFW", "YCFW", "YFD", "YSL"), FLEECE, FLEECE),
        ),
        ReadyMade(
            "adult_fleece", "Adult greasy fleece weight and fibre diameter over shearings", "flocks",
            "repeated records of ewes", shearings(["AGFW", "AFD"]),
        ),
        ReadyMade(
            "worm_eggs", "Worm egg count over samplings", "tables",
            "WEC3 is the cube root of the count: leave out mobs without any egg, and give results back on the count",
            repeated("WEC3", ("group", "sex"), 0.25, 0.10, 6.0),
        ),
        ReadyMade(
            "litter_size", "Lambs born per ewe joined", "flocks",
            "made of joinings and lambings; the ewe is the animal, barren ones count 0, embryo transfer is left out",
            repeated("NLB", ("group_NLB", "age_class"), heritability("NLB"), 0.05, 0.36),
        ),
        ReadyMade(
            "lambs_weaned", "Lambs weaned per ewe joined", "flocks",
            "made of joinings, lambings and weanings; the ewe is the animal, and what she fostered is hers",
            repeated("NLW", ("group_NLW", "age_class"), heritability("NLW"), 0.05, 0.50),
        ),
        ReadyMade(
            "lambing_ease", "Lambing ease in classes, direct and maternal", "flocks",
            "made of lambings, one record of each; caesarean and veterinary are one class, for both are rare",
            of_birth("LE", 0.10, 0.10, 0.05),
        ),
        ReadyMade(
            "lamb_survival", "Survival from birth to weaning, direct and maternal", "flocks",
            "made of lambings, deaths and weanings; fostered lambs are left out",
            of_birth("LSV", 0.05, 0.08, 0.10),
        ),
    )
}  # fmt: skip
