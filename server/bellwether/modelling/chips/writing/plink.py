"""PLINK 1: `.bed`, `.bim` and `.fam` in one archive; A1 is the counted allele, the order that of the map's file."""

from __future__ import annotations

import zipfile
from pathlib import Path

from bellwether_engine.genotypes import to_bed

from bellwether.modelling.chips.writing.given import Given

WHEN = (1980, 1, 1, 0, 0, 0)


def write_plink(given: Given, path: Path) -> None:
    """The archive; dosages become their nearest calls, for a `.bed` has no others."""
    files = {
        "genotypes.bed": to_bed(given.in_file_order()),
        "genotypes.bim": bim_text(given).encode(),
        "genotypes.fam": fam_text(given).encode(),
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, WHEN), content, zipfile.ZIP_DEFLATED)


def bim_text(given: Given) -> str:
    """The map."""
    chip, marker = given.map, given.map.markers
    lines = []
    for i in given.map.in_file_order.tolist():
        alleles = (str(marker.counted[i]) or "0", str(marker.other[i]) or "0")
        cells = (chip.written[i], str(marker.name[i]), chip.cm[i], str(int(marker.position_bp[i])), *alleles)
        lines.append("\t".join(cells))
    return "\n".join(lines) + "\n"


def fam_text(given: Given) -> str:
    """The samples."""
    rows = zip(given.names, given.fam, strict=True)
    return "".join("\t".join((fam[0], name, *fam[1:])) + "\n" for name, fam in rows)
