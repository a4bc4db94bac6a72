"""The records file: columns to codes, numbers and positions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from bellwether_engine import ModelError, Records
from numpy.typing import NDArray

from bellwether.modelling.findings import SHOWN, BadInput, refuse
from bellwether.modelling.model_file.model_file import ModelFile
from bellwether.modelling.tables.pedigree import UNKNOWN, Animals, match
from bellwether.modelling.text_table import Table

CLASSES = ("fixed", "random")
DAMS = ("maternal", "permanent_dam")
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
    values = [_numbers(table, trait) for trait in model.model.traits] or [np.empty(len(animal))]
    _check_uses(model)
    dams = {effect.name for effect in model.model.effects if effect.kind in DAMS} & set(table.frame.columns)
    columns: dict[str, NDArray[np.int32] | NDArray[np.float64]] = {
        name: _positions(table, name, animals, may_be_unknown=True) for name in dams
    }
    labels: dict[str, pl.Series] = {}
    for effect in model.model.effects:
        if effect.basis is not None:
            columns[effect.basis.on] = _numbers(table, effect.basis.on)
        if effect.name in dams and effect.kind in CLASSES:
            labels[effect.name] = animals.ids
        elif effect.kind in CLASSES:
            columns[effect.name], labels[effect.name] = codes(table.column(effect.name))
        elif effect.kind == "covariate" and effect.basis is None:
            columns[effect.name] = _numbers(table, effect.name)
    weights, residual_class = _residual(table, model, np.asarray(np.isfinite(np.column_stack(values)).any(axis=1)))
    try:
        records = Records(animal, np.column_stack(values), columns, weights, residual_class)
    except ModelError as error:
        rows, field = list(error.positions), model.weights or "animal"
        raise BadInput(table.findings(rows, error.code, error.message, error.fix, field)) from error
    return Observations(table, records, labels)


def _residual(
    table: Table, model: ModelFile, has_trait: NDArray[np.bool_]
) -> tuple[NDArray[np.float64] | None, NDArray[np.int32] | None]:
    """Weights and residual classes of the records."""
    weights = None if model.weights is None else _numbers(table, model.weights)
    if model.residual is None:
        return weights, None
    if model.residual.slope is None:
        return weights, model.residual.classes(table, has_trait)
    by_slope = model.residual.weights(table, _numbers(table, model.residual.by), has_trait)
    return by_slope if weights is None else weights * by_slope, None


def _check_uses(model: ModelFile) -> None:
    """A column cannot be read as classes and as numbers at once."""
    effects = model.model.effects
    classes = {effect.name for effect in effects if effect.kind in CLASSES}
    numbers = {effect.name for effect in effects if effect.kind == "covariate" and effect.basis is None}
    for name in sorted(classes & (numbers | {effect.basis.on for effect in effects if effect.basis})):
        message = f"the column {name} is used as classes and as numbers"
        line = model.line(f"effects.{name}")
        raise refuse(model.path, line, "column_used_twice", message, "Copy the column under a second name", name)


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
