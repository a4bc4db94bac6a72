"""Animals, claims, identifiers and weights that follow from events of the season, in the database."""

from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

import asyncpg

from bellwether.platform.context import Context
from bellwether.platform.database.many_rows import execute_with
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep.identifiers import CITED, Identifier

LAMB = {"id": "uuid", "flock_id": "uuid", "sex": "text", "born": "date", "confidence": "text", "drop_year": "int2"}
ADD_LAMBS = """
insert into farm.animal (id, farm_id, flock_id, sex, fertility, birth_date, birth_date_confidence, drop_year,
  is_embryo_transfer, reference_only, source, recorded_by)
select t.id, $1, t.flock_id, t.sex, 'unknown', t.born, t.confidence, t.drop_year, false, false, 'api', $2
from {rows} as t
on conflict (id) do nothing
"""
# identifiers go as they came; a use that was ended since is history
FORGET = {
    "identifier": "delete from farm.identifier where farm_id = $1 and event_id = any($2::uuid[]) returning animal_id",
    "observation": """
update farm.observation set state = 'superseded' where farm_id = $1 and event_id = any($2::uuid[]) and state = 'active'
returning flock_id, trait, id, animal_id
""",
}
REMOVE = (
    "delete from farm.observation where farm_id = $1 and animal_id = any($2::uuid[])",
    "delete from farm.parent_claim where farm_id = $1 and child_id = any($2::uuid[])",
    "delete from farm.identifier where farm_id = $1 and animal_id = any($2::uuid[])",
)
REMOVE_LAMBS = "delete from farm.animal where farm_id = $1 and id = any($2::uuid[]) returning id, flock_id"
OF_EVENT = "update farm.identifier set event_id = $3 where farm_id = $1 and id = $2"
MARK_OBSERVATIONS = """
update farm.observation o set event_id = t.event from {rows} as t where o.farm_id = $1 and o.id = t.id
"""
LINKS = {"id": "uuid", "event": "uuid"}
# a column of which nothing follows stays as it is
SETTLED = """
coalesce(t.sex, a.sex), t.fertility, coalesce(t.born, a.birth_date), coalesce(t.drop_year, a.drop_year),
coalesce(t.birth_type, a.birth_type), t.rear_type, coalesce(t.birth_group, a.birth_group),
coalesce(t.is_transfer, a.is_embryo_transfer)
"""
NAMES = "sex, fertility, birth_date, drop_year, birth_type, rear_type, birth_group, is_embryo_transfer"
OWN = f"""
update farm.animal a
set ({NAMES}) = row({SETTLED}), rev = a.rev + 1, updated_at = clock_timestamp()
from {{rows}} as t
where a.farm_id = $1 and a.id = t.id
  and ({", ".join(f"a.{name}" for name in NAMES.split(", "))}) is distinct from ({SETTLED})
returning a.id, a.flock_id
"""
OWN_COLUMNS = {
    "id": "uuid", "sex": "text", "fertility": "text", "born": "date", "drop_year": "int2", "birth_type": "int2",
    "rear_type": "int2", "birth_group": "text", "is_transfer": "bool",
}  # fmt: skip
HEADS = """
select id, flock_id, coalesce(tag, id::text) as name, sex, fertility, birth_date, rear_type, fate, fate_on
from farm.animal where farm_id = $1 and id = any($2::uuid[]) and merged_into is null
"""
CLAIMS = """
select id, child_id, parent_id, parent_type, method, status, event_id is not null as is_ours from farm.parent_claim
where farm_id = $1 and child_id = any($2::uuid[]) and status in ('accepted', 'proposed')
"""
WITHDRAW = """
update farm.parent_claim set status = 'superseded' where farm_id = $1 and id = any($2::uuid[])
"""
CLAIM = """
insert into farm.parent_claim
  (id, farm_id, child_id, parent_id, parent_type, method, status, source, recorded_by, event_id)
select t.id, $1, t.child_id, t.parent_id, t.parent_type, t.method, t.status, 'api', $2, t.event_id from {rows} as t
"""
CLAIM_COLUMNS = {
    "id": "uuid", "child_id": "uuid", "parent_id": "uuid", "parent_type": "text", "method": "text", "status": "text",
    "event_id": "uuid",
}  # fmt: skip


