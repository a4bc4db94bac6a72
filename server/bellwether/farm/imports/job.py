"""The job `farm.import`: read every line, judge and apply a thousand rows at a time, add up.

Each step is one transaction. A step that is repeated after a crash finds its lines stored or its rows judged already,
and does nothing twice.
"""

from datetime import date
from itertools import islice
from uuid import UUID

from bellwether.farm.access import one_writer
from bellwether.farm.imports import events, repository
from bellwether.farm.imports.formats import FORMATS
from bellwether.farm.imports.models import Batch, Totals
from bellwether.farm.imports.reading.layout import Layout
from bellwether.farm.imports.reading.repeated_rows import FirstRows
from bellwether.farm.imports.reading.rows import read_file
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database, Session
from bellwether.platform.jobs.kinds import JobKind
from bellwether.platform.jobs.run import JobRun
from bellwether.platform.problems import NotFound

CHUNK = 1000
KIND = "farm.import"


async def run(job: JobRun) -> dict[str, object]:
    """The whole import."""
    import_id, today = str(job.payload["import_id"]), str(job.payload["today"])
    await job.progress(0.0, "reading")
    read = await job.step("read", read_lines, job.database, job.context, import_id, today)
    await job.log(f"{read['n_lines']} lines read, {read['n_rejected']} of them cannot be taken")
    chunks = range(1, read["last_row"] + 1, CHUNK)
    for number, first in enumerate(chunks):
        await job.progress(0.1 + 0.85 * number / len(chunks), "applying")
        await job.step(f"apply-{first}", apply, job.database, job.context, import_id, first, first + CHUNK - 1)
    await job.progress(0.95, "adding up")
    return dict(await job.step("finish", finish, job.database, job.context, import_id))


async def read_lines(database: Database, context: Context, import_id: str, today: str) -> dict[str, int]:
    """Every line of the file as a row: rejected with its reason, or waiting for its verdict."""
    n_rejected = last = n_lines = 0
    async with database.transaction(context) as session:
        batch = await visible(session, import_id)
        await repository.start(session, batch.id)
        layout, form = Layout.model_validate(batch.layout), FORMATS[batch.kind]
        content = await repository.content_of(session, batch.id)
        firsts = FirstRows(form.key)
        body = map(firsts.check, read_file(content, layout, form, date.fromisoformat(today)))
        while found := list(islice(body, CHUNK)):
            await repository.add_rows(session, batch, form, found)
            n_lines += len(found)
            n_rejected += sum(row.finding is not None for row in found)
            last = found[-1].row
    return {"n_lines": n_lines, "n_rejected": n_rejected, "last_row": last}


async def apply(database: Database, context: Context, import_id: str, first: int, last: int) -> int:
    """The rows from `first` to `last` that have no verdict yet; returns how many there were."""
    async with database.transaction(context) as session:
        batch = await visible(session, import_id)
        form = FORMATS[batch.kind]
        await one_writer(session, batch.farm_id)
        await repository.plan_afresh(session)
        waiting = await repository.pending(session, batch, form, first, last)
        if not waiting:
            return 0
        outcomes = await form.take(session, context, batch, waiting)
        await repository.judge(session, batch, outcomes)
    return len(waiting)


async def visible(session: Session, import_id: str) -> Batch:
    """The import, as long as the one who asked for it still belongs to the farm."""
    batch = await repository.get(session, UUID(import_id))
    if batch is None:
        raise NotFound
    return batch


async def finish(database: Database, context: Context, import_id: str) -> Totals:
    """The totals, and the event with them."""
    async with database.transaction(context) as session:
        found = await repository.counts(session, UUID(import_id))
        verdicts = {count.verdict: 0 for count in found}
        for count in found:
            verdicts[count.verdict] += count.n
        accepted = sum(count.n for count in found if count.is_accepted)
        total = sum(count.n for count in found)
        if "pending" in verdicts:
            raise AssertionError(f"{verdicts['pending']} rows of import {import_id} have no verdict")
        totals = Totals(
            import_id=import_id,
            rows_in=total,
            rows_accepted=accepted,
            rows_rejected=total - accepted,
            verdicts=verdicts,
        )
        done = await repository.finish(session, totals)
        if done is not None:
            await events.import_completed(session, context, UUID(import_id), done, totals)
    return totals


def kind() -> JobKind:
    """For the worker."""
    return JobKind(KIND, service="farm", run=run)
