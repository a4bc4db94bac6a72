"""Every query about snapshots."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from bellwether.platform.database.transactions import Session, driver
from bellwether.research.snapshots.models import Asked, Measured, SnapshotRow

COLUMNS = ", ".join(SnapshotRow._fields)
HOLD = "select farm.hold_for_snapshot($1)"
MEASURED = "select * from farm.consented_measurements($1, $2, $3, $4, $5, $6)"
ADD = text(f"""
insert into research.snapshot ({COLUMNS}, content)
values ({", ".join(f":{name}" for name in SnapshotRow._fields)}, :content)
""")
FIND = text(f"select {COLUMNS} from research.snapshot where project_id = :project_id and id = :id")
CONTENT = text("select content from research.snapshot where project_id = :project_id and id = :id")
LIST = text(f"""
select {COLUMNS} from research.snapshot
where project_id = :project_id and (cast(:before as uuid) is null or id < :before) order by id desc limit :limit
""")


async def hold(session: Session, project_id: UUID) -> datetime:
    """The moment of a snapshot: until the commit nobody writes on a farm that has consented."""
    moment: datetime = await driver(session).fetchval(HOLD, project_id)
    return moment


async def measured(session: Session, asked: Asked, at: datetime, most: int) -> list[Measured]:
    """Measurements of the farms that had consented at a moment, as they were then, in one order."""
    values = (asked.project_id, at, asked.traits, asked.first_on, asked.last_on, most)
    return [Measured(*row.values()) for row in await driver(session).fetch(MEASURED, *values)]


async def add(session: Session, row: SnapshotRow, content: bytes) -> None:
    """A new snapshot."""
    values: Mapping[str, object] = {**row._asdict(), "content": content}
    await session.execute(ADD, values)


async def find(session: Session, project_id: UUID, snapshot_id: UUID) -> SnapshotRow | None:
    """One snapshot of a project of the caller's."""
    row = (await session.execute(FIND, {"project_id": project_id, "id": snapshot_id})).one_or_none()
    return None if row is None else SnapshotRow._make(row)


async def content(session: Session, project_id: UUID, snapshot_id: UUID) -> bytes | None:
    """Its rows, compressed."""
    found: bytes | None = (
        await session.execute(CONTENT, {"project_id": project_id, "id": snapshot_id})
    ).scalar_one_or_none()
    return found


async def page(session: Session, project_id: UUID, before: UUID | None, limit: int) -> list[SnapshotRow]:
    """Snapshots of a project, the latest first."""
    values = {"project_id": project_id, "before": before, "limit": limit}
    return [SnapshotRow._make(row) for row in await session.execute(LIST, values)]
