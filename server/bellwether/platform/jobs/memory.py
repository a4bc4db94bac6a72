"""Jobs without a database or a worker process: for the unit tests of services. The contract suite runs against both.

`MemoryJobs` has the functions of `platform/jobs/service.py` as methods; a "session" is the context that it was opened
with.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar, cast
from uuid import UUID

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.jobs.ending import execute, failure
from bellwether.platform.jobs.kinds import JobKind
from bellwether.platform.jobs.models import JobRow, NewJobRow
from bellwether.platform.jobs.problems import JobKeyReused, JobUnfinished
from bellwether.platform.jobs.run import JobRun, plain
from bellwether.platform.jobs.schemas import ENDED, Job
from bellwether.platform.jobs.service import check_owner, job_of, new_row
from bellwether.platform.json import JsonObject
from bellwether.platform.problems import NotFound

T = TypeVar("T")
POLL_S = 0.005


@dataclass
class MemoryJobs:
    """Job rows in a dictionary. `farms` says which user belongs to which farms."""

    kinds: Iterable[JobKind]
    farms: Mapping[UUID, set[UUID]] = field(default_factory=dict)
    database: Database | None = None
    rows: dict[UUID, JobRow] = field(default_factory=dict)
    steps: defaultdict[UUID, dict[str, object]] = field(default_factory=lambda: defaultdict(dict))

    @asynccontextmanager
    async def transaction(self, context: Context) -> AsyncIterator[Context]:
        """Stands for `Database.transaction`."""
        yield context

    async def submit(
        self,
        session: Context,  # noqa: ARG002 - the signature of the real one
        context: Context,
        *,
        kind: str,
        payload: Mapping[str, object],
        farm_id: UUID | None = None,
        key: str | None = None,
    ) -> Job:
        """As `platform.jobs.service.submit`."""
        values = new_row(context, kind=kind, payload=payload, farm_id=farm_id, key=key)
        known = next((row for row in self.rows.values() if key is not None and same_key(row, values)), None)
        if known is not None and known.payload_sha256 != values["payload_sha256"]:
            raise JobKeyReused
        row = known or self._keep(fresh(values, cast(JsonObject, plain(payload))))
        return job_of(row)

    async def find(self, session: Context, service: str, job_id: UUID) -> Job:
        """As `platform.jobs.service.find`."""
        return job_of(self._visible(session, service, job_id))

    async def listing(
        self,
        session: Context,
        service: str,
        *,
        kind: str | None = None,
        state: str | None = None,
        before: UUID | None = None,
        limit: int = 100,
    ) -> list[Job]:
        """As `platform.jobs.service.listing`."""
        found = [
            job_of(row)
            for row in self.rows.values()
            if row.service == service and self._may_see(session, row) and kind in (None, row.kind)
        ]
        found = [job for job in found if state in (None, job.state) and (before is None or job.id < before)]
        return sorted(found, key=lambda job: job.id, reverse=True)[:limit]

    async def cancel(self, session: Context, context: Context, service: str, job_id: UUID) -> Job:
        """As `platform.jobs.service.cancel`."""
        row = self._visible(session, service, job_id)
        check_owner(row, context)
        if row.state == "queued":
            row = self._keep(row._replace(state="cancelled", finished_at=now()))
        elif row.state not in ENDED:
            row = self._keep(row._replace(cancel_requested=True))
        return job_of(row)

    async def retry(self, session: Context, context: Context, service: str, job_id: UUID) -> Job:
        """As `platform.jobs.service.retry`."""
        row = self._visible(session, service, job_id)
        check_owner(row, context)
        if row.state not in ("failed", "cancelled"):
            raise JobUnfinished(f"The job is {row.state}: only a job that failed or was cancelled can be retried")
        again = row._replace(state="queued", attempt=row.attempt + 1, progress=0.0, stage="", error=None)
        return job_of(self._keep(again._replace(cancel_requested=False, started_at=None, finished_at=None)))

    async def run_all(self) -> None:
        """Run what is queued, one after the other, until nothing is."""
        while waiting := [row for row in self.rows.values() if row.state == "queued"]:
            await self._run(waiting[0])

    async def work(self) -> None:
        """Run whatever is queued, for ever."""
        while True:
            await self.run_all()
            await asyncio.sleep(POLL_S)

    async def _run(self, row: JobRow) -> None:
        journal = MemoryJournal(self, row.id)
        self._keep(row._replace(state="running", started_at=now()))
        kind = next((kind for kind in self.kinds if kind.name == row.kind), None)
        if kind is None:
            await journal.finish("failed", error=failure("unknown_kind", f"Nobody knows {row.kind}"))
            return
        context = Context(user_id=row.owner_id, request_id=str(row.id))
        database = cast(Database, self.database)
        steps = MemorySteps(self.steps[row.id])
        run = JobRun(row.id, row.kind, row.attempt, row.payload, row.farm_id, context, database, journal, steps)
        await execute(kind.run, run, journal)

    def _keep(self, row: JobRow) -> JobRow:
        self.rows[row.id] = row._replace(rev=row.rev + 1)
        return self.rows[row.id]

    def _may_see(self, context: Context, row: JobRow) -> bool:
        user = context.user_id
        mine = set(context.farm_ids) | (self.farms.get(user, set()) if user is not None else set())
        return row.farm_id in mine if row.farm_id is not None else user is not None and row.owner_id == user

    def _visible(self, context: Context, service: str, job_id: UUID) -> JobRow:
        row = self.rows.get(job_id)
        if row is None or row.service != service or not self._may_see(context, row):
            raise NotFound
        return row


@dataclass
class MemorySteps:
    """Finished steps by name and turn."""

    done: dict[str, object]
    turn: int = 0

    async def once(self, name: str, make: Callable[[], Awaitable[T]]) -> T:
        """The kept result, or that of `make()`, kept; a failure is not kept."""
        self.turn += 1
        key = f"{self.turn} {name}"
        if key not in self.done:
            self.done[key] = await make()
        return cast(T, self.done[key])


@dataclass
class MemoryJournal:
    """Writes of one run."""

    jobs: MemoryJobs
    id: UUID

    async def progress(self, fraction: float | None, stage: str | None) -> bool:
        """As the real one."""
        row = self.jobs.rows[self.id]
        row = row._replace(progress=max(row.progress, fraction or 0.0), stage=row.stage if stage is None else stage)
        return self.jobs._keep(row).cancel_requested

    async def log(self, message: str) -> None:
        """As the real one: a further attempt does not say again what the first has said."""
        row = self.jobs.rows[self.id]
        if row.attempt == 1 or message not in [line["message"] for line in row.log]:
            self.jobs._keep(row._replace(log=[*row.log, {"at": now().isoformat(), "message": message}]))

    async def finish(self, state: str, *, result: JsonObject | None = None, error: JsonObject | None = None) -> bool:
        """As the real one."""
        row = self.jobs.rows[self.id]
        row = row._replace(state=state, finished_at=now(), result=result, error=error)
        self.jobs._keep(row._replace(progress=1.0 if state == "succeeded" else row.progress))
        return True


def now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def same_key(row: JobRow, values: NewJobRow) -> bool:
    """Whether the same caller asked for the same kind under the same key."""
    callers = (row.owner_id or row.farm_id, values["owner_id"] or values["farm_id"])
    return callers[0] == callers[1] and (row.kind, row.key) == (values["kind"], values["key"])


def fresh(values: NewJobRow, payload: JsonObject) -> JobRow:
    """A queued row."""
    return JobRow(
        values["id"],
        values["kind"],
        values["owner_id"],
        values["farm_id"],
        values["key"],
        payload,
        values["payload_sha256"],
        request_id=values["request_id"],
        traceparent=values["traceparent"],
        state="queued",
        progress=0.0,
        stage="",
        log=[],
        result=None,
        error=None,
        attempt=1,
        cancel_requested=False,
        created_at=now(),
        started_at=None,
        finished_at=None,
        rev=0,
    )