class Lamb(NamedTuple):
    """An animal that is born."""

    id: UUID
    flock_id: UUID
    sex: str
    born: object
    confidence: str
    drop_year: int


async def add_lambs(session: Session, context: Context, farm_id: UUID, lambs: Sequence[Lamb]) -> None:
    """Animals from now on, but for those whose ids are taken."""
    if lambs:
        await execute_with(session, ADD_LAMBS, LAMB, lambs, farm_id, context.user_id)


async def forget(session: Session, farm_id: UUID, relation: str, events: Collection[UUID]) -> list[asyncpg.Record]:
    """What these events put into a table counts no longer."""
    rows: list[asyncpg.Record] = await driver(session).fetch(FORGET[relation], farm_id, list(events))
    return rows


async def remove_lambs(session: Session, farm_id: UUID, lambs: Collection[UUID]) -> list[asyncpg.Record]:
    """They were never born."""
    for statement in REMOVE:
        await driver(session).execute(statement, farm_id, list(lambs))
    rows: list[asyncpg.Record] = await driver(session).fetch(REMOVE_LAMBS, farm_id, list(lambs))
    return rows


def is_official(item: Identifier) -> bool:
    """Whether an animal has one of its scheme at a time."""
    return item.kind in ("eid", "registration") and item.scheme != CITED


async def of_event(session: Session, farm_id: UUID, use_id: UUID, event_id: UUID) -> None:
    """An identifier was put on by an event."""
    await driver(session).execute(OF_EVENT, farm_id, use_id, event_id)


async def link(session: Session, farm_id: UUID, pairs: Sequence[tuple[UUID, UUID]]) -> None:
    """Measurements come from events."""
    if pairs:
        await execute_with(session, MARK_OBSERVATIONS, LINKS, pairs, farm_id)


async def heads(session: Session, farm_id: UUID, ids: Collection[UUID]) -> dict[UUID, asyncpg.Record]:
    """What is stored of animals."""
    return {row["id"]: row for row in await driver(session).fetch(HEADS, farm_id, list(ids))}


async def claims(session: Session, farm_id: UUID, children: Collection[UUID]) -> list[asyncpg.Record]:
    """Claims about their parents that stand or may stand."""
    rows: list[asyncpg.Record] = await driver(session).fetch(CLAIMS, farm_id, list(children))
    return rows


async def withdraw(session: Session, farm_id: UUID, claim_ids: Collection[UUID]) -> None:
    """They count no longer."""
    if claim_ids:
        await driver(session).execute(WITHDRAW, farm_id, list(claim_ids))


async def claim(session: Session, context: Context, farm_id: UUID, rows: Sequence[tuple[object, ...]]) -> None:
    """New claims, as `CLAIM_COLUMNS`."""
    if rows:
        await execute_with(session, CLAIM, CLAIM_COLUMNS, rows, farm_id, context.user_id)


async def settle(session: Session, farm_id: UUID, rows: Sequence[tuple[object, ...]]) -> list[asyncpg.Record]:
    """Animals are as `OWN_COLUMNS` say; those that changed."""
    if not rows:
        return []
    arrays = [list(column) for column in zip(*rows, strict=True)]
    names = ", ".join(OWN_COLUMNS)
    kinds = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(OWN_COLUMNS.values(), 2))
    sql = OWN.format(rows=f"(select * from unnest({kinds}) as u ({names}))")
    found: list[asyncpg.Record] = await driver(session).fetch(sql, farm_id, *arrays)
    return found
