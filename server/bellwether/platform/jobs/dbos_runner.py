"""The real job runner: DBOS keeps the steps, the job row tells the story, nothing else of the platform sees DBOS.

A job's first attempt is the DBOS workflow with the job's id; attempt n is `<id>-<n>`, forked from the one before at its
first unfinished step. A dead worker's jobs are taken up by the next one with the same slot, or by another one.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import TypeVar
from uuid import UUID

from dbos import DBOS, DBOSConfig, SetWorkflowID

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.jobs.child_process import portable
from bellwether.platform.jobs.ending import MAX_STARTS, execute, failure
from bellwether.platform.jobs.journal import OUTAGE_PATIENCE_S, JobJournal
from bellwether.platform.jobs.kinds import JobKind
from bellwether.platform.jobs.models import JobRow
from bellwether.platform.jobs.run import JobRun
from bellwether.platform.outages import patiently

T = TypeVar("T")
QUEUE = "bellwether"
QUEUE_POLL_S = 0.5
SILENT_S = 60.0
UNFINISHED = ("PENDING", "ENQUEUED", "DELAYED")
# recovery is per version: the name changes only when running jobs of the old code must not go on under the new
JOBS_VERSION = "bellwether-1"


class DurableSteps:
    """Finished steps in DBOS's tables."""

    async def once(self, name: str, make: Callable[[], Awaitable[T]]) -> T:
        """The stored result, or that of `make()`; outages of the database repeat the step."""

        async def body() -> T:
            try:
                return await patiently(make, for_s=OUTAGE_PATIENCE_S, what=name)
            except Exception as error:
                raise portable(error) from error

        return await DBOS.run_step_async({"name": name}, body)


class Runner:
    """DBOS in this process; one per process, for DBOS is global."""

    def __init__(
        self, kinds: Iterable[JobKind], databases: Mapping[str, Database], url: str, *, concurrency: int = 2
    ) -> None:
        self._kinds, self._databases = {kind.name: kind for kind in kinds}, databases
        self._url, self._concurrency = url, concurrency
        self._workflow = DBOS.workflow(name="job", max_recovery_attempts=None)(self._make_workflow())
        self._instance: DBOS | None = None
        self.is_ready = False

    async def launch(self, slot: str) -> None:
        """Start DBOS as this executor. Raises when its database does not answer."""
        quiet_logs()
        instance = DBOS(config=config(self._url, slot))
        # workflows run on this loop, beside the pools they use, although launching blocks a thread
        instance._background_event_loop.set_main_loop()
        try:
            await asyncio.to_thread(DBOS.launch)
            await DBOS.register_queue_async(
                QUEUE, worker_concurrency=self._concurrency, polling_interval_sec=QUEUE_POLL_S
            )
        except Exception:
            await asyncio.to_thread(DBOS.destroy)
            raise
        self._instance, self.is_ready = instance, True

    def running(self) -> set[str]:
        """The workflows that run in this process."""
        return set(self._instance._active_workflows_set.activeList()) if self._instance else set()

    async def recover(self, slot: str) -> None:
        """Take over the unfinished jobs of a slot whose worker is gone."""
        await asyncio.to_thread(DBOS._recover_pending_workflows, [slot])

    async def deal_again(self, slot: str, workflow_id: str) -> None:
        """Put back what was dealt to this slot and never began; nothing happens if it is another's by now."""
        assert self._instance is not None
        await asyncio.to_thread(self._instance._sys_db.reenqueue_for_recovery, workflow_id, [slot], QUEUE)

    async def has(self, job_id: UUID, attempt: int) -> bool:
        """Whether this attempt waits or runs, here or in another worker."""
        status = await DBOS.get_workflow_status_async(workflow_id_of(job_id, attempt))
        return status is not None and status.status in UNFINISHED

    async def hand_over(self, kind: str, job_id: UUID, attempt: int, owner: UUID | None, farm: UUID | None) -> None:
        """Give one attempt to DBOS; doing it twice changes nothing."""
        workflow_id = workflow_id_of(job_id, attempt)
        if await DBOS.get_workflow_status_async(workflow_id) is not None:
            return
        before = workflow_id_of(job_id, attempt - 1)
        with SetWorkflowID(workflow_id):
            if attempt > 1 and await DBOS.get_workflow_status_async(before) is not None:
                step = await first_unfinished(before)
                await DBOS.fork_workflow_async(before, step, application_version=JOBS_VERSION, queue_name=QUEUE)
            else:
                arguments = (kind, str(job_id), text_or_none(owner), text_or_none(farm))
                await DBOS.enqueue_workflow_async(QUEUE, self._workflow, *arguments)

    def _make_workflow(self) -> Callable[[str, str, str | None, str | None], Coroutine[None, None, None]]:
        async def job(kind: str, job_id: str, owner: str | None, farm: str | None) -> None:
            await self._run(kind, UUID(job_id), uuid_or_none(owner), uuid_or_none(farm))

        return job

    async def _run(self, kind_name: str, job_id: UUID, owner: UUID | None, farm: UUID | None) -> None:
        service = kind_name.split(".", 1)[0]
        database = self._databases[service]
        writer = Context(user_id=owner, farm_ids=() if farm is None else (farm,), request_id=str(job_id))
        journal = JobJournal(database, service, job_id, writer)
        row = await journal.start(attempt_of(str(DBOS.workflow_id)))
        if row is None:
            return
        kind = self._kinds.get(kind_name)
        if kind is None:
            await journal.finish("failed", error=failure("unknown_kind", f"This worker does not know {kind_name}"))
        elif journal.starts > MAX_STARTS:
            detail = f"The worker died {MAX_STARTS} times in this job"
            await journal.finish("failed", error=failure("worker_died", detail))
        else:
            await execute(kind.run, run_of(row, database, journal, DurableSteps()), journal)


