"""The table of import batches and its rows."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import BigInteger, Column, DateTime, MetaData, Table, Text, Uuid

import_batch = Table(
    "import_batch",
    MetaData(schema="processing"),
    Column("id", Uuid, primary_key=True),
    Column("farm_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("rows_in", BigInteger, nullable=False),
    Column("rows_accepted", BigInteger, nullable=False),
    Column("rows_rejected", BigInteger, nullable=False),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True), nullable=False),
    Column("imported_by", Uuid),
    Column("event_id", Uuid, nullable=False),
    Column("undone_at", DateTime(timezone=True)),
)


class BatchRow(NamedTuple):
    """What an import came to."""

    id: UUID
    farm_id: UUID
    kind: str
    file_name: str
    sha256: str
    rows_in: int
    rows_accepted: int
    rows_rejected: int
    started_at: datetime
    finished_at: datetime
    imported_by: UUID | None
    event_id: UUID
    undone_at: datetime | None
