"""Imports and their rows in the database."""

from collections.abc import Sequence
from typing import TypeVar
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import text

from bellwether.farm.imports.judging.outcomes import Outcome
from bellwether.farm.imports.models import Batch, Count, Finished, JudgedRow, NewBatch, Totals
from bellwether.farm.imports.reading.format import Format
from bellwether.farm.imports.reading.rows import ReadRow
from bellwether.platform.database.transactions import Session, driver

R = TypeVar("R")
COLUMNS = (
    "id, farm_id, flock_id, kind, file_name, sha256, size_bytes, layout, job_id, rows_in, rows_accepted, "
    "rows_rejected, verdicts, created_at, started_at, finished_at"
)
INSERT = text("""
insert into farm.import_batch (id, farm_id, flock_id, kind, file_name, sha256, size_bytes, layout, created_by)
values (:id, :farm_id, :flock_id, :kind, :file_name, :sha256, :size_bytes, cast(:layout as jsonb), :created_by)
on conflict (farm_id, kind, sha256) do nothing returning id
""")
SAME = text("select id from farm.import_batch where farm_id = :farm_id and kind = :kind and sha256 = :sha256")
KEEP_FILE = text("insert into farm.import_file (import_id, farm_id, content) values (:id, :farm_id, :content)")
GET = text(f"select {COLUMNS} from farm.import_batch where id = :id")
LIST = text(f"""
select {COLUMNS} from farm.import_batch
where farm_id = :farm_id and (cast(:after as uuid) is null or id < :after) order by id desc limit :limit
""")
FLOCK = text(
    "select id from farm.flock where farm_id = :farm_id and (id::text = :flock or lower(code) = lower(:flock))"
)
ADD_ROWS = """
insert into farm.import_row (farm_id, import_id, row, raw, parsed, verdict, is_accepted, field, code, message, fix)
select $1, $2, row, raw, parsed::jsonb, verdict, case when verdict is not null then false end, field, code, message, fix
from unnest($3::int4[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])
  as t (row, raw, parsed, verdict, field, code, message, fix)
on conflict (import_id, row) do nothing
"""
PENDING = """
select row, parsed::text from farm.import_row
where farm_id = $1 and import_id = $2 and row between $3 and $4 and verdict is null order by row for update
"""
JUDGE = """
update farm.import_row r
set verdict = t.verdict, is_accepted = t.is_accepted, animal_id = t.animal_id,
    field = t.field, code = t.code, message = t.message, fix = t.fix
from unnest($3::int4[], $4::text[], $5::bool[], $6::uuid[], $7::text[], $8::text[], $9::text[], $10::text[])
  as t (row, verdict, is_accepted, animal_id, field, code, message, fix)
where r.farm_id = $1 and r.import_id = $2 and r.row = t.row and r.verdict is null
"""
COUNT = text("""
select coalesce(verdict, 'pending') as verdict, coalesce(is_accepted, false) as is_accepted, count(*) as n
from farm.import_row where import_id = :id group by 1, 2
""")
FINISH = text("""
update farm.import_batch set rows_in = :rows_in, rows_accepted = :rows_accepted, rows_rejected = :rows_rejected,
  verdicts = cast(:verdicts as jsonb), finished_at = clock_timestamp()
where id = :import_id and finished_at is null
returning farm_id, kind, file_name, sha256, started_at, finished_at
""")
ROWS = text("""
select row, raw, verdict, is_accepted, animal_id, field, code, message, fix from farm.import_row
where import_id = :id and row > :after and (cast(:verdict as text) is null or verdict = :verdict)
  and (cast(:accepted as bool) is null or is_accepted = :accepted)
order by row limit :limit
""")


async def find_flock(session: Session, farm_id: UUID, flock: str) -> UUID | None:
    """A flock by id or code."""
    found: UUID | None = (await session.execute(FLOCK, {"farm_id": farm_id, "flock": flock})).scalar()
    return found


async def add_batch(session: Session, values: NewBatch, content: bytes) -> UUID | None:
    """A new import with its file; None when the same file was sent before."""
    made: UUID | None = (await session.execute(INSERT, dict(values))).scalar_one_or_none()
    if made is not None:
        await session.execute(KEEP_FILE, {"id": made, "farm_id": values["farm_id"], "content": content})
    return made


