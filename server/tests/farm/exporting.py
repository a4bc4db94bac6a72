"""Exports without the job engine: what tests of them ask."""

from typing import Any
from uuid import UUID

from bellwether.farm.exports import job
from bellwether.platform.context import Context
from bellwether.platform.ids import new_id
from bellwether.platform.jobs.run import JobRun, plain

from .conftest import Farmer, Quiet


async def ordered(farmer: Farmer, name: str, expect: int = 202, **options: Any) -> dict[str, Any]:
    """The answer to a wish."""
    body = {"farm_id": farmer.farm_id, "flock_id": farmer.flock_id, "format": name, "options": options}
    made: dict[str, Any] = (await farmer.ask("POST", "/exports", expect, json=body)).json()
    return made


async def written(farmer: Farmer, export_id: str) -> dict[str, Any]:
    """What the worker does with the job; its result."""
    quiet = Quiet()
    context = Context(user_id=farmer.user_id, request_id="test")
    run = JobRun(
        new_id(), job.KIND, 1, {"export_id": export_id}, UUID(farmer.farm_id), context, farmer.database, quiet, quiet
    )
    found = await job.run(run)
    assert plain(found)
    return found


async def exported(farmer: Farmer, name: str, **options: Any) -> tuple[bytes, dict[str, Any]]:
    """A file of the flock, and its report."""
    sent = await ordered(farmer, name, **options)
    done = await written(farmer, sent["export_id"])
    await farmer.end(sent)
    answer = await farmer.ask("GET", f"/exports/{sent['export_id']}/file", 200)
    assert len(answer.content) == done["size_bytes"]
    report: dict[str, Any] = done["report"]
    return answer.content, report
