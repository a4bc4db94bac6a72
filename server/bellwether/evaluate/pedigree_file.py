"""The pedigree file: ids to positions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from bellwether_engine import Pedigree, PedigreeError
from numpy.typing import NDArray

from .findings import SHOWN, BadInput, Finding
from .tables import Table

UNKNOWN = ("", "0", "NA")


@dataclass(frozen=True)
class Animals:
    """The pedigree with its ids: animals in the order of the file, then founders that have no row of their own."""

    table: Table
    ids: pl.Series
    pedigree: Pedigree
    n_added: int

    def positions(self, ids: pl.Series) -> NDArray[np.int32]:
        """Position of each id, -1 where the pedigree does not have it."""
        return match(ids, self.ids)


def match(ids: pl.Series, known: pl.Series) -> NDArray[np.int32]:
    """Position of each of `ids` in `known`, -1 where it is not there."""
    index = pl.DataFrame({"id": known, "position": np.arange(len(known), dtype=np.int32)})
    found = pl.DataFrame({"id": ids}).join(index, on="id", how="left", maintain_order="left")
    return found["position"].fill_null(-1).to_numpy().astype(np.int32)


def read_pedigree(table: Table) -> Animals:
    """Check the pedigree and turn it into positions.

    Raises
    ------
    BadInput
        An animal without id or with two rows, one used as sire and dam, a loop.
    """
    animal, sire, dam = (table.column(name) for name in ("animal", "sire", "dam"))
    _check_ids(table, animal)
    unknown = [code for code in UNKNOWN if code != "NA" or not (animal == "NA").any()]
    parents = pl.concat([sire, dam]).alias("id")
    known = parents.filter(~parents.is_in(unknown)).unique(maintain_order=True)
    added = known.filter(~known.is_in(animal.implode()))
    ids = pl.concat([animal.alias("id"), added])
    fill = np.full(len(added), -1, np.int32)
    parent_positions = [np.concatenate([_parents(column, unknown, ids), fill]) for column in (sire, dam)]
    try:
        pedigree = Pedigree(*parent_positions)
        _ = pedigree.order
    except PedigreeError as error:
        raise _explain(error, table, ids, parent_positions) from error
    return Animals(table, ids, pedigree, len(added))


def _parents(column: pl.Series, unknown: list[str], ids: pl.Series) -> NDArray[np.int32]:
    positions = match(column, ids)
    positions[column.is_in(unknown).to_numpy()] = -1
    return positions


def _check_ids(table: Table, animal: pl.Series) -> None:
    empty = np.flatnonzero(animal.is_in(["", "0"]).to_numpy())[:SHOWN].tolist()
    if empty:
        message = "an animal has no id (0 means an unknown parent)"
        raise BadInput(table.findings(empty, "missing_id", message, "Give every animal an id of its own", "animal"))
    repeated = (~animal.is_first_distinct()).to_numpy()
    if repeated.any():
        rows = np.flatnonzero(repeated)[:SHOWN].tolist()
        fix = "Keep one row per animal"
        raise BadInput(table.findings(rows, "repeated_animal", "animal {} has a row already", fix, "animal"))


def _explain(error: PedigreeError, table: Table, ids: pl.Series, parents: list[NDArray[np.int32]]) -> BadInput:
    names = [str(ids[i]) for i in error.positions]
    if error.code == "pedigree_loop":
        message = f"the pedigree has a loop, each animal followed by its parent: {' -> '.join(names)}"
        if len(names) == 2:
            message = f"animal {names[0]} is its own parent"
        rows = [i for i in error.positions[:-1] if i < len(table.frame)][:SHOWN]
        return BadInput(table.findings(rows, error.code, message, error.fix, "animal"))
    found = []
    for position, name in zip(error.positions, names, strict=True):
        lines = [table.line(int(np.flatnonzero(parent == position)[0])) for parent in parents]
        message = f"animal {name} is a sire on line {lines[0]} and a dam on line {lines[1]}"
        found.append(Finding(str(table.path), max(lines), error.code, message, error.fix, "dam"))
    return BadInput(found)
