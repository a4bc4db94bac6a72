"""Numbers of farms in the database."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text

from bellwether.farm.locations.models import LocationRow
from bellwether.platform.database.transactions import Session

COLUMNS = "id, farm_id, scheme, value, created_at"
INSERT = text(f"insert into farm.location (id, farm_id, scheme, value) values (:id, :farm_id, :scheme, :value) "
              f"on conflict do nothing returning {COLUMNS}")  # fmt: skip
LIST = text(f"select {COLUMNS} from farm.location where farm_id = :farm_id order by id")
REMOVE = text("delete from farm.location where farm_id = :farm_id and id = :id returning id")
NAMED = text("select farm_id from farm.location where scheme = :scheme and value = :value order by farm_id limit 2")


async def add(session: Session, values: Mapping[str, object]) -> LocationRow | None:
    """A new number; None when it is there already, or its id is."""
    row = (await session.execute(INSERT, dict(values))).one_or_none()
    return None if row is None else LocationRow._make(row)


async def listing(session: Session, farm_id: UUID) -> list[LocationRow]:
    """All numbers of a farm."""
    return [LocationRow._make(row) for row in await session.execute(LIST, {"farm_id": farm_id})]


async def remove(session: Session, farm_id: UUID, location_id: UUID) -> bool:
    """Whether there was one to remove."""
    return (await session.execute(REMOVE, {"farm_id": farm_id, "id": location_id})).scalar() is not None


async def named(session: Session, scheme: str, value: str) -> list[UUID]:
    """The user's farms that have this number, at most two of them."""
    return list((await session.execute(NAMED, {"scheme": scheme, "value": value})).scalars())
