"""Tables of this slice."""

from sqlalchemy import Column, DateTime, Double, Integer, MetaData, Table, Text, Uuid, func

metadata = MetaData(schema="genetics")

selection_index = Table(
    "selection_index",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("farm_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("currency", Text),
    Column("note", Text),
    Column("created_by", Uuid, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)

selection_index_weight = Table(
    "selection_index_weight",
    metadata,
    Column("farm_id", Uuid, primary_key=True),
    Column("index_id", Uuid, primary_key=True),
    Column("trait", Text, primary_key=True),
    Column("weight", Double, nullable=False),
)
