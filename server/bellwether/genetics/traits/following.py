"""The table of traits follows the dictionary at each migrate."""

import asyncpg

from bellwether.sheep.traits import TRAITS
from bellwether.sheep.traits.reproduction import REPRODUCTION

WRITE = """
insert into genetics.trait
  (code, stage, name, unit, kind, reference_age_days, reference_weight_kg, heritability, phenotypic_variance, source)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
on conflict (code) do update set
  stage = excluded.stage, name = excluded.name, unit = excluded.unit, kind = excluded.kind,
  reference_age_days = excluded.reference_age_days, reference_weight_kg = excluded.reference_weight_kg,
  heritability = excluded.heritability, phenotypic_variance = excluded.phenotypic_variance,
  source = excluded.source, is_current = true
"""
PAIR = (
    "insert into genetics.trait_correlation (trait_a, trait_b, genetic, residual, source) values ($1, $2, $3, $4, $5)"
)
LEFT = "select code from genetics.trait where code <> all ($1::text[])"


async def follow_dictionary(connection: asyncpg.Connection) -> None:
    """Bring the table in line, in one transaction; the same dictionary again changes nothing."""
    known = TRAITS | REPRODUCTION
    traits = [
        (t.code, t.stage, t.name, t.unit, t.kind, t.reference_age_days, t.reference_weight_kg, t.heritability,
         t.phenotypic_variance, t.source)
        for t in known.values()
    ]  # fmt: skip
    pairs = [
        (*sorted((trait.code, other)), found.genetic, found.residual, found.source)
        for trait in TRAITS.values()
        for other, found in trait.correlations.items()
    ]
    async with connection.transaction():
        await connection.execute("set local role genetics_owner")
        await connection.execute("lock table genetics.trait, genetics.trait_correlation in share row exclusive mode")
        await connection.executemany(WRITE, traits)
        await connection.execute("delete from genetics.trait_correlation")
        await connection.executemany(PAIR, pairs)
        for row in await connection.fetch(LEFT, list(known)):
            await retire(connection, row["code"])


async def retire(connection: asyncpg.Connection, code: str) -> None:
    """A trait that left the dictionary goes, or stays marked for what refers to it."""
    try:
        async with connection.transaction():
            await connection.execute("delete from genetics.trait where code = $1", code)
    except asyncpg.ForeignKeyViolationError:
        await connection.execute("update genetics.trait set is_current = false where code = $1", code)
