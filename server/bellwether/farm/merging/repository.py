"""Two animals in the database: what only one can keep, and what goes from the one to the other."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg
from sqlalchemy import text

from bellwether.farm.merging.models import Clash, MergeRow, SheepRow
from bellwether.platform.database.transactions import Session, driver

COLUMNS = "id, farm_id, loser_id, winner_id, merged_at, undone_at"
ADD = text("""
insert into farm.merge (id, farm_id, loser_id, winner_id, merged_by) values (:id, :farm_id, :loser, :winner, :user)
""")
GET = text(f"select {COLUMNS} from farm.merge where id = :id")
LIST = text(f"""
select {COLUMNS} from farm.merge
where farm_id = :farm_id and (cast(:after as uuid) is null or id > :after) order by id limit :limit
""")
UNDO = text("update farm.merge set undone_by = :user, undone_at = clock_timestamp() where id = :id")
SHEEP = text("""
select id, farm_id, flock_id, coalesce(tag, id::text) as name, sex, fertility, birth_date, drop_year, birth_type,
  rear_type, nullif(birth_group, '') as birth_group, breeds::text, reference_only, merged_into
from farm.animal where id = any(:ids)
""")
SLOT = "case when {}.parent_type = 'et_donor_dam' then 'dam' else {}.parent_type end"
SAME_SLOT = f"{SLOT.format('l', 'l')} = {SLOT.format('w', 'w')} and l.parent_type <> 'excluded_sire'"
# $1 farm, $2 loser, $3 winner
CLASHES = f"""
select l.scheme as what, l.value as of_loser, w.value as of_winner
from farm.identifier l join farm.identifier w on w.farm_id = $1 and w.animal_id = $3 and w.scheme = l.scheme
where l.farm_id = $1 and l.animal_id = $2 and l.state = 'active' and l.official and w.state = 'active' and w.official
union all
select {SLOT.format("l", "l")}, coalesce(pl.tag, pl.id::text), coalesce(pw.tag, pw.id::text)
from farm.parent_claim l join farm.parent_claim w on w.farm_id = $1 and w.child_id = $3 and w.status = 'accepted'
  and {SAME_SLOT} and w.parent_id <> l.parent_id
join farm.animal pl on pl.farm_id = $1 and pl.id = l.parent_id
join farm.animal pw on pw.farm_id = $1 and pw.id = w.parent_id
where l.farm_id = $1 and l.child_id = $2 and l.status = 'accepted'
"""
FACTS = ("birth_date", "birth_date_confidence", "birth_type", "rear_type", "drop_year", "birth_group", "breeds")
# what both have counts once; then all of the one becomes the other's
MOVE = (
    f"""
update farm.parent_claim l set status = 'superseded' where l.farm_id = $1 and l.child_id = $2
  and l.status = 'accepted' and exists (select from farm.parent_claim w where w.farm_id = $1 and w.child_id = $3
    and w.status = 'accepted' and {SAME_SLOT})
""",
    "update farm.parent_claim set child_id = $3 where farm_id = $1 and child_id = $2",
    "update farm.parent_claim set parent_id = $3 where farm_id = $1 and parent_id = $2",
    "update farm.identifier set animal_id = $3 where farm_id = $1 and animal_id = $2",
    """
update farm.observation l set state = 'superseded' where l.farm_id = $1 and l.animal_id = $2 and l.state = 'active'
  and exists (select from farm.observation w where w.farm_id = $1 and w.animal_id = $3 and w.state = 'active'
    and w.trait = l.trait and w.occurred_on = l.occurred_on)
""",
    "update farm.observation set animal_id = $3 where farm_id = $1 and animal_id = $2",
    f"""
update farm.animal w set {", ".join(f"{name} = coalesce(w.{name}, l.{name})" for name in FACTS)},
  sex = case when w.sex = 'unknown' then l.sex else w.sex end,
  fertility = case when w.fertility = 'unknown' or l.fertility = 'neutered' then l.fertility else w.fertility end,
  is_embryo_transfer = w.is_embryo_transfer or l.is_embryo_transfer,
  rev = w.rev + 1, updated_at = clock_timestamp()
from farm.animal l where w.farm_id = $1 and w.id = $3 and l.farm_id = $1 and l.id = $2
""",
    """
update farm.animal set merged_into = $3, rev = rev + 1, updated_at = clock_timestamp()
where farm_id = $1 and (id = $2 or merged_into = $2)
""",
)
MEASURED = """
select id, flock_id, trait, occurred_on, value, raw_value, raw_unit, recorded_group, occurred_time, animal_id, state,
  import_row
from farm.observation where farm_id = $1 and animal_id = any($2::uuid[]) and state = 'active'
"""


async def add(session: Session, found: MergeRow, user_id: UUID | None) -> None:
    """A new merge."""
    ids = {"id": found.id, "farm_id": found.farm_id, "loser": found.loser_id, "winner": found.winner_id}
    await session.execute(ADD, ids | {"user": user_id})


async def get(session: Session, merge_id: UUID) -> MergeRow | None:
    """One merge, or None."""
    row = (await session.execute(GET, {"id": merge_id})).one_or_none()
    return None if row is None else MergeRow._make(row)


async def listing(session: Session, farm_id: UUID, after: UUID | None, limit: int) -> list[MergeRow]:
    """Merges of a farm, by id."""
    rows = await session.execute(LIST, {"farm_id": farm_id, "after": after, "limit": limit})
    return [MergeRow._make(row) for row in rows]


async def undone(session: Session, merge_id: UUID, user_id: UUID | None) -> None:
    """The merge stands no longer."""
    await session.execute(UNDO, {"id": merge_id, "user": user_id})


async def sheep(session: Session, ids: Sequence[UUID]) -> dict[UUID, SheepRow]:
    """Those of the animals that the user sees."""
    return {row.id: SheepRow._make(row) for row in await session.execute(SHEEP, {"ids": list(ids)})}


async def clashes(session: Session, farm_id: UUID, loser: UUID, winner: UUID) -> list[Clash]:
    """Numbers and parents of which an animal has one."""
    rows = await driver(session).fetch(CLASHES, farm_id, loser, winner)
    return [Clash(*row.values()) for row in rows]


async def move(session: Session, farm_id: UUID, loser: UUID, winner: UUID) -> None:
    """All of the one becomes the other's."""
    connection: asyncpg.Connection = driver(session)
    for statement in MOVE:
        await connection.execute(statement, farm_id, loser, winner)


async def measured(session: Session, farm_id: UUID, ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """The measurements of animals that count."""
    rows: list[asyncpg.Record] = await driver(session).fetch(MEASURED, farm_id, list(ids))
    return rows
