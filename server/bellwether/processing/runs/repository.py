"""Every query about pipeline runs."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import delete, exists, literal, select, tuple_
from sqlalchemy.dialects.postgresql import insert

from bellwether.platform.database.transactions import Session
from bellwether.platform.http.pagination import ByEnd
from bellwether.processing.runs.models import DatasetRow, RunRow, run, run_dataset


async def put(session: Session, row: RunRow) -> bool:
    """Store a run; one that was retried overwrites its older outcome. False when a newer one is there."""
    values = row._asdict()
    statement = insert(run).values(values)
    newer = statement.excluded.finished_at > run.c.finished_at
    changes = {name: statement.excluded[name] for name in values if name not in ("id", "farm_id")}
    stored = statement.on_conflict_do_update(index_elements=["id"], set_=changes, where=newer)
    return (await session.execute(stored)).rowcount == 1


async def replace_datasets(session: Session, run_id: UUID, rows: Sequence[DatasetRow]) -> None:
    """What the run read and made, instead of what stood there."""
    await session.execute(delete(run_dataset).where(run_dataset.c.run_id == run_id))
    if rows:
        await session.execute(insert(run_dataset).values([row._asdict() for row in rows]))


async def find(session: Session, run_id: UUID) -> RunRow | None:
    """One run."""
    row = (await session.execute(select(run).where(run.c.id == run_id))).one_or_none()
    return None if row is None else RunRow._make(row)


async def page(
    session: Session, wanted: Mapping[str, object], reference: str | None, after: ByEnd | None, limit: int
) -> list[RunRow]:
    """Runs whose columns have the values of `wanted` and that read or made `reference`, newest first."""
    statement = select(run).filter_by(**wanted).order_by(run.c.finished_at.desc(), run.c.id.desc())
    if reference is not None:
        touched = exists().where(run_dataset.c.run_id == run.c.id, run_dataset.c.reference == reference)
        statement = statement.where(touched)
    if after is not None:
        place = tuple_(literal(after.finished_at, run.c.finished_at.type), literal(after.id, run.c.id.type))
        statement = statement.where(tuple_(run.c.finished_at, run.c.id) < place)
    return [RunRow._make(row) for row in await session.execute(statement.limit(limit))]


async def datasets(session: Session, run_ids: Iterable[UUID]) -> list[DatasetRow]:
    """What these runs read and made, in order."""
    columns = run_dataset.c
    statement = select(run_dataset).where(columns.run_id.in_(list(run_ids)))
    ordered = statement.order_by(columns.run_id, columns.direction, columns.position)
    return [DatasetRow._make(row) for row in await session.execute(ordered)]
