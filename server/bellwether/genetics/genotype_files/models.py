"""Tables of this slice."""

from sqlalchemy import BigInteger, Column, DateTime, Integer, LargeBinary, MetaData, Table, Text, Uuid

metadata = MetaData(schema="genetics")

genotype_file = Table(
    "genotype_file",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("farm_id", Uuid, nullable=False),
    Column("name", Text, nullable=False),
    Column("ending", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("n_bytes", BigInteger, nullable=False),
    Column("n_animals", Integer, nullable=False),
    Column("n_markers", Integer, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("uploaded_by", Uuid, nullable=False),
    Column("uploaded_at", DateTime(timezone=True), nullable=False),
)
