"""Parquet: a row for each marker, a column for each sample."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from bellwether.modelling.chips.writing.given import Given

MISSING = 3
ABOUT = ("marker", "chromosome", "position", "counted", "other")


def write_parquet(given: Given, path: Path) -> None:
    """Copies of the counted allele as Int8, or Float32 where there are dosages between calls; null is missing.

    A sample of the name of a column about markers gets an underscore behind it.
    """
    order = given.map.in_file_order
    marker = given.map.markers
    columns: dict[str, pl.Series] = {
        "marker": pl.Series(marker.name[order].tolist()),
        "chromosome": pl.Series([given.map.written[i] for i in order.tolist()]),
        "position": pl.Series(marker.position_bp[order]),
        "counted": pl.Series(marker.counted[order].tolist()),
        "other": pl.Series(marker.other[order].tolist()),
    }
    codes = given.in_file_order().unpack()
    deviation = None if given.packed.deviation is None else given.packed.deviation[:, order]
    for row, name in enumerate(given.names):
        copies = codes[row].astype(np.int8) if deviation is None else (codes[row] + deviation[row]).astype(np.float32)
        missing = pl.Series(codes[row] == MISSING)
        columns[name + "_" if name in ABOUT else name] = pl.Series(copies).set(missing, None)
    pl.DataFrame(columns).write_parquet(path, compression="zstd", compression_level=1)
