"""What genotypes of single genes mean."""

from itertools import combinations_with_replacement

import pytest
from bellwether.sheep.genes import GENES, GenotypeUnknown, meaning, read_genotype

#: National Scrapie Plan for Great Britain (Defra 2003): types of the fifteen genotypes
TYPES = {
    "R1": ["ARR/ARR"],
    "R2": ["ARR/AHQ", "ARR/ARH", "ARR/ARQ"],
    "R3": ["AHQ/AHQ", "AHQ/ARH", "AHQ/ARQ", "ARH/ARH", "ARH/ARQ", "ARQ/ARQ"],
    "R4": ["ARR/VRQ"],
    "R5": ["AHQ/VRQ", "ARH/VRQ", "ARQ/VRQ", "VRQ/VRQ"],
}


def test_scrapie_classes_of_all_fifteen_genotypes() -> None:
    gene = GENES["PRNP"]
    found = {f"{a}/{b}": meaning(gene, (a, b)) for a, b in combinations_with_replacement(gene.alleles, 2)}
    assert found == {genotype: name for name, each in TYPES.items() for genotype in each}


def test_every_genotype_is_known_by_its_codons_too() -> None:
    gene = GENES["PRNP"]
    for a, b in combinations_with_replacement(gene.alleles, 2):
        codons = [a[i] + b[i] for i in range(3)]
        text = "136{} 154{} 171{}".format(*codons)
        assert read_genotype(gene, text) == (a, b) == read_genotype(gene, f"{b}/{a}")


@pytest.mark.parametrize(
    ("gene", "text", "expected"),
    [
        ("PRNP", "arq | arr", "R2"), ("BMPR1B", "B/+", "one copy"), ("PITX3", "N/N", "free"),
        ("PITX3", "M/N", "carrier"),
        ("FGFR3", "S/S", "affected"), ("GDF8", "A/a", "two copies"), ("RXFP2", "ho+/HOP", "one copy"),
    ],
)  # fmt: skip
def test_what_is_written_is_read(gene: str, text: str, expected: str) -> None:
    assert meaning(GENES[gene], read_genotype(GENES[gene], text)) == expected


@pytest.mark.parametrize(("gene", "text"), [("PRNP", "ARR"), ("PRNP", "ARR/XYZ"), ("PRNP", "136VV 154HH 171QQ"),
                                            ("BMPR1B", "B/B/B"), ("PITX3", "")])  # fmt: skip
def test_what_is_no_genotype_is_refused(gene: str, text: str) -> None:
    with pytest.raises(GenotypeUnknown, match=gene):
        read_genotype(GENES[gene], text)
