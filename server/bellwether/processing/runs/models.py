"""Tables of pipeline runs and of what they read and made, and their rows."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, MetaData, SmallInteger, Table, Text, Uuid

metadata = MetaData(schema="processing")

run = Table(
    "run",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("farm_id", Uuid, nullable=False),
    Column("pipeline", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("subject_id", Uuid, nullable=False),
    Column("started_by", Uuid),
    Column("started_at", DateTime(timezone=True)),
    Column("finished_at", DateTime(timezone=True), nullable=False),
    Column("failure_code", Text),
    Column("failure_detail", Text),
    Column("event_id", Uuid, nullable=False),
)

run_dataset = Table(
    "run_dataset",
    metadata,
    Column("run_id", Uuid, primary_key=True),
    Column("farm_id", Uuid, nullable=False),
    Column("direction", Text, primary_key=True),
    Column("position", SmallInteger, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("reference", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("n_rows", BigInteger),
)


class RunRow(NamedTuple):
    """How a run ended."""

    id: UUID
    farm_id: UUID
    pipeline: str
    state: str
    subject_id: UUID
    started_by: UUID | None
    started_at: datetime | None
    finished_at: datetime
    failure_code: str | None
    failure_detail: str | None
    event_id: UUID


class DatasetRow(NamedTuple):
    """Something that a run read or made; `position` is its place on its side."""

    run_id: UUID
    farm_id: UUID
    direction: str
    position: int
    kind: str
    reference: str
    name: str
    n_rows: int | None
