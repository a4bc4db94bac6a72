"""The job resource of one service: list, get, cancel, retry, and a stream of its changes."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from bellwether.platform.http.at_once import at_once
from bellwether.platform.http.dependencies import Acting, LookAgain, Reading, Readings, Writing, need
from bellwether.platform.http.pagination import ById, CursorText, Limit, id_after
from bellwether.platform.http.problem_documents import documented
from bellwether.platform.http.schemas import Page
from bellwether.platform.jobs import service as jobs
from bellwether.platform.jobs.schemas import Job, JobState
from bellwether.platform.outages import is_outage
from bellwether.platform.problems import NotAuthenticated, NotFound

WATCHING = at_once("streams of jobs", of_one=20, of_all=500)
POLL_S = 0.25
HEARTBEAT_S = 15.0
RUNS = documented({409: "The job waits, runs or has succeeded"})
KindFilter = Annotated[str | None, Query(max_length=100, description="Only jobs of this kind")]
StateFilter = Annotated[JobState | None, Query(description="Only jobs in this state")]


def job_routes(service: str, *, read: str, change: str) -> APIRouter:
    """`/jobs` of this service, for callers with these permissions. Who sees which job, row-level security decides."""
    router = APIRouter(prefix="/jobs", tags=["jobs"], dependencies=[need(read)])
    changing = [need(change)]

    @router.get("")
    async def list_jobs(
        session: Reading,
        kind: KindFilter = None,
        state: StateFilter = None,
        limit: Limit = 100,
        cursor: CursorText = None,
    ) -> Page[Job]:
        """The jobs that you may see, newest first."""
        found = await jobs.listing(session, service, kind=kind, state=state, before=id_after(cursor), limit=limit + 1)
        return Page(items=found[:limit], next=ById.after(found, limit))

    @router.get("/{job_id}")
    async def get_job(session: Reading, job_id: UUID) -> Job:
        """One job as it stands."""
        return await jobs.find(session, service, job_id)

    @router.post("/{job_id}/cancel", dependencies=changing)
    async def cancel_job(session: Writing, context: Acting, job_id: UUID) -> Job:
        """Stop the job: at once when queued, after the step in progress when running."""
        return await jobs.cancel(session, context, service, job_id)

    @router.post("/{job_id}/retry", status_code=202, responses=RUNS, dependencies=changing)
    async def retry_job(session: Writing, context: Acting, job_id: UUID) -> Job:
        """A new attempt; finished steps are not repeated."""
        return await jobs.retry(session, context, service, job_id)

    @router.get("/{job_id}/events", response_class=StreamingResponse, dependencies=[WATCHING])
    async def watch_job(look: Readings, job_id: UUID) -> StreamingResponse:
        """Server-sent events: the job on each change, until it ends."""
        body = changes(look, service, await find(look, service, job_id))
        return StreamingResponse(body, media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    return router


async def changes(look: LookAgain, service: str, job: Job) -> AsyncIterator[str]:
    """`data:` lines, one for each change, and a comment when nothing changes for a while.

    During an outage of the database nothing changes; who may no longer see the job, or whose
    session has ended, hears no more of it.
    """
    yield line(job)
    quiet = 0.0
    while not job.has_ended:
        await asyncio.sleep(POLL_S)
        try:
            now = await find(look, service, job.id)
        except (NotFound, NotAuthenticated):
            return
        except Exception as error:
            if not is_outage(error):
                raise
            now = job
        quiet = 0.0 if now != job else quiet + POLL_S
        if now != job:
            yield line(now)
        elif quiet >= HEARTBEAT_S:
            quiet = 0.0
            yield ": still running\n\n"
        job = now


async def find(look: LookAgain, service: str, job_id: UUID) -> Job:
    """The job in a transaction of its own: a watcher holds no connection while it waits."""
    async with look() as session:
        return await jobs.find(session, service, job_id)


def line(job: Job) -> str:
    """One server-sent event."""
    return f"data: {job.model_dump_json()}\n\n"
