"""Imports and their rows in the database."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import text

from bellwether.farm.imports.models import Batch, FarmContext, Judged, JudgedRow, NewBatch
from bellwether.farm.imports.row_filter import RowFilter
from bellwether.farm.imports.states import State
from bellwether.farm.imports.storing import blocks
from bellwether.farm.imports.tally import Tally
from bellwether.platform.database.many_rows import execute_with
from bellwether.platform.database.transactions import Session, driver

COLUMNS = (
    "id, farm_id, flock_id, kind, file_name, sha256, size_bytes, layout, told, options, options_sha256, state, job_id, "
    "taken_to, runs, rows_in, rows_accepted, rows_rejected, verdicts, faults, warnings, has_history, created_at, "
    "started_at, finished_at, undone_at"
)
STANDS = "state not in ('undone', 'cancelled')"
INSERT = text(f"""
insert into farm.import_batch (id, farm_id, flock_id, kind, file_name, sha256, size_bytes, layout, told, options,
  options_sha256, state, created_by)
values (:id, :farm_id, :flock_id, :kind, :file_name, :sha256, :size_bytes, cast(:layout as jsonb),
  cast(:told as jsonb), cast(:options as jsonb), :options_sha256, :state, :created_by)
on conflict (farm_id, sha256, kind, flock_id, options_sha256) where {STANDS} do nothing returning id
""")
SAME_BYTES = text(f"""
select {COLUMNS} from farm.import_batch
where farm_id = :farm_id and kind = :kind and sha256 = :sha256 and {STANDS} order by id desc
""")
ONE_SENDER = text("select pg_advisory_xact_lock(hashtextextended(:key, 12))")
KEEP_FILE = text("insert into farm.import_file (import_id, farm_id, content) values (:id, :farm_id, :content)")
GET = text(f"select {COLUMNS} from farm.import_batch where id = :id")
# not the key: what an import changes refers to it, in the transaction of a preview while another stores its verdicts
HOLD = text(f"select {COLUMNS} from farm.import_batch where id = :id for no key update")
LIST = text(f"""
select {COLUMNS} from farm.import_batch
where farm_id = :farm_id and (cast(:after as uuid) is null or id < :after) order by id desc limit :limit
""")
FLOCK = text(
    "select id from farm.flock where farm_id = :farm_id and (id::text = :flock or lower(code) = lower(:flock))"
)
FARM = text("select weight_unit, time_zone, import_headers from farm.farm where id = :id")
AFRESH = text("""
update farm.import_batch set state = :state, taken_to = 0, rows_in = 0, rows_accepted = 0, rows_rejected = 0,
  verdicts = '{}', faults = '{}', warnings = '{}', finished_at = null, undone_at = null,
  started_at = coalesce(started_at, clock_timestamp())
where id = :id returning id
""")
COUNT = text("""
update farm.import_batch set rows_in = :rows_in, rows_accepted = :rows_accepted, rows_rejected = :rows_rejected,
  verdicts = cast(:verdicts as jsonb), faults = cast(:faults as jsonb), warnings = cast(:warnings as jsonb),
  taken_to = :taken_to, started_at = coalesce(started_at, clock_timestamp())
where id = :id
""")
SET_STATE = text("""
update farm.import_batch set state = :state,
  finished_at = case when :state in ('committed', 'previewed') then clock_timestamp() else finished_at end,
  started_at = coalesce(started_at, clock_timestamp()),
  undone_at = case when :state = 'undone' then clock_timestamp() end
where id = :id
""")
UNDONE_SINCE = text("""
select exists (select from farm.import_batch where farm_id = :farm_id and state = 'undone' and undone_at > :since)
""")
AGAIN = text("update farm.import_batch set state = 'committing', taken_to = 0, runs = runs + 1 where id = :id")
ADD_ROWS = """
insert into farm.import_row
  (farm_id, import_id, row, raw, verdict, is_accepted, animal_id, field, code, message, fix, findings)
