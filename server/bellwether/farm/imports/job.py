"""The jobs of an import: `farm.import` previews or commits a file, `farm.import_undo` takes one back.

A step begun anew after a fall goes on where its last transaction ended, which the import itself remembers; nothing is
done twice. A run that is cancelled leaves nothing behind.
"""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import TypeVar
from uuid import UUID

from bellwether.farm.access import may_write
from bellwether.farm.imports import repository
from bellwether.farm.imports.models import Totals
from bellwether.farm.imports.running.committing import commit, finish
from bellwether.farm.imports.running.previewing import preview
from bellwether.farm.imports.running.reporting import first_rows, how_read
from bellwether.farm.imports.tally import told
from bellwether.farm.imports.undoing import undo
from bellwether.platform.jobs.kinds import JobKind
from bellwether.platform.jobs.run import JobCancelled, JobRun
from bellwether.platform.outages import patiently
from bellwether.platform.problems import NotFound

KIND, UNDO = "farm.import", "farm.import_undo"
PATIENCE_S = 600.0
T = TypeVar("T")


async def run(job: JobRun) -> dict[str, object]:
    """Preview or commit; the totals, how the file was read, and its first rows."""
    import_id, today = UUID(str(job.payload["import_id"])), date.fromisoformat(str(job.payload["today"]))
    await waited_for(lambda: permitted(job, import_id))
    await job.progress(0.01, "reading")
    read = await waited_for(lambda: how_read(job.database, job.context, import_id))
    await job.log("read as: " + "; ".join(read))
    try:
        totals = await take(job, import_id, today, is_preview=job.payload.get("commit") is False)
    except JobCancelled:
        await stop(job, import_id)
        raise
    await tell(job, totals)
    rows = await waited_for(lambda: first_rows(job.database, job.context, import_id))
    return {**totals, "how_read": read, "first_rows": rows}


async def waited_for(make: Callable[[], Awaitable[T]]) -> T:
    """What is done beside the steps, which wait for a database that is away as well."""
    return await patiently(make, for_s=PATIENCE_S, what=KIND)


async def permitted(job: JobRun, import_id: UUID) -> None:
    """Whoever began it may write to the farm still, also when it is begun anew long after.

    Raises:
        NotFound, ReadOnlyMember
    """
    async with job.database.reading(job.context) as session:
        batch = await repository.get(session, import_id)
        if batch is None:
            raise NotFound
        await may_write(session, job.context, batch.farm_id)


async def take(job: JobRun, import_id: UUID, today: date, *, is_preview: bool) -> Totals:
    """All rows of the file."""
    if is_preview:
        return await job.step("preview", preview, job, import_id, today)
    await job.step("commit", commit, job, import_id, today)
    await job.progress(0.95, "adding up")
    return await job.step("finish", finish, job.database, job.context, import_id)


async def stop(job: JobRun, import_id: UUID) -> None:
    """After a cancellation: all of it is out again, or, of a further run, what it took is kept and counted."""

    async def settle() -> None:
        if not await undo.cancel(job.database, job.context, import_id):
            await finish(job.database, job.context, import_id)

    await waited_for(settle)


async def tell(job: JobRun, totals: Totals) -> None:
    """The totals for the reader of the log."""
    rows = f"{totals['rows_in']} rows: {totals['rows_accepted']} accepted, {totals['rows_rejected']} refused"
    await job.log(f"{rows}; verdicts: {told(totals['verdicts'])}")
    await job.log(f"refused for: {told(totals['faults'])}")
    await job.log(f"warnings: {told(totals['warnings'])}")


async def run_undo(job: JobRun) -> dict[str, object]:
    """Take an import back, in one transaction."""
    import_id = UUID(str(job.payload["import_id"]))
    await waited_for(lambda: permitted(job, import_id))
    await job.progress(0.1, "taking back")
    told = job.payload.get("others")
    others = [UUID(str(key)) for key in told] if isinstance(told, list) else []
    found: dict[str, object] = await job.step("undo", undo.undo, job.database, job.context, import_id, others)
    await job.log(", ".join(f"{name}: {count}" for name, count in found.items() if name != "import_id"))
    return found


def kinds() -> list[JobKind]:
    """For the worker."""
    return [JobKind(KIND, service="farm", run=run), JobKind(UNDO, service="farm", run=run_undo)]
