"""The same file again: the same import, its refused rows once more, another one, or a question."""

import orjson

from bellwether.farm.imports import job, repository
from bellwether.farm.imports.models import Batch, NewBatch
from bellwether.farm.imports.states import ImportedWithOtherOptions, ImportEnded
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.jobs import service as jobs
from bellwether.platform.jobs.schemas import Job


async def same_import(session: Session, new: NewBatch, *, again: bool) -> Batch | None:
    """The import with the same key: bytes, kind, flock and options; None when there is none.

    Raises:
        ImportedWithOtherOptions: the bytes stand in this flock, read in another way; `again` is the answer to that.
    """
    standing = await repository.same_bytes(session, new["farm_id"], new["kind"], new["sha256"])
    here = [batch for batch in standing if batch.flock_id == new["flock_id"]]
    for batch in here:
        if batch.options_sha256 == new["options_sha256"]:
            return batch
    others = [batch for batch in here if batch.state == "committing" or is_in_herd(batch)]
    if others and not again:
        said = orjson.loads(new["options"])
        raise ImportedWithOtherOptions(others[0].id, others[0].created_at, others[0].options, said)
    return None


async def take_up(session: Session, context: Context, batch: Batch, today: str, *, commit: bool) -> Job:
    """The job of an import whose file came again, or a new one when there is something left to do.

    Raises:
        ImportEnded: somebody took it back at this moment.
    """
    current = await settled(session, batch)
    if current is not None:
        return current
    # whoever commits or undoes it holds it before there is another job of it, and so does this
    held = await repository.hold(session, batch.id)
    assert held is not None
    if held.state in ("undone", "cancelled"):
        raise ImportEnded(held.state)
    batch, current = held, await settled(session, held)
    if current is not None:
        return current
    if batch.state == "committed":
        await repository.take_up_again(session, batch.id)
    wants_commit = commit or batch.state in ("committing", "committed")
    return await queue(session, context, batch, today, commit=wants_commit)


async def settled(session: Session, batch: Batch) -> Job | None:
    """Its job, as long as that is at work or has left nothing to do."""
    current = None if batch.job_id is None else await jobs.find(session, "farm", batch.job_id)
    if current is None or not current.has_ended:
        return current
    return current if is_done(batch) and not await may_be_gone(session, batch) else None


async def may_be_gone(session: Session, batch: Batch) -> bool:
    """Whether what its rows found in the herd was perhaps of an import that was undone since."""
    return "match" in batch.verdicts and await repository.undone_since(session, batch)


def is_in_herd(batch: Batch) -> bool:
    """Some row of it was taken."""
    return batch.state == "committed" and batch.rows_accepted > 0


def is_done(batch: Batch) -> bool:
    """Every row is in the herd."""
    return batch.state == "committed" and batch.rows_rejected == 0


async def queue(session: Session, context: Context, batch: Batch, today: str, *, commit: bool) -> Job:
    """A job for an import that has none at work; one that is to be committed is from now on."""
    if commit and batch.state in ("received", "previewed"):
        await repository.start_afresh(session, batch.id, "committing")
    payload = {"import_id": str(batch.id), "today": today, "commit": commit}
    queued = await jobs.submit(session, context, kind=job.KIND, farm_id=batch.farm_id, payload=payload)
    await repository.set_job(session, batch.id, queued.id)
    return queued
