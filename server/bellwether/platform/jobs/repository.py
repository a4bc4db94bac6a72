"""Every query of an API process on the job table. The worker's own are in `journal.py`."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text

from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs.models import JobRow, NewJobRow

COLUMNS = (
    "id, kind, owner_id, farm_id, key, payload, payload_sha256, state, progress, stage, log, result, error, attempt, "
    "cancel_requested, created_at, started_at, finished_at, request_id, traceparent, rev, token_farms"
)
INSERT = """
insert into {schema}.job
  (id, kind, owner_id, farm_id, key, payload, payload_sha256, request_id, traceparent, token_farms)
values (:id, :kind, :owner_id, :farm_id, :key, cast(:payload as jsonb), :payload_sha256, :request_id, :traceparent,
        cast(:token_farms as uuid[]))
on conflict do nothing returning {columns}
"""
WITH_KEY = """
select {columns} from {schema}.job
where kind = :kind and coalesce(owner_id, farm_id) = coalesce(:owner_id, cast(:farm_id as uuid)) and key = :key
"""
LISTING = """
select {columns} from {schema}.job
where (cast(:kind as text) is null or kind = :kind) and (cast(:state as text) is null or state = :state)
  and (cast(:before as uuid) is null or id < :before)
order by id desc limit :limit
"""
CANCEL = """
update {schema}.job set cancel_requested = true,
  state = case when state = 'queued' then 'cancelled' else state end,
  finished_at = case when state = 'queued' then clock_timestamp() end
where id = :id and state in ('queued', 'running') returning {columns}
"""
RETRY = """
update {schema}.job set state = 'queued', attempt = attempt + 1, starts = 0, cancel_requested = false, error = null,
  progress = 0, stage = '', started_at = null, finished_at = null
where id = :id and state in ('failed', 'cancelled') returning {columns}
"""
UNFINISHED = """
select count(*) filter (where owner_id = cast(:user as uuid)), count(*) filter (where farm_id = cast(:farm as uuid))
from {schema}.job where state in ('queued', 'running')
"""


async def insert(session: Session, schema: str, values: NewJobRow) -> JobRow | None:
    """A new job; None when its key is taken."""
    return await one(session, INSERT, schema, values)


async def with_key(session: Session, schema: str, values: NewJobRow) -> JobRow | None:
    """The job that this caller made with this key."""
    return await one(session, WITH_KEY, schema, values)


async def find(session: Session, schema: str, job_id: UUID) -> JobRow | None:
    """The job, if the acting user may see it."""
    return await one(session, "select {columns} from {schema}.job where id = :id", schema, {"id": job_id})


async def cancel(session: Session, schema: str, job_id: UUID) -> JobRow | None:
    """Ask an unfinished job to stop; one that nobody has started stops at once."""
    return await one(session, CANCEL, schema, {"id": job_id})


async def retry(session: Session, schema: str, job_id: UUID) -> JobRow | None:
    """A further attempt of a job that failed or was cancelled."""
    return await one(session, RETRY, schema, {"id": job_id})


async def listing(session: Session, schema: str, values: Mapping[str, object]) -> list[JobRow]:
    """The newest jobs first; ids are ordered by time."""
    statement = text(LISTING.format(schema=schema, columns=COLUMNS))
    return [JobRow._make(row) for row in (await session.execute(statement, dict(values))).all()]


async def unfinished(session: Session, schema: str, user: UUID | None, farm: UUID | None) -> tuple[int, int]:
    """How many jobs of a user, and of a farm, wait or run, as far as the acting user sees them."""
    values = {"user": user, "farm": farm}
    of_user, of_farm = (await session.execute(text(UNFINISHED.format(schema=schema)), values)).one()
    return of_user, of_farm


async def one(session: Session, sql: str, schema: str, values: Mapping[str, object]) -> JobRow | None:
    """The one row of a statement, or None."""
    statement = text(sql.format(schema=schema, columns=COLUMNS))
    row = (await session.execute(statement, dict(values))).one_or_none()
    return None if row is None else JobRow._make(row)
