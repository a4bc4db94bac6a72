"""The two ways out of an import, undone when it was committed and cancelled while it was not: its file goes with it."""

from collections.abc import Sequence
from uuid import UUID

from bellwether.farm.imports import events, repository
from bellwether.farm.imports.models import Batch
from bellwether.farm.imports.undoing.taking_back import take_back
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database, Session
from bellwether.platform.problems import NotFound


async def undo(database: Database, context: Context, import_id: UUID, others: Sequence[UUID] = ()) -> dict[str, object]:
    """Take a committed import back, and others with it; done twice it changes nothing."""
    async with database.transaction(context) as session:
        batches = [await seen(session, key) for key in (import_id, *others)]
        left = [batch for batch in batches if batch.state not in ("undone", "cancelled")]
        if batches[0] not in left:
            return {"import_id": str(import_id), "state": batches[0].state}
        taken = await take_back(session, context, import_id, [batch.id for batch in left[1:]])
        for batch in left:
            await end(session, context, batch)
        return {"import_id": str(import_id), "state": (await seen(session, import_id)).state, **taken._asdict()}


async def seen(session: Session, import_id: UUID) -> Batch:
    """One import.

    Raises:
        NotFound
    """
    batch = await repository.get(session, import_id)
    if batch is None:
        raise NotFound
    return batch


async def end(session: Session, context: Context, batch: Batch) -> None:
    """It is undone, or cancelled if it never was committed."""
    is_committed = batch.state in ("committed", "committing")
    await repository.set_state(session, batch.id, "undone" if is_committed else "cancelled")
    await repository.drop_file(session, batch.id)
    if is_committed:
        await events.import_undone(session, context, await seen(session, batch.id))


async def cancel(database: Database, context: Context, import_id: UUID) -> bool:
    """A run was stopped: what it took in goes out again, unless the import was committed before that run.

    False: it stays committed, with the rows that the stopped run has taken.
    """
    async with database.transaction(context) as session:
        batch = await repository.get(session, import_id)
        if batch is None or batch.runs > 1 or batch.state not in ("received", "previewed", "committing"):
            return batch is None or batch.state == "cancelled"
        await take_back(session, context, import_id)
        await repository.start_afresh(session, import_id, "cancelled")
        await repository.drop_file(session, import_id)
        return True
