"""A commit: a chunk of rows in each transaction, which knows what the one before has taken."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from bellwether.farm.access import one_writer
from bellwether.farm.imports import events, repository
from bellwether.farm.imports.models import Batch, JudgedRow, Totals
from bellwether.farm.imports.running import chunks
from bellwether.farm.imports.running.file_rows import FileRows, Portion
from bellwether.farm.imports.states import ImportEnded
from bellwether.farm.imports.tally import totals
from bellwether.farm.work.tasks import projection as tasks
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database, Session
from bellwether.platform.jobs.run import JobRun
from bellwether.platform.problems import NotFound


async def commit(job: JobRun, import_id: UUID, today: date) -> int:
    """Take every row that can be taken; begun anew after a fall, it goes on where the last commit was."""
    rows = await chunks.open_file(job.database, job.context, import_id, today)
    await begin(job.database, job.context, import_id)
    n_rows = 0
    async for part in rows.chunks():
        n_rows += await apply(job.database, job.context, import_id, part, rows)
        await job.progress(0.05 + 0.9 * rows.share(part.last), "committing")
    return n_rows


async def begin(database: Database, context: Context, import_id: UUID) -> None:
    """From now on rows enter the herd.

    Raises:
        ImportEnded: it was undone or cancelled.
    """
    async with database.transaction(context) as session:
        batch = await repository.hold(session, import_id)
        if batch is None:
            raise NotFound
        if batch.state in ("undone", "cancelled"):
            raise ImportEnded(batch.state)
        if batch.state in ("received", "previewed"):
            await repository.start_afresh(session, import_id, "committing")


async def apply(database: Database, context: Context, import_id: UUID, part: Portion, file: FileRows) -> int:
    """One chunk; of two runs at the same time the second finds that its rows are taken. How many rows were judged.

    In a further run only the rows that made nothing are judged again: those that were refused, and those that found in
    the herd what they say, for that may be gone.
    """
    async with database.transaction(context) as session:
        batch = await repository.get(session, import_id)
        if batch is None:
            raise NotFound
        await chunks.enter_herd(session, batch)
        batch = replace(
            await committing(session, import_id), survey=file.survey, memory=file.memory, traits=file.traits
        )
        if batch.state != "committing" or part.last <= batch.taken_to:
            return 0
        known = await repository.judged(session, batch, part.first, part.last)
        left = part if not known and part.first > batch.taken_to else without(part, batch, known)
        found = await chunks.judge(session, context, batch, left)
        await chunks.keep(session, batch, found, [row for row in known if not made_something(row)], part.last)
    return len(found)


def without(part: Portion, batch: Batch, known: Sequence[JudgedRow]) -> Portion:
    """The rows of a chunk that are still to be judged."""
    taken, rows = {row.row for row in known if made_something(row)}, part.one_by_one().rows
    left = [row for row in rows if row.row > batch.taken_to and row.row not in taken]
    return replace(part, rows=left, plain=None)


def made_something(row: JudgedRow) -> bool:
    """Whether the herd has by this row what it had not before."""
    return row.is_accepted and row.verdict != "match"


async def committing(session: Session, import_id: UUID) -> Batch:
    """The import, held.

    Raises:
        ImportEnded: somebody took it back in the meantime.
    """
    batch = await repository.hold(session, import_id)
    if batch is None:
        raise NotFound
    if batch.state not in ("committing", "committed"):
        raise ImportEnded(batch.state)
    return batch


async def finish(database: Database, context: Context, import_id: UUID) -> Totals:
    """The end, and the event with it; once for each run."""
    async with database.transaction(context) as session:
        seen = await repository.get(session, import_id)
        if seen is None:
            raise NotFound
        # before the import is held, as in each chunk
        await one_writer(session, seen.farm_id)
        batch = await committing(session, import_id)
        if batch.state == "committing":
            await tasks.project(session, batch.farm_id, await tasks.touched_by(session, batch.farm_id, import_id))
            await repository.set_state(session, import_id, "committed")
            batch = await committing(session, import_id)
            await events.import_completed(session, context, batch)
    return totals(batch)
