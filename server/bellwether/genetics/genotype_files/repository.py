"""Every query about genotype files. The content stays in the database unless it is asked for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, insert, select, text

from bellwether.genetics.genotype_files.models import genotype_file as file
from bellwether.platform.database.transactions import Session

BRIEF = [column for column in file.c if column.name != "content"]
# one upload at a time for each farm, so that the limit holds
LOCK = text("select pg_advisory_xact_lock(hashtextextended('genotype_file ' || cast(:farm as text), 0))")


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file without its content."""

    id: UUID
    farm_id: UUID
    name: str
    ending: str
    sha256: str
    n_bytes: int
    n_animals: int
    n_markers: int
    uploaded_by: UUID
    uploaded_at: datetime


async def count(session: Session, farm_id: UUID) -> int:
    """How many files the farm has, while no other request adds one."""
    await session.execute(LOCK, {"farm": str(farm_id)})
    found: int = (await session.execute(select(func.count()).where(file.c.farm_id == farm_id))).scalar_one()
    return found


async def same(session: Session, farm_id: UUID, sha256: str) -> StoredFile | None:
    """The file with this content, if the farm has it already."""
    statement = select(*BRIEF).where(file.c.farm_id == farm_id, file.c.sha256 == sha256)
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else StoredFile(**row._mapping)


async def add(session: Session, values: Mapping[str, object]) -> StoredFile:
    """A new file."""
    row = (await session.execute(insert(file).values(**values).returning(*BRIEF))).one()
    return StoredFile(**row._mapping)


async def find(session: Session, file_id: UUID) -> StoredFile | None:
    """One file."""
    row = (await session.execute(select(*BRIEF).where(file.c.id == file_id))).one_or_none()
    return None if row is None else StoredFile(**row._mapping)


async def content(session: Session, file_id: UUID) -> bytes | None:
    """What was sent."""
    found: bytes | None = (
        await session.execute(select(file.c.content).where(file.c.id == file_id))
    ).scalar_one_or_none()
    return found


async def page(session: Session, farm_id: UUID, *, before: UUID | None, limit: int) -> Sequence[StoredFile]:
    """Files of a farm, the latest first."""
    statement = select(*BRIEF).where(file.c.farm_id == farm_id)
    if before is not None:
        statement = statement.where(file.c.id < before)
    rows = (await session.execute(statement.order_by(file.c.id.desc()).limit(limit))).all()
    return [StoredFile(**row._mapping) for row in rows]


async def remove(session: Session, file_id: UUID) -> None:
    """Forget a file."""
    await session.execute(delete(file).where(file.c.id == file_id))
