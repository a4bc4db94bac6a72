"""Tables of this slice."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Double, Integer, MetaData, Table, Text, Uuid, func

metadata = MetaData(schema="genetics")

trait = Table(
    "trait",
    metadata,
    Column("code", Text, primary_key=True),
    Column("stage", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("reference_age_days", Integer),
    Column("reference_weight_kg", Double),
    Column("heritability", Double),
    Column("phenotypic_variance", Double),
    Column("additive_variance", Double),
    Column("residual_variance", Double),
    Column("source", Text, nullable=False),
    Column("is_current", Boolean, nullable=False),
)

trait_correlation = Table(
    "trait_correlation",
    metadata,
    Column("trait_a", Text, primary_key=True),
    Column("trait_b", Text, primary_key=True),
    Column("genetic", Double, nullable=False),
    Column("residual", Double, nullable=False),
    Column("source", Text, nullable=False),
)

farm_trait = Table(
    "farm_trait",
    metadata,
    Column("farm_id", Uuid, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("heritability", Double),
    Column("phenotypic_variance", Double),
    Column("source", Text, nullable=False),
    Column("rev", BigInteger, nullable=False, server_default="1"),
    Column("changed_by", Uuid, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
)

farm_trait_correlation = Table(
    "farm_trait_correlation",
    metadata,
    Column("farm_id", Uuid, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("other", Text, primary_key=True),
    Column("genetic", Double, nullable=False),
    Column("residual", Double, nullable=False),
)
