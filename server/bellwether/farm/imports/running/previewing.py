"""A preview: every row judged as if it were taken, and the herd as it was before."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date
from uuid import UUID

from bellwether.farm.imports import repository
from bellwether.farm.imports.models import Batch, Totals
from bellwether.farm.imports.running import chunks
from bellwether.farm.imports.states import ImportEnded
from bellwether.farm.imports.tally import totals
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database, Session
from bellwether.platform.jobs.run import JobRun
from bellwether.platform.problems import NotFound


class NothingHappened(Exception):
    """Ends the transaction in which a preview was judged."""


async def preview(job: JobRun, import_id: UUID, today: date) -> Totals:
    """Judge all rows and keep the verdicts alone.

    The rows meet the herd by the code that commits them, in a transaction that is rolled back, so a preview cannot
    differ from the commit of the same moment; the farm's other writers wait for it.
    """
    rows = await chunks.open_file(job.database, job.context, import_id, today)
    batch = await begin(job.database, job.context, import_id)
    async with for_nothing(job.database, job.context) as herd:
        await chunks.enter_herd(herd, batch)
        batch = replace(batch, survey=rows.survey, memory=rows.memory, traits=rows.traits)
        async for part in rows.chunks():
            found = await chunks.judge(herd, job.context, batch, part)
            async with job.database.transaction(job.context) as session:
                await chunks.keep(session, await held(session, import_id), found, (), part.last)
            await job.progress(0.05 + 0.9 * rows.share(part.last), "previewing")
    async with job.database.transaction(job.context) as session:
        await held(session, import_id)
        await repository.set_state(session, import_id, "previewed")
        return totals(await held(session, import_id))


async def begin(database: Database, context: Context, import_id: UUID) -> Batch:
    """Without the rows of an earlier preview.

    Raises:
        ImportEnded: the file is in the herd, or the import was undone or cancelled.
    """
    async with database.transaction(context) as session:
        await held(session, import_id)
        await repository.start_afresh(session, import_id, "received")
        return await held(session, import_id)


async def held(session: Session, import_id: UUID) -> Batch:
    """The import while it is previewed."""
    batch = await repository.hold(session, import_id)
    if batch is None:
        raise NotFound
    if batch.state not in ("received", "previewed"):
        raise ImportEnded(batch.state)
    return batch


@asynccontextmanager
async def for_nothing(database: Database, context: Context) -> AsyncIterator[Session]:
    """A transaction that is always rolled back."""
    try:
        async with database.transaction(context) as session:
            yield session
            raise NothingHappened
    except NothingHappened:
        pass
