"""Recorders in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from bellwether.farm.recorders.models import OwnRow, ProductRow, RecorderRow
from bellwether.platform.database.transactions import Session

COLUMNS = ", ".join(RecorderRow._fields)
GRANT = text(f"""
insert into farm.recorder (id, farm_id, user_id, flock_id, kinds, granted_by, ends_at)
values (:id, :farm_id, :user_id, :flock_id, :kinds, :granted_by, :ends_at)
on conflict (farm_id, user_id, flock_id) do update set kinds = excluded.kinds, granted_by = excluded.granted_by,
  granted_at = clock_timestamp(), ends_at = excluded.ends_at
returning {COLUMNS}
""")
LIST = text(f"""
select {COLUMNS} from farm.recorder
where farm_id = :farm_id and (cast(:after as uuid) is null or id > :after) order by id limit :limit
""")
REMOVE = text("delete from farm.recorder where farm_id = :farm_id and id = :id returning id")
OPEN = text("""
select farm_id, flock_id, kinds, ends_at from farm.recorder where user_id = :user_id and ends_at > :now order by id
""")
NAMES = text("""
select l.id, f.name as farm_name, l.name as flock_name
from farm.flock l join farm.farm f on f.id = l.farm_id where l.id = any(:flocks)
""")
KINDS = text("""
select kinds from farm.recorder
where farm_id = :farm_id and user_id = :user_id and flock_id = :flock_id and ends_at > :now
""")
IN_FLOCK = text("""
select a.id from farm.animal a left join farm.animal k on k.farm_id = a.farm_id and k.id = a.merged_into
where a.farm_id = :farm_id and a.id = any(:ids) and coalesce(k.flock_id, a.flock_id) = :flock_id
""")
OWN = text("""
select id, animal_id from farm.event where farm_id = :farm_id and id = any(:ids) and recorded_by = :user_id
""")
RECORDED = text("select id from farm.event where farm_id = :farm_id and id = any(:ids)")
PRODUCTS = text("select id, name, unit from farm.product where farm_id = :farm_id order by lower(name), id")
IS_MEMBER = text("select 1 from farm.membership where farm_id = :farm_id and user_id = :user_id")


async def grant(session: Session, values: Mapping[str, object]) -> RecorderRow:
    """What somebody may record from now on, in place of what it was in this flock."""
    return RecorderRow._make((await session.execute(GRANT, dict(values))).one())


async def listing(session: Session, farm_id: UUID, after: UUID | None, limit: int) -> list[RecorderRow]:
    """Recorders of a farm, those whose time is over included."""
    rows = await session.execute(LIST, {"farm_id": farm_id, "after": after, "limit": limit})
    return [RecorderRow._make(row) for row in rows]


async def remove(session: Session, farm_id: UUID, recorder_id: UUID) -> bool:
    """Whether there was one to remove."""
    return (await session.execute(REMOVE, {"farm_id": farm_id, "id": recorder_id})).scalar() is not None


async def open_to(session: Session, user_id: UUID, now: datetime) -> list[tuple[UUID, UUID, list[str], datetime]]:
    """Farm, flock, kinds and end of all that a user may record."""
    rows = await session.execute(OPEN, {"user_id": user_id, "now": now})
    return [(row.farm_id, row.flock_id, row.kinds, row.ends_at) for row in rows]


async def named(session: Session, found: Sequence[tuple[UUID, UUID, list[str], datetime]]) -> list[OwnRow]:
    """The same with names."""
    rows = await session.execute(NAMES, {"flocks": [flock_id for _, flock_id, _, _ in found]})
    names = {row.id: (row.farm_name, row.flock_name) for row in rows}
    return [
        OwnRow(farm_id, names[flock_id][0], flock_id, names[flock_id][1], kinds, ends_at)
        for farm_id, flock_id, kinds, ends_at in found
    ]


async def kinds(session: Session, farm_id: UUID, user_id: UUID, flock_id: UUID, now: datetime) -> list[str] | None:
    """What a user may record in a flock now; None when nothing."""
    values = {"farm_id": farm_id, "user_id": user_id, "flock_id": flock_id, "now": now}
    found: list[str] | None = (await session.execute(KINDS, values)).scalar()
    return found


async def in_flock(session: Session, farm_id: UUID, flock_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the animals that belong to the flock, or were merged into one that does."""
    values = {"farm_id": farm_id, "flock_id": flock_id, "ids": list(ids)}
    return set((await session.execute(IN_FLOCK, values)).scalars())


async def own(session: Session, farm_id: UUID, user_id: UUID, ids: Sequence[UUID]) -> dict[UUID, UUID | None]:
    """Those of the events that the user recorded, each with its animal."""
    rows = await session.execute(OWN, {"farm_id": farm_id, "user_id": user_id, "ids": list(ids)})
    return {row.id: row.animal_id for row in rows}


async def recorded(session: Session, farm_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the events that stand in the log, whoever recorded them."""
    return set((await session.execute(RECORDED, {"farm_id": farm_id, "ids": list(ids)})).scalars())


async def is_member(session: Session, farm_id: UUID, user_id: UUID) -> bool:
    """Whether somebody belongs to the farm."""
    return (await session.execute(IS_MEMBER, {"farm_id": farm_id, "user_id": user_id})).scalar() is not None


async def products(session: Session, farm_id: UUID) -> list[ProductRow]:
    """All remedies of the farm, by name."""
    return [ProductRow._make(row) for row in await session.execute(PRODUCTS, {"farm_id": farm_id})]
