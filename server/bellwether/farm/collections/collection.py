"""What a collection is: its table, its fields, and how a device makes, changes and removes its rows."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeVar
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.http.strict.rows import Row, RowReader
from bellwether.platform.problems import Problem, RowError, Unprocessable

T = TypeVar("T", bound=BaseModel)


class RowRejected(Unprocessable):
    """A row cannot be taken; the errors say why."""

    code, title = "row_rejected", "The row breaks a rule"

    def __init__(self, errors: Sequence[RowError]) -> None:
        super().__init__(errors[0].message, errors=errors)


class Write(NamedTuple):
    """One row that a device sent, the farm's lock held."""

    session: Session
    context: Context
    farm_id: UUID
    id: UUID
    device_id: UUID
    now: datetime


class Sent(NamedTuple):
    """A row to be added to a log."""

    id: UUID
    doc: Row


#: None when the row was taken, or is there already
Verdict = Problem | None


@dataclass(frozen=True)
class Making:
    """How a row is made or changed, and which fields it takes."""

    take: Callable[[Write, Row], Awaitable[None]]
    fields: frozenset[str]


@dataclass(frozen=True)
class Master:
    """Rows that are changed: field by field, of two changes the later one counts."""

    create: Making
    change: Making | None = None
    #: what becomes of a row that a device deletes; without it none can be
    remove: Callable[[Write], Awaitable[None]] | None = None

    @property
    def editable(self) -> frozenset[str]:
        """Fields that can be changed."""
        return frozenset() if self.change is None else self.change.fields

    def taken(self, *, is_new: bool) -> frozenset[str]:
        """Fields that a device writes of a new row, or of one that is there."""
        return self.create.fields if is_new else self.editable


@dataclass(frozen=True)
class Log:
    """Rows that are added, and never changed: two devices make two."""

    append: Callable[[Write, Sequence[Sent]], Awaitable[list[Verdict]]]
    fields: frozenset[str]
    remove: Callable[[Write], Awaitable[None]] | None = None

    def taken(self, *, is_new: bool) -> frozenset[str]:  # noqa: ARG002 - a row of a log is sent whole, as often as it is
        """Fields that a device writes."""
        return self.fields


@dataclass(frozen=True)
class Collection:
    """Rows of one table as phones see them."""

    name: str
    relation: str
    #: fields of the document beside `id` and `rev`, each with its expression on the row `t`
    fields: Mapping[str, str]
    #: without it the rows follow from others, and no device writes them
    written: Master | Log | None = None
    #: fields that are objects or lists, which some clients keep as text
    nested: frozenset[str] = field(default=frozenset())
    #: which rows `t` phones see; one that is not shown any more is told of as gone, and comes back when it is again
    shown: str = "true"


def columns(*names: str, **expressions: str) -> dict[str, str]:
    """Fields that are columns of the same name, and those that are made of others."""
    return {name: f"t.{name}" for name in names} | expressions


def reading(schema: type[T], use_case: Callable[[Write, T], Awaitable[object]], *known: str) -> Making:
    """A use-case of another room, given what a device sent; `known` are fields that the platform knows itself.

    What the device left empty is not there: an empty field says nothing.
    """

    reader = RowReader(TypeAdapter(schema))

    async def make(write: Write, doc: Row) -> None:
        given = {"id": str(write.id), "farm_id": str(write.farm_id)}
        sent = {name: value for name, value in doc.items() if value is not None}
        found = reader.read(sent | {name: given[name] for name in known})
        if isinstance(found, list):
            raise RowRejected(found)
        await use_case(write, found)

    return Making(make, frozenset(schema.model_fields) - {*known})
