"""Single genes that are tested in sheep: their alleles, and what a genotype means for breeding."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import Literal

Effect = Literal["free", "carrier", "affected", "none", "one copy", "two copies", "R1", "R2", "R3", "R4", "R5"]
#: what decides: scrapie by its own classes, a recessive defect by carriers, any other gene by the copies of an allele
Kind = Literal["scrapie", "recessive defect", "major gene"]


@dataclass(frozen=True, slots=True)
class Gene:
    """A gene with its alleles; `effect` is the one that is counted."""

    code: str
    name: str
    kind: Kind
    alleles: tuple[str, ...]
    effect: str
    about: str


class GenotypeUnknown(ValueError):
    """The text is no genotype of the gene."""


GENES: Mapping[str, Gene] = {
    gene.code: gene
    for gene in (
        Gene("PRNP", "Prion protein", "scrapie", ("ARR", "AHQ", "ARH", "ARQ", "VRQ"), "VRQ",
             "Classical scrapie: amino acids at codons 136, 154 and 171"),
        Gene("BMPR1B", "Booroola", "major gene", ("+", "B"), "B", "FecB: one copy gives about 1.5 more ova"),
        Gene("GDF8", "Myostatin", "major gene", ("g", "a"), "a", "g.6723G>A: more muscle, less fat"),
        Gene("CLPG", "Callipyge", "major gene", ("N", "C"), "C", "Muscled by the sire's copy alone, tough meat"),
        Gene("RXFP2", "Horns", "major gene", ("Ho+", "HoP"), "HoP", "HoP: polled"),
        Gene("PITX3", "Microphthalmia", "recessive defect", ("N", "M"), "M", "Blind lambs, mostly of Texels"),
        Gene("FGFR3", "Spider lamb syndrome", "recessive defect", ("N", "S"), "S", "Bent limbs, mostly of Suffolks"),
        Gene("BCO2", "Yellow fat", "recessive defect", ("N", "Y"), "Y", "Carcasses with yellow fat"),
    )
}  # fmt: skip

CLASSES: Mapping[frozenset[str], Effect] = {
    frozenset(("ARR",)): "R1",
    **{frozenset(("ARR", other)): "R2" for other in ("AHQ", "ARH", "ARQ")},
    **{frozenset(pair): "R3" for pair in combinations_with_replacement(("AHQ", "ARH", "ARQ"), 2)},
    frozenset(("ARR", "VRQ")): "R4",
    **{frozenset((other, "VRQ")): "R5" for other in ("AHQ", "ARH", "ARQ", "VRQ")},
}
CODONS = re.compile(r"136\s*:?\s*([AV]{2})\D*154\s*:?\s*([RH]{2})\D*171\s*:?\s*([QRH]{2})", re.IGNORECASE)
COUNTED: Mapping[Kind, tuple[Effect, Effect, Effect]] = {
    "recessive defect": ("free", "carrier", "affected"),
    "major gene": ("none", "one copy", "two copies"),
}


def read_genotype(gene: Gene, text: str) -> tuple[str, str]:
    """Both alleles, in the order of the gene's list: `ARQ/ARR` is `ARR/ARQ`, and so is `136AA 154RR 171QR`.

    Raises
    ------
    GenotypeUnknown
        Another number of alleles, an unknown one, or codons that no pair of haplotypes has.
    """
    codons = CODONS.fullmatch(text.strip()) if gene.code == "PRNP" else None
    if codons is not None:
        return of_codons(gene, codons.groups())
    given = [part.strip() for part in re.split(r"[/|]", text)]
    names = {allele.upper(): allele for allele in gene.alleles}
    known = [names.get(part.upper()) for part in given]
    if len(known) != 2 or known[0] is None or known[1] is None:
        raise GenotypeUnknown(f"{text[:40]!r} is no genotype of {gene.code}: its alleles are {', '.join(gene.alleles)}")
    first, second = sorted((known[0], known[1]), key=gene.alleles.index)
    return first, second


def of_codons(gene: Gene, codons: tuple[str, ...]) -> tuple[str, str]:
    """The pair of haplotypes with these amino acids; of those that occur there is one or none.

    Raises
    ------
    GenotypeUnknown
    """
    asked = [sorted(each.upper()) for each in codons]
    for pair in combinations_with_replacement(gene.alleles, 2):
        if [sorted(pair[0][i] + pair[1][i]) for i in range(3)] == asked:
            return pair
    raise GenotypeUnknown(
        f"{gene.code}: no two of {', '.join(gene.alleles)} give {'/'.join(codons)} at codons 136, 154 and 171"
    )


def meaning(gene: Gene, alleles: tuple[str, str]) -> Effect:
    """Its class of scrapie risk, whether it is free or a carrier, or the copies of the allele with an effect."""
    if gene.kind == "scrapie":
        return CLASSES[frozenset(alleles)]
    return COUNTED[gene.kind][alleles.count(gene.effect)]
