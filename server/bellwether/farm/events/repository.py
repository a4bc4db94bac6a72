"""The log in the database: rows are added and read, never changed."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from uuid import UUID

from bellwether.farm.events.models import EventRow, MadeEvent, MadeOther, StoredEvent
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
on conflict (farm_id, id) do nothing
"""
ADDED = "select id from farm.event where farm_id = $1 and id = any($2::uuid[]) and seq = any($3::int8[])"
OTHERS = {"event_id": "uuid", "seq": "int8", "animal_id": "uuid", "role": "text", "present": "bool"}
INSERT_OTHERS = f"""
insert into farm.event_other (farm_id, {", ".join(OTHERS)}) select $1, {", ".join(OTHERS)} from {{rows}} as t
"""
SESSIONS = "select id from farm.yard_session where farm_id = $1 and id = any($2::uuid[])"
# which way stock went under a number: by events that count, and by the consignment itself
CONSIGNMENTS = """
select lower(e.payload ->> 'consignment'), e.kind in ('animal.arrived', 'stock.arrived') from farm.event e
where e.farm_id = $1 and e.kind in ('animal.arrived', 'animal.departed', 'stock.arrived', 'stock.departed')
  and lower(e.payload ->> 'consignment') = any($2::text[])
  and not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id)
union
select lower(number), kind in ('arrival', 'agistment_in') from farm.consignment
where farm_id = $1 and lower(number) = any($2::text[])
"""
MOVED_ON = """
select lower(number) as number, moved_on from farm.consignment
where farm_id = $1 and lower(number) = any($2::text[]) and kind in ('departure', 'agistment_out')
"""
NUMBERS = "select nextval('farm.change_seq') from generate_series(1, $1)"
SUPERSEDED_BY = "(select s.id from farm.event s where s.farm_id = $1 and s.supersedes = e.id)"
STORED = f"""
select id, kind, place, animal_id, group_id, sent_sha256, {SUPERSEDED_BY} as superseded_by,
  array(select animal_id from farm.event_other o where o.farm_id = $1 and o.event_id = e.id) as others
from farm.event e where farm_id = $1 and id = any($2::uuid[])
"""
SHOWN = ", ".join(name if name != "superseded_by" else f"{SUPERSEDED_BY} as {name}" for name in EventRow._fields)
PAGE = f"""
select {SHOWN} from farm.event e
where farm_id = $1 and seq > $2 and {{filter}}
  and ($3 or not exists (select from farm.event s where s.farm_id = $1 and s.supersedes = e.id))
order by seq limit $4
"""
KEPT = "select coalesce(merged_into, id) from farm.animal where farm_id = $1 and id = {0}::uuid"
# what was told of an animal that was merged is of the animal into which it was
ONES_OWN = f"array({KEPT} union all select id from farm.animal where farm_id = $1 and merged_into = ({KEPT}))"
FILTERS = {
    "animal_id": f"""seq in (select seq from farm.event where farm_id = $1 and animal_id = any({ONES_OWN})
  union all select seq from farm.event_other where farm_id = $1 and animal_id = any({ONES_OWN}))""",
    "group_id": "group_id = {0}::uuid",
    "kind": "kind = {0}::text",
    "session_id": "session_id = {0}::uuid",
    # of one farm: row-level security lets no operator of a text search into an index
    "text": "jsonb_to_tsvector('simple', payload, '[\"string\"]') @@ websearch_to_tsquery('simple', {0}::text)",
}


class EventIdsTaken(Exception):
    """Events would have the ids of events that the user does not see."""

    def __init__(self, ids: set[UUID]) -> None:
        super().__init__(f"{len(ids)} ids are taken")
        self.ids = ids


async def sessions(session: Session, farm_id: UUID, ids: Collection[UUID]) -> frozenset[UUID]:
    """Those of the days in the yards that the farm has."""
    if not ids:
        return frozenset()
    return frozenset(row[0] for row in await driver(session).fetch(SESSIONS, farm_id, list(ids)))


async def consignments(session: Session, farm_id: UUID, named: Collection[str]) -> set[tuple[str, bool]]:
    """Those of these numbers under which stock came (true) or went (false)."""
    if not named:
        return set()
    return {tuple(row) for row in await driver(session).fetch(CONSIGNMENTS, farm_id, list(named))}


async def moved_on(session: Session, farm_id: UUID, named: Collection[str]) -> dict[str, date]:
    """The day of those of these numbers under which stock goes."""
    if not named:
        return {}
    return {row["number"]: row["moved_on"] for row in await driver(session).fetch(MOVED_ON, farm_id, list(named))}


async def numbers(session: Session, count: int) -> list[int]:
    """The next places in the log; the farm's lock must be held."""
    return [row[0] for row in await driver(session).fetch(NUMBERS, count)]


async def stored(session: Session, farm_id: UUID, ids: Collection[UUID]) -> dict[UUID, StoredEvent]:
    """Those of the events that the farm has."""
    rows = await driver(session).fetch(STORED, farm_id, list(ids))
    found = [StoredEvent(*row.values()) for row in rows]
    return {event.id: event._replace(others=tuple(event.others)) for event in found}


async def add(
    session: Session,
    context: Context,
    farm_id: UUID,
    made: Sequence[MadeEvent],
    named: Sequence[MadeOther],
    *,
    source: str,
) -> None:
    """Events at the end of the log, with the animals that they name beside their subjects.

    Raises:
        EventIdsTaken: the farm has events with these ids that the user does not see.
    """
    if made:
        count = await execute_with(session, INSERT, COLUMNS, made, farm_id, source, context.user_id)
        if count < len(made):
            values = ([event.id for event in made], [event.seq for event in made])
            added = {row[0] for row in await driver(session).fetch(ADDED, farm_id, *values)}
            raise EventIdsTaken({event.id for event in made} - added)
    if named:
        await execute_with(session, INSERT_OTHERS, OTHERS, named, farm_id)


def page_sql(given: Iterable[str]) -> str:
    """The statement for the filters that are given, whose values follow its four others."""
    filters = [FILTERS[name].format(f"${place}") for place, name in enumerate(given, 5)]
    return PAGE.format(filter=" and ".join(filters) or "true")


async def listing(
    session: Session, farm_id: UUID, about: Mapping[str, object], after: int, limit: int, *, with_superseded: bool
) -> list[EventRow]:
    """Events of a farm that are about all of this, in the order of the log."""
    rows = await driver(session).fetch(page_sql(about), farm_id, after, with_superseded, limit, *about.values())
    return [EventRow(*row.values()) for row in rows]
