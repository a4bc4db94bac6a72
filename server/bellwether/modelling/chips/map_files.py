"""Maps of chips from files: `.bim`, `.map`, manifests as CSV, and the sites of a VCF."""

from __future__ import annotations

import csv
import re
from collections import Counter
from pathlib import Path

from bellwether_engine.genotypes import Markers

from bellwether.modelling.chips.marker_map import MarkerMap
from bellwether.modelling.findings import SHOWN, BadInput, Finding, refuse
from bellwether.modelling.genotypes.source import read_bytes
from bellwether.modelling.genotypes.vcf import VCF_ENDINGS, read_vcf

MAP_ENDINGS = (".bim", ".map", ".csv", *VCF_ENDINGS)
#: headers of a manifest in lower case without blanks, under what they are
HEADERS = {
    "name": {"name", "snpname", "snp_id", "snpid", "marker", "probesetid", "id"},
    "chromosome": {"chr", "chromosome", "chrom"},
    "position": {"mapinfo", "position", "pos", "positionbp", "bp", "physicalposition"},
    "alleles": {"snp", "alleles", "snpalleles"},
    "counted": {"counted", "allelea", "allele_a", "a1", "alt"},
    "other": {"other", "alleleb", "allele_b", "a2", "ref"},
    "cm": {"cm", "geneticposition"},
}
ALLELE = re.compile(r"[ACGTDI]+|0|-|\.|", re.IGNORECASE)
BOTH = re.compile(r"\[?([ACGTDI-])/([ACGTDI-])\]?", re.IGNORECASE)
AGAIN = "Give each marker a name, a chromosome, a position in base pairs and both alleles"
Cells = dict[str, str]


def read_map(path: Path) -> MarkerMap:
    """Read a map by the ending of its file.

    Raises
    ------
    BadInput
        A line that is not a marker, or a marker that appears twice.
    """
    name = path.name.lower()
    if name.endswith(VCF_ENDINGS):
        found = read_vcf(path)
        assert found.map is not None
        return MarkerMap.of(found.map, found.written or found.map.chromosome.astype(str).tolist())
    rows = _plink(path) if name.endswith((".bim", ".map")) else _manifest(path)
    return _map_of(path, rows)


def _map_of(path: Path, rows: list[tuple[int, Cells]]) -> MarkerMap:
    if not rows:
        raise refuse(path, 1, "empty_file", "the file has no marker", AGAIN)
    findings = [found for line, cells in rows if (found := _wrong(path, line, cells)) is not None]
    counts = Counter(cells["name"] for _, cells in rows)
    seen = [(line, cells["name"]) for line, cells in rows if counts[cells["name"]] > 1]
    fix = "Give every marker its own name"
    findings += [Finding(str(path), line, "repeated_marker", f"marker {n} appears twice", fix, n) for line, n in seen]
    if findings:
        raise BadInput(findings[:SHOWN], Counter(found.code for found in findings))
    columns = {key: [cells.get(key, "") for _, cells in rows] for key in HEADERS}
    counted, other = (["" if a in ("-", ".") else a for a in columns[key]] for key in ("counted", "other"))
    positions = [int(cell or 0) for cell in columns["position"]]
    markers = Markers.of(columns["name"], columns["chromosome"], positions, counted, other)
    return MarkerMap.of(markers, columns["chromosome"], [cell or "0" for cell in columns["cm"]])


def _wrong(path: Path, line: int, cells: Cells) -> Finding | None:
    """What is wrong with a line."""
    name = cells["name"]
    if not name or name == ".":
        return Finding(str(path), line, "no_name", "the marker has no name", AGAIN, "name")
    if not (cells["position"].isascii() and cells["position"].isdigit() and len(cells["position"]) <= 12):
        message = f"{cells['position'][:20]!r} of {name} is not a position in base pairs"
        return Finding(str(path), line, "bad_position", message, "Give a whole number, 0 where it is unknown", name)
    alleles = (cells.get("counted", ""), cells.get("other", ""))
    if not all(ALLELE.fullmatch(allele) for allele in alleles):
        message = f"{'/'.join(alleles)[:20]} of {name} are not alleles"
        return Finding(str(path), line, "bad_allele", message, "Write A, C, G, T, or D and I; 0 where unknown", name)
    if alleles[0] and alleles[0] not in "0.-" and alleles[0].upper() == alleles[1].upper():
        return Finding(str(path), line, "same_alleles", f"both alleles of {name} are {alleles[0]}", AGAIN, name)
    return None


def _plink(path: Path) -> list[tuple[int, Cells]]:
    width = 6 if path.suffix.lower() == ".bim" else 4
    rows = []
    for line, text in enumerate(read_bytes(path).decode("utf-8", errors="replace").splitlines(), 1):
        cells = text.split()
        if not cells:
            continue
        if len(cells) != width:
            message = f"the line has {len(cells)} columns instead of {width}"
            raise refuse(path, line, "ragged_line", message, "Write the file again with plink")
        named = {"chromosome": cells[0], "name": cells[1], "cm": cells[2], "position": cells[3]}
        rows.append((line, named | ({"counted": cells[4], "other": cells[5]} if width == 6 else {})))
    return rows


def _manifest(path: Path) -> list[tuple[int, Cells]]:
    """Of Illumina (the section `[Assay]`), or any table with these columns."""
    text = read_bytes(path).decode("utf-8-sig", errors="replace")
    lines = text.splitlines()
    start = next((i + 1 for i, line in enumerate(lines[:50]) if line.lower().startswith("[assay]")), 0)
    end = next((i for i, line in enumerate(lines) if i > start and line.lower().startswith("[controls]")), len(lines))
    if start >= end:
        raise refuse(path, 1, "empty_file", "the file has no marker", AGAIN)
    separator = max(",;\t", key=lines[start].count)
    table = csv.reader(lines[start:end], delimiter=separator)
    header = [cell.strip().lower().replace(" ", "") for cell in next(table)]
    column = {key: i for key, names in HEADERS.items() for i, cell in enumerate(header) if cell in names}
    missing = [key for key in ("name", "chromosome", "position") if key not in column]
    if missing:
        message = f"the header has no column for {', '.join(missing)}"
        raise refuse(path, start + 1, "no_header", message, "Name the columns Name, Chr, MapInfo and SNP, as [A/G]")
    rows = []
    for line, cells in enumerate(table, start + 2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            message = f"the line has {len(cells)} cells instead of {len(header)}"
            raise refuse(path, line, "ragged_line", message, AGAIN)
        rows.append((line, _cells(path, line, {key: cells[i].strip() for key, i in column.items()})))
    return rows


def _cells(path: Path, line: int, cells: Cells) -> Cells:
    """With both alleles, where they stand in one cell."""
    both = cells.pop("alleles", "")
    if both and not (cells.get("counted") and cells.get("other")):
        found = BOTH.fullmatch(both)
        if found is None:
            message = f"{both[:20]!r} of {cells['name']} are not two alleles"
            raise refuse(path, line, "bad_allele", message, "Write them as [A/G]", cells["name"])
        cells["counted"], cells["other"] = found[1], found[2]
    return cells
