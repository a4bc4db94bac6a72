"""From the input of an evaluation to its statistics."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from bellwether.modelling.missing_codes import COMMON
from bellwether.modelling.model_file.model_file import ModelFile
from bellwether.modelling.statistics.shapes import (
    AnimalStatistics,
    Bins,
    ClassStatistics,
    CrossTable,
    LevelCount,
    NumberStatistics,
    Statistics,
    Years,
)
from bellwether.modelling.tables.pedigree import Animals
from bellwether.modelling.tables.records import Observations
from bellwether.sheep.reading import headers

MOST_BINS, SHOWN, MOST_CELLS, MOST_CROSSED = 20, 10, 2_500, 10
YEARS = ("year", "drop_year", "birth_year", "Jahr", "Année", "Año", *headers.WORDS["date"])
YEAR = r"\b((?:19|20)\d{2})\b"
Values = NDArray[np.float64]
Codes = NDArray[np.int32]


def describe(animals: Animals, model: ModelFile | None = None, given: Observations | None = None) -> Statistics:
    """The statistics of a pedigree, and of the records that a model reads: of each trait, covariate and class."""
    if model is None or given is None:
        return Statistics(
            animals=_animals(animals, None), records=None, numbers=[], classes=[], cross_tables=[], years=None
        )
    values, columns = given.records.values, given.records.columns
    has_trait = np.asarray(np.isfinite(values).any(axis=1))
    numbers = [describe_number(name, "trait", values[:, k]) for k, name in enumerate(model.model.traits)]
    covariates = dict.fromkeys(
        effect.name if effect.basis is None else effect.basis.on
        for effect in model.model.effects
        if effect.kind == "covariate" or effect.basis is not None
    )
    numbers += [describe_number(name, "covariate", np.where(has_trait, columns[name], np.nan)) for name in covariates]
    kinds = {e.name: e.kind for e in model.model.effects if e.kind in ("fixed", "random") and e.name in given.labels}
    coded = {name: np.where(has_trait, columns[name], -2).astype(np.int32) for name in kinds}
    fixed = [name for name, kind in kinds.items() if kind == "fixed"]
    return Statistics(
        animals=_animals(animals, given.records.animal[has_trait]),
        records=int(has_trait.sum()),
        numbers=numbers,
        classes=[describe_class(name, kind, coded[name], given.labels[name]) for name, kind in kinds.items()],
        cross_tables=[
            cross_table((a, b), (coded[a], coded[b]), given.labels) for a, b in combinations(fixed[:MOST_CROSSED], 2)
        ],
        years=_years(animals, given, has_trait),
    )


def describe_number(name: str, kind: str, values: Values) -> NumberStatistics:
    """Numbers of one column; NaN is missing."""
    known = values[np.isfinite(values)]
    n = len(known)
    low, high = (float(known.min()), float(known.max())) if n else (None, None)
    return NumberStatistics(
        name=name,
        kind=kind,
        n=n,
        missing=len(values) - n,
        mean=float(known.mean()) if n else None,
        sd=float(known.std(ddof=1)) if n > 1 else None,
        minimum=low,
        maximum=high,
        at_minimum=int((known == low).sum()) if n else 0,
        at_maximum=int((known == high).sum()) if n else 0,
        zeros=int((known == 0.0).sum()),
        distinct=len(np.unique(known)),
        like_missing_codes=[
            {"value": code, "count": int((known == code).sum())} for code in COMMON if (known == code).any()
        ],
        histogram=_histogram(known),
    )


def _histogram(known: Values) -> Bins | None:
    if not len(known):
        return None
    bins = min(MOST_BINS, max(1, len(np.unique(known))))
    counts, edges = np.histogram(known, bins=bins)
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def describe_class(name: str, kind: str, codes: Codes, labels: pl.Series) -> ClassStatistics:
    """Levels of one class; code -1 is a record without level, -2 one without trait."""
    level, count = np.unique(codes[codes >= 0], return_counts=True)
    order = np.argsort(-count, kind="stable")

    def named(places: NDArray[np.intp]) -> list[LevelCount]:
        return [{"level": str(labels[int(level[i])]), "count": int(count[i])} for i in places]

    return ClassStatistics(
        name=name,
        kind=kind,
        levels=len(level),
        missing=int((codes == -1).sum()),
        with_one_record=int((count == 1).sum()),
        smallest=named(order[::-1][:SHOWN]),
        largest=named(order[:SHOWN]),
    )


def cross_table(names: tuple[str, str], codes: tuple[Codes, Codes], labels: dict[str, pl.Series]) -> CrossTable:
    """Records of each pair of levels."""
    both = (codes[0] >= 0) & (codes[1] >= 0)
    first, a = np.unique(codes[0][both], return_inverse=True)
    second, b = np.unique(codes[1][both], return_inverse=True)
    pairs, found = np.unique(a.astype(np.int64) * max(1, len(second)) + b, return_counts=True)
    cells = len(first) * len(second)
    counts = None
    if cells <= MOST_CELLS:
        table = np.zeros(cells, dtype=np.int64)
        table[pairs] = found
        counts = table.reshape(len(first), len(second)).tolist()
    return CrossTable(
        rows=names[0],
        columns=names[1],
        row_levels=[str(labels[names[0]][int(k)]) for k in first] if counts is not None else [],
        column_levels=[str(labels[names[1]][int(k)]) for k in second] if counts is not None else [],
        counts=counts,
        cells=cells,
        empty_cells=cells - len(pairs),
        cells_with_one_record=int((found == 1).sum()),
    )


def _animals(animals: Animals, recorded: Codes | None) -> AnimalStatistics:
    sire, dam = animals.pedigree.sire, animals.pedigree.dam
    each = None if recorded is None else np.bincount(recorded, minlength=len(sire))
    return AnimalStatistics(
        animals=len(sire),
        founders=int(((sire < 0) & (dam < 0)).sum()),
        sires=len(np.unique(sire[sire >= 0])),
        dams=len(np.unique(dam[dam >= 0])),
        with_records=None if each is None else int((each > 0).sum()),
        without_records=None if each is None else int((each == 0).sum()),
        most_records_of_one=None if each is None or not len(each) else int(each.max()),
    )


def _years(animals: Animals, given: Observations, has_trait: NDArray[np.bool_]) -> Years | None:
    """By a column of the records that says a date or year, else by the birth dates of the pedigree."""
    frame, wanted = given.table.frame, {headers.normal(name) for name in YEARS}
    column = next((name for name in frame.columns if headers.normal(name) in wanted), None)
    cells = None if column is None else frame[column]
    if cells is None and "birth_date" in animals.table.frame.columns:
        column, born = "birth_date", animals.table.frame["birth_date"]
        blank = pl.Series("birth_date", [""] * (len(animals.ids) - len(born)), dtype=pl.String)
        cells = pl.concat([born, blank]).gather(given.records.animal)
    if cells is None or column is None:
        return None
    year = cells.filter(pl.Series(has_trait)).str.extract(YEAR, 1)
    counts = year.drop_nulls().alias("year").value_counts().sort("year")
    return Years(
        column=column,
        without=int(year.null_count()),
        counts={str(name): int(count) for name, count in counts.iter_rows()},
    )
