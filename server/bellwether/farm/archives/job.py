"""The job `farm.archive` takes an archive into a farm, whole or not at all."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from bellwether.farm.access import one_writer
from bellwether.farm.archives import repository
from bellwether.farm.archives.parts import Into
from bellwether.farm.archives.problems import FarmNotEmpty
from bellwether.farm.archives.reading import read
from bellwether.farm.archives.restoring import restore
from bellwether.platform.jobs.kinds import JobKind
from bellwether.platform.jobs.run import JobRun
from bellwether.platform.json import JsonValue
from bellwether.platform.problems import NotFound

KIND = "farm.archive"


async def run(job: JobRun) -> dict[str, object]:
    """All rows, by table."""
    await job.progress(0.1, "reading")
    found: dict[str, object] = await job.step("restore", take, job)
    return found


async def take(job: JobRun) -> dict[str, object]:
    """In one transaction.

    Raises:
        NotFound: the archive was replaced by another, or its sender owns the farm no longer.
        ArchiveBroken, FarmNotEmpty, FarmOfOtherPlace, ArchiveRejected
    """
    farm_id, archive_id = UUID(str(job.payload["farm_id"])), UUID(str(job.payload["archive_id"]))
    async with job.database.reading(job.context) as session:
        found = await repository.content(session, farm_id, archive_id)
    if found is None:
        raise NotFound
    content, taken = found
    if content is None or taken is not None:
        return dict(taken or {})
    archive = await asyncio.to_thread(read, content)
    await job.progress(0.2, "recording")
    async with job.database.transaction(job.context) as session:
        await one_writer(session, farm_id)
        if not await repository.is_empty(session, farm_id):
            raise FarmNotEmpty
        counts = await restore(Into(session, job.context, farm_id, datetime.now(UTC)), archive)
        result: dict[str, JsonValue] = {"farm_id": str(farm_id), "rows": {**counts}}
        await repository.is_taken(session, farm_id, archive_id, result)
    return {**result}


def kinds() -> list[JobKind]:
    """For the worker."""
    return [JobKind(KIND, service="farm", run=run)]
