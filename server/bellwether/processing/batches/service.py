"""Use-cases of import batches."""

from collections.abc import Mapping
from uuid import UUID

from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ByEnd
from bellwether.processing.batches import repository
from bellwether.processing.batches.models import BatchRow
from bellwether.processing.batches.problems import NoSuchBatch
from bellwether.processing.batches.schemas import ImportBatch
from bellwether.processing.facts import ImportCompleted, ImportUndone


async def record(session: Session, fact: ImportCompleted, *, event_id: UUID, actor: UUID | None) -> None:
    """Keep what an import came to."""
    values = fact.model_dump(exclude={"import_id"})
    await repository.put(session, {"id": fact.import_id, **values, "imported_by": actor, "event_id": event_id})


async def record_undo(session: Session, fact: ImportUndone) -> None:
    """Keep that an import was undone; one that is not known was never completed, and has nothing to keep."""
    await repository.set_undone(session, fact.import_id, fact.undone_at)


async def get(session: Session, batch_id: UUID) -> ImportBatch:
    """One batch."""
    row = await repository.find(session, batch_id)
    if row is None:
        raise NoSuchBatch
    return batch_of(row)


async def list_page(
    session: Session, wanted: Mapping[str, object], after: ByEnd | None, limit: int
) -> list[ImportBatch]:
    """Up to `limit` batches, newest first; a filter that is None does not filter."""
    given = {name: value for name, value in wanted.items() if value is not None}
    return [batch_of(row) for row in await repository.page(session, given, after, limit)]


def batch_of(row: BatchRow) -> ImportBatch:
    """One row as it crosses the wire."""
    values = {name: value for name, value in row._asdict().items() if name != "event_id"}
    return ImportBatch(**values, seconds=(row.finished_at - row.started_at).total_seconds())
