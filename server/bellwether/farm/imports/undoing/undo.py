"""The two ways out of an import, undone when it was committed and cancelled while it was not: its file goes with it."""

from uuid import UUID

from bellwether.farm.imports import events, repository
from bellwether.farm.imports.undoing.taking_back import take_back
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Database
from bellwether.platform.problems import NotFound


async def undo(database: Database, context: Context, import_id: UUID) -> dict[str, object]:
    """Take a committed import back; done twice it changes nothing."""
    async with database.transaction(context) as session:
        batch = await repository.get(session, import_id)
        if batch is None:
            raise NotFound
        if batch.state in ("undone", "cancelled"):
            return {"import_id": str(import_id), "state": batch.state}
        taken = await take_back(session, context, import_id)
        is_committed = batch.state in ("committed", "committing")
        await repository.set_state(session, import_id, "undone" if is_committed else "cancelled")
        await repository.drop_file(session, import_id)
        batch = await repository.get(session, import_id)
        assert batch is not None
        if batch.state == "undone":
            await events.import_undone(session, context, batch)
        return {"import_id": str(import_id), "state": batch.state, **taken._asdict()}


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
