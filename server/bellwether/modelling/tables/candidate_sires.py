"""Sires known by probabilities only: the column `candidate_sires` of a pedigree file, as in `R1:0.6;R2:0.4`."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
import polars as pl
from bellwether_engine import PedigreeError, UncertainPedigree
from numpy.typing import NDArray

from bellwether.modelling.findings import BadInput, Faults, Finding
from bellwether.modelling.text_table import Table

COLUMN = "candidate_sires"
ONE = re.compile(r"\s*(?P<sire>[^;:]*[^;:\s])\s*:\s*(?P<probability>0?\.\d+|[01](?:\.0*)?|0\.\d+)\s*")
FIX = "Write each ram with its probability, as in R1:0.6;R2:0.4"


@dataclass(frozen=True)
class Candidates:
    """A row for each possibility: the row of the animal in its table, the ram's id, the probability."""

    row: NDArray[np.int64]
    sire: pl.Series
    probability: NDArray[np.float64]

    def __bool__(self) -> bool:
        return bool(len(self.row))


NOBODY = Candidates(np.zeros(0, np.int64), pl.Series("id", [], dtype=pl.String), np.zeros(0))


def read_candidates(table: Table, faults: Faults) -> Candidates:
    """What the column says, where there is one; a cell that cannot be read is a fault."""
    if COLUMN not in table.frame.columns:
        return NOBODY
    rows, sires, shares = [], [], []
    wrong = np.zeros(table.frame.height, dtype=bool)
    for i, cell in enumerate(table.column(COLUMN).to_list()):
        for part in filter(None, (each.strip() for each in (cell or "").split(";"))):
            said = ONE.fullmatch(part)
            if said is None:
                wrong[i] = True
                continue
            rows.append(i)
            sires.append(said["sire"])
            shares.append(float(said["probability"]))
    with faults.gathering():
        table.refuse_rows(wrong, "candidate_sires", "{} does not name rams with probabilities", FIX, COLUMN)
    return Candidates(np.array(rows, np.int64), pl.Series("id", sires, dtype=pl.String), np.array(shares))


def uncertain_pedigree(
    table: Table, ids: pl.Series, parents: list[NDArray[np.int32]], found: Candidates, candidate: NDArray[np.int32]
) -> UncertainPedigree:
    """The pedigree with the candidates, `candidate` giving the position of each.

    Raises
    ------
    BadInput
        A known sire beside candidates, a dam among them, probabilities above 1 in sum, a loop, by the first animal.
    """
    try:
        pedigree = UncertainPedigree(
            parents[0], parents[1], None, found.row.astype(np.int32), candidate, found.probability
        )
        _ = pedigree.order
    except PedigreeError as error:
        at = error.positions[0] if error.positions else -1
        name = f"animal {ids[at]}: " if at >= 0 else ""
        line = table.line(at) if 0 <= at < table.frame.height else None
        finding = Finding(str(table.path), line, error.code, f"{name}{error.message}", error.fix, COLUMN)
        raise BadInput([finding]) from error
    return pedigree
