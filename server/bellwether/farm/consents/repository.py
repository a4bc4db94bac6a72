"""Consents in the database."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text

from bellwether.farm.consents.models import ConsentRow
from bellwether.platform.database.transactions import Session

COLUMNS = ", ".join(ConsentRow._fields)
ADD = text(f"""
insert into farm.consent (id, farm_id, project_id, scope, from_on, to_on, granted_by)
values (:id, :farm_id, :project_id, :scope, :from_on, :to_on, :granted_by)
on conflict (id) do nothing returning {COLUMNS}
""")
LIST = text(f"""
select {COLUMNS} from farm.consent
where farm_id = :farm_id and (cast(:after as uuid) is null or id > :after) order by id limit :limit
""")
WITHDRAW = text("""
update farm.consent set withdrawn_at = clock_timestamp(), withdrawn_by = :user_id
where farm_id = :farm_id and id = :id and withdrawn_at is null returning id
""")


async def add(session: Session, values: Mapping[str, object]) -> ConsentRow | None:
    """A new consent; None when the id is taken."""
    row = (await session.execute(ADD, dict(values))).one_or_none()
    return None if row is None else ConsentRow._make(row)


async def listing(session: Session, farm_id: UUID, after: UUID | None, limit: int) -> list[ConsentRow]:
    """Consents of a farm, those that were withdrawn included."""
    rows = await session.execute(LIST, {"farm_id": farm_id, "after": after, "limit": limit})
    return [ConsentRow._make(row) for row in rows]


async def withdraw(session: Session, farm_id: UUID, consent_id: UUID, user_id: UUID | None) -> bool:
    """Whether there was one to withdraw."""
    values = {"farm_id": farm_id, "id": consent_id, "user_id": user_id}
    return (await session.execute(WITHDRAW, values)).scalar() is not None
