"""Rows of collections in the database: their documents as JSON text, numbered changes, and what only devices ask."""

from collections.abc import Collection as Ids
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple
from uuid import UUID

import asyncpg
import orjson

from bellwether.farm.collections.collection import Collection
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.json import JsonObject
from bellwether.platform.problems import NotFound

BURY = "insert into farm.tombstone (farm_id, relation, id) values ($1, $2, $3)"
BURIED = "select exists (select from farm.tombstone where farm_id = $1 and relation = $2 and id = $3)"
FORGET_ANIMAL = (
    "delete from farm.identifier where farm_id = $1 and animal_id = $2",
    "delete from farm.parent_claim where farm_id = $1 and child_id = $2",
)
REMOVE_ANIMAL = "delete from farm.animal where farm_id = $1 and id = $2 returning flock_id"
REMOVE_GROUP = "delete from farm.animal_group where farm_id = $1 and id = $2 returning id"
RETRACTED = """
select exists (select from farm.event where farm_id = $1 and supersedes = $2 and kind = 'event.retracted')
"""
DAY = "select occurred_on from farm.event where farm_id = $1 and id = $2"
COSTS_OF = "event"
MINE = "user_id = nullif(current_setting('app.user_id', true), '')::uuid"
# of a member who owns the farm no longer as gone, of one who does now as they are
COSTS_AGAIN = f"""
(select seq, '{COSTS_OF}' as relation, id, not farm_id = any ((select farm.my_owned_farms())::uuid[]) as is_gone
  from farm.cost_sight where farm_id = $1 and {MINE} and seq > greatest($2, $4) order by seq limit $3)
"""
WEIGHTS = """
select id, animal_id, trait, occurred_on, raw_value, value from farm.observation
where farm_id = $1 and id = any($2::uuid[])
"""


class Numbered(NamedTuple):
    """A row, or what is left of one: `doc` is JSON text, None of a row that is gone."""

    seq: int
    relation: str
    id: UUID
    doc: str | None


class Document(NamedTuple):
    """A row as a device sees it."""

    seq: int
    doc: JsonObject


class StoredWeight(NamedTuple):
    """What tells whether a weight is sent again."""

    id: UUID
    animal_id: UUID
    trait: str
    occurred_on: date
    raw_value: str
    value: float


def document(collection: Collection) -> str:
    """The document of a row `t` as SQL."""
    pairs = ", ".join(f"'{name}', {expression}" for name, expression in collection.fields.items())
    return f"json_build_object('id', t.id, 'rev', t.seq, {pairs})"


def page_sql(collections: Sequence[Collection]) -> str:
    """$1 farm, $2 after, $3 most, $4 after which tombstones count, $5 relations: what changed, in its order.

    One statement, so that all of it is seen at one moment.
    """
    keys = "\nunion all ".join(
        f"(select seq, '{one.relation}' as relation, id, not ({one.shown}) as is_gone from farm.{one.relation} t"
        f" where farm_id = $1 and seq > $2{unless_hidden(one)} order by seq limit $3)"
        for one in collections
    )
    if any(one.relation == COSTS_OF for one in collections):
        keys += f"\nunion all {COSTS_AGAIN}"
    docs = "\nunion all ".join(
        f"select p.seq, p.relation, p.id, {document(one)}::text as doc from page p join farm.{one.relation} t"
        f" on t.farm_id = $1 and t.id = p.id where p.relation = '{one.relation}' and not p.is_gone"
        for one in collections
    )
    return f"""
with page as materialized (
  select * from ({keys}
    union all (select seq, relation, id, true from farm.tombstone
      where farm_id = $1 and seq > greatest($2, $4) and relation = any($5::text[]) order by seq limit $3)
  ) changed order by seq limit $3
)
{docs}
union all select seq, relation, id, null from page where is_gone
order by seq
"""


def unless_hidden(collection: Collection) -> str:
    """A row that went before the device began to read is none that it has."""
    return "" if collection.shown == "true" else f" and (seq > $4 or {collection.shown})"


