"""Running a job kind to its end, the same under DBOS and in memory."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol, cast

import structlog

from bellwether.platform.jobs.run import JobCancelled, JobRun, Superseded, plain
from bellwether.platform.json import JsonObject
from bellwether.platform.problems import TYPE_BASE, Problem

log = structlog.get_logger()
MAX_STARTS = 20


class Ending(Protocol):
    """Where the end of a job is written."""

    async def finish(self, state: str, *, result: JsonObject | None = None, error: JsonObject | None = None) -> bool:
        """Store it; false when another run holds the fence."""


async def execute(fn: Callable[[JobRun], Awaitable[Mapping[str, object] | None]], run: JobRun, ending: Ending) -> None:
    """Run the job's function and write how it ended. Only the end of the worker itself passes through."""
    try:
        result = cast(JsonObject | None, plain(await fn(run)))
    except Superseded:
        log.warning("job_superseded", job=str(run.id), kind=run.kind)
    except JobCancelled:
        await ending.finish("cancelled")
    except Problem as problem:
        await ending.finish("failed", error=document(problem))
    except Exception as error:
        log.error("job_failed", job=str(run.id), kind=run.kind, exc_info=error)
        await ending.finish("failed", error=internal(error))
    else:
        await ending.finish("succeeded", result=result)


def document(problem: Problem) -> JsonObject:
    """A problem as the job's `error`."""
    return {
        "type": TYPE_BASE + problem.code,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "code": problem.code,
        "errors": [row.model_dump() for row in problem.errors],
    }


def internal(error: Exception) -> JsonObject:
    """An error that is no problem document: its kind is told, its text stays in the log."""
    return failure("internal", f"Something broke on our side ({type(error).__name__}); the job id finds it in the log")


def failure(code: str, detail: str) -> JsonObject:
    """An error document of the job runner itself."""
    title = "The job could not be carried out"
    return {"type": TYPE_BASE + code, "title": title, "status": 500, "detail": detail, "code": code, "errors": []}
