"""A reference panel for Beagle: a VCF with phased haplotypes of others, read, and written as Beagle takes it."""

from __future__ import annotations

import gzip
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from typing import NamedTuple

import numpy as np
from bellwether_engine.genotypes import Markers, chromosome_code, is_autosomal
from numpy.typing import NDArray

from bellwether.modelling.findings import BadInput, refuse

GZIP, FIXED = b"\x1f\x8b", 9
LETTERS = set("ACGTN")
HEAD = '##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
COLUMNS = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT")
PHASED = (b"0|0", b"0|1", b"1|0", b"1|1")
CELLS = np.frombuffer(b"".join(call + b"\t" for call in PHASED), dtype=np.uint8).reshape(4, 4)
Haplotypes = NDArray[np.uint8]


class Site(NamedTuple):
    """A record: its line, what it says of the site, and its calls."""

    line: int
    chromosome: str
    position: int
    name: str
    ref: str
    alt: str
    form: bytes
    calls: bytes


@dataclass(frozen=True, eq=False)
class Panel:
    """Sites that can be used, by their places: on an autosome, of two alleles, and alone at their place.

    `row` is the number of each among all records of the file, `written` its chromosome as the file names it; `named`
    are all chromosomes of the file.
    """

    path: Path
    markers: Markers
    written: list[str]
    row: NDArray[np.int64]
    samples: list[str]
    n_records: int
    named: list[str]


def read_panel(path: Path) -> Panel:
    """A panel whose calls are all known and phased, which it needs only where it is used.

    Raises
    ------
    BadInput
        ``panel_not_phased``, ``panel_unsorted``
    """
    samples, kept, named, n_records = samples_of(path), list[tuple[int, Site]](), dict[str, None](), 0
    for row, site in enumerate(records(path)):
        n_records += 1
        named[site.chromosome] = None
        if is_usable(site):
            haplotypes_of(path, site, samples)
            kept.append((row, site._replace(calls=b"")))
    times = Counter(site.name for _, site in kept)
    is_named = {name for name, count in times.items() if count == 1 and name != "."}
    names = [site.name if site.name in is_named else f"{site.chromosome}:{site.position}" for _, site in kept]
    columns = zip(*((site.chromosome, site.position, site.alt, site.ref) for _, site in kept), strict=True)
    found = Markers.of(names, *(columns if kept else ([], [], [], [])))
    keys = place_keys(found)
    refuse_unsorted(path, [site for _, site in kept], found)
    _, back, counts = np.unique(keys, return_inverse=True, return_counts=True)
    alone = np.flatnonzero(counts[back] == 1)
    alone = alone[np.argsort(keys[alone])]
    written = [kept[i][1].chromosome for i in alone.tolist()]
    rows = np.array([kept[i][0] for i in alone.tolist()], dtype=np.int64)
    return Panel(path, part_of(found, alone), written, rows, samples, n_records, list(named))


def write_panel(panel: Panel, names: NDArray[np.str_], is_swapped: NDArray[np.bool_], path: Path) -> None:
    """Its haplotypes with these names of sites, and without those whose name is empty; swapped ones count the other
    allele. Chromosomes come in the order of their numbers, whatever that of the file."""
    at = {row: i for i, row in enumerate(panel.row.tolist()) if names[i]}
    found = panel.markers
    header = HEAD + "\t".join((*COLUMNS, *(f"r{i}" for i in range(len(panel.samples))))) + "\n"
    parts = {c: path.with_name(f"{path.name}.{c}") for c in sorted({int(found.chromosome[i]) for i in at.values()})}
    with ExitStack() as stack:
        files = {c: stack.enter_context(gzip.open(part, "wb", compresslevel=1)) for c, part in parts.items()}
        for row, site in enumerate(records(panel.path)):
            if (i := at.get(row)) is None:
                continue
            calls = haplotypes_of(panel.path, site, panel.samples) ^ np.uint8(is_swapped[i])
            place = f"{found.chromosome[i]}\t{found.position_bp[i]}\t{names[i]}\tA\tC\t.\t.\t.\tGT\t"
            cells = CELLS[2 * calls[:, 0] + calls[:, 1]].tobytes()[:-1]
            files[int(found.chromosome[i])].write(place.encode() + cells + b"\n")
    with path.open("wb") as file:
        file.write(gzip.compress(header.encode()))
        for part in parts.values():
            with part.open("rb") as content:
                shutil.copyfileobj(content, file)
            part.unlink()