def last_sql(collections: Sequence[Collection]) -> str:
    """$1 farm: the highest number that is there."""
    relations = ["tombstone", *(one.relation for one in collections)]
    found = ", ".join(
        f"(select seq from farm.{relation} where farm_id = $1 order by seq desc limit 1)" for relation in relations
    )
    if COSTS_OF in relations:
        found += f", (select seq from farm.cost_sight where farm_id = $1 and {MINE} order by seq desc limit 1)"
    return f"select coalesce(greatest({found}), 0)"


async def changes(
    session: Session, farm_id: UUID, collections: Sequence[Collection], after: int, buried_after: int, limit: int
) -> list[Numbered]:
    """What changed after a number, at most `limit` rows."""
    relations = [one.relation for one in collections]
    rows = await driver(session).fetch(page_sql(collections), farm_id, after, limit, buried_after, relations)
    return [Numbered(*row.values()) for row in rows]


async def last(session: Session, farm_id: UUID, collections: Sequence[Collection]) -> int:
    """The number of the last change."""
    found: int = await driver(session).fetchval(last_sql(collections), farm_id)
    return found


async def documents(session: Session, farm_id: UUID, collection: Collection, ids: Ids[UUID]) -> dict[UUID, Document]:
    """Those of the rows that the farm has."""
    sql = f"""
    select t.id, t.seq, {document(collection)}::text from farm.{collection.relation} t
    where t.farm_id = $1 and t.id = any($2::uuid[]) and ({collection.shown})
    """
    rows = await driver(session).fetch(sql, farm_id, list(ids))
    return {row[0]: Document(row[1], orjson.loads(row[2])) for row in rows}


async def touch(session: Session, farm_id: UUID, collection: Collection, row_id: UUID) -> None:
    """Whoever reads what changed gets the row once more."""
    sql = f"update farm.{collection.relation} set seq = nextval('farm.change_seq') where farm_id = $1 and id = $2"
    await driver(session).execute(sql, farm_id, row_id)


async def bury(session: Session, farm_id: UUID, collection: Collection, row_id: UUID) -> None:
    """A row that is not there is gone for good: whatever comes late does not bring it back."""
    await driver(session).execute(BURY, farm_id, collection.relation, row_id)


async def is_buried(session: Session, farm_id: UUID, collection: Collection, row_id: UUID) -> bool:
    """Whether there was such a row."""
    found: bool = await driver(session).fetchval(BURIED, farm_id, collection.relation, row_id)
    return found


async def forget_animal(session: Session, farm_id: UUID, animal_id: UUID) -> UUID:
    """Remove an animal with its tags and parents; its flock.

    Raises:
        asyncpg.ForeignKeyViolationError: something else speaks of it.
    """
    connection: asyncpg.Connection = driver(session)
    for statement in FORGET_ANIMAL:
        await connection.execute(statement, farm_id, animal_id)
    flock_id: UUID | None = await connection.fetchval(REMOVE_ANIMAL, farm_id, animal_id)
    if flock_id is None:
        raise NotFound
    # what names it beside other animals is checked at the end of a transaction: now, for this row alone
    await connection.execute("set constraints all immediate; set constraints all deferred")
    return flock_id


async def forget_group(session: Session, farm_id: UUID, group_id: UUID) -> None:
    """Remove a group.

    Raises:
        asyncpg.ForeignKeyViolationError: something speaks of it.
    """
    if await driver(session).fetchval(REMOVE_GROUP, farm_id, group_id) is None:
        raise NotFound


async def is_retracted(session: Session, farm_id: UUID, event_id: UUID) -> bool:
    """Whether somebody has taken an event back."""
    found: bool = await driver(session).fetchval(RETRACTED, farm_id, event_id)
    return found


async def day_of_event(session: Session, farm_id: UUID, event_id: UUID) -> date:
    """When it happened."""
    found: date | None = await driver(session).fetchval(DAY, farm_id, event_id)
    if found is None:
        raise NotFound
    return found


async def weights(session: Session, farm_id: UUID, ids: Sequence[UUID]) -> dict[UUID, StoredWeight]:
    """Those of the measurements that the farm has."""
    rows = await driver(session).fetch(WEIGHTS, farm_id, list(ids))
    return {row[0]: StoredWeight(*row.values()) for row in rows}
