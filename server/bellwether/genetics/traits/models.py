"""Tables of this slice."""

from sqlalchemy import Column, Double, Integer, MetaData, Table, Text

metadata = MetaData(schema="genetics")

trait = Table(
    "trait",
    metadata,
    Column("code", Text, primary_key=True),
    Column("stage", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("reference_age_days", Integer, nullable=False),
    Column("heritability", Double),
    Column("phenotypic_variance", Double),
    Column("additive_variance", Double),
    Column("residual_variance", Double),
    Column("source", Text, nullable=False),
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
