"""Flocks in the database."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import text

from bellwether.platform.database.transactions import Session

COLUMNS = "id, farm_id, name, code, breed_code, recording_scheme, rev, created_at, updated_at"
INSERT = text(f"""
insert into farm.flock (id, farm_id, name, code, breed_code, recording_scheme)
values (:id, :farm_id, :name, :code, :breed_code, :recording_scheme) returning {COLUMNS}
""")
GET = text(f"select {COLUMNS} from farm.flock where id = :id")
LIST = text(f"""
select {COLUMNS} from farm.flock
where (cast(:farm_id as uuid) is null or farm_id = :farm_id) and (cast(:after as uuid) is null or id > :after)
order by id limit :limit
""")


async def add(session: Session, values: Mapping[str, Any]) -> Any:
    """A new flock."""
    return (await session.execute(INSERT, dict(values))).mappings().one()


async def get(session: Session, flock_id: UUID) -> Any:
    """One flock, or None."""
    return (await session.execute(GET, {"id": flock_id})).mappings().one_or_none()


async def listing(session: Session, farm_id: UUID | None, after: UUID | None, limit: int) -> Sequence[Any]:
    """Flocks of one farm, or of all the user's farms."""
    values = {"farm_id": farm_id, "after": after, "limit": limit}
    return (await session.execute(LIST, values)).mappings().all()
