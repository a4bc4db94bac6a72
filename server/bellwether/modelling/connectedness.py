"""How well flocks, or contemporary groups, can be compared: from the pedigree, the records and the model of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
from bellwether_engine import EngineError
from bellwether_engine.populations.connectedness import Connectedness, flock_connectedness
from bellwether_engine.populations.flock_graph import FlockLinks, flock_links
from numpy.typing import NDArray

from bellwether.modelling.column_names import name_columns
from bellwether.modelling.findings import refuse
from bellwether.modelling.header_words import Kind
from bellwether.modelling.model_file.model_file import ModelFile, read_model, told_model
from bellwether.modelling.model_file.schema import ModelTable
from bellwether.modelling.tables.pedigree import Animals, read_pedigree
from bellwether.modelling.tables.records import Observations, read_records
from bellwether.modelling.text_table import Table, read_table

UNKNOWN = "unknown"


@dataclass(frozen=True)
class Asked:
    """A trait, the column of the records that says to which unit an animal belongs, the first year of birth that
    counts, and how many units at most."""

    trait: str
    column: str
    born_from: int | None
    most_units: int


@dataclass(frozen=True)
class Connected:
    """The units that have animals with records, their graph, and how the errors of their means hang together."""

    units: list[str]
    n_animals: list[int]
    n_in_several: int
    links: FlockLinks
    found: Connectedness
    without_genotypes: bool


def connectedness(texts: Mapping[str, str], asked: Asked) -> Connected:
    """By the engine, from the texts of `pedigree.csv`, `records.csv` and `model.json`.

    Raises
    ------
    BadInput
        There is no such column, unit or trait, there are too many units, or the model has no such measure.
    """
    with TemporaryDirectory() as folder:
        paths = {name: Path(folder) / name for name in ("pedigree.csv", "records.csv", "model.json")}
        for name, path in paths.items():
            path.write_text(texts[name], encoding="utf-8")
        told = read_model(paths["model.json"])
        model = without_genotypes(told)
        animals = read_pedigree(table_of(paths["pedigree.csv"], "pedigree"), model)
        observations = read_records(table_of(paths["records.csv"], "records"), model, animals, None)
    column = column_of(model.table, asked.trait)
    place = list(model.table.trait_names).index(asked.trait)
    units, unit, n_in_several = units_of(observations, asked, place, len(animals.ids))
    found = measured(model, observations, animals, unit, column)
    recorded = np.flatnonzero(unit >= 0).astype(np.int32)
    links = flock_links(animals.pedigree, unit, recorded)
    counts = np.bincount(unit[recorded], minlength=len(units)).tolist()
    return Connected(units, counts, n_in_several, links, found, model is not told)


def table_of(path: Path, kind: Kind) -> Table:
    """A file as a table with its columns named."""
    return name_columns(read_table(path, kind), kind)


def without_genotypes(model: ModelFile) -> ModelFile:
    """The model by pedigree alone: the errors of unit means are defined for it."""
    return model if model.genomic is None else told_model(model.table.model_copy(update={"genomic": None}))


def column_of(table: ModelTable, trait: str) -> int:
    """Which of the breeding values are the direct ones of a trait.

    Raises
    ------
    BadInput
    """
    for effect in table.effects:
        if effect.kind == "additive":
            traits = list(effect.traits or table.trait_names)
            if effect.basis is None and trait in traits:
                return traits.index(trait)
    message = f"the model has no breeding value of {trait} that is one number for each animal"
    raise refuse("model.json", None, "not_available", message, "Name a trait of the run", "trait")


def units_of(
    observations: Observations, asked: Asked, trait: int, n_animals: int
) -> tuple[list[str], NDArray[np.int32], int]:
    """The names of the units, that of each animal with a record of the trait, and how many belong to several.

    Raises
    ------
    BadInput
    """
    frame = observations.table.frame
    needed = [asked.column] if asked.born_from is None else [asked.column, "drop_year"]
    for name in set(needed) - set(frame.columns):
        message = f"the records have no column {name}"
        raise refuse("records.csv", None, "no_unit", message, "Compare by a column that the records have", "of")
    keep = ~frame[asked.column].is_in(["", UNKNOWN]).to_numpy() & np.isfinite(observations.records.values[:, trait])
    if asked.born_from is not None:
        # whose year is not known is not among the drops that count
        years = frame["drop_year"].cast(pl.Int32, strict=False).fill_null(-1).to_numpy()
        keep &= years >= asked.born_from
    rows = np.flatnonzero(keep)
    animal = observations.records.animal[rows]
    names = frame[asked.column].gather(rows)
    units = sorted(set(names.to_list()))
    if not units or len(units) > asked.most_units:
        message = f"there are {len(units):,} units, at least one and at most {asked.most_units} can be compared"
        raise refuse(
            "records.csv", None, "units", message, "Begin with a later drop, or compare by flocks", "born_from"
        )
    code = np.searchsorted(units, names.to_list()).astype(np.int32)
    first = np.full(n_animals, -1, np.int32)
    first[animal[::-1]] = code[::-1]
    several = np.unique(animal[first[animal] != code])
    first[several] = -1
    return units, first, len(several)


def measured(
    model: ModelFile, observations: Observations, animals: Animals, unit: NDArray[np.int32], column: int
) -> Connectedness:
    """What the engine says.

    Raises
    ------
    BadInput
    """
    try:
        return flock_connectedness(model.model, observations.records, animals.pedigree, unit, column=column)
    except EngineError as error:
        raise refuse("model.json", None, error.code, error.message, error.fix, error.place) from error
