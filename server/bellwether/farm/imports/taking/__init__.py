"""A chunk of typed rows: what they name is loaded, each is judged, what they say is stored and told.

How rows are taken follows from their type, whatever format they were read from. Whoever only reads a file needs none of
this, nor the database behind it.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bellwether.farm.imports.judging.animal_row import AnimalRow
from bellwether.farm.imports.judging.outcomes import Outcome, Taken
from bellwether.farm.imports.judging.plain.lines import PlainLines
from bellwether.farm.imports.judging.results import ResultRow
from bellwether.farm.imports.judging.weighing import Weighing
from bellwether.farm.imports.models import Batch
from bellwether.farm.imports.taking import animals, plain_weighings, results, weighings
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session

Rows = Sequence[tuple[int, Any]]
TakeRows = Callable[[Session, Context, Batch, Rows], Awaitable[list[Outcome]]]
RawsOf = Callable[[Sequence[int]], Sequence[str]]
TakeLines = Callable[[Session, Context, Batch, PlainLines, Rows, Callable[..., Any], RawsOf], Awaitable[Taken]]


@dataclass(frozen=True)
class Taking:
    """`rows` judges those of a chunk against what the farm knows and stores what they say; `lines` takes such as were
    read by their parts, with the rows beside them.
    """

    rows: TakeRows
    lines: TakeLines | None = None


TAKING: Mapping[type, Taking] = {
    AnimalRow: Taking(animals.take),
    Weighing: Taking(weighings.take, plain_weighings.take),
    ResultRow: Taking(results.take),
}
"""By the type of a format's rows."""
