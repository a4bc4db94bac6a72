"""What a format of files says of itself. Reading, judging and storing know no more of a format than this."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from bellwether.farm.imports.reading.entry import Entry, Rules
from bellwether.farm.imports.reading.layout import Header
from bellwether.farm.imports.reading.parts import Part
from bellwether.sheep.reading.words import Vocabulary

R = TypeVar("R")
Rows = Sequence[tuple[int, R]]


class ByHeart(Protocol[R]):
    """What the parts of earlier lines said, by their cells; only of lines that had neither a fault nor a warning."""

    def recall(self, cells: list[str]) -> R | None:
        """The row, when each of its parts stood in an earlier line; it is what `read` would give."""

    def learn(self, cells: list[str], data: R) -> None:
        """What a line says that was read part by part."""


@dataclass(frozen=True)
class Format(Generic[R]):
    """One kind of file, `R` being the typed row that a line of it becomes.

    `columns` gives each field the headers that it may have, `needed` the fields without which no line can be taken (one
    of each set); `dates`, `numbers` and `words` say how fields are written, so that the whole file can be asked before
    its first line is read. `read` turns an entry (one line) into a row or raises `Broken`; how such rows are judged and
    stored is in `taking`. `key` is what at most one row of a file may have.
    `is_like` says of the cells of its first needed field whether a file is of this kind, where two have such columns.
    `holds` is what another format would refuse such a file for.
    `survey` looks through all rows of a file first; what it gives is there for each chunk as `Batch.survey`.
    `by_heart`, given the rules of a file, spares the lines of a long file whose parts all stood in earlier lines.
    `parts` are what a line of a long file may be read by, `whole` makes the row of their values.
    """

    kind: str
    row: type[R]
    columns: Mapping[str, tuple[str, ...]]
    needed: Mapping[str, frozenset[str]]
    dates: frozenset[str]
    read: Callable[[Entry], R]
    numbers: frozenset[str] = frozenset()
    weights: frozenset[str] = frozenset()
    words: Mapping[str, Vocabulary] = field(default_factory=dict)
    has_trait_columns: bool = False
    needs_trait: bool = False
    without_header: Callable[[list[str]], Header | None] | None = None
    key: Callable[[R], tuple[str, str]] | None = None
    is_like: Callable[[list[str]], bool] | None = None
    survey: Callable[[Rows[R]], object] | None = None
    by_heart: Callable[[Rules], "ByHeart[R]"] | None = None
    holds: str | None = None
    parts: Mapping[str, Part] = field(default_factory=dict)
    whole: Callable[..., R] | None = None


AnyFormat = Format[Any]
