"""What a run writes into its job row. A fence, taken at each start, shuts out an older run that is still alive."""

from collections.abc import Mapping
from typing import cast
from uuid import UUID

from sqlalchemy import text

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.jobs.models import JobRow
from bellwether.platform.jobs.repository import COLUMNS
from bellwether.platform.jobs.run import Superseded
from bellwether.platform.json import JsonObject, json_text
from bellwether.platform.outages import patiently

KEPT_LINES = 300
OUTAGE_PATIENCE_S = 600.0

START = f"""
update {{schema}}.job set fence = fence + 1, starts = starts + 1, state = 'running',
  started_at = coalesce(started_at, clock_timestamp())
where id = :id and attempt = :attempt and state in ('queued', 'running') returning fence, starts, {COLUMNS}
"""
LOOK = "select cancel_requested from {schema}.job where id = :id and fence = :fence and state = 'running'"
PROGRESS = """
update {schema}.job set progress = greatest(progress, coalesce(cast(:fraction as float8), progress)),
  stage = coalesce(cast(:stage as text), stage)
where id = :id and fence = :fence and state = 'running' returning cancel_requested
"""
# a repeated run says again what the first has said
LOG = """
update {schema}.job set log = case when jsonb_array_length(log) >= :kept then log - 0 else log end
  || jsonb_build_object('at', clock_timestamp(), 'message', cast(:message as text))
where id = :id and fence = :fence and state = 'running'
  and not (:repeated and log @> jsonb_build_array(jsonb_build_object('message', cast(:message as text))))
"""
FINISH = """
update {schema}.job set state = cast(:state as text), finished_at = clock_timestamp(), result = cast(:result as jsonb),
  error = cast(:error as jsonb), progress = case when cast(:state as text) = 'succeeded' then 1 else progress end
where id = :id and fence = :fence and state = 'running' returning rev
"""


class JobJournal:
    """The job row of one run, written in the name of the job's owner and farm; outages are waited out."""

    def __init__(self, database: Database, schema: str, job_id: UUID, context: Context) -> None:
        self._database, self._schema, self._context = database, schema, context
        self._id, self._fence, self._repeated = job_id, 0, False
        self.starts = 0

    async def start(self, attempt: int) -> JobRow | None:
        """Take the fence; None when this attempt has ended or is not the current one."""
        rows = await self._run(START, {"attempt": attempt})
        if not rows:
            return None
        fence, starts, *columns = rows[0]
        self._fence, self.starts = cast(int, fence), cast(int, starts)
        row = JobRow._make(columns)
        self._repeated = self.starts > 1 or row.attempt > 1
        return row

    async def progress(self, fraction: float | None, stage: str | None) -> bool:
        """Store progress and stage, whichever is given; true when the job is to be cancelled."""
        values = {"fraction": fraction, "stage": stage}
        rows = await (self._run(LOOK, {}) if fraction is None and stage is None else self._run(PROGRESS, values))
        if not rows:
            raise Superseded
        return bool(rows[0][0])

    async def log(self, message: str) -> None:
        """Append a line; the oldest goes when there are too many."""
        await self._run(LOG, {"message": message[:2000], "kept": KEPT_LINES, "repeated": self._repeated})

    async def finish(self, state: str, *, result: JsonObject | None = None, error: JsonObject | None = None) -> bool:
        """The end of the job; false when the fence has moved on."""
        values = {"state": state, "result": json_or_none(result), "error": json_or_none(error)}
        return bool(await self._run(FINISH, values))

    async def _run(self, sql: str, values: Mapping[str, object]) -> list[tuple[object, ...]]:
        statement = text(sql.format(schema=self._schema))
        bound = {"id": self._id, "fence": self._fence, **values}
        known = {name: bound[name] for name in statement.compile().params}

        async def once() -> list[tuple[object, ...]]:
            async with self._database.transaction(self._context) as session:
                result = await session.execute(statement, known)
                return [tuple(row) for row in result] if result.returns_rows else []

        return await patiently(once, for_s=OUTAGE_PATIENCE_S, what="job row")


def json_or_none(value: JsonObject | None) -> str | None:
    """JSON text for a jsonb column."""
    return None if value is None else json_text(value)
