"""The log in the database: rows are added and read, never changed."""

from collections.abc import Collection, Sequence
from uuid import UUID

from bellwether.farm.events.models import EventRow, MadeEvent, StoredEvent
from bellwether.platform.context import Context
from bellwether.platform.database.many_rows import execute_with
from bellwether.platform.database.transactions import Session, driver

COLUMNS = {
    "id": "uuid", "seq": "int8", "place": "int8", "kind": "text", "version": "int2", "animal_id": "uuid",
    "group_id": "uuid", "occurred_on": "date", "occurred_time": "time", "tz": "text", "device_id": "text",
    "device_time": "timestamptz", "session_id": "uuid", "supersedes": "uuid", "payload": "jsonb",
    "sent_sha256": "bytea",
}  # fmt: skip
# in the order of their numbers: an event stands before those that correct it
INSERT = f"""
insert into farm.event (farm_id, source, recorded_by, {", ".join(COLUMNS)})
select $1, $2, $3, {", ".join(f"t.{name}" for name in COLUMNS)} from {{rows}} as t order by t.seq
"""
NUMBERS = "select nextval('farm.change_seq') from generate_series(1, $1)"
SUPERSEDED_BY = "(select s.id from farm.event s where s.farm_id = $1 and s.supersedes = e.id)"
STORED = f"""
select id, kind, place, animal_id, group_id, sent_sha256, {SUPERSEDED_BY} as superseded_by
from farm.event e where farm_id = $1 and id = any($2::uuid[])
"""
SHOWN = ", ".join(name if name != "superseded_by" else f"{SUPERSEDED_BY} as {name}" for name in EventRow._fields)
PAGE = f"""
select {SHOWN} from farm.event e
where farm_id = $1 and seq > $2 and {{filter}}
  and ($4 or not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id))
order by seq limit $5
"""
KEPT = "select coalesce(merged_into, id) from farm.animal where farm_id = $1 and id = $3::uuid"
# what was told of an animal that was merged is of the animal into which it was
OF_THE_ANIMAL = f"""animal_id = any(array(
  {KEPT} union all select id from farm.animal where farm_id = $1 and merged_into = ({KEPT})))"""
OF_FARM, OF_ANIMAL = PAGE.format(filter="$3::uuid is null"), PAGE.format(filter=OF_THE_ANIMAL)


async def numbers(session: Session, count: int) -> list[int]:
    """The next places in the log; the farm's lock must be held."""
    return [row[0] for row in await driver(session).fetch(NUMBERS, count)]


async def stored(session: Session, farm_id: UUID, ids: Collection[UUID]) -> dict[UUID, StoredEvent]:
    """Those of the events that the farm has."""
    rows = await driver(session).fetch(STORED, farm_id, list(ids))
    return {row["id"]: StoredEvent(*row.values()) for row in rows}


async def add(session: Session, context: Context, farm_id: UUID, made: Sequence[MadeEvent], *, source: str) -> None:
    """Events at the end of the log."""
    if made:
        await execute_with(session, INSERT, COLUMNS, made, farm_id, source, context.user_id)


async def listing(
    session: Session, farm_id: UUID, animal_id: UUID | None, after: int, limit: int, *, with_superseded: bool
) -> list[EventRow]:
    """Events of a farm or of one of its animals, in the order of the log."""
    statement = OF_FARM if animal_id is None else OF_ANIMAL
    rows = await driver(session).fetch(statement, farm_id, after, animal_id, with_superseded, limit)
    return [EventRow(*row.values()) for row in rows]
