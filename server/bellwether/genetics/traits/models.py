"""Tables of this slice."""

from sqlalchemy import Column, Float, Integer, MetaData, Table, Text

metadata = MetaData(schema="genetics")

trait = Table(
    "trait",
    metadata,
    Column("code", Text, primary_key=True),
    Column("stage", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("unit", Text, nullable=False),
    Column("reference_age_days", Integer, nullable=False),
    Column("heritability", Float),
    Column("phenotypic_variance", Float),
    Column("additive_variance", Float),
    Column("residual_variance", Float),
    Column("source", Text, nullable=False),
)

trait_correlation = Table(
    "trait_correlation",
    metadata,
    Column("trait_a", Text, primary_key=True),
    Column("trait_b", Text, primary_key=True),
    Column("genetic", Float, nullable=False),
    Column("residual", Float, nullable=False),
    Column("source", Text, nullable=False),
)