select $1, $2, row, raw, verdict, is_accepted, animal_id, field, code, message, fix, findings::jsonb
from {rows} as t
"""
ADDED = {
    "row": "int4", "raw": "text", "verdict": "text", "is_accepted": "bool", "animal_id": "uuid", "field": "text",
    "code": "text", "message": "text", "fix": "text", "findings": "text",
}  # fmt: skip
EVERY_ROW = RowFilter()
ROW = tuple(ADDED)[:-1]
JUDGED = f"""
select {", ".join(ROW)}, findings::text from farm.import_row
where farm_id = $1 and import_id = $2 and row between $3 and $4
"""
DROP_ROWS = "delete from farm.import_row where farm_id = $1 and import_id = $2 and row = any($3::int4[])"
ROWS = text(f"""
select {", ".join(ROW)}, findings from farm.import_row
where farm_id = (select farm_id from farm.import_batch where id = :id) and import_id = :id and row > :after
  and (cast(:verdict as text) is null or verdict = :verdict)
  and (cast(:accepted as bool) is null or is_accepted = :accepted)
  and (cast(:has_warning as bool) is null or (is_accepted and findings <> '[]') = :has_warning)
  and (cast(:code as text) is null or findings @> jsonb_build_array(jsonb_build_object('code', cast(:code as text))))
order by row limit :limit
""")


async def find_flock(session: Session, farm_id: UUID, flock: str) -> UUID | None:
    """A flock by id or code."""
    found: UUID | None = (await session.execute(FLOCK, {"farm_id": farm_id, "flock": flock})).scalar()
    return found


async def farm_context(session: Session, farm_id: UUID) -> FarmContext:
    """The farm's unit, time zone and names of headers."""
    return FarmContext(*(await session.execute(FARM, {"id": farm_id})).one())


async def one_sender(session: Session, farm_id: UUID, sha256: str) -> None:
    """Of two that send the same bytes for a farm at once, the second waits for the first."""
    await session.execute(ONE_SENDER, {"key": f"{farm_id} {sha256}"})


async def add_batch(session: Session, values: NewBatch, content: bytes) -> UUID | None:
    """A new import with its file; None when the same file stands already."""
    made: UUID | None = (await session.execute(INSERT, dict(values))).scalar_one_or_none()
    if made is not None:
        await session.execute(KEEP_FILE, {"id": made, "farm_id": values["farm_id"], "content": content})
    return made


async def stored_bytes(session: Session, farm_id: UUID) -> int:
    """How much the files hold together that the farm has now."""
    statement = text("select coalesce(sum(octet_length(content)), 0)::int8 from farm.import_file where farm_id = :id")
    return int((await session.execute(statement, {"id": farm_id})).scalar_one())


async def same_bytes(session: Session, farm_id: UUID, kind: str, sha256: str) -> list[Batch]:
    """The imports of the same bytes that stand, whatever their options and flock, the latest first."""
    values = {"farm_id": farm_id, "kind": kind, "sha256": sha256}
    return [Batch(*row) for row in await session.execute(SAME_BYTES, values)]


async def set_job(session: Session, import_id: UUID, job_id: UUID) -> None:
    """The job that does the work now."""
    await session.execute(
        text("update farm.import_batch set job_id = :job where id = :id"), {"id": import_id, "job": job_id}
    )


async def get(session: Session, import_id: UUID) -> Batch | None:
    """One import, or None."""
    row = (await session.execute(GET, {"id": import_id})).one_or_none()
    return None if row is None else Batch(*row)


async def hold(session: Session, import_id: UUID) -> Batch | None:
    """One import, kept from every other run until the commit."""
    row = (await session.execute(HOLD, {"id": import_id})).one_or_none()
    return None if row is None else Batch(*row)


async def listing(session: Session, farm_id: UUID, after: UUID | None, limit: int) -> list[Batch]:
    """Imports of a farm, the latest first."""
    values = {"farm_id": farm_id, "after": after, "limit": limit}
    return [Batch(*row) for row in await session.execute(LIST, values)]


async def content_of(session: Session, import_id: UUID) -> bytes | None:
    """The file; None when the import has ended."""
    statement = text("select content from farm.import_file where import_id = :id")
    found: bytes | None = (await session.execute(statement, {"id": import_id})).scalar_one_or_none()
    return found


