"""Files that go through the farm's import, without the job engine."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

from bellwether.farm.imports import job, service
from bellwether.farm.imports.reading.options import Options
from bellwether.farm.imports.schemas import Upload
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.ids import new_id
from bellwether.platform.jobs.run import JobRun

from .barn import Farm

TODAY = date(2026, 1, 1)


class Steps:
    """Steps that are not kept, and a journal that nobody reads."""

    async def progress(self, fraction: float | None, stage: str | None) -> bool:
        return False

    async def log(self, message: str) -> None: ...

    async def once(self, name: str, make: Callable[[], Any]) -> Any:
        return await make()


async def take_in(database: Database, farm: Farm, content: str) -> dict[str, Any]:
    """A file through the farm's import; its totals."""
    context = Context(user_id=farm.owner_id, request_id="test")
    upload = Upload(
        farm_id=farm.id,
        flock=str(farm.flock_id),
        kind="flock",
        file_name="scores.csv",
        content=content.encode(),
        options=Options(),
    )
    async with database.transaction(context) as session:
        queued = await service.take_in(session, context, upload, datetime.combine(TODAY, time(12), UTC))
    payload = {"import_id": str(queued.import_id), "today": TODAY.isoformat(), "commit": True}
    return dict(await job.run(JobRun(new_id(), job.KIND, 1, payload, farm.id, context, database, Steps(), Steps())))
