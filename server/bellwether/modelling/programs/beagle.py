"""Beagle: phases of the calls, and missing ones imputed from the haplotypes of all animals; how good that is, measured.

Its input and output are ours: markers by number, alleles by letters of no meaning, animals by number. So are those of a
reference panel: its sites are called as the markers of the chip where they are the same, and count the same allele.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
from bellwether_engine.genotypes import is_autosomal, pack
from numpy.typing import NDArray

from bellwether.modelling.chips.writing.given import Given
from bellwether.modelling.findings import BadInput, Finding
from bellwether.modelling.programs.genetic_map import write_genetic_map
from bellwether.modelling.programs.outcome import Outcome, marker_table
from bellwether.modelling.programs.panel import (
    COLUMNS,
    FIXED,
    HEAD,
    Haplotypes,
    Panel,
    read_panel,
    write_panel,
    wrong,
)
from bellwether.modelling.programs.panel_matching import OTHER_ASSEMBLY, Matched, match
from bellwether.modelling.programs.running import ProgramFailed, Runner

MISSING = 3
PANEL, GENETIC_MAP = "panel.vcf.gz", "genetic.map"
WORDS = np.array(["0/0", "0/1", "1/1", "./."])
Codes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Imputing:
    """`check_share` of the known calls are hidden in a run of their own, which tells how many come back right.

    `markers` are those of the chip, or all those of a panel; with `genetic_map` the cM of the chip's map count.
    """

    seed: int = 1
    effective_size: int = 1_000
    check_share: float = 0.02
    markers: Literal["chip", "panel"] = "chip"
    genetic_map: bool = False


@dataclass(frozen=True, eq=False)
class Prepared:
    """What runs of Beagle need: calls, the markers that take part, why others do not, further words, and the panel."""

    codes: Codes
    markers: NDArray[np.int64]
    reason: NDArray[np.str_]
    words: Sequence[str]
    panel: Panel | None
    matched: Matched | None


def impute(given: Given, runner: Runner, options: Imputing, panel: Path | None = None) -> Outcome:
    """All genotypes with what was missing on autosomes imputed; known calls stay. `phased.vcf.gz` has the haplotypes.

    Raises
    ------
    BadInput
        No chromosome has markers that can be phased; the panel cannot be used, or fits the chip nowhere.
    ProgramFailed
        Beagle failed, or changed a call that was known.
    """
    ready = prepare(given, runner, options, panel)
    codes, markers = ready.codes, ready.markers
    haplotypes = phase(given, codes[:, markers], ready, runner, options, "out")
    found = haplotypes.sum(axis=2, dtype=np.uint8)
    known = codes[:, markers] != MISSING
    if (found != codes[:, markers])[known].any():
        raise ProgramFailed("beagle", "calls that were known came back as others", "")
    imputed = codes.copy()
    imputed[:, markers] = found
    table = pl.DataFrame(
        {
            **marker_table(given),
            "n_imputed": pl.Series(((codes == MISSING) & (imputed != MISSING)).sum(axis=0)),
            "left_out": pl.Series(ready.reason.tolist()),
        }
    )
    checked = check(given, ready, runner, options)
    write_phased(given, haplotypes, markers, runner.folder / "phased.vcf.gz")
    report = {
        "n_animals": len(codes),
        "n_markers": codes.shape[1],
        "n_markers_phased": len(markers),
        "n_missing_before": int((codes == MISSING).sum()),
        "n_missing_after": int((imputed == MISSING).sum()),
        **of_panel(ready),
        **checked,
    }
    packed = pack(imputed)
    whole = Given(packed, given.map, given.names, given.fam)
    return Outcome(whole, report, {"markers.csv": table}, [runner.folder / "phased.vcf.gz"])


def prepare(given: Given, runner: Runner, options: Imputing, path: Path | None) -> Prepared:
    """The markers that take part, with panel and genetic map written for Beagle.

    Raises
    ------
    BadInput
    """
    codes = given.packed.unpack()
    panel = None if path is None else read_panel(path)
    matched = None if panel is None else match(panel, given.map)
    markers, reason = usable(given, codes, matched)
    if not len(markers):
        message = "no autosome has two markers with a place and a call"
        if panel is not None:
            raise wrong(panel.path, None, "no_shared_markers", f"{message} that the panel has", OTHER_ASSEMBLY)
        raise BadInput([Finding("beagle", None, "nothing_to_phase", message, "Take a chip with a map", "options")])
    words = []
    if options.genetic_map:
        write_genetic_map(given.map, runner.folder / GENETIC_MAP)
        words.append(f"map={GENETIC_MAP}")
    if panel is not None and matched is not None:
        chromosomes = given.map.markers.chromosome[markers]
        is_there = np.isin(panel.markers.chromosome, chromosomes)
        names = np.where(is_there, [f"p{i}" for i in range(len(is_there))], "").astype("<U20")
        names[matched.site[markers]] = [f"m{i}" for i in markers.tolist()]
        is_swapped = np.zeros(len(names), dtype=np.bool_)
        is_swapped[matched.site[markers]] = matched.is_swapped[markers]
        write_panel(panel, names, is_swapped, runner.folder / PANEL)
        words.append(f"ref={PANEL}")
    return Prepared(codes, markers, reason, words, panel, matched)


def of_panel(ready: Prepared) -> dict[str, int]:
    """What a report says of a panel: nothing without."""
    if ready.panel is None or ready.matched is None:
        return {}
    return {
        "n_panel_animals": len(ready.panel.samples),
        "n_panel_sites": len(ready.panel.written),
        "n_panel_sites_left_out": ready.panel.n_records - len(ready.panel.written),
        "n_markers_on_other_strand": ready.matched.n_turned,
    }


def usable(given: Given, codes: Codes, matched: Matched | None) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
    """Markers that Beagle can take: on an autosome, at a place of their own, not alone there, and called at all or in a
    panel."""
    found = given.map.markers
    reason = np.full(len(found.name), "", dtype="<U16") if matched is None else matched.reason.copy()
    place = np.column_stack([found.chromosome, found.position_bp])
    is_again = np.zeros(len(place), dtype=np.bool_)
    is_again[1:] = (place[1:] == place[:-1]).all(axis=1)
    is_empty = (codes == MISSING).all(axis=0)
    for name, is_out in (
        ("same_place", is_again),
        ("no_call", is_empty & (matched is None)),
        ("no_place", found.position_bp <= 0),
        ("not_autosomal", ~is_autosomal(found.chromosome)),
    ):
        reason[is_out] = name
    left = np.flatnonzero(reason == "")
    numbers, counts = np.unique(found.chromosome[left], return_counts=True)
    is_alone = np.isin(found.chromosome[left], numbers[counts < 2])
    reason[left[is_alone]] = "alone"
    return left[~is_alone], reason


def phase(given: Given, codes: Codes, ready: Prepared, runner: Runner, options: Imputing, name: str) -> Haplotypes:
    """The two haplotypes of each animal, uint8 (n_animals, n_markers, 2), by one run of Beagle.

    Raises
    ------
    ProgramFailed
    """
    run(given, codes, ready, runner, options, name, "impute=false")
    out = np.empty((*codes.shape, 2), dtype=np.uint8)
    column = {f"m{i}": j for j, i in enumerate(ready.markers.tolist())}
    n_read = 0
    for marker, calls in sites(runner.folder / f"{name}.vcf.gz"):
        out[:, column[marker]] = calls
        n_read += 1
    if n_read != len(column):
        raise ProgramFailed("beagle", f"{n_read} of {len(column)} markers came back", "")
    return out


def run(given: Given, codes: Codes, ready: Prepared, runner: Runner, options: Imputing, name: str, *words: str) -> None:
    """One run of Beagle on calls of the markers that take part; with a panel, and these words about it.

    Raises
    ------
    ProgramFailed
    """
    found = given.map.markers
    with gzip.open(runner.folder / f"{name}-in.vcf.gz", "wt", compresslevel=1) as file:
        file.write(HEAD + "\t".join((*COLUMNS, *(f"a{i}" for i in range(len(codes))))) + "\n")
        for j, i in enumerate(ready.markers.tolist()):
            site = f"{found.chromosome[i]}\t{found.position_bp[i]}\tm{i}\tA\tC\t.\t.\t.\tGT\t"
            file.write(site + "\t".join(WORDS[codes[:, j]].tolist()) + "\n")
    about = [*ready.words, *(words if ready.panel is not None else ())]
    how = (f"seed={options.seed}", f"ne={options.effective_size}", "nthreads=2")
    runner.run(f"gt={name}-in.vcf.gz", f"out={name}", *how, *about)


def sites(path: Path) -> Iterator[tuple[str, Haplotypes]]:
    """Markers of a phased VCF and their alleles, uint8 (n_animals, 2)."""
    with gzip.open(path, "rt") as file:
        for line in file:
            if not line.startswith("#"):
                cells = line.rstrip("\n").split("\t")
                calls = "".join(cell[:3] for cell in cells[FIXED:]).encode()
                signs = np.frombuffer(calls, dtype=np.uint8).reshape(-1, 3)
                yield cells[2], signs[:, ::2] - ord("0")


def check(given: Given, ready: Prepared, runner: Runner, options: Imputing) -> dict[str, int | float | None]:
    """How many of the calls that were hidden come back the same, and their squared correlation with what comes back."""
    if not options.check_share:
        return {"n_checked": 0, "concordance": None, "r2": None}
    codes, markers = ready.codes, ready.markers
    rng = np.random.default_rng(options.seed)
    hidden = codes[:, markers].copy()
    is_hidden = (hidden != MISSING) & (rng.random(hidden.shape) < options.check_share)
    truth = hidden[is_hidden]
    hidden[is_hidden] = MISSING
    # a marker without any call left has nothing to be imputed from
    is_empty = (hidden == MISSING).all(axis=0)
    hidden[:, is_empty] = codes[:, markers[is_empty]]
    truth = codes[:, markers][is_hidden & ~is_empty]
    back = phase(given, hidden, ready, runner, options, "check").sum(axis=2)[is_hidden & ~is_empty]
    varies = len(truth) > 1 and truth.std() > 0 and back.std() > 0
    return {
        "n_checked": len(truth),
        "concordance": float((truth == back).mean()) if len(truth) else None,
        "r2": float(np.corrcoef(truth, back)[0, 1] ** 2) if varies else None,
    }


def write_phased(given: Given, haplotypes: Haplotypes, markers: NDArray[np.int64], path: Path) -> None:
    """The haplotypes as VCF with the names of samples, markers and alleles."""
    found = given.map.markers
    pairs = np.array([["0|0", "0|1"], ["1|0", "1|1"]])
    contigs = dict.fromkeys(given.map.written[i] for i in markers.tolist())
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write(HEAD.replace("##FORMAT", "".join(f"##contig=<ID={name}>\n" for name in contigs) + "##FORMAT"))
        file.write("\t".join((*COLUMNS, *given.names)) + "\n")
        for j, i in enumerate(markers.tolist()):
            alleles = f"{found.other[i] or 'N'}\t{found.counted[i] or '.'}"
            site = f"{given.map.written[i]}\t{found.position_bp[i]}\t{found.name[i]}\t{alleles}\t.\t.\t.\tGT\t"
            file.write(site + "\t".join(pairs[haplotypes[:, j, 0], haplotypes[:, j, 1]].tolist()) + "\n")
