"""Every query about agreements."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from bellwether.genetics.agreements.models import AgreementRow, NewStep, StepRow
from bellwether.platform.database.transactions import Session, driver

UniqueViolation = asyncpg.UniqueViolationError
ADD = "insert into genetics.agreement (id, farm_id, name, purpose, proposed_by) values ($1, $2, $3, $4, $5)"
STEP = """
insert into genetics.agreement_step (agreement_id, farm_id, number, kind, farm_name, flock_ids, taken_by)
values ($1, $2, $3, $4, $5, $6, $7)
"""
COLUMNS = ", ".join(AgreementRow._fields)
FIND = f"select {COLUMNS} from genetics.agreement where id = $1"
PAGE = f"""
select {COLUMNS} from genetics.agreement
where id = any ((select genetics.agreements_of(farm.my_farms()))::uuid[]) and ($1::uuid is null or id < $1)
order by id desc limit $2
"""
NEWEST = """
select distinct on (agreement_id, farm_id) agreement_id, farm_id, number, kind, farm_name, flock_ids, taken_at,
  farm_id = any ((select farm.my_farms())::uuid[]) as is_mine
from genetics.agreement_step where agreement_id = any ($1) order by agreement_id, farm_id, number desc
"""
OWNS = "select farm.my_role($1) = 'owner'"
NAME = "select name from farm.published_farm where id = $1"
FLOCKS = "select count(*) from farm.published_flock where farm_id = $1 and id = any ($2)"


async def add(
    session: Session, agreement_id: UUID, farm_id: UUID, name: str, purpose: str, proposed_by: UUID | None
) -> None:
    """An agreement without farms yet."""
    await driver(session).execute(ADD, agreement_id, farm_id, name, purpose, proposed_by)


async def take_step(session: Session, step: NewStep) -> bool:
    """A step; False when somebody has taken one of this number."""
    try:
        async with session.begin_nested():
            await driver(session).execute(STEP, *step)
    except UniqueViolation:
        return False
    return True


async def find(session: Session, agreement_id: UUID) -> AgreementRow | None:
    """An agreement that a farm of the caller was ever asked into."""
    row = await driver(session).fetchrow(FIND, agreement_id)
    return row and AgreementRow(*row)


async def page(session: Session, before: UUID | None, limit: int) -> list[AgreementRow]:
    """Agreements, the latest first."""
    return [AgreementRow(*row) for row in await driver(session).fetch(PAGE, before, limit)]


async def newest(session: Session, agreement_ids: Sequence[UUID]) -> list[StepRow]:
    """Where each farm stands in these agreements."""
    return [StepRow(*row) for row in await driver(session).fetch(NEWEST, list(agreement_ids))]


async def owns(session: Session, farm_id: UUID) -> bool:
    """Is the caller an owner of the farm?"""
    return bool(await driver(session).fetchval(OWNS, farm_id))


async def farm_name(session: Session, farm_id: UUID) -> str:
    """What the farm calls itself."""
    return str(await driver(session).fetchval(NAME, farm_id))


async def has_flocks(session: Session, farm_id: UUID, flock_ids: Sequence[UUID]) -> bool:
    """Are these flocks of the farm?"""
    return bool(await driver(session).fetchval(FLOCKS, farm_id, list(flock_ids)) == len(set(flock_ids)))
