"""Variant records of a VCF or BCF file as packed genotypes (opening the file is the caller's)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..errors import ModelError
from .chromosomes import MT, X, Y, chromosome_code
from .markers import Markers
from .packed import MISSING, PackedGenotypes, pack

HAPLOID = (X, Y, MT)
BLOCK = 1024


class Variant(Protocol):
    """What is read of a record; `cyvcf2.Variant` has it."""

    CHROM: str
    POS: int
    ID: str | None
    REF: str
    ALT: list[str]

    @property
    def genotype(self) -> Any:
        """With ``array()``: int16 (n_samples, ploidy + 1): alleles, -1 missing, -2 beyond the ploidy; phased or not."""


@dataclass(frozen=True, eq=False)
class VariantGenotypes:
    """Genotypes of the sites with one alternative allele, whose copies are counted.

    Attributes
    ----------
    packed : PackedGenotypes
    markers : Markers
        Counted is ALT (empty where the site has none), other REF; a site without ID is named ``chromosome:position``.
    multi_allelic : tuple of str
        Names of the sites with two or more alternative alleles, which were left out.
    """

    packed: PackedGenotypes
    markers: Markers
    multi_allelic: tuple[str, ...]


def from_variants(variants: Iterable[Variant], samples: list[str]) -> VariantGenotypes:
    """Count alternative alleles record by record.

    The phase is not used. A call with a missing allele is missing. A haploid call on X, Y or MT counts twice, as the
    homozygous call of a chip does. Sites with several alternative alleles are left out and named.

    Parameters
    ----------
    variants : iterable of Variant
        For example ``cyvcf2.VCF(path)``; cyvcf2 is the extra ``vcf`` of this package.
    samples : list of str
        Names of the animals, in the order of the calls; used in refusals.

    Raises
    ------
    ModelError
        ``no_samples``; ``no_markers``; ``no_calls`` (a record without GT); ``haploid_call`` on an autosome;
        ``ploidy`` above 2; ``unknown_allele``, a call such as ``0/2`` where ALT names one allele.

    References
    ----------
    Danecek et al. 2011, Bioinformatics 27:2156 (VCF); Pedersen and Quinlan 2017, Bioinformatics 33:1867 (cyvcf2).

    Examples
    --------
    >>> from types import SimpleNamespace as Record
    >>> calls = np.array([[0, 1, 0], [1, 1, 1], [-1, 0, 0]], dtype=np.int16)
    >>> site = Record(CHROM="1", POS=77, ID=None, REF="A", ALT=["G"], genotype=Record(array=lambda: calls))
    >>> found = from_variants([site], ["a", "b", "c"])
    >>> found.packed.unpack().ravel(), found.markers.name.tolist()
    (array([1, 2, 3], dtype=uint8), ['1:77'])
    """
    if not samples:
        raise _refuse("no_samples", "the file has no samples", "Use a file with genotypes")
    rows: list[tuple[str, str, int, str, str]] = []
    multi: list[str] = []
    block: list[NDArray[np.uint8]] = []
    parts: list[NDArray[np.uint8]] = []
    for variant in variants:
        name = variant.ID or f"{variant.CHROM}:{variant.POS}"
        if len(variant.ALT) > 1:
            multi.append(name)
            continue
        rows.append((name, variant.CHROM, variant.POS, "".join(variant.ALT), variant.REF))
        block.append(_count(variant, name, samples))
        if len(block) == BLOCK:
            parts.append(pack(np.stack(block, axis=1)).data)
            block = []
    if block:
        parts.append(pack(np.stack(block, axis=1)).data)
    if not parts:
        left = f" ({len(multi)} with several alternative alleles were left out)" if multi else ""
        raise _refuse("no_markers", f"the file has no usable site{left}", "Use a file with sites of two alleles")
    packed = PackedGenotypes(np.concatenate(parts), len(samples))
    names, places, bp, counted, other = zip(*rows, strict=True)
    return VariantGenotypes(packed, Markers.of(names, places, bp, counted, other), tuple(multi))


def _count(variant: Variant, name: str, samples: list[str]) -> NDArray[np.uint8]:
    """Codes of one record, uint8 of shape (n_samples,)."""
    calls = _calls(variant, name)
    if calls.shape[1] > 2 and (calls[:, 2:] != -2).any():
        raise _refuse("ploidy", f"site {name} has a call of more than two alleles", "Leave the site out")
    if (calls > len(variant.ALT)).any():
        raise _refuse("unknown_allele", f"a call at site {name} has an allele that ALT does not name", "Leave it out")
    first = calls[:, 0]
    second = calls[:, 1] if calls.shape[1] > 1 else np.full(len(first), -2, dtype=first.dtype)
    haploid = (second == -2) & (first >= 0)
    if haploid.any() and chromosome_code(variant.CHROM) not in HAPLOID:
        who = samples[int(np.flatnonzero(haploid)[0])]
        message = f"animal {who} has one allele at site {name} on chromosome {variant.CHROM}"
        raise _refuse("haploid_call", message, "Only X, Y and MT may be haploid; write ./. where a call is missing")
    code = first + np.where(second == -2, first, second)
    return np.where((first < 0) | (second == -1), MISSING, code).astype(np.uint8)


def _calls(variant: Variant, name: str) -> NDArray[np.int16]:
    try:
        found = variant.genotype
        calls = None if found is None else np.asarray(found.array(), dtype=np.int16)[:, :-1]
    except ModelError:
        raise
    except Exception as error:  # cyvcf2 has no class of its own for a record without GT
        raise _refuse("no_calls", f"site {name} has no genotypes (GT)", "Use a file with GT at every site") from error
    if calls is None:
        raise _refuse("no_calls", f"site {name} has no genotypes (GT)", "Use a file with GT at every site")
    return calls


def _refuse(code: str, message: str, fix: str) -> ModelError:
    return ModelError(code, message, place="genotypes", fix=fix)
