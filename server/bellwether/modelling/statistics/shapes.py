"""The statistics of an evaluation's input, as JSON."""

from __future__ import annotations

from typing import TypedDict


class Bins(TypedDict):
    """A histogram: counts between edges."""

    edges: list[float]
    counts: list[int]


class CodeLike(TypedDict):
    """A value that often stands for a missing one."""

    value: float
    count: int


class NumberStatistics(TypedDict):
    """A trait or covariate."""

    name: str
    kind: str
    n: int
    missing: int
    mean: float | None
    sd: float | None
    minimum: float | None
    maximum: float | None
    at_minimum: int
    at_maximum: int
    zeros: int
    distinct: int
    like_missing_codes: list[CodeLike]
    histogram: Bins | None


class LevelCount(TypedDict):
    """A level and its records."""

    level: str
    count: int


class ClassStatistics(TypedDict):
    """A fixed or random class."""

    name: str
    kind: str
    levels: int
    missing: int
    with_one_record: int
    smallest: list[LevelCount]
    largest: list[LevelCount]


class CrossTable(TypedDict):
    """Records of each pair of levels of two fixed classes; `counts` is null where there are too many levels."""

    rows: str
    columns: str
    row_levels: list[str]
    column_levels: list[str]
    counts: list[list[int]] | None
    cells: int
    empty_cells: int
    cells_with_one_record: int


class Years(TypedDict):
    """Records by year of a column."""

    column: str
    without: int
    counts: dict[str, int]


class AnimalStatistics(TypedDict):
    """Animals of the pedigree, and those with records."""

    animals: int
    founders: int
    sires: int
    dams: int
    with_records: int | None
    without_records: int | None
    most_records_of_one: int | None


class Statistics(TypedDict):
    """Everything."""

    animals: AnimalStatistics
    records: int | None
    numbers: list[NumberStatistics]
    classes: list[ClassStatistics]
    cross_tables: list[CrossTable]
    years: Years | None
