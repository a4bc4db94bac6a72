"""Every query about results of single genes."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text

from bellwether.genetics.genotypes.genes.models import CountRow, ResultRow
from bellwether.platform.database.many_rows import execute_with
from bellwether.platform.database.transactions import Session, driver

RESULT = """
select id, farm_id, animal_id, gene, first_allele, second_allele, meaning, tested_on, laboratory, is_current, created_at
from genetics.gene_result
"""
PAGE = text(
    RESULT
    + """
where farm_id = :farm and (cast(:gene as text) is null or gene = :gene)
  and (cast(:animal as uuid) is null or animal_id = :animal) and (is_current or :with_past)
  and (cast(:meaning as text) is null or meaning = :meaning)
  and (cast(:after as uuid) is null or id > :after) order by id limit :limit
"""
)
CURRENT = RESULT + "where is_current and animal_id = any ($1::uuid[])"
OF_IDS = RESULT + "where id = any ($1::uuid[]) order by id"
ANIMALS = "select id from farm.published_animal where farm_id = $1 and id = any ($2::uuid[])"
LOCK = text("select pg_advisory_xact_lock(hashtextextended('gene results ' || cast(:farm as text), 0))")
SUPERSEDE = "update genetics.gene_result set is_current = false where id = any ($1::uuid[])"
COLUMNS = {
    "id": "uuid", "animal_id": "uuid", "gene": "text", "first_allele": "text", "second_allele": "text",
    "meaning": "text", "tested_on": "date", "laboratory": "text",
}  # fmt: skip
ADD = f"""
insert into genetics.gene_result (farm_id, created_by, {", ".join(COLUMNS)}) select $1, $2, t.* from {{rows}} as t
"""
COUNTS = text("""
select gene, first_allele, second_allele, meaning, count(*) from genetics.gene_result
where farm_id = :farm and is_current group by gene, first_allele, second_allele, meaning order by 1, 2, 3
""")


async def hold(session: Session, farm_id: UUID) -> None:
    """One writer of a farm's results at a time."""
    await session.execute(LOCK, {"farm": str(farm_id)})


async def known_animals(session: Session, farm_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these the farm has."""
    return {row["id"] for row in await driver(session).fetch(ANIMALS, farm_id, ids)}


async def current(session: Session, animals: Sequence[UUID]) -> dict[tuple[UUID, str], ResultRow]:
    """What counts of these animals, by animal and gene."""
    rows = [ResultRow(*row) for row in await driver(session).fetch(CURRENT, animals)]
    return {(row.animal_id, row.gene): row for row in rows}


async def supersede(session: Session, ids: Sequence[UUID]) -> None:
    """These count no longer."""
    await driver(session).execute(SUPERSEDE, ids)


async def add(session: Session, farm_id: UUID, user_id: UUID | None, rows: Sequence[Sequence[object]]) -> None:
    """New results."""
    await execute_with(session, ADD, COLUMNS, rows, farm_id, user_id)


async def of_ids(session: Session, ids: Sequence[UUID]) -> list[ResultRow]:
    """These results."""
    return [ResultRow(*row) for row in await driver(session).fetch(OF_IDS, ids)]


async def page(session: Session, values: Mapping[str, object]) -> list[ResultRow]:
    """Results of a farm."""
    return [ResultRow(*row) for row in await session.execute(PAGE, dict(values))]


async def counts(session: Session, farm_id: UUID) -> list[CountRow]:
    """Animals of a farm by gene and genotype."""
    return [CountRow(*row) for row in await session.execute(COUNTS, {"farm": farm_id})]