async def drop_file(session: Session, import_id: UUID) -> None:
    """The import has ended for good: its file makes room for others."""
    await session.execute(text("delete from farm.import_file where import_id = :id"), {"id": import_id})


async def start_afresh(session: Session, import_id: UUID, state: State) -> None:
    """Without any row judged; what a preview found is gone."""
    for relation in ("import_row", "import_block"):
        await session.execute(text(f"delete from farm.{relation} where import_id = :id"), {"id": import_id})
    await session.execute(AFRESH, {"id": import_id, "state": state})


async def take_up_again(session: Session, import_id: UUID) -> None:
    """Another run, for the rows that made nothing."""
    await session.execute(AGAIN, {"id": import_id})


async def undone_since(session: Session, batch: Batch) -> bool:
    """Whether an import of the farm was undone after this one had ended."""
    values = {"farm_id": batch.farm_id, "since": batch.finished_at or batch.created_at}
    return bool((await session.execute(UNDONE_SINCE, values)).scalar_one())


async def set_state(session: Session, import_id: UUID, state: State) -> None:
    """The import is further."""
    await session.execute(SET_STATE, {"id": import_id, "state": state})


async def add_rows(session: Session, batch: Batch, found: Judged) -> None:
    """Lines with their verdicts."""
    records = [(*row[:-1], orjson.dumps(row.findings).decode() if row.findings else "[]") for row in found.rows]
    if records:
        await execute_with(session, ADD_ROWS, ADDED, records, batch.farm_id, batch.id)
    await blocks.add(session, batch, found.new)


async def judged(session: Session, batch: Batch, first: int, last: int) -> list[JudgedRow]:
    """The rows between two numbers that have a verdict already."""
    connection: asyncpg.Connection = driver(session)
    rows = await connection.fetch(JUDGED, batch.farm_id, batch.id, first, last)
    found = [JudgedRow(**{name: row[name] for name in ROW}, findings=orjson.loads(row["findings"])) for row in rows]
    return [*found, *await blocks.between(session, batch.farm_id, batch.id, first, last)]


async def drop_rows(session: Session, batch: Batch, rows: Sequence[int]) -> None:
    """Verdicts that another run gives anew."""
    connection: asyncpg.Connection = driver(session)
    await connection.execute(DROP_ROWS, batch.farm_id, batch.id, list(rows))


async def count(session: Session, import_id: UUID, tally: Tally, taken_to: int) -> None:
    """The counters, in the transaction of the rows that they count."""
    counts = {name: orjson.dumps(found).decode() for name, found in tally.shown().items()}
    sums = {"rows_in": tally.rows_in, "rows_accepted": tally.rows_accepted, "rows_rejected": tally.rows_rejected}
    await session.execute(COUNT, {"id": import_id, "taken_to": taken_to, **counts, **sums})


async def plan_afresh(session: Session) -> None:
    """A plan that was cached while the tables were empty takes a hundred times as long once they are full.

    And the rows of a statement stay in memory, where its triggers look at them.
    """
    plan = "select set_config('plan_cache_mode', 'force_custom_plan', true), set_config('work_mem', '32MB', true)"
    await session.execute(text(plan))


async def write_as(session: Session, writer: UUID | str) -> None:
    """Whose import this transaction is of: what it changes of others is remembered, so that it can be undone."""
    await session.execute(text("select set_config('app.import_id', :writer, true)"), {"writer": str(writer)})


async def rows(
    session: Session, import_id: UUID, after: int, limit: int, wanted: RowFilter = EVERY_ROW
) -> list[JudgedRow]:
    """Rows of the file, in its order."""
    values = {"id": import_id, "after": after, "limit": limit, **asdict(wanted)}
    found = [JudgedRow(*row) for row in await session.execute(ROWS, values)]
    if wanted.takes_new:
        found += await blocks.after(session, import_id, after, limit)
        found.sort(key=lambda row: row.row)
    return found[:limit]
