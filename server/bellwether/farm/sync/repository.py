"""What devices were told, the history of fields, and how far back tombstones go."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

import orjson

from bellwether.farm.sync.models import Answered, FieldChange
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.json import JsonValue

ANSWERED = """
select mutation_id, sent_sha256, answer::text from farm.mutation
where farm_id = $1 and device_id = $2 and mutation_id = any($3::uuid[])
"""
ANSWER = """
insert into farm.mutation (farm_id, device_id, mutation_id, sent_sha256, answer, sent_by)
select $1, $2, t.id, t.digest, t.answer::jsonb, $3
from unnest($4::uuid[], $5::bytea[], $6::text[]) as t (id, digest, answer)
"""
FIELDS = """
select distinct on (field) field, seq, before::text, after::text, clock, device_id, changed_by
from farm.field_change where farm_id = $1 and relation = $2 and id = $3 and seq > $4 and field = any($5::text[])
order by field, seq desc
"""
FIRST = """
select distinct on (id, field) id, field, before::text from farm.field_change
where farm_id = $1 and relation = $2 and id = any($3::uuid[]) order by id, field, seq
"""
WRITE_AS = "select set_config('app.clock', $1, true), set_config('app.device_id', $2, true)"
BURIED_AFTER = """
select count(*) from farm.tombstone where farm_id = $1 and relation = $2 and id = any($3::uuid[]) and seq > $4
"""
HORIZON = "select coalesce((select seq from farm.change_horizon where farm_id = $1), 0)"
CLEAR = """
with gone as (delete from farm.tombstone where farm_id = $1 and deleted_at < $2 returning seq)
insert into farm.change_horizon as h (farm_id, seq) select $1, max(seq) from gone having count(*) > 0
on conflict (farm_id) do update set seq = greatest(h.seq, excluded.seq)
"""
FORGET = "delete from farm.mutation where farm_id = $1 and received_at < $2"


async def answered(
    session: Session, farm_id: UUID, device_id: UUID, mutation_ids: Collection[UUID]
) -> dict[UUID, Answered]:
    """What those of the mutations were told that came before."""
    rows = await driver(session).fetch(ANSWERED, farm_id, device_id, list(mutation_ids))
    return {row[0]: Answered(row[1], orjson.loads(row[2])) for row in rows}


async def remember(
    session: Session, context: Context, farm_id: UUID, device_id: UUID, answers: Sequence[tuple[UUID, bytes, str]]
) -> None:
    """What these mutations were told."""
    columns = [list(column) for column in zip(*answers, strict=True)] or [[], [], []]
    await driver(session).execute(ANSWER, farm_id, device_id, context.user_id, *columns)


async def fields_changed(
    session: Session, farm_id: UUID, relation: str, row_id: UUID, after: int, fields: Collection[str]
) -> dict[str, FieldChange]:
    """The last change of each of the fields after a number."""
    rows = await driver(session).fetch(FIELDS, farm_id, relation, row_id, after, list(fields))
    return {
        row["field"]: FieldChange(row[0], row[1], orjson.loads(row[2]), orjson.loads(row[3]), *row[4:]) for row in rows
    }


async def first_values(
    session: Session, farm_id: UUID, relation: str, ids: Collection[UUID]
) -> dict[UUID, dict[str, JsonValue]]:
    """What fields were that were changed since, of each row."""
    found: dict[UUID, dict[str, JsonValue]] = {}
    for row in await driver(session).fetch(FIRST, farm_id, relation, list(ids)):
        found.setdefault(row["id"], {})[row["field"]] = orjson.loads(row["before"])
    return found


async def write_as(session: Session, clock: str, device_id: UUID | None) -> None:
    """What is written from now on was said at this time by this device."""
    await driver(session).execute(WRITE_AS, clock, str(device_id or ""))


async def buried_after(session: Session, farm_id: UUID, relation: str, ids: Sequence[UUID], after: int) -> bool:
    """Whether one of the rows went after a number."""
    found: int = await driver(session).fetchval(BURIED_AFTER, farm_id, relation, list(ids), after)
    return found > 0


async def horizon(session: Session, farm_id: UUID) -> int:
    """Up to which number tombstones are gone."""
    found: int = await driver(session).fetchval(HORIZON, farm_id)
    return found


async def clear_away(session: Session, farm_id: UUID, before: datetime) -> None:
    """Tombstones and answers that are older than this; the farm's lock must be held."""
    await driver(session).execute(CLEAR, farm_id, before)
    await driver(session).execute(FORGET, farm_id, before)
