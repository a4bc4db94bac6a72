"""A table of dosages: `animal,m1,m2,...`."""

from __future__ import annotations

import numpy as np
import polars as pl
from bellwether_engine.genotypes import pack

from bellwether.modelling.findings import SHOWN, BadInput, refuse
from bellwether.modelling.genotypes.source import ReadGenotypes
from bellwether.modelling.text_table import Table

COUNTS = {"0": 0, "1": 1, "2": 2, "0.0": 0, "1.0": 1, "2.0": 2, "": 3, "NA": 3}
WRONG = 4


def read_dosages(table: Table) -> ReadGenotypes:
    """Copies of the counted allele of each marker."""
    ids = table.column("animal").alias("id")
    names = [name for name in table.frame.columns if name != "animal"]
    if not names:
        raise refuse(table.path, 1, "no_markers", "the file has no marker", "Give one column per marker after animal")
    coded = table.frame.select(
        pl.col(names).replace_strict(COUNTS, default=WRONG, return_dtype=pl.UInt8),
    ).to_numpy()
    rows, columns = np.nonzero(coded == WRONG)
    if rows.size:
        fix = "Write 0, 1 or 2 copies of the counted allele; leave it empty where it is missing"
        field = names[int(columns[0])]
        found = rows[columns == columns[0]][:SHOWN].tolist()
        raise BadInput(table.findings(found, "not_a_genotype", "{} is not 0, 1, 2 or missing", fix, field))
    return ReadGenotypes(
        pack(coded),
        ids=ids,
        markers=pl.Series("marker", names),
        alleles=pl.Series("allele", [None] * len(names), dtype=pl.String),
        kind="dosages",
        map=None,
        animal_file=table.path,
        marker_file=table.path,
        line=table.line,
        digests=[{"file": str(table.path), "sha256": table.sha256, "rows": table.frame.height}],
    )
