"""What is judged of genotypes before they are kept: calls, duplicates, sex, and what contradicts the pedigree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypedDict

import numpy as np
from bellwether_engine.genotypes import (
    MarkerQuality,
    Markers,
    PackedGenotypes,
    animal_quality,
    check_sex,
    duplicates,
    exclusion_limit,
    genotype_bits,
    is_autosomal,
    is_on_x,
    marker_quality,
    mendelian_conflicts,
    opposing_homozygotes,
    pack,
)
from numpy.typing import NDArray

ERROR_RATE = 0.005
#: pairs are compared at so many markers of the autosomes, evenly spread: enough to exclude any but the true parent
COMPARED = 8_000
SCREENED = 1_024
LISTED = 1_000
Rows = NDArray[np.int32]


@dataclass(frozen=True)
class Kin:
    """Samples of the file and, behind them, kept ones of their parents: names, parents as rows of them, sex."""

    names: Sequence[str]
    codes: NDArray[np.uint8]
    sire: Rows
    dam: Rows
    sex: NDArray[np.int8]


class SampleReport(TypedDict):
    """A sample, and why it is set apart."""

    sample: str
    call_rate: float
    heterozygosity: float | None
    f: float | None
    reasons: list[str]


class MarkerReport(TypedDict):
    """The markers together; the worst by name."""

    call_rate: float
    below_call_rate: list[str]
    below_call_rate_count: int
    maf: float | None
    monomorphic: int
    without_calls: int
    hardy_weinberg: list[str]
    hardy_weinberg_count: int


class CheckReport(TypedDict):
    """Findings, each with the samples it is about."""

    markers: MarkerReport
    compared_markers: int
    duplicates: list[dict[str, object]]
    sex: list[dict[str, object]]
    parents: list[dict[str, object]]
    trios: list[dict[str, object]]


@dataclass(frozen=True)
class Checked:
    """By sample, and all together."""

    samples: list[SampleReport]
    report: CheckReport


def check(packed: PackedGenotypes, markers: Markers, kin: Kin, min_call_rate: float) -> Checked:
    """Judge the samples; the rows of `kin` begin with them, `kin.codes` are the calls of those behind."""
    autosomal = is_autosomal(markers.chromosome)
    if not autosomal.any():
        autosomal = np.ones(len(markers.name), dtype=bool)
    quality = marker_quality(packed)
    each = animal_quality(packed, autosomal=autosomal, frequency=quality.frequency)
    reasons: list[set[str]] = [set() for _ in range(packed.n_animals)]
    for i in np.flatnonzero(each.call_rate < min_call_rate).tolist():
        reasons[i].add("low_call_rate")
    use = np.flatnonzero(autosomal)
    use = use[:: -(-len(use) // COMPARED)]
    both = packed.markers(use)
    if len(kin.codes):
        both = pack(np.concatenate([both.unpack(), kin.codes[:, use]]))
    has_parents = bool((kin.sire >= 0).any() or (kin.dam >= 0).any())
    report: CheckReport = {
        "markers": _markers(quality, markers, autosomal, min_call_rate),
        "compared_markers": len(use),
        "duplicates": _duplicates(both, kin, reasons),
        "sex": _sexes(packed, markers, kin, reasons),
        "parents": _parents(both, kin, reasons) if has_parents else [],
        "trios": _trios(both, kin, reasons) if has_parents else [],
    }
    samples: list[SampleReport] = [
        {
            "sample": kin.names[i],
            "call_rate": float(each.call_rate[i]),
            "heterozygosity": _number(each.heterozygosity[i]),
            "f": _number(each.f[i]),
            "reasons": sorted(reasons[i]),
        }
        for i in range(packed.n_animals)
    ]
    return Checked(samples, report)


def _markers(
    found: MarkerQuality, markers: Markers, autosomal: NDArray[np.bool_], min_call_rate: float
) -> MarkerReport:
    low = np.flatnonzero((found.call_rate < min_call_rate) & (found.call_rate > 0))
    far = np.flatnonzero(autosomal & (found.p_hardy_weinberg < 1e-6))
    called = found.maf[np.isfinite(found.maf)]
    return {
        "call_rate": float(found.call_rate.mean()),
        "below_call_rate": markers.name[low[:LISTED]].tolist(),
        "below_call_rate_count": len(low),
        "maf": float(called.mean()) if len(called) else None,
        "monomorphic": int((called == 0).sum()),
        "without_calls": int((found.call_rate == 0).sum()),
        "hardy_weinberg": markers.name[far[:LISTED]].tolist(),
        "hardy_weinberg_count": len(far),
    }


def _duplicates(both: PackedGenotypes, kin: Kin, reasons: list[set[str]]) -> list[dict[str, object]]:
    """Pairs with nearly the same calls: screened at some markers, then compared at all of them."""
    step = -(-both.n_markers // SCREENED)
    screened = both.markers(np.arange(0, both.n_markers, step))
    fewest = min(100, screened.n_markers)
    pairs = duplicates(genotype_bits(screened), 0.95, fewest)
    if not len(pairs):
        return []
    rows = np.unique(pairs[:, :2])
    found = []
    for first, second, equal, common in duplicates(genotype_bits(both.animals(rows)), min_compared=fewest):
        a, b = int(rows[first]), int(rows[second])
        if a >= len(reasons):
            continue
        for row in (a, b):
            if row < len(reasons):
                reasons[row].add("duplicate")
        found.append({"samples": [kin.names[a], kin.names[b]], "equal": int(equal), "common": int(common)})
    return found[:LISTED]


def _sexes(packed: PackedGenotypes, markers: Markers, kin: Kin, reasons: list[set[str]]) -> list[dict[str, object]]:
    on_x = is_on_x(markers.chromosome, markers.position_bp)
    if not on_x.any():
        return []
    part = packed.markers(on_x)
    sex = kin.sex[: packed.n_animals]
    found = check_sex(part, np.ones(part.n_markers, dtype=bool), sex)
    told: list[dict[str, object]] = []
    for i in np.flatnonzero(found.is_conflict).tolist():
        reasons[i].add("other_sex")
        told.append(
            {
                "sample": kin.names[i],
                "recorded": ("female", "male")[sex[i]],
                "genotyped": ("female", "male")[found.shown[i]],
                "f": float(found.f[i]),
            }
        )
    return told[:LISTED]


def _parents(both: PackedGenotypes, kin: Kin, reasons: list[set[str]]) -> list[dict[str, object]]:
    """Parents whom opposing homozygotes exclude.

    A sample that conflicts with most of several relatives is the swapped one, and its relatives are not set apart; nor
    is one that fits most of several, such as a ram with one wrong lamb.
    """
    bits = genotype_bits(both)
    told: list[tuple[int, int, dict[str, object]]] = []
    links: Counter[int] = Counter()
    conflicts: Counter[int] = Counter()
    role: Literal["sire", "dam"]
    for role in ("sire", "dam"):
        parents = kin.sire if role == "sire" else kin.dam
        child = np.flatnonzero(parents >= 0).astype(np.int32)
        parent = parents[child]
        opposing, compared = opposing_homozygotes(bits, child, parent)
        limit = exclusion_limit(compared, ERROR_RATE)
        links.update([*child.tolist(), *parent.tolist()])
        for k in np.flatnonzero(opposing > limit).tolist():
            a, b = int(child[k]), int(parent[k])
            conflicts.update((a, b))
            told.append(
                (
                    a,
                    b,
                    {
                        "sample": kin.names[a],
                        "role": role,
                        "parent": kin.names[b],
                        "opposing": int(opposing[k]),
                        "compared": int(compared[k]),
                        "limit": int(limit[k]),
                    },
                )
            )
    swapped = {row for row, n in conflicts.items() if links[row] >= 3 and 2 * n > links[row]}
    fitting = {row for row, n in conflicts.items() if links[row] >= 3 and 2 * n < links[row]}
    for a, b, _ in told:
        suspects = swapped & {a, b} or {a, b} - fitting or {a, b}
        for row in suspects & set(range(len(reasons))):
            reasons[row].add("swapped" if row in swapped else "parent_conflict")
    return [found for _, _, found in told][:LISTED]


def _trios(both: PackedGenotypes, kin: Kin, reasons: list[set[str]]) -> list[dict[str, object]]:
    child = np.flatnonzero((kin.sire >= 0) & (kin.dam >= 0)).astype(np.int32)
    sire, dam = kin.sire[child], kin.dam[child]
    found = mendelian_conflicts(both, child, sire, dam)
    limit = exclusion_limit(found.compared, 2 * ERROR_RATE)
    told: list[dict[str, object]] = []
    for k in np.flatnonzero(found.by_trio > limit).tolist():
        trio = (int(child[k]), int(sire[k]), int(dam[k]))
        is_explained = any(row < len(reasons) and reasons[row] & {"swapped", "parent_conflict"} for row in trio)
        if not is_explained and trio[0] < len(reasons):
            reasons[trio[0]].add("mendelian_conflict")
        names = dict(zip(("sample", "sire", "dam"), (kin.names[row] for row in trio), strict=True))
        told.append(
            {
                **names,
                "conflicts": int(found.by_trio[k]),
                "compared": int(found.compared[k]),
                "limit": int(limit[k]),
            }
        )
    return told[:LISTED]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
