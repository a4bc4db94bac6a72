"""What the section `genotypes` of the report says."""

from __future__ import annotations

from typing import TypedDict

from bellwether.modelling.genotypes.source import ReadAs
from bellwether.modelling.genotypes.used_markers import UsedMarkers


class Opposing(TypedDict):
    """A parent and its offspring that are opposing homozygotes too often."""

    animal: str
    role: str
    parent: str
    opposing: int
    compared: int
    limit: int


class Trio(TypedDict):
    """An animal that cannot come from both of its parents."""

    animal: str
    sire: str
    dam: str
    conflicts: int
    compared: int
    limit: int


class Alike(TypedDict):
    """Two animals with the same genotype."""

    animals: list[str]
    equal: int
    common: int


class OtherSex(TypedDict):
    """An animal whose X chromosome shows another sex."""

    animal: str
    pedigree: str
    genotypes: str
    f: float


class LowCallRate(TypedDict):
    """An animal with few calls."""

    animal: str
    call_rate: float


CallRate = TypedDict("CallRate", {"mean": float, "markers_below_0.9": int, "animals_below_0.9": list[LowCallRate]})


Maf = TypedDict("Maf", {"mean": float | None, "below_0.05": int, "monomorphic": int, "without_calls": int})


Calls = TypedDict(
    "Calls",
    {"call_rate": CallRate, "maf": Maf, "hardy_weinberg_below_1e-6": int, "heterozygosity_f": float | None},
)


class GenotypeSection(Calls):
    """The section `genotypes` of the report."""

    format: str
    animals: int
    markers: int
    autosomal_markers: int
    error_rate: float
    opposing_homozygotes: list[Opposing]
    trio_conflicts: list[Trio]
    duplicates: list[Alike] | None
    sex_conflicts: list[OtherSex]
    multi_allelic_left_out: int
    chromosomes: dict[str, int] | None
    read: ReadAs
    relationships: UsedMarkers | None
