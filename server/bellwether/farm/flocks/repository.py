"""Flocks in the database."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text

from bellwether.farm.flocks.models import FlockRow
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


async def add(session: Session, values: Mapping[str, object]) -> FlockRow:
    """A new flock."""
    return FlockRow._make((await session.execute(INSERT, dict(values))).one())


async def get(session: Session, flock_id: UUID) -> FlockRow | None:
    """One flock, or None."""
    row = (await session.execute(GET, {"id": flock_id})).one_or_none()
    return None if row is None else FlockRow._make(row)


async def listing(session: Session, farm_id: UUID | None, after: UUID | None, limit: int) -> list[FlockRow]:
    """Flocks of one farm, or of all the user's farms."""
    values = {"farm_id": farm_id, "after": after, "limit": limit}
    return [FlockRow._make(row) for row in await session.execute(LIST, values)]
