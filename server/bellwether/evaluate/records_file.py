"""The records file: columns to codes, numbers and positions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from bellwether_engine import Effect, Records
from numpy.typing import NDArray

from .findings import SHOWN, BadInput
from .model_file import ModelFile
from .pedigree_file import UNKNOWN, Animals, match
from .tables import Table

MISSING = ("", "NA", "NaN", "nan")


@dataclass(frozen=True)
class Observations:
    """Records for the engine and, by column, the names of the levels."""

    table: Table
    records: Records
    labels: dict[str, pl.Series]


def read_records(table: Table, model: ModelFile, animals: Animals) -> Observations:
    """Turn the columns that the model names into arrays.

    Raises
    ------
    BadInput
        A missing column, an unknown animal or dam, text where a number belongs.
    """
    animal = _positions(table, "animal", animals, may_be_unknown=False)
    values = [_numbers(table, trait) for trait in model.model.traits]
    columns: dict[str, NDArray[Any]] = {}
    labels: dict[str, pl.Series] = {}
    for effect in model.model.effects:
        reader = READERS.get(effect.kind)
        if reader is not None:
            reader(effect, table, animals, columns, labels)
        if effect.basis is not None:
            columns[effect.basis.on] = _numbers(table, effect.basis.on)
    weights = None if model.weights is None else _numbers(table, model.weights)
    return Observations(table, Records(animal, np.column_stack(values), columns, weights), labels)


Columns = dict[str, NDArray[Any]]
Labels = dict[str, pl.Series]


def _read_classes(effect: Effect, table: Table, animals: Animals, columns: Columns, labels: Labels) -> None:
    if effect.name not in labels:
        columns[effect.name], labels[effect.name] = codes(table.column(effect.name))


def _read_covariate(effect: Effect, table: Table, animals: Animals, columns: Columns, labels: Labels) -> None:
    if effect.basis is None:
        columns[effect.name] = _numbers(table, effect.name)


def _read_dams(effect: Effect, table: Table, animals: Animals, columns: Columns, labels: Labels) -> None:
    if effect.name in table.frame.columns:
        columns[effect.name] = _positions(table, effect.name, animals, may_be_unknown=True)


READERS: dict[str, Callable[[Effect, Table, Animals, Columns, Labels], None]] = {
    "fixed": _read_classes,
    "random": _read_classes,
    "covariate": _read_covariate,
    "maternal": _read_dams,
    "permanent_dam": _read_dams,
}


def codes(column: pl.Series) -> tuple[NDArray[np.int32], pl.Series]:
    """Codes by sorted level (numbers by value, else text), -1 where missing; and the levels."""
    levels = column.filter(~column.is_in(MISSING)).unique()
    numbers = levels.cast(pl.Float64, strict=False)
    frame = pl.DataFrame({"level": levels, "number": numbers})
    by = ["number", "level"] if numbers.null_count() == 0 else ["level"]
    levels = frame.sort(by)["level"]
    return match(column, levels), levels


def _positions(table: Table, name: str, animals: Animals, *, may_be_unknown: bool) -> NDArray[np.int32]:
    column = table.column(name)
    positions = animals.positions(column)
    unknown = column.is_in(UNKNOWN).to_numpy() & (positions < 0)
    wrong = np.flatnonzero((positions < 0) & ~unknown if may_be_unknown else positions < 0)
    if wrong.size:
        message = "animal {} is not in the pedigree"
        fix = "Add it to the pedigree, or take the record out"
        raise BadInput(table.findings(wrong[:SHOWN].tolist(), "unknown_animal", message, fix, name))
    return positions


def _numbers(table: Table, name: str) -> NDArray[np.float64]:
    column = table.column(name)
    numbers = column.cast(pl.Float64, strict=False)
    missing = column.is_in(MISSING)
    wrong = np.flatnonzero(((numbers.is_null() | ~numbers.is_finite().fill_null(False)) & ~missing).to_numpy())
    if wrong.size:
        fix = "Give a number; leave it empty or write NA where it is missing"
        raise BadInput(table.findings(wrong[:SHOWN].tolist(), "not_numeric", "{} is not a number", fix, name))
    values: NDArray[np.float64] = numbers.set(missing, None).fill_null(float("nan")).to_numpy().astype(np.float64)
    return values
