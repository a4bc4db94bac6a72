"""Every query about import batches."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ByEnd
from bellwether.processing.batches.models import BatchRow, import_batch


async def put(session: Session, values: Mapping[str, object]) -> None:
    """Store a batch; an import that was retried overwrites its older outcome, never a newer one."""
    statement = insert(import_batch).values(values)
    newer = statement.excluded.finished_at > import_batch.c.finished_at
    changes = {name: statement.excluded[name] for name in values if name not in ("id", "farm_id")}
    await session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes, where=newer))


async def set_undone(session: Session, batch_id: UUID, at: datetime) -> None:
    """Nothing of the file is in the herd since then."""
    await session.execute(update(import_batch).where(import_batch.c.id == batch_id).values(undone_at=at))


async def find(session: Session, batch_id: UUID) -> BatchRow | None:
    """One batch."""
    row = (await session.execute(select(import_batch).where(import_batch.c.id == batch_id))).one_or_none()
    return None if row is None else BatchRow._make(row)


async def page(session: Session, wanted: Mapping[str, object], after: ByEnd | None, limit: int) -> list[BatchRow]:
    """Batches whose columns have the values of `wanted`, newest first."""
    table = import_batch.c
    statement = select(import_batch).filter_by(**wanted).order_by(table.finished_at.desc(), table.id.desc())
    if after is not None:
        place = tuple_(literal(after.finished_at, table.finished_at.type), literal(after.id, table.id.type))
        statement = statement.where(tuple_(table.finished_at, table.id) < place)
    return [BatchRow._make(row) for row in await session.execute(statement.limit(limit))]
