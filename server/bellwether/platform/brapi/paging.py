"""Pages by number, which the standard wants, with a count: both from the user's farms alone.

Rows lie in parts, as the farms or the flocks that the user sees; each is counted by its own index, and a page is read
from the parts that it touches. No statement asks for the rows of all farms, so none walks through those of others.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from bellwether.platform.brapi.wire import Paged
from bellwether.platform.database.transactions import Session, driver

COUNTS = "select p.id, (select count(*) from ({rows}) r) as n from {part} p order by p.id"
PAGE = "{select} from (select r.* from ({rows}) r order by r.id offset {offset} limit {limit}) a order by a.id"


class Relation(NamedTuple):
    """Rows with an id: `rows` is SQL with `{part}` for the id of a part, as a farm, and `$1`, `$2` for the values."""

    part: str
    rows: str
    values: Sequence[object]
    kind_of_part: str = "uuid"


class Slice(NamedTuple):
    """Rows of one part that a page shows."""

    part: UUID | int
    offset: int
    limit: int


async def count(session: Session, relation: Relation) -> list[tuple[UUID | int, int]]:
    """How many rows each part has."""
    statement = COUNTS.format(rows=relation.rows.format(part="p.id"), part=relation.part)
    return [(row["id"], row["n"]) for row in await driver(session).fetch(statement, *relation.values)]


async def page(
    session: Session, relation: Relation, counts: Sequence[tuple[UUID | int, int]], asked: Paged, select: str
) -> list[asyncpg.Record]:
    """The rows `a` of a page, as `select` shows them."""
    found: list[asyncpg.Record] = []
    n_values = len(relation.values)
    rows = relation.rows.format(part=f"${n_values + 1}::{relation.kind_of_part}")
    statement = PAGE.format(select=select, rows=rows, offset=f"${n_values + 2}", limit=f"${n_values + 3}")
    for piece in slices(counts, asked):
        found += await driver(session).fetch(statement, *relation.values, *piece)
    return found


def slices(counts: Sequence[tuple[UUID | int, int]], asked: Paged) -> Iterator[Slice]:
    """Where a page lies, one part after the other."""
    skipped, wanted = asked.page * asked.page_size, asked.page_size
    for part, n in counts:
        taken = min(max(n - skipped, 0), wanted)
        if taken:
            yield Slice(part, skipped, taken)
        skipped, wanted = max(skipped - n, 0), wanted - taken


class Conditions:
    """Conditions of one query, with their values in the order of their numbers."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.values: list[object] = []

    def add(self, sql: str, *values: object) -> None:
        """`{}` in `sql` are the values; None asks for nothing."""
        if not any(value is None for value in values):
            for value in values:
                self.values.append(value)
                sql = sql.replace("{}", f"${len(self.values)}", 1)
            self.texts.append(sql)

    def is_one_of(self, values: Sequence[str] | None, constant: str) -> None:
        """What all rows have is asked for."""
        if values and constant.lower() not in (value.lower() for value in values):
            self.texts.append("false")

    def nothing_has(self, *asked: object) -> None:
        """What no row has is asked for."""
        if any(asked):
            self.texts.append("false")

    @property
    def sql(self) -> str:
        """All of them, each after an `and`."""
        return "".join(f" and {text}" for text in self.texts)
