"""VCF 4.2: REF is the other allele, ALT the counted one; DS beside GT where there are dosages between calls."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bellwether.modelling.chips.writing.given import Given

CALLS = np.frombuffer(b"\t0/0\t0/1\t1/1\t./.", dtype=np.uint8).reshape(4, 4)
#: the text of each byte of four calls
FOURS = np.concatenate([CALLS[(np.arange(256) >> shift) & 3] for shift in (0, 2, 4, 6)], axis=1)
WORDS = ("0/0", "0/1", "1/1", "./.")


def write_vcf(given: Given, path: Path) -> None:
    """The file, packed; sites in the order of the map's file."""
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(header(given).encode())
        for site, calls in zip(sites(given), lines(given), strict=True):
            file.write(site.encode() + calls + b"\n")


def header(given: Given) -> str:
    """All lines before the first site."""
    order = given.map.in_file_order.tolist()
    contigs = dict.fromkeys(given.map.written[i] for i in order)
    dosages = '##FORMAT=<ID=DS,Number=1,Type=Float,Description="Copies of ALT">\n'
    return (
        "##fileformat=VCFv4.2\n##source=bellwether\n"
        + "".join(f"##contig=<ID={name}>\n" for name in contigs)
        + '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
        + (dosages if given.packed.deviation is not None else "")
        + "\t".join(("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *given.names))
        + "\n"
    )


def sites(given: Given) -> Iterator[str]:
    """What stands before the calls."""
    marker, form = given.map.markers, "GT" if given.packed.deviation is None else "GT:DS"
    for i in given.map.in_file_order.tolist():
        alleles = (str(marker.other[i]) or "N", str(marker.counted[i]) or ".")
        place = (given.map.written[i], str(int(marker.position_bp[i])), str(marker.name[i]))
        yield "\t".join((*place, *alleles, ".", ".", ".", form))


def lines(given: Given) -> Iterator[bytes]:
    """The calls of each site."""
    packed, n = given.packed, given.packed.n_animals
    for i in given.map.in_file_order.tolist():
        if packed.deviation is None:
            yield FOURS[packed.data[i]].reshape(-1)[: 4 * n].tobytes()
        else:
            codes = packed.unpack(i, i + 1)[:, 0]
            yield dosages(codes, packed.deviation[:, i]).encode()


def dosages(codes: NDArray[np.uint8], deviation: NDArray[np.float32]) -> str:
    """GT and DS of one site; the shortest decimals that are read back as the same float32."""
    copies = (codes + deviation).astype(np.float32)
    return "".join(
        "\t./.:." if code == 3 else f"\t{WORDS[code]}:{text}"
        for code, text in zip(codes.tolist(), copies.astype(str).tolist(), strict=True)
    )
