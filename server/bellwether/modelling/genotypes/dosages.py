"""A table of dosages: `animal,m1,m2,...`."""

from __future__ import annotations

import numpy as np
import polars as pl
from bellwether_engine.genotypes import PackedGenotypes, pack_dosages
from bellwether_engine.genotypes.packed import MISSING

from bellwether.modelling.findings import refuse
from bellwether.modelling.genotypes.source import ReadGenotypes, occurred, real_valued
from bellwether.modelling.missing_codes import UNKNOWN
from bellwether.modelling.text_table import Table


def dosages_text(ids: pl.Series, markers: pl.Series, packed: PackedGenotypes) -> str:
    """The table that `read_dosages` reads back to the same bits."""
    codes = packed.unpack()
    copies = codes.astype(np.float64)
    if packed.deviation is not None:
        # as float32, whose shortest text is read back whole
        copies = (copies + packed.deviation).astype(np.float32)
    columns: dict[str, pl.Series] = {"animal": ids}
    for j, name in enumerate(markers):
        whole = packed.deviation is None
        column = pl.Series(copies[:, j]).cast(pl.Int64) if whole else pl.Series(copies[:, j])
        columns[str(name)] = column.cast(pl.String).set(pl.Series(codes[:, j] == MISSING), "")
    return pl.DataFrame(columns).write_csv()


def read_dosages(table: Table) -> ReadGenotypes:
    """Copies of the counted allele of each marker, whole or from imputation."""
    ids = table.column("animal").alias("id")
    names = [name for name in table.frame.columns if name != "animal"]
    if not names:
        raise refuse(table.path, 1, "no_markers", "the file has no marker", "Give one column per marker after animal")
    cells = table.frame.select(names)
    missing = cells.select(pl.all().is_in(list(UNKNOWN))).to_numpy()
    copies = cells.select(pl.all().cast(pl.Float32, strict=False).fill_null(float("nan"))).to_numpy()
    wrong = ~((copies >= 0.0) & (copies <= 2.0)) & ~missing
    if wrong.any():
        fix = "Write 0 to 2 copies of the counted allele; leave it empty where it is missing"
        column = int(np.flatnonzero(wrong.any(axis=0))[0])
        table.refuse_rows(wrong[:, column], "not_a_genotype", "{} is not from 0 to 2 or missing", fix, names[column])
    packed = pack_dosages(np.where(missing, np.nan, copies))
    return ReadGenotypes(
        packed,
        ids=ids,
        markers=pl.Series("marker", names),
        alleles=pl.Series("allele", [None] * len(names), dtype=pl.String),
        kind="dosages",
        map=None,
        animal_file=table.path,
        marker_file=table.path,
        line=table.line,
        digests=[{"file": str(table.path), "sha256": table.sha256, "rows": table.frame.height}],
        read_as=occurred(real_valued_dosages=real_valued(packed)),
    )
