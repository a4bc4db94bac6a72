"""What a format of files says of itself. Reading, judging and storing know no more of a format than this."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from bellwether.farm.imports.judging.outcomes import Outcome
from bellwether.farm.imports.models import Batch
from bellwether.farm.imports.reading.layout import Header, Layout
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session

R = TypeVar("R")
Rows = Sequence[tuple[int, R]]


@dataclass(frozen=True)
class Format(Generic[R]):
    """One kind of file, `R` being the typed row that a line of it becomes.

    `columns` gives each field the headers that it may have, `needed` the fields without which no line can be taken (one
    of each set). `read` turns the cells of a line into a row or raises `Broken`; `take` judges the rows of a chunk
    against what the farm knows and stores what they say. `key` is what at most one row of a file may have.
    """

    kind: str
    row: type[R]
    columns: Mapping[str, tuple[str, ...]]
    needed: Mapping[str, frozenset[str]]
    dates: frozenset[str]
    read: Callable[[list[str], Layout, date], R]
    take: Callable[[Session, Context, Batch, Rows[R]], Awaitable[list[Outcome]]]
    has_trait_columns: bool = False
    needs_trait: bool = False
    without_header: Callable[[list[str]], Header | None] | None = None
    key: Callable[[R], tuple[str, str]] | None = None

    @cached_property
    def _adapter(self) -> TypeAdapter[R]:
        return TypeAdapter(self.row)

    def to_json(self, row: R) -> str:
        """A row as it waits for its verdict."""
        return self._adapter.dump_json(row).decode()

    def from_json(self, text: str) -> R:
        """A row that has waited."""
        return self._adapter.validate_json(text)


AnyFormat = Format[Any]