def run_of(row: JobRow, database: Database, journal: JobJournal, steps: DurableSteps) -> JobRun:
    """What the job's function gets; it acts as the user who asked, by no more than their token, or for the farm."""
    farms = () if row.owner_id is not None or row.farm_id is None else (row.farm_id,)
    named = None if row.token_farms is None else tuple(row.token_farms)
    context = Context(row.owner_id, farms, row.request_id or str(row.id), row.traceparent, token_farms=named)
    return JobRun(row.id, row.kind, row.attempt, row.payload, row.farm_id, context, database, journal, steps)


def config(url: str, slot: str) -> DBOSConfig:
    """DBOS without console, conductor, admin server or telemetry of its own."""
    return {
        "name": "bellwether",
        "system_database_url": url,
        "executor_id": slot,
        "application_version": JOBS_VERSION,
        "log_level": "WARNING",
        "enable_otlp": False,
        "sys_db_pool_size": 5,
        "notification_listener_polling_interval_sec": 1.0,
    }


def quiet_logs() -> None:
    """DBOS adds a console handler only where there is none; its warnings go the way of all other logs."""
    logger = logging.getLogger("dbos")
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())
        logger.addFilter(once_per_outage())


def once_per_outage() -> Callable[[logging.LogRecord], bool]:
    """A filter of what DBOS says at each of its tries: each kind once, until it was silent for a minute."""
    last: dict[str, float] = {}

    def is_news(record: logging.LogRecord) -> bool:
        text = record.getMessage()
        kind, now = text.partition(":")[0], time.monotonic()
        before, last[kind] = last.get(kind), now
        # its tracebacks are part of the text; the last line says what it was
        lines = text.strip().splitlines()
        record.msg, record.args = (f"{kind}: {lines[-1]}" if "Traceback" in lines[0] else text), None
        return before is None or now - before > SILENT_S

    return is_news


async def first_unfinished(workflow_id: str) -> int:
    """The number of the first step that failed or never ended."""
    steps = await DBOS.list_workflow_steps_async(workflow_id)
    failed = [step["function_id"] for step in steps if step["error"] is not None]
    return min(failed) if failed else 1 + max((step["function_id"] for step in steps), default=0)


def workflow_id_of(job_id: UUID, attempt: int) -> str:
    """The name of an attempt in DBOS."""
    return str(job_id) if attempt == 1 else f"{job_id}-{attempt}"


def attempt_of(workflow_id: str) -> int:
    """The number of the attempt: a UUID has five groups, a sixth counts."""
    groups = workflow_id.split("-")
    return 1 if len(groups) == 5 else int(groups[5])


def text_or_none(value: UUID | None) -> str | None:
    """An optional id as JSON."""
    return None if value is None else str(value)


def uuid_or_none(value: str | None) -> UUID | None:
    """And back."""
    return None if value is None else UUID(value)
