"""Products and batches in the database."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text

from bellwether.farm.health.products.models import BatchRow, ProductRow
from bellwether.farm.health.repository import USED
from bellwether.platform.database.transactions import Session, driver

SHOWN = ", ".join(ProductRow._fields)
OWN = ("name", "actives", "route", "label_dose", "meat_whp", "meat_whp_unit", "esi", "esi_unit", "milk_whp",
       "milk_whp_unit")  # fmt: skip
INSERT = text(f"""
insert into farm.product (id, farm_id, unit, recorded_by, {", ".join(OWN)})
values (:id, :farm_id, :unit, :recorded_by, {", ".join(f":{name}" for name in OWN)})
""")
UPDATE = text(f"""
update farm.product set {", ".join(f"{name} = coalesce(:{name}, {name})" for name in OWN)},
  rev = rev + 1, updated_at = clock_timestamp()
where id = :id and rev = :rev returning id
""")
GET = f"select {SHOWN} from farm.product where id = $1"
LIST = f"""
select {SHOWN} from farm.product
where farm_id = $1 and ($2::uuid is null or id > $2) order by id limit $3
"""
# whole words, and what is spelt nearly so
WORDS = "(name || ' ' || array_to_string(actives, ' '))"
SEARCH = f"""
select {SHOWN} from farm.product
where farm_id = $1 and (to_tsvector('simple', {WORDS}) @@ websearch_to_tsquery('simple', $2)
  or public.word_similarity($2, {WORDS}) >= 0.4)
order by public.word_similarity($2, {WORDS}) desc, id limit $3
"""
ADD_BATCH = text("""
insert into farm.product_batch (id, farm_id, product_id, lot, expires_on, bought_on, quantity, recorded_by)
values (:id, :farm_id, :product_id, :lot, :expires_on, :bought_on, :quantity, :recorded_by)
""")
CHANGE_BATCH = text("""
update farm.product_batch set lot = coalesce(:lot, lot), expires_on = coalesce(:expires_on, expires_on),
  bought_on = coalesce(:bought_on, bought_on), quantity = coalesce(:quantity, quantity), rev = rev + 1,
  updated_at = clock_timestamp()
where id = :id and rev = :rev returning id
""")
BATCH = f"""
select b.id, b.farm_id, b.product_id, b.lot, b.expires_on, b.bought_on, b.quantity, p.unit, {USED} as used, b.rev,
  b.created_at, b.updated_at
from farm.product_batch b join farm.product p on p.farm_id = b.farm_id and p.id = b.product_id
"""
GET_BATCH = f"{BATCH} where b.id = $1"
BATCHES = (
    f"{BATCH} where b.farm_id = $1 and b.product_id = $2 and ($3::uuid is null or b.id > $3) order by b.id limit $4"
)


async def add(session: Session, values: Mapping[str, object]) -> None:
    """A new product."""
    await session.execute(INSERT, dict(values))


async def change(session: Session, product_id: UUID, rev: int, values: Mapping[str, object]) -> bool:
    """Change what is given, if the product still is at `rev`."""
    return (await session.execute(UPDATE, {"id": product_id, "rev": rev, **values})).scalar() is not None


async def get(session: Session, product_id: UUID) -> ProductRow | None:
    """One product, or None."""
    row = await driver(session).fetchrow(GET, product_id)
    return None if row is None else ProductRow(*row.values())


async def listing(session: Session, farm_id: UUID, after: UUID | None, limit: int) -> list[ProductRow]:
    """Products of a farm, by id."""
    return [ProductRow(*row.values()) for row in await driver(session).fetch(LIST, farm_id, after, limit)]


async def search(session: Session, farm_id: UUID, words: str, limit: int) -> list[ProductRow]:
    """Products of a farm by name and actives, the nearest first."""
    return [ProductRow(*row.values()) for row in await driver(session).fetch(SEARCH, farm_id, words, limit)]


async def add_batch(session: Session, values: Mapping[str, object]) -> None:
    """A new batch."""
    await session.execute(ADD_BATCH, dict(values))


async def change_batch(session: Session, batch_id: UUID, rev: int, values: Mapping[str, object]) -> bool:
    """Change what is given, if the batch still is at `rev`."""
    return (await session.execute(CHANGE_BATCH, {"id": batch_id, "rev": rev, **values})).scalar() is not None


async def batch(session: Session, batch_id: UUID) -> BatchRow | None:
    """One batch, or None."""
    row = await driver(session).fetchrow(GET_BATCH, batch_id)
    return None if row is None else BatchRow(*row.values())


async def batches(session: Session, farm_id: UUID, product_id: UUID, after: UUID | None, limit: int) -> list[BatchRow]:
    """Batches of a product, by id."""
    rows = await driver(session).fetch(BATCHES, farm_id, product_id, after, limit)
    return [BatchRow(*row.values()) for row in rows]
