"""Pulls and pushes on the wire."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import ConfigDict, Field, RootModel, StringConstraints, TypeAdapter

from bellwether.farm.collections.registry import COLLECTIONS
from bellwether.platform.http.schemas import Schema
from bellwether.platform.http.strict.rows import OneByOne, Row, RowReader
from bellwether.platform.json import JsonObject
from bellwether.platform.problems import RowError

MOST = 500
ONE_BY_ONE = OneByOne()
Status = Literal["applied", "merged", "conflict", "rejected"]
Rev = Annotated[int, Field(ge=0, lt=2**63)]
Clock = Annotated[
    str,
    StringConstraints(pattern=r"^\d{13}-[0-9a-f]{4}$"),
    Field(description="Hybrid logical clock of the edit: milliseconds since 1970, a minus, a counter of four digits"),
]
SAMPLE: JsonObject = {
    "mutation_id": "0198c0de-0000-7000-8000-0000000000aa",
    "collection": "animals",
    "id": "0198c0de-0000-7000-8000-000000000001",
    "op": "upsert",
    "base_rev": 1012,
    "clock": "1767225600000-0000",
    "doc": {"rear_type": 2},
}


class Changed(Schema):
    """A row as it is now, or the note that it is gone."""

    collection: str
    id: UUID
    rev: int = Field(description="The number of its last change, in the order of all changes of the farm")
    deleted: bool
    doc: dict[str, object] | None


class Changes(Schema):
    """What changed, in the order in which it was committed."""

    documents: list[Changed]
    cursor: str = Field(description="Send it with the next request, now or in a month")
    has_more: bool
    full_sync: bool = Field(
        description="Everything is being read from the beginning: after the last page, rows that did not come are gone"
    )


class Mutation(Schema):
    """One row that a device made, changed or removed."""

    model_config = ConfigDict(json_schema_extra={"examples": [SAMPLE]})

    mutation_id: UUID = Field(description="Made by the device for this edit; the same again gets the same answer")
    collection: Literal[tuple(COLLECTIONS)]  # type: ignore[valid-type]  # as many names as there are collections
    id: UUID
    op: Literal["upsert", "delete"]
    base_rev: Rev | None = Field(None, description="`rev` of the row when it was edited; none of a new row")
    clock: Clock | None = None
    doc: dict[str, object] | None = Field(None, description="A new row, or the fields that were changed")


READER: RowReader[Mutation] = RowReader(TypeAdapter(Mutation))


class Push(Schema):
    """What a device did since it pushed last, in its order."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"device_id": "0198c0de-0000-7000-8000-0000000000dd", "mutations": [SAMPLE]}],
        }
    )

    device_id: UUID
    mutations: Annotated[list[Annotated[Row, READER]], Field(min_length=1, max_length=MOST)]


class TableChanges(Schema):
    """What WatermelonDB says of one table."""

    created: list[Annotated[Row, ONE_BY_ONE]] = Field(default_factory=list)
    updated: list[Annotated[Row, ONE_BY_ONE]] = Field(default_factory=list)
    deleted: list[str] = Field(default_factory=list)


class WatermelonChanges(Schema):
    """What changed, as WatermelonDB reads it: every row is `updated`."""

    changes: dict[str, TableChanges]
    timestamp: int = Field(description="last_pulled_at of the next request")
    began: int = Field(description="Send it with the next request, so that a first sync can go in pages")
    has_more: bool = Field(description="Synchronise once more: there is another page")


#: bodies without a schema of their own to carry a sample
WatermelonPush = Annotated[dict[str, TableChanges], Field(description="The changes that `pushChanges` is given")]
MELON: JsonObject = {"id": "0198c0de-0000-7000-8000-000000000001", "rear_type": 2, "_status": "updated"}
WATERMELON_SAMPLE: JsonObject = {
    "requestBody": {
        "content": {
            "application/json": {"example": {"animals": {"updated": [MELON | {"_changed": "rear_type"}]}}},
        }
    }
}


class RejectedRow(Schema):
    """A row that stays on the device, and why."""

    table: str
    id: str
    problem: "Refusal"


class WatermelonPushed(Schema):
    """Which rows stay as they are on the device; all others are on the farm."""

    experimentalRejectedIds: dict[str, list[str]]  # noqa: N815 - the name that WatermelonDB reads
    rejected: list[RejectedRow]


class Checkpoint(Schema):
    """How far RxDB has read."""

    seq: int
    began: int


class RxdbChanges(Schema):
    """A page of one collection, as RxDB reads it."""

    documents: list[dict[str, object]]
    checkpoint: Checkpoint


class RxdbRow(Schema):
    """One row of an RxDB push."""

    model_config = ConfigDict(extra="forbid")

    assumedMasterState: dict[str, object] | None = None  # noqa: N815 - the name that RxDB sends
    newDocumentState: Annotated[Row, ONE_BY_ONE]  # noqa: N815 - the name that RxDB sends


RxdbPush = Annotated[list[RxdbRow], Field(min_length=1, max_length=MOST, description="What the push handler is given")]
DOCUMENT: JsonObject = {
    "id": "0198c0de-0000-7000-8000-000000000001",
    "flock_id": "0198c0de-0000-7000-8000-000000000002",
    "sex": "female",
    "_deleted": False,
}
RXDB_SAMPLE: JsonObject = {
    "requestBody": {"content": {"application/json": {"example": [{"newDocumentState": DOCUMENT}]}}}
}


class RxdbMasters(RootModel[list[dict[str, object]]]):
    """The master's documents of rows that were changed meanwhile; `{id, _rejected}` of rows that stay on the device."""


class Refusal(Schema):
    """Why a row stays on the device."""

    code: str
    title: str
    detail: str
    errors: list[RowError]


class Result(Schema):
    """What became of one mutation."""

    row: int
    mutation_id: UUID | None = Field(description="None when the row could not be read")
    status: Status = Field(
        description="applied; merged: others had changed the row too; conflict: two values of one field, both are kept "
        "and one counts; rejected: it stays on the device until somebody has corrected it"
    )
    rev: int | None = None
    doc: dict[str, object] | None = Field(None, description="The row as it is now, where it is not as it was sent")
    problem: Refusal | None = None
    conflicts: list[UUID] = Field(default_factory=list)


class Pushed(Schema):
    """A result for each mutation, in the order in which they were sent."""

    results: list[Result]
    latest: int = Field(description="The number of the last change of the farm: pull until you have it")