def place_keys(markers: Markers) -> NDArray[np.int64]:
    """One number for each place, in the order of places."""
    return (markers.chromosome.astype(np.int64) << 40) + markers.position_bp


def part_of(markers: Markers, keep: NDArray[np.int64]) -> Markers:
    """Some of the markers."""
    return Markers(
        markers.name[keep],
        markers.chromosome[keep],
        markers.position_bp[keep],
        counted=markers.counted[keep],
        other=markers.other[keep],
    )


def is_usable(site: Site) -> bool:
    """On an autosome, at a place, and of two alleles that are written out."""
    is_placed = bool(is_autosomal([chromosome_code(site.chromosome)])[0]) and site.position > 0
    return is_placed and all(each and set(each.upper()) <= LETTERS for each in (site.ref, site.alt))


def refuse_unsorted(path: Path, sites: list[Site], found: Markers) -> None:
    """Positions rise along each chromosome, or Beagle would lose its place."""
    last: dict[int, int] = {}
    for site, chromosome in zip(sites, found.chromosome.tolist(), strict=True):
        if site.position < last.get(chromosome, 0):
            message = f"position {site.position} of chromosome {site.chromosome} comes after {last[chromosome]}"
            raise wrong(path, site.line, "panel_unsorted", message, "Sort it: bcftools sort PANEL.vcf.gz")
        last[chromosome] = site.position


def opened(path: Path) -> gzip.GzipFile | BufferedReader:
    """The text of the file, packed or not."""
    with path.open("rb") as raw:
        is_packed = raw.read(2) == GZIP
    return gzip.open(path) if is_packed else path.open("rb")


def samples_of(path: Path) -> list[str]:
    """Names of the animals."""
    with opened(path) as file:
        header = next((line for line in file if line.startswith(b"#CHROM")), b"")
    return header.decode(errors="replace").rstrip("\r\n").split("\t")[FIXED:]


def records(path: Path) -> Iterator[Site]:
    """The records in the order of the file."""
    with opened(path) as file:
        for number, line in enumerate(file, start=1):
            if line.startswith(b"#") or not line.strip():
                continue
            cells = line.rstrip(b"\r\n").split(b"\t", FIXED)
            chromosome, position, name, ref, alt = (cell.decode(errors="replace") for cell in cells[:5])
            place = int(position) if position.isdigit() else 0
            yield Site(number, chromosome, place, name, ref, alt, cells[8], cells[9] if len(cells) > FIXED else b"")


def haplotypes_of(path: Path, site: Site, samples: list[str]) -> Haplotypes:
    """The two alleles of each animal, uint8 (n_animals, 2).

    Raises
    ------
    BadInput
        ``panel_not_phased``
    """
    calls = site.calls
    if site.form != b"GT":
        is_told = site.form.startswith(b"GT:")
        calls = b"\t".join(cell.partition(b":")[0] if is_told else b"." for cell in calls.split(b"\t"))
    signs = np.frombuffer(calls + b"\t", dtype=np.uint8)
    if len(signs) == 4 * len(samples):
        signs = signs.reshape(-1, 4)
        found = signs[:, :3:2] - np.uint8(ord("0"))
        if (signs[:, 1] == ord("|")).all() and (signs[:, 3] == ord("\t")).all() and (found <= 1).all():
            return found
    cells = calls.split(b"\t")
    at = next(i for i, cell in enumerate(cells) if cell not in PHASED)
    message = (
        f"sample {samples[at]} has the call {cells[at].decode(errors='replace')!r}, which is not two phased alleles"
    )
    fix = "Give a panel whose calls are all known and phased, as 0|1: impute and phase it first"
    raise wrong(path, site.line, "panel_not_phased", message, fix)


def wrong(path: Path, line: int | None, code: str, message: str, fix: str) -> BadInput:
    """A refusal of the panel."""
    return refuse(path.name, line, code, message, fix, "panel_file_id")
