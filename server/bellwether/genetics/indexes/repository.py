"""Every query about indexes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import RowMapping, func, insert, select, text

from bellwether.genetics.indexes.models import selection_index as index
from bellwether.genetics.indexes.models import selection_index_weight as index_weight
from bellwether.platform.database.transactions import Session

# versions of a farm's indexes follow each other
LOCK = text("select pg_advisory_xact_lock(hashtextextended('selection_index ' || cast(:farm as text), 0))")


@dataclass(frozen=True, slots=True)
class StoredIndex:
    """A version of an index with its weights by trait."""

    id: UUID
    farm_id: UUID
    name: str
    version: int
    currency: str | None
    note: str | None
    created_by: UUID
    created_at: datetime
    weights: dict[str, float] = field(default_factory=dict)


async def latest(session: Session, farm_id: UUID, name: str) -> StoredIndex | None:
    """The last version of this name, while no other request adds one."""
    await session.execute(LOCK, {"farm": str(farm_id)})
    mine = index.c
    statement = select(index).where(mine.farm_id == farm_id, func.lower(mine.name) == func.lower(name))
    row = (await session.execute(statement.order_by(mine.version.desc()).limit(1))).one_or_none()
    return None if row is None else (await with_weights(session, [row._mapping]))[0]


async def add(session: Session, values: Mapping[str, object], weights: Mapping[str, float]) -> None:
    """A new version."""
    await session.execute(insert(index).values(**values))
    rows = [
        {"farm_id": values["farm_id"], "index_id": values["id"], "trait": trait, "weight": weight}
        for trait, weight in weights.items()
    ]
    await session.execute(insert(index_weight), rows)


async def find(session: Session, index_id: UUID) -> StoredIndex | None:
    """One version."""
    row = (await session.execute(select(index).where(index.c.id == index_id))).one_or_none()
    return None if row is None else (await with_weights(session, [row._mapping]))[0]


async def page(
    session: Session, farm_id: UUID, *, name: str | None, before: UUID | None, limit: int
) -> list[StoredIndex]:
    """Versions of a farm's indexes, the newest first."""
    mine = index.c
    statement = select(index).where(mine.farm_id == farm_id)
    if name is not None:
        statement = statement.where(func.lower(mine.name) == func.lower(name))
    if before is not None:
        statement = statement.where(mine.id < before)
    rows = (await session.execute(statement.order_by(mine.id.desc()).limit(limit))).all()
    return await with_weights(session, [row._mapping for row in rows])


async def with_weights(session: Session, rows: Sequence[RowMapping]) -> list[StoredIndex]:
    """Versions with their weights."""
    mine = index_weight.c
    found: dict[object, dict[str, float]] = {row["id"]: {} for row in rows}
    if rows:
        farms = {row["farm_id"] for row in rows}
        statement = select(mine.index_id, mine.trait, mine.weight).where(
            mine.farm_id.in_(farms), mine.index_id.in_(list(found))
        )
        for index_id, trait, weight in await session.execute(statement.order_by(mine.trait)):
            found[index_id][trait] = weight
    return [StoredIndex(**row, weights=found[row["id"]]) for row in rows]
