"""The section `genotypes` of the report: quality, and what contradicts the pedigree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from bellwether_engine.genotypes import (
    GenotypeBits,
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
)
from numpy.typing import NDArray

from bellwether.modelling.findings import SHOWN, Warned
from bellwether.modelling.genotypes.reading_notes import told_reading
from bellwether.modelling.genotypes.samples import Samples
from bellwether.modelling.genotypes.sections import (
    Alike,
    Calls,
    GenotypeSection,
    Opposing,
    OtherSex,
    Trio,
)
from bellwether.modelling.genotypes.used_markers import by_chromosome
from bellwether.modelling.tables.life_facts import said_sex
from bellwether.modelling.tables.pedigree import Animals

ERROR_RATE = 0.005
CALL_RATE = 0.9
MOST_COMPARED = 20_000
Rows = NDArray[np.int32]


@dataclass(frozen=True)
class Quality:
    """The section and its warnings, which name the animals."""

    section: GenotypeSection
    warnings: list[Warned]


@dataclass(frozen=True)
class _Family:
    """Names of the genotyped animals, and their parents as rows of the genotypes (-1 without genotype)."""

    names: list[str]
    sire: Rows
    dam: Rows


def genotype_report(samples: Samples, animals: Animals) -> Quality:
    """Quality of the genotypes, and what contradicts the pedigree."""
    packed, family = samples.genotypes.packed, _family(samples, animals)
    autosomal = _autosomal(samples)
    autosomes = packed if autosomal.all() else packed.markers(autosomal)
    bits = genotype_bits(autosomes)
    section = GenotypeSection(
        **_quality(packed, autosomal, family.names),
        format=samples.kind,
        animals=packed.n_animals,
        markers=packed.n_markers,
        autosomal_markers=autosomes.n_markers,
        error_rate=ERROR_RATE,
        opposing_homozygotes=_opposing(bits, family, "sire") + _opposing(bits, family, "dam"),
        trio_conflicts=_trios(autosomes, family),
        duplicates=_duplicates(bits, family.names) if packed.n_animals <= MOST_COMPARED else None,
        sex_conflicts=_sexes(samples, animals, family.names),
        multi_allelic_left_out=len(samples.left_out),
        chromosomes=by_chromosome(samples, np.ones(len(samples.markers), dtype=bool)) or None,
        read=samples.read_as,
        relationships=None,
    )
    return Quality(section, [*_warnings(section, samples), *told_reading(samples.read_as)])


def _family(samples: Samples, animals: Animals) -> _Family:
    animal = samples.genotypes.animal
    row = np.full(len(animals.ids) + 1, -1, dtype=np.int32)
    row[animal] = np.arange(len(animal))
    pedigree = animals.pedigree
    return _Family(animals.ids.gather(animal).to_list(), row[pedigree.sire[animal]], row[pedigree.dam[animal]])


def _autosomal(samples: Samples) -> NDArray[np.bool_]:
    """Chromosomes 1 to 26; all markers where the file has none of them, as a table of dosages."""
    everything = np.ones(len(samples.markers), dtype=bool)
    if samples.map is None:
        return everything
    found = is_autosomal(samples.map.chromosome)
    return found if found.any() else everything


def _quality(packed: PackedGenotypes, autosomal: NDArray[np.bool_], names: list[str]) -> Calls:
    markers, each = marker_quality(packed), animal_quality(packed, autosomal=autosomal)
    low = np.flatnonzero(each.call_rate < CALL_RATE)
    return {
        "call_rate": {
            "mean": float(markers.call_rate.mean()),
            "markers_below_0.9": int((markers.call_rate < CALL_RATE).sum()),
            "animals_below_0.9": [{"animal": names[i], "call_rate": float(each.call_rate[i])} for i in low],
        },
        "maf": {
            "mean": _mean(markers.maf),
            "below_0.05": int((markers.maf < 0.05).sum()),
            "monomorphic": int((markers.maf == 0).sum()),
            "without_calls": int((markers.call_rate == 0).sum()),
        },
        "hardy_weinberg_below_1e-6": int((markers.p_hardy_weinberg[autosomal] < 1e-6).sum()),
        "heterozygosity_f": _mean(each.f),
    }


def _opposing(bits: GenotypeBits, family: _Family, role: Literal["sire", "dam"]) -> list[Opposing]:
    """Parents and offspring with more opposing homozygotes than errors explain."""
    parents = family.sire if role == "sire" else family.dam
    child = np.flatnonzero(parents >= 0).astype(np.int32)
    opposing, compared = opposing_homozygotes(bits, child, parents[child])
    limit = exclusion_limit(compared, ERROR_RATE)
    return [
        {
            "animal": family.names[child[k]],
            "role": role,
            "parent": family.names[parents[child[k]]],
            "opposing": int(opposing[k]),
            "compared": int(compared[k]),
            "limit": int(limit[k]),
        }
        for k in np.flatnonzero(opposing > limit)
    ]


def _trios(packed: PackedGenotypes, family: _Family) -> list[Trio]:
    """Animals of two genotyped parents with more Mendelian conflicts than errors explain."""
    child = np.flatnonzero((family.sire >= 0) & (family.dam >= 0)).astype(np.int32)
    sire, dam = family.sire[child], family.dam[child]
    conflicts = mendelian_conflicts(packed, child, sire, dam)
    limit = exclusion_limit(conflicts.compared, 2 * ERROR_RATE)
    return [
        {
            "animal": family.names[child[k]],
            "sire": family.names[sire[k]],
            "dam": family.names[dam[k]],
            "conflicts": int(conflicts.by_trio[k]),
            "compared": int(conflicts.compared[k]),
            "limit": int(limit[k]),
        }
        for k in np.flatnonzero(conflicts.by_trio > limit)
    ]


def _duplicates(bits: GenotypeBits, names: list[str]) -> list[Alike]:
    return [
        {"animals": [names[first], names[second]], "equal": int(equal), "common": int(common)}
        for first, second, equal, common in duplicates(bits)
    ]


def _sexes(samples: Samples, animals: Animals, names: list[str]) -> list[OtherSex]:
    """Animals whose X contradicts the column `sex`, or their being a sire or a dam; none without a map."""
    if samples.map is None:
        return []
    sex = _register(animals)[samples.genotypes.animal]
    on_x = is_on_x(samples.map.chromosome, samples.map.position_bp)
    found = check_sex(samples.genotypes.packed, on_x, sex)
    return [
        {
            "animal": names[i],
            "pedigree": ("female", "male")[sex[i]],
            "genotypes": ("female", "male")[found.shown[i]],
            "f": float(found.f[i]),
        }
        for i in np.flatnonzero(found.is_conflict)
    ]


def _register(animals: Animals) -> NDArray[np.int8]:
    """Sex of each animal of the pedigree: its column `sex`, else what a parent must be."""
    sex = np.full(len(animals.ids), -1, dtype=np.int8)
    for parents, value in ((animals.pedigree.sire, 1), (animals.pedigree.dam, 0)):
        sex[parents[parents >= 0]] = value
    said = said_sex(animals.table)
    if said is not None:
        known = np.flatnonzero(said >= 0)
        sex[known] = said[known]
    return sex


def _warnings(section: GenotypeSection, samples: Samples) -> list[Warned]:
    rules = (
        (
            "parentage_conflict",
            "opposing homozygotes exclude a parent of the pedigree",
            [f"{c['parent']} as {c['role']} of {c['animal']}" for c in section["opposing_homozygotes"]],
        ),
        (
            "mendelian_conflict",
            "genotypes that cannot come from both parents of the pedigree",
            [f"{c['animal']} of {c['sire']} and {c['dam']}" for c in section["trio_conflicts"]],
        ),
        (
            "duplicate_genotypes",
            "two animals have the same genotype",
            [" and ".join(c["animals"]) for c in section["duplicates"] or []],
        ),
        (
            "sex_conflict",
            "the X chromosome shows another sex than the pedigree",
            [f"{c['animal']} ({c['pedigree']} in the pedigree)" for c in section["sex_conflicts"]],
        ),
        (
            "low_call_rate",
            "less than nine tenths of the markers are called",
            [c["animal"] for c in section["call_rate"]["animals_below_0.9"]],
        ),
        ("multi_allelic", "sites with several alternative alleles were left out", list(samples.left_out)),
    )
    return [
        {"code": code, "message": f"{rule}: {_list(names)}", "effect": "genotypes", "level": None}
        for code, rule, names in rules
        if names
    ]


def _list(names: list[str]) -> str:
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(names[:SHOWN]) + more


def _mean(values: NDArray[np.float64]) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None
