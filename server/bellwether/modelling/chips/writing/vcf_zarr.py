"""VCF Zarr (version 0.4 of its convention, Zarr format 2) in one archive, as `zarr.ZipStore` and sgkit open it.

The format is plain enough to be written without a library: an array is a small JSON and its chunks, packed by zlib.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Sequence
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bellwether.modelling.chips.writing.given import Given

VARIANTS, SAMPLES = 10_000, 1_000
WHEN = (1980, 1, 1, 0, 0, 0)
PHASED = np.array([[0, 0], [0, 1], [1, 1], [-1, -1]], dtype=np.int8)


class Store:
    """An archive that arrays are written into."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive

    def put(self, name: str, content: bytes) -> None:
        """One entry, which is packed already."""
        self.archive.writestr(zipfile.ZipInfo(name, WHEN), content, zipfile.ZIP_STORED)

    def say(self, name: str, value: object) -> None:
        """One entry of JSON."""
        self.put(name, json.dumps(value).encode())

    def array(self, name: str, values: NDArray[np.generic], dimensions: Sequence[str], chunks: Sequence[int]) -> None:
        """An array with all of its chunks; those at the edges are filled up with zeros."""
        self.begin(name, values.shape, values.dtype, dimensions, chunks)
        for place in product(*(range(-(-n // size)) for n, size in zip(values.shape, chunks, strict=True))):
            part = values[tuple(slice(k * size, (k + 1) * size) for k, size in zip(place, chunks, strict=True))]
            self.chunk(name, place, part, chunks)

    def begin(
        self, name: str, shape: Sequence[int], kind: np.dtype[np.generic], names: Sequence[str], chunks: Sequence[int]
    ) -> None:
        """What the array is."""
        about = {
            "zarr_format": 2, "shape": list(shape), "chunks": list(chunks), "dtype": kind.str, "order": "C",
            "compressor": {"id": "zlib", "level": 1}, "filters": None, "fill_value": None,
        }  # fmt: skip
        self.say(f"{name}/.zarray", about)
        self.say(f"{name}/.zattrs", {"_ARRAY_DIMENSIONS": list(names)})

    def chunk(self, name: str, place: Sequence[int], part: NDArray[np.generic], chunks: Sequence[int]) -> None:
        """One chunk."""
        whole = np.zeros(tuple(chunks), dtype=part.dtype)
        whole[tuple(slice(0, n) for n in part.shape)] = part
        self.put(f"{name}/{'.'.join(map(str, place))}", zlib.compress(whole.tobytes(), 1))


def write_vcf_zarr(given: Given, path: Path) -> None:
    """The archive; `call_DS` beside the calls where there are dosages between them."""
    marker, order = given.map.markers, given.map.in_file_order.tolist()
    packed = given.in_file_order()
    contigs = list(dict.fromkeys(given.map.written[i] for i in order))
    number = {name: k for k, name in enumerate(contigs)}
    alleles = np.array([[str(marker.other[i]) or "N", str(marker.counted[i]) or "."] for i in order])
    m, n = len(order), packed.n_animals
    variants, samples = (min(m, VARIANTS),), (min(n, SAMPLES),)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        store = Store(archive)
        store.say(".zgroup", {"zarr_format": 2})
        store.say(".zattrs", {"vcf_zarr_version": "0.4", "source": "bellwether"})
        store.array("contig_id", np.array(contigs), ["contigs"], (len(contigs),))
        store.array("sample_id", np.array(list(given.names)), ["samples"], samples)
        store.array("variant_id", marker.name[order], ["variants"], variants)
        store.array("variant_allele", alleles, ["variants", "alleles"], (*variants, 2))
        positions = marker.position_bp[order].astype(np.int32)
        store.array("variant_position", positions, ["variants"], variants)
        places = np.array([number[given.map.written[i]] for i in order], dtype=np.int16)
        store.array("variant_contig", places, ["variants"], variants)
        calls = ["variants", "samples"]
        store.begin("call_genotype", (m, n, 2), np.dtype(np.int8), [*calls, "ploidy"], (*variants, *samples, 2))
        if packed.deviation is not None:
            store.begin("call_DS", (m, n), np.dtype(np.float32), calls, (*variants, *samples))
        for k, first in enumerate(range(0, m, VARIANTS)):
            codes = packed.unpack(first, first + VARIANTS).T
            for j, start in enumerate(range(0, n, SAMPLES)):
                part = codes[:, start : start + SAMPLES]
                store.chunk("call_genotype", (k, j, 0), PHASED[part], (*variants, *samples, 2))
                if packed.deviation is not None:
                    above = packed.deviation[start : start + SAMPLES, first : first + VARIANTS].T
                    copies = np.where(part == 3, np.nan, part + above).astype(np.float32)
                    store.chunk("call_DS", (k, j), copies, (*variants, *samples))
