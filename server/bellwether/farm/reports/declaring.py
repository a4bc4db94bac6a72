"""What a report says of itself, and what it finds."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Generic, Literal, NamedTuple, TypeAlias, TypeVar, cast
from uuid import UUID

from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs.child_process import Limits, in_child
from bellwether.platform.json import JsonObject

LIMITS = Limits(cpu_s=60, memory_bytes=2_000_000_000)
Kind = Literal["text", "whole", "year", "number", "percent", "day", "id", "truth"]
Cell: TypeAlias = "str | int | float | bool | date | UUID | None"
LookAgain = Callable[[], AbstractAsyncContextManager[Session]]
P = TypeVar("P")
F = TypeVar("F")
P_co = TypeVar("P_co", covariant=True)


class Column(NamedTuple):
    """A column: what its numbers are, in which unit. A percentage names the columns of its two counts."""

    name: str
    title: str
    definition: str
    kind: Kind = "text"
    unit: str = ""
    decimals: int = 1
    of: tuple[str, str] | None = None


def share(name: str, title: str, definition: str, numerator: str, denominator: str) -> Column:
    """A percentage; its two counts stand in columns of their own, so that nobody has to guess what it is of."""
    return Column(name, title, definition, "percent", "%", of=(numerator, denominator))


def percent(numerator: float, denominator: float) -> float | None:
    """None, not 0, of nothing."""
    return 100 * numerator / denominator if denominator else None


class Asked(NamedTuple, Generic[P_co]):
    """Of which farm, on which of its days, and how."""

    farm_id: UUID
    today: date
    parameters: P_co


@dataclass(frozen=True)
class Found:
    """The rows, each a tuple in the order of the columns, and what was left out of them, by the reason."""

    rows: Sequence[tuple[Cell, ...]]
    left_out: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """One report. `chart` is a specification of Vega-Lite whose data have the name `rows`."""

    name: str
    title: str
    says: str
    parameters: type
    columns: tuple[Column, ...]
    chart: JsonObject
    find: Callable[[LookAgain, Asked[object]], Awaitable[Found]]
    is_of_owners: bool = False
    """Of money: whoever does not own the farm is refused, for to them the database shows none."""


def report(
    name: str,
    *,
    title: str,
    says: str,
    parameters: type[P],
    columns: tuple[Column, ...],
    chart: JsonObject,
    read: Callable[[Session, Asked[P]], Awaitable[F]],
    count: Callable[[F, Asked[P]], Found],
    is_heavy: bool = False,
    is_of_owners: bool = False,
) -> Report:
    """A report that reads facts of the farm and counts them; counting holds neither a connection nor the event loop.

    What is heavy is counted in a process of its own.
    """

    async def find(look: LookAgain, asked: Asked[P]) -> Found:
        async with look() as session:
            facts = await read(session, asked)
        if is_heavy:
            return await in_child(count, facts, asked, limits=LIMITS)
        return await asyncio.to_thread(count, facts, asked)

    erased = cast(Callable[[LookAgain, Asked[object]], Awaitable[Found]], find)
    return Report(name, title, says, parameters, columns, chart, erased, is_of_owners)
