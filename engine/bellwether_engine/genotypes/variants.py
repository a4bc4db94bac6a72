"""Variant records of a VCF or BCF file as packed genotypes (opening the file is the caller's)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..arguments import able, checked, many, text
from ..errors import ModelError
from .chromosomes import MT, X, Y, chromosome_code
from .markers import Markers, name_unnamed
from .packed import PackedGenotypes, pack_dosages

HAPLOID = (X, Y, MT)
BLOCK = 1024
#: the most probable call is never further from the dosage of its probabilities
MOST_APART = 1.01


class Variant(Protocol):
    """What is read of a record; `cyvcf2.Variant` has it."""

    CHROM: str
    POS: int
    ID: str | None
    REF: str
    ALT: list[str]
    FORMAT: list[str]

    @property
    def genotype(self) -> Any:
        """With ``array()``: int16 (n_samples, ploidy + 1): alleles, -1 missing, -2 beyond the ploidy; phased or not."""

    def format(self, field: str) -> Any:
        """``DS`` as floats of shape (n_samples, 1), NaN where missing; None where the site has none."""


@dataclass(frozen=True, eq=False)
class VariantGenotypes:
    """Genotypes of the sites with one alternative allele, whose copies are counted.

    Attributes
    ----------
    packed : PackedGenotypes
    markers : Markers
        Counted is ALT (empty where the site has none), other REF; a site without ID is named by `name_unnamed`.
    multi_allelic : tuple of str
        Names of the sites with two or more alternative alleles, which were left out.
    n_dosages : int
        Sites that were read from their dosages (DS); the others from their calls (GT).
    n_both : int
        Of these, sites that have calls as well.
    n_half_calls : int
        Calls with one allele missing, which are missing.
    n_unnamed : int
        Sites without ID.
    """

    packed: PackedGenotypes
    markers: Markers
    multi_allelic: tuple[str, ...]
    n_dosages: int = 0
    n_both: int = 0
    n_half_calls: int = 0
    n_unnamed: int = 0


@dataclass
class _Counted:
    """What is counted on the way."""

    dosages: int = 0
    both: int = 0
    half_calls: int = 0


@checked(variants=able("__iter__"), samples=many(text()))
def from_variants(variants: Iterable[Variant], samples: list[str]) -> VariantGenotypes:
    """Count alternative alleles record by record.

    A site with dosages (DS) is read from them, and from its calls where a dosage is missing; a site without from its
    calls (GT). The phase is not used. A call with a missing allele is missing and counted. A haploid call on X, Y or
    MT counts twice, as the homozygous call of a chip does. Sites with several alternative alleles are left out and
    named.

    Parameters
    ----------
    variants : iterable of Variant
        For example ``cyvcf2.VCF(path)``; cyvcf2 is the extra ``vcf`` of this package.
    samples : list of str
        Names of the animals, in the order of the calls; used in refusals.

    Raises
    ------
    ModelError
        ``no_samples``; ``no_markers``; ``no_calls`` (a record without GT and DS); ``haploid_call`` on an autosome;
        ``ploidy`` above 2; ``unknown_allele``, a call such as ``0/2`` where ALT names one allele; ``bad_dosage``, one
        that is not from 0 to 2 or not one number; ``dosage_contradicts_call`` where they are more than a copy apart,
        as they are where a dosage counts REF.

    References
    ----------
    Danecek et al. 2011, Bioinformatics 27:2156 (VCF); Pedersen and Quinlan 2017, Bioinformatics 33:1867 (cyvcf2).

    Examples
    --------
    >>> from types import SimpleNamespace as Record
    >>> calls = np.array([[0, 1, 0], [1, 1, 1], [-1, 0, 0]], dtype=np.int16)
    >>> site = Record(CHROM="1", POS=77, ID=None, REF="A", ALT=["G"], genotype=Record(array=lambda: calls),
    ...               FORMAT=["GT"], format=lambda field: None)
    >>> found = from_variants([site], ["a", "b", "c"])
    >>> found.packed.unpack().ravel(), found.markers.name.tolist()
    (array([1, 2, 3], dtype=uint8), ['1:77'])
    """
    if not samples:
        raise _refuse("no_samples", "the file has no samples", "Use a file with genotypes")
    rows: list[tuple[str | None, str, int, str, str]] = []
    multi: list[str] = []
    block: list[NDArray[np.float32]] = []
    parts: list[PackedGenotypes] = []
    counted = _Counted()
    for variant in variants:
        if not hasattr(variant, "ALT"):
            message = f"variants holds a {type(variant).__name__}"
            raise _refuse("wrong_type", message, "Give records, such as those of cyvcf2.VCF")
        if len(variant.ALT) > 1:
            multi.append(_named(variant))
            continue
        rows.append((variant.ID, variant.CHROM, variant.POS, "".join(variant.ALT), variant.REF))
        block.append(_dosages(variant, samples, counted))
        if len(block) == BLOCK:
            parts.append(pack_dosages(np.stack(block, axis=1)))
            block = []
    if block:
        parts.append(pack_dosages(np.stack(block, axis=1)))
    if not parts:
        left = f" ({len(multi)} with several alternative alleles were left out)" if multi else ""
        raise _refuse("no_markers", f"the file has no usable site{left}", "Use a file with sites of two alleles")
    given, places, bp, alleles, other = zip(*rows, strict=True)
    names, unnamed = name_unnamed(given, places, bp)
    markers = Markers.of(names, places, bp, alleles, other)
    counts = (counted.dosages, counted.both, counted.half_calls, unnamed)
    return VariantGenotypes(_joined(parts), markers, tuple(multi), *counts)


def _joined(parts: list[PackedGenotypes]) -> PackedGenotypes:
    """The markers of all parts; deviations only where some part has any."""
    n, deviation = parts[0].n_animals, None
    if any(part.deviation is not None for part in parts):
        empty = (
            np.zeros((n, part.n_markers), np.float32) if part.deviation is None else part.deviation for part in parts
        )
        deviation = np.concatenate(list(empty), axis=1)
    return PackedGenotypes(np.concatenate([part.data for part in parts]), n, deviation)


def _named(variant: Variant) -> str:
    return variant.ID or f"{variant.CHROM}:{variant.POS}"


def _dosages(variant: Variant, samples: list[str], counted: _Counted) -> NDArray[np.float32]:
    """Copies of one record, float32 of shape (n_samples,), NaN where missing."""
    name = _named(variant)
    given, calls = _given(variant), _calls(variant)
    if given is None and calls is None:
        message = f"site {name} has neither calls (GT) nor dosages (DS)"
        raise _refuse("no_calls", message, "Use a file with GT or DS at every site")
    for rows in (given, calls):
        if rows is not None and len(rows) != len(samples):
            message = f"samples has {len(samples)} names, site {name} has {len(rows)} animals"
            raise _refuse("shape", message, "Name every animal once")
    if given is None:
        return _count(calls, variant, samples, counted)
    each = np.asarray(given, dtype=np.float32).reshape(len(samples), -1)
    if each.shape[1] > 1:
        message = f"an animal has {each.shape[1]} dosages at site {name}, which has one alternative allele"
        raise _refuse("bad_dosage", message, "Give one dosage: copies of ALT")
    dosages = each[:, 0]
    wrong = np.flatnonzero((dosages < 0.0) | (dosages > 2.0))
    if wrong.size:
        message = f"animal {samples[int(wrong[0])]} has the dosage {dosages[wrong[0]]:g} at site {name}"
        raise _refuse("bad_dosage", message, "Give dosages from 0 to 2")
    counted.dosages += 1
    counted.both += calls is not None
    if calls is None:
        return dosages
    copies = _count(calls, variant, samples, _Counted())
    apart = np.flatnonzero(np.abs(dosages - copies) > MOST_APART)
    if apart.size:
        at = int(apart[0])
        message = f"animal {samples[at]} has {copies[at]:g} copies by its call at site {name}, {dosages[at]:g} by DS"
        raise _refuse("dosage_contradicts_call", message, "Give dosages of ALT, or leave DS or GT out")
    return np.where(np.isnan(dosages), copies, dosages)


def _given(variant: Variant) -> Any:
    """Dosages, where the file declares them and the site has them."""
    try:
        return variant.format("DS")
    except KeyError:
        return None


def _count(
    calls: NDArray[np.int16] | None, variant: Variant, samples: list[str], counted: _Counted
) -> NDArray[np.float32]:
    """Copies by the calls of one record."""
    assert calls is not None
    name = _named(variant)
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
    counted.half_calls += int((((first < 0) & (second >= 0)) | ((first >= 0) & (second == -1))).sum())
    code = first + np.where(second == -2, first, second)
    return np.where((first < 0) | (second == -1), np.nan, code).astype(np.float32)


def _calls(variant: Variant) -> NDArray[np.int16] | None:
    """Alleles of each sample, int16 of shape (n_samples, ploidy); None where the record has no GT."""
    if "GT" not in variant.FORMAT:
        return None
    try:
        return np.asarray(variant.genotype.array(), dtype=np.int16)[:, :-1]
    except Exception as error:  # cyvcf2 has no class of its own for calls that it cannot read
        message = f"the calls (GT) at site {_named(variant)} cannot be read"
        raise _refuse("no_calls", message, "Write the file again, or leave the site out") from error


def _refuse(code: str, message: str, fix: str) -> ModelError:
    return ModelError(code, message, place="genotypes", fix=fix)
