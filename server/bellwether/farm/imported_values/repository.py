"""Imported breeding values in the database."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from bellwether.farm.imported_values.models import NewValue, RunRow, TrendRow, ValueRow
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.ids import new_id

KNOWN = """
select run_name, animal_id, trait, value, accuracy from farm.imported_value
where farm_id = $1 and run_name = any($2::text[]) and animal_id = any($3::uuid[])
"""
ADD = """
insert into farm.imported_value
  (id, farm_id, import_id, animal_id, run_name, run_date, trait, value, accuracy, import_row)
select id, $1, $2, animal_id, run_name, run_date, trait, value, accuracy, row
from unnest($3::uuid[], $4::uuid[], $5::text[], $6::date[], $7::text[], $8::float8[], $9::float8[], $10::int4[])
  as t (id, animal_id, run_name, run_date, trait, value, accuracy, row)
"""
# before an undo removes them; flocks by the animals, which may go with them
OF_IMPORTS = """
select a.flock_id, array_agg(distinct v.run_name order by v.run_name)
from farm.imported_value v join farm.animal a on a.farm_id = v.farm_id and a.id = v.animal_id
where v.farm_id = $1 and v.import_id = any($2::uuid[]) group by a.flock_id
"""
FLOCKS = "select distinct flock_id from farm.animal where farm_id = $1 and id = any($2::uuid[])"
RUNS = text("""
select run_name, max(run_date), count(distinct animal_id), array_agg(distinct trait order by trait)
from farm.imported_value where farm_id = :farm_id group by run_name order by max(run_date) desc nulls last, run_name
""")
LIST = text("""
select v.id, coalesce(a.merged_into, a.id), a.tag, v.run_name, v.run_date, v.trait, v.value, v.accuracy, v.import_id
from farm.imported_value v join farm.animal a on a.farm_id = v.farm_id and a.id = v.animal_id
where v.farm_id = :farm_id and v.run_name = :run_name and (cast(:trait as text) is null or v.trait = :trait)
  and (cast(:after as uuid) is null or v.id > :after)
order by v.id limit :limit
""")
#: of an animal that was merged and of the one into which it was, a run says one thing: the other's own
TREND = """
select distinct on (v.run_name, coalesce(a.merged_into, a.id)) v.run_name, coalesce(a.merged_into, a.id) as animal_id,
  v.value, v.accuracy
from farm.imported_value v join farm.animal a on a.farm_id = $1 and a.id = v.animal_id
where v.farm_id = $1 and v.run_name = any($2::text[]) and v.trait = $3
order by v.run_name, coalesce(a.merged_into, a.id), (a.merged_into is not null), v.id limit $4
"""
# what genetics publishes of the runs of its own, by its views
OWN_RUNS = "select id, published_at from genetics.published_run where farm_id = $1 order by published_at desc, id desc"
OWN_TREND = """
select distinct on (v.run_id, coalesce(a.merged_into, a.id)) v.run_id::text, coalesce(a.merged_into, a.id) as animal_id,
  v.value, sqrt(v.reliability)
from genetics.published_breeding_value v join farm.animal a on a.farm_id = $1 and a.id = v.animal_id
where v.farm_id = $1 and v.run_id = any($2::uuid[]) and v.trait = $3
order by v.run_id, coalesce(a.merged_into, a.id), (a.merged_into is not null) limit $4
"""

Key = tuple[str, UUID, str]
Said = tuple[float, float | None]


async def known(session: Session, farm_id: UUID, runs: Sequence[str], animal_ids: Sequence[UUID]) -> dict[Key, Said]:
    """What is stored of these runs and animals."""
    rows = await driver(session).fetch(KNOWN, farm_id, list(runs), list(animal_ids))
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in rows}


async def add(session: Session, farm_id: UUID, import_id: UUID | None, values: Sequence[NewValue]) -> None:
    """Values of an import; None: of the archive of a farm."""
    ids = [new_id() for _ in values]
    columns = [list(column) for column in zip(*values, strict=True)] if values else [[] for _ in NewValue._fields]
    await driver(session).execute(ADD, farm_id, import_id, ids, *columns)


async def of_imports(session: Session, farm_id: UUID, import_ids: Sequence[UUID]) -> dict[UUID, Sequence[str]]:
    """Flocks of whose animals these imports have brought values, and of which runs."""
    return {row[0]: row[1] for row in await driver(session).fetch(OF_IMPORTS, farm_id, list(import_ids))}


async def flocks(session: Session, farm_id: UUID, animal_ids: Sequence[UUID]) -> list[UUID]:
    """The flocks of these animals."""
    return [row[0] for row in await driver(session).fetch(FLOCKS, farm_id, list(animal_ids))]


async def runs(session: Session, farm_id: UUID) -> list[RunRow]:
    """The runs of a farm, the latest first."""
    return [RunRow(*row) for row in await session.execute(RUNS, {"farm_id": farm_id})]


async def listing(
    session: Session, farm_id: UUID, run_name: str, trait: str | None, after: UUID | None, limit: int
) -> list[ValueRow]:
    """Values of one run."""
    values = {"farm_id": farm_id, "run_name": run_name, "trait": trait, "after": after, "limit": limit}
    return [ValueRow(*row) for row in await session.execute(LIST, values)]


async def trend(session: Session, farm_id: UUID, runs: Sequence[str], trait: str, limit: int) -> list[TrendRow]:
    """Values of a trait in these runs, one for each animal and run."""
    rows = await driver(session).fetch(TREND, farm_id, list(runs), trait, limit)
    return [TrendRow(*row.values()) for row in rows]


async def own_runs(session: Session, farm_id: UUID) -> list[UUID]:
    """Published evaluations of the platform's own, the latest first."""
    return [row["id"] for row in await driver(session).fetch(OWN_RUNS, farm_id)]


async def own_trend(session: Session, farm_id: UUID, runs: Sequence[UUID], trait: str, limit: int) -> list[TrendRow]:
    """Values of a trait in these published evaluations, with the root of the reliability as accuracy."""
    rows = await driver(session).fetch(OWN_TREND, farm_id, list(runs), trait, limit) if runs else []
    return [TrendRow(*row.values()) for row in rows]
