"""The records file: columns to codes, numbers and positions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from bellwether_engine import ModelError, Records
from numpy.typing import NDArray

from bellwether.modelling.column_names import name_like
from bellwether.modelling.findings import BadInput, Faults, Warned, refuse
from bellwether.modelling.missing_codes import MissingCodes, told_classes, told_levels, told_values
from bellwether.modelling.model_file.building import read_columns
from bellwether.modelling.model_file.model_file import ModelFile
from bellwether.modelling.number_columns import with_points
from bellwether.modelling.tables.pedigree import Animals, match
from bellwether.modelling.text_table import Table
from bellwether.sheep.reading.numbers import Decimal

CLASSES = ("fixed", "random")
DAMS = ("maternal", "permanent_dam")
LARGEST = 1e100  # its square is still a number
Columns = dict[str, NDArray[np.int32] | NDArray[np.float64]]


@dataclass(frozen=True)
class Observations:
    """Records for the engine, by column the names of the levels, and what is told of codes and values."""

    table: Table
    records: Records
    labels: dict[str, pl.Series]
    told: tuple[Warned, ...] = ()


@dataclass
class _Reading:
    """The columns as far as they are read."""

    table: Table
    animals: Animals
    missing: MissingCodes
    faults: Faults
    told: list[Warned]

    def numbers(self, name: str, *, is_ordinal: bool = False) -> NDArray[np.float64]:
        """A trait or covariate; a fault is gathered, and its cells count as missing."""
        with self.faults.gathering():
            values = _numbers(self.table, name, self.missing)
            self.told += [] if is_ordinal else told_values(name, values, self.missing)
            return values
        return np.full(self.table.frame.height, np.nan)

    def positions(self, name: str, *, may_be_unknown: bool) -> NDArray[np.int32]:
        """Animals by name."""
        with self.faults.gathering():
            found = _positions(self.table, name, self.animals, self.missing, may_be_unknown=may_be_unknown)
            if may_be_unknown:
                column = self.table.column(name)
                unknown = pl.Series(found < 0) & ~column.is_in(self.missing.parents())
                self.told += told_levels(name, column, unknown)
            return found
        return np.zeros(self.table.frame.height, dtype=np.int32)

    def classes(self, name: str, *, is_random: bool) -> tuple[NDArray[np.int32], pl.Series]:
        """Codes of levels, -1 where there is none, and the levels."""
        with self.faults.gathering():
            column = self.table.column(name)
            missing = self.missing.is_no_level(column, is_random=is_random)
            self.told += (
                told_levels(name, column, missing) if is_random else told_classes(name, column.filter(~missing))
            )
            return codes(column, missing)
        return np.zeros(self.table.frame.height, dtype=np.int32), pl.Series(["?"])


def read_records(table: Table, model: ModelFile, animals: Animals, decimal: Decimal | None = None) -> Observations:
    """Turn the columns that the model names into arrays; `decimal` is the user's own word for the decimal mark.

    Raises
    ------
    BadInput
        Everything that is wrong at once: missing columns, unknown animals or dams, text where a number belongs.
    """
    table = name_like(table, [*model.model.traits, *(name for _, name, _ in read_columns(model.table))])
    table = with_points(table, _number_columns(model), animals.missing, decimal)
    reading = _Reading(table, animals, animals.missing, Faults(), [])
    animal = reading.positions("animal", may_be_unknown=False)
    ordinal = model.model.ordinal
    values = [reading.numbers(trait, is_ordinal=trait in ordinal) for trait in model.model.traits]
    _check_uses(model)
    columns, labels = _columns(reading, model)
    stacked = np.column_stack(values or [np.empty(len(animal))])
    with reading.faults.gathering():
        weights, residual_class = _residual(reading, model, np.asarray(np.isfinite(stacked).any(axis=1)))
    reading.faults.stop([*animals.told, *reading.told])
    try:
        records = Records(animal, stacked, columns, weights, residual_class)
    except ModelError as error:
        rows, field = list(error.positions), model.weights or "animal"
        found = table.findings(rows, error.code, error.message, error.fix, field)
        raise BadInput(found, {error.code: error.total}) from error
    return Observations(table, records, labels, tuple(reading.told))


def _number_columns(model: ModelFile) -> list[str]:
    """The columns that hold numbers."""
    effects = model.model.effects
    names = [*model.model.traits, *([] if model.weights is None else [model.weights])]
    names += [effect.name for effect in effects if effect.kind == "covariate" and effect.basis is None]
    names += [effect.basis.on for effect in effects if effect.basis is not None]
    if model.residual is not None and model.residual.slope is not None:
        names.append(model.residual.by)
    return names


def _columns(reading: _Reading, model: ModelFile) -> tuple[Columns, dict[str, pl.Series]]:
    """Classes, covariates and dams by the name of the effect, and the names of levels."""
    effects = model.model.effects
    dams = {effect.name for effect in effects if effect.kind in DAMS} & set(reading.table.frame.columns)
    columns: Columns = {name: reading.positions(name, may_be_unknown=True) for name in sorted(dams)}
    labels: dict[str, pl.Series] = {}
    for effect in effects:
        if effect.basis is not None:
            columns[effect.basis.on] = reading.numbers(effect.basis.on)
        if effect.name in dams and effect.kind in CLASSES:
            labels[effect.name] = reading.animals.ids
        elif effect.kind in CLASSES:
            is_random = effect.kind == "random"
            columns[effect.name], labels[effect.name] = reading.classes(effect.name, is_random=is_random)
        elif effect.kind == "covariate" and effect.basis is None:
            columns[effect.name] = reading.numbers(effect.name)
    return columns, labels


def _residual(
    reading: _Reading, model: ModelFile, has_trait: NDArray[np.bool_]
) -> tuple[NDArray[np.float64] | None, NDArray[np.int32] | None]:
    """Weights and residual classes of the records."""
    table, missing = reading.table, reading.missing
    weights = None if model.weights is None else _numbers(table, model.weights, missing)
    if model.residual is None:
        return weights, None
    if model.residual.slope is None:
        return weights, model.residual.classes(table, has_trait)
    by_slope = model.residual.weights(table, _numbers(table, model.residual.by, missing), has_trait)
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


def codes(column: pl.Series, missing: pl.Series) -> tuple[NDArray[np.int32], pl.Series]:
    """Codes by sorted level (numbers by value, else text), -1 where missing; and the levels."""
    levels = column.filter(~missing).unique()
    numbers = levels.cast(pl.Float64, strict=False)
    frame = pl.DataFrame({"level": levels, "number": numbers})
    by = ["number", "level"] if numbers.null_count() == 0 else ["level"]
    levels = frame.sort(by)["level"]
    return match(column, levels), levels


def _positions(
    table: Table, name: str, animals: Animals, missing: MissingCodes, *, may_be_unknown: bool
) -> NDArray[np.int32]:
    column = table.column(name)
    positions = animals.positions(column)
    cells = [*missing.parents(), *column.filter(missing.is_strange(column)).unique()] if may_be_unknown else []
    unknown = column.is_in(cells).to_numpy() & (positions < 0)
    wrong = (positions < 0) & ~unknown if may_be_unknown else positions < 0
    fix = "Add it to the pedigree, or take the record out"
    if wrong.any():
        fix = f"{fix}{like_a_known_one(str(column[int(np.flatnonzero(wrong)[0])]), animals.ids)}"
    table.refuse_rows(wrong, "unknown_animal", "animal {} is not in the pedigree", fix, name)
    return positions


def like_a_known_one(name: str, ids: pl.Series) -> str:
    """An animal of the pedigree whose id differs by case or blanks only."""
    plain = "".join(name.lower().split())
    alike = ids.filter(ids.str.to_lowercase().str.replace_all(r"\s+", "") == plain)
    return f"; the pedigree has {alike[0]!r}" if len(alike) else ""


def _numbers(table: Table, name: str, declared: MissingCodes) -> NDArray[np.float64]:
    column = table.column(name)
    numbers = column.cast(pl.Float64, strict=False)
    missing = column.is_in(declared.numbers())
    wrong = ((numbers.is_null() | ~numbers.is_finite().fill_null(False)) & ~missing).to_numpy()
    fix = "Give a number; leave it empty or write NA where it is missing, or declare the code in [missing]"
    table.refuse_rows(wrong, "not_numeric", "{} is not a number", fix, name)
    values: NDArray[np.float64] = numbers.set(missing, None).fill_null(float("nan")).to_numpy().astype(np.float64)
    large = np.abs(np.nan_to_num(values)) > LARGEST
    table.refuse_rows(large, "too_large", "{} is too large to be computed with", "Use another unit", name)
    return values
