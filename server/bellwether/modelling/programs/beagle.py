"""Beagle: phases of the calls, and missing ones imputed from the haplotypes of all animals; how good that is, measured.

Its input and output are ours: markers by number, alleles by letters of no meaning, animals by number.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from bellwether_engine.genotypes import is_autosomal, pack
from numpy.typing import NDArray

from bellwether.modelling.chips.writing.given import Given
from bellwether.modelling.findings import BadInput, Finding
from bellwether.modelling.programs.outcome import Outcome, marker_table
from bellwether.modelling.programs.running import ProgramFailed, Runner

MISSING = 3
HEAD = '##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
COLUMNS = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
WORDS = np.array(["0/0", "0/1", "1/1", "./."])
FIXED = 9
Codes = NDArray[np.uint8]
Haplotypes = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Imputing:
    """`check_share` of the known calls are hidden in a run of their own, which tells how many come back right."""

    seed: int = 1
    effective_size: int = 1_000
    check_share: float = 0.02


def impute(given: Given, runner: Runner, options: Imputing) -> Outcome:
    """All genotypes with what was missing on autosomes imputed; known calls stay. `phased.vcf.gz` has the haplotypes.

    Raises
    ------
    BadInput
        No chromosome has markers that can be phased.
    ProgramFailed
        Beagle failed, or changed a call that was known.
    """
    codes = given.packed.unpack()
    markers, reason = usable(given, codes)
    if not len(markers):
        message = "no autosome has two markers with a place and a call"
        raise BadInput([Finding("beagle", None, "nothing_to_phase", message, "Take a chip with a map", "options")])
    haplotypes = phase(given, codes[:, markers], markers, runner, options, "out")
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
            "left_out": pl.Series(reason.tolist()),
        }
    )
    checked = check(given, codes, markers, runner, options)
    write_phased(given, haplotypes, markers, runner.folder / "phased.vcf.gz")
    report = {
        "n_animals": len(codes),
        "n_markers": codes.shape[1],
        "n_markers_phased": len(markers),
        "n_missing_before": int((codes == MISSING).sum()),
        "n_missing_after": int((imputed == MISSING).sum()),
        **checked,
    }
    packed = pack(imputed)
    whole = Given(packed, given.map, given.names, given.fam)
    return Outcome(whole, report, {"markers.csv": table}, [runner.folder / "phased.vcf.gz"])


def usable(given: Given, codes: Codes) -> tuple[NDArray[np.int64], NDArray[np.str_]]:
    """Markers that Beagle can take: on an autosome, at a place of their own, called at all, and not alone there."""
    found = given.map.markers
    reason = np.full(len(found.name), "", dtype="<U16")
    place = np.column_stack([found.chromosome, found.position_bp])
    is_again = np.zeros(len(place), dtype=np.bool_)
    is_again[1:] = (place[1:] == place[:-1]).all(axis=1)
    for name, is_out in (
        ("same_place", is_again),
        ("no_call", (codes == MISSING).all(axis=0)),
        ("no_place", found.position_bp <= 0),
        ("not_autosomal", ~is_autosomal(found.chromosome)),
    ):
        reason[is_out] = name
    left = np.flatnonzero(reason == "")
    numbers, counts = np.unique(found.chromosome[left], return_counts=True)
    is_alone = np.isin(found.chromosome[left], numbers[counts < 2])
    reason[left[is_alone]] = "alone"
    return left[~is_alone], reason


def phase(
    given: Given, codes: Codes, markers: NDArray[np.int64], runner: Runner, options: Imputing, name: str
) -> Haplotypes:
    """The two haplotypes of each animal, uint8 (n_animals, n_markers, 2), by one run of Beagle.

    Raises
    ------
    ProgramFailed
    """
    found = given.map.markers
    with gzip.open(runner.folder / f"{name}-in.vcf.gz", "wt", compresslevel=1) as file:
        file.write(HEAD + "\t".join((*COLUMNS, *(f"a{i}" for i in range(len(codes))))) + "\n")
        for j, i in enumerate(markers.tolist()):
            site = f"{found.chromosome[i]}\t{found.position_bp[i]}\tm{i}\tA\tC\t.\t.\t.\tGT\t"
            file.write(site + "\t".join(WORDS[codes[:, j]].tolist()) + "\n")
    runner.run(
        f"gt={name}-in.vcf.gz", f"out={name}", f"seed={options.seed}", f"ne={options.effective_size}", "nthreads=2"
    )
    out = np.empty((len(codes), len(markers), 2), dtype=np.uint8)
    column = {f"m{i}": j for j, i in enumerate(markers.tolist())}
    n_read = 0
    for marker, calls in sites(runner.folder / f"{name}.vcf.gz"):
        out[:, column[marker]] = calls
        n_read += 1
    if n_read != len(markers):
        raise ProgramFailed("beagle", f"{n_read} of {len(markers)} markers came back", "")
    return out


def sites(path: Path) -> Iterator[tuple[str, Haplotypes]]:
    """Markers of a phased VCF and their alleles, uint8 (n_animals, 2)."""
    with gzip.open(path, "rt") as file:
        for line in file:
            if not line.startswith("#"):
                cells = line.rstrip("\n").split("\t")
                calls = "".join(cell[:3] for cell in cells[FIXED:]).encode()
                signs = np.frombuffer(calls, dtype=np.uint8).reshape(-1, 3)
                yield cells[2], signs[:, ::2] - ord("0")


def check(
    given: Given, codes: Codes, markers: NDArray[np.int64], runner: Runner, options: Imputing
) -> dict[str, int | float | None]:
    """How many of the calls that were hidden come back the same, and their squared correlation with what comes back."""
    if not options.check_share:
        return {"n_checked": 0, "concordance": None, "r2": None}
    rng = np.random.default_rng(options.seed)
    hidden = codes[:, markers].copy()
    is_hidden = (hidden != MISSING) & (rng.random(hidden.shape) < options.check_share)
    truth = hidden[is_hidden]
    hidden[is_hidden] = MISSING
    # a marker without any call left has nothing to be imputed from
    is_empty = (hidden == MISSING).all(axis=0)
    hidden[:, is_empty] = codes[:, markers[is_empty]]
    truth = codes[:, markers][is_hidden & ~is_empty]
    back = phase(given, hidden, markers, runner, options, "check").sum(axis=2)[is_hidden & ~is_empty]
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