async def find_same(session: Session, farm_id: UUID, kind: str, sha256: str) -> UUID:
    """The import that had the same file."""
    values = {"farm_id": farm_id, "kind": kind, "sha256": sha256}
    found: UUID = (await session.execute(SAME, values)).scalar_one()
    return found


async def set_job(session: Session, import_id: UUID, job_id: UUID) -> None:
    """The job that does the work."""
    statement = text("update farm.import_batch set job_id = :job where id = :id and job_id is null")
    await session.execute(statement, {"id": import_id, "job": job_id})


async def get(session: Session, import_id: UUID) -> Batch | None:
    """One import, or None."""
    row = (await session.execute(GET, {"id": import_id})).one_or_none()
    return None if row is None else Batch(*row)


async def listing(session: Session, farm_id: UUID, after: UUID | None, limit: int) -> list[Batch]:
    """Imports of a farm, the latest first."""
    values = {"farm_id": farm_id, "after": after, "limit": limit}
    return [Batch(*row) for row in await session.execute(LIST, values)]


async def content_of(session: Session, import_id: UUID) -> bytes:
    """The file."""
    statement = text("select content from farm.import_file where import_id = :id")
    return bytes((await session.execute(statement, {"id": import_id})).scalar_one())


async def start(session: Session, import_id: UUID) -> None:
    """The first run of the job has begun."""
    statement = text(
        "update farm.import_batch set started_at = clock_timestamp() where id = :id and started_at is null"
    )
    await session.execute(statement, {"id": import_id})


async def add_rows(session: Session, batch: Batch, form: Format[R], rows: Sequence[ReadRow[R]]) -> None:
    """Lines as read: rejected ones with their reason, the others to be judged."""
    found = [row.finding for row in rows]
    connection: asyncpg.Connection = driver(session)
    await connection.execute(
        ADD_ROWS,
        batch.farm_id,
        batch.id,
        [row.row for row in rows],
        [row.raw for row in rows],
        [None if row.data is None else form.to_json(row.data) for row in rows],
        [finding and finding.verdict for finding in found],
        [finding and finding.field for finding in found],
        [finding and finding.code for finding in found],
        [finding and finding.message for finding in found],
        [finding and finding.fix for finding in found],
    )


async def pending(session: Session, batch: Batch, form: Format[R], first: int, last: int) -> list[tuple[int, R]]:
    """Rows without a verdict, locked: of two runs of one step, the second finds none."""
    connection: asyncpg.Connection = driver(session)
    rows = await connection.fetch(PENDING, batch.farm_id, batch.id, first, last)
    return [(row["row"], form.from_json(row["parsed"])) for row in rows]


async def judge(session: Session, batch: Batch, outcomes: Sequence[Outcome]) -> None:
    """The verdicts, each written once."""
    found = [outcome.finding for outcome in outcomes]
    connection: asyncpg.Connection = driver(session)
    await connection.execute(
        JUDGE,
        batch.farm_id,
        batch.id,
        [outcome.row for outcome in outcomes],
        [outcome.verdict for outcome in outcomes],
        [outcome.is_accepted for outcome in outcomes],
        [outcome.animal_id for outcome in outcomes],
        [finding and finding.field for finding in found],
        [finding and finding.code for finding in found],
        [finding and finding.message for finding in found],
        [finding and finding.fix for finding in found],
    )


async def plan_afresh(session: Session) -> None:
    """A plan that was cached while the tables were empty takes a hundred times as long once they are full."""
    await session.execute(text("select set_config('plan_cache_mode', 'force_custom_plan', true)"))


async def counts(session: Session, import_id: UUID) -> list[Count]:
    """Rows by verdict."""
    return [Count(*row) for row in await session.execute(COUNT, {"id": import_id})]


async def finish(session: Session, totals: Totals) -> Finished | None:
    """The totals, once; None when they were written before."""
    values = {**totals, "verdicts": orjson.dumps(totals["verdicts"]).decode()}
    row = (await session.execute(FINISH, values)).one_or_none()
    return None if row is None else Finished(*row)


async def rows(
    session: Session, import_id: UUID, after: int, limit: int, verdict: str | None, accepted: bool | None
) -> list[JudgedRow]:
    """Rows of the file, in its order."""
    values = {"id": import_id, "after": after, "limit": limit, "verdict": verdict, "accepted": accepted}
    return [JudgedRow(*row) for row in await session.execute(ROWS, values)]
