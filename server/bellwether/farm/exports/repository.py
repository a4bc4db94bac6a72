"""Exports in the database, and what they read of a flock."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import text

from bellwether.farm.exports.models import (
    AnimalRow,
    ClaimRow,
    Export,
    FlockRow,
    KinRow,
    MeasuredRow,
    NamedRow,
    SyndicateRow,
)
from bellwether.platform.database.transactions import Session, driver

COLUMNS = (
    "id, farm_id, flock_id, format, options, job_id, file_name, media_type, size_bytes, sha256, report, created_at, "
    "finished_at, expires_at"
)
ADD = text("""
insert into farm.export (id, farm_id, flock_id, format, options, created_by, of_owners)
values (:id, :farm_id, :flock_id, :format, cast(:options as jsonb), :created_by,
  :format = 'whole_farm' and :farm_id = any(farm.my_owned_farms()))
""")
GET = text(f"select {COLUMNS} from farm.export where id = :id")
LIST = text(f"""
select {COLUMNS} from farm.export
where farm_id = :farm_id and (cast(:after as uuid) is null or id < :after) order by id desc limit :limit
""")
SET_JOB = text("update farm.export set job_id = :job where id = :id")
FINISH = text("""
update farm.export set file_name = :file_name, media_type = :media_type, size_bytes = :size_bytes, sha256 = :sha256,
  report = cast(:report as jsonb), finished_at = :now, expires_at = :expires_at,
  of_owners = of_owners or (format = 'whole_farm' and farm_id = any(farm.my_owned_farms()))
where id = :id
""")
DROP = text("delete from farm.export_part where farm_id = :farm_id and export_id = :id")
PART = text("""
insert into farm.export_part (farm_id, export_id, part, content) values (:farm_id, :id, :part, :content)
""")
READ = text("select content from farm.export_part where farm_id = :farm_id and export_id = :id and part = :part")
EXPIRE = text("""
delete from farm.export_part p using farm.export e
where e.farm_id = :farm_id and e.expires_at <= :now and p.farm_id = :farm_id and p.export_id = e.id
""")
STORED = text("""
select coalesce(sum(size_bytes), 0)::int8 from farm.export where farm_id = :farm_id and expires_at > :now
""")
FLOCK = text("""
select f.id, f.farm_id, f.name, f.code, f.breed_code, m.name, m.country
from farm.flock f join farm.farm m on m.id = f.farm_id where f.farm_id = :farm_id and f.id = :id
""")
ANIMALS = """
select id, tag, sex, fertility, birth_date, drop_year, birth_type, rear_type, is_embryo_transfer, birth_group, fate
from farm.animal where farm_id = $1 and flock_id = $2 and merged_into is null and not reference_only order by id
"""
CLAIMS = """
select c.child_id, c.parent_id, c.parent_type from farm.parent_claim c
join farm.animal a on a.farm_id = $1 and a.id = c.child_id
where c.farm_id = $1 and a.flock_id = $2 and c.status = 'accepted' and c.parent_type <> 'excluded_sire'
order by c.child_id, c.parent_type
"""
NAMED = """
select i.animal_id, i.scheme, i.value, i.kind, i.scope, i.state = 'active', a.reference_only
from farm.identifier i join farm.animal a on a.farm_id = $1 and a.id = i.animal_id
where i.farm_id = $1 and i.state in ('active', 'closed') order by i.animal_id, i.id
"""
MEASURED = """
select id, animal_id, trait, value, unit, raw_value, raw_unit, occurred_on, occurred_time, recorded_group, age_days,
  contemporary_group
from farm.observation where farm_id = $1 and flock_id = $2 and state = 'active'
  and ($3::text[] = '{}' or trait = any($3::text[])) order by id
"""
KIN = """
select a.id::text, a.flock_id::text, a.sex, a.birth_type, a.rear_type, p.sire_id::text, p.dam_id::text,
  a.drop_year, a.reference_only, a.tag
from farm.animal a left join farm.accepted_parents p on p.farm_id = $1 and p.animal_id = a.id
where a.farm_id = $1 and a.merged_into is null order by a.id
"""
SYNDICATES = """
select distinct c.child_id, s.code, s.year,
  (select count(*) from farm.syndicate_sire m where m.farm_id = $1 and m.syndicate_id = s.id)::int
from farm.parent_claim c join farm.animal a on a.farm_id = $1 and a.id = c.child_id
join farm.syndicate s on s.farm_id = $1 and s.id = c.syndicate_id
where c.farm_id = $1 and a.flock_id = $2 and c.status = 'proposed' and c.parent_type = 'sire'
"""
PAGE = 5000


async def flock(session: Session, farm_id: UUID, flock_id: UUID) -> FlockRow | None:
    """The flock with its farm, or None."""
    row = (await session.execute(FLOCK, {"farm_id": farm_id, "id": flock_id})).one_or_none()
    return None if row is None else FlockRow._make(row)


async def add(session: Session, values: dict[str, object]) -> None:
    """A file that is wanted."""
    await session.execute(ADD, values)


async def get(session: Session, export_id: UUID) -> Export | None:
    """One export, or None."""
    row = (await session.execute(GET, {"id": export_id})).one_or_none()
    return None if row is None else Export(*row)


async def listing(session: Session, farm_id: UUID, after: UUID | None, limit: int) -> list[Export]:
    """Exports of a farm, the latest first."""
    values = {"farm_id": farm_id, "after": after, "limit": limit}
    return [Export(*row) for row in await session.execute(LIST, values)]


async def set_job(session: Session, export_id: UUID, job_id: UUID) -> None:
    """The job that writes it."""
    await session.execute(SET_JOB, {"id": export_id, "job": job_id})


async def finish(session: Session, export_id: UUID, values: dict[str, object], report: dict[str, object]) -> None:
    """The file is there."""
    await session.execute(FINISH, {"id": export_id, "report": orjson.dumps(report).decode(), **values})


async def drop_parts(session: Session, farm_id: UUID, export_id: UUID) -> None:
    """What an earlier run has written."""
    await session.execute(DROP, {"farm_id": farm_id, "id": export_id})


async def add_part(session: Session, farm_id: UUID, export_id: UUID, part: int, content: bytes) -> None:
    """The next piece of the file."""
    await session.execute(PART, {"farm_id": farm_id, "id": export_id, "part": part, "content": content})


async def read_part(session: Session, farm_id: UUID, export_id: UUID, part: int) -> bytes | None:
    """One piece of the file, or None after the last."""
    found: bytes | None = (
        await session.execute(READ, {"farm_id": farm_id, "id": export_id, "part": part})
    ).scalar_one_or_none()
    return found


async def expire(session: Session, farm_id: UUID, now: datetime) -> None:
    """Files of the farm whose time is over."""
    await session.execute(EXPIRE, {"farm_id": farm_id, "now": now})


async def stored_bytes(session: Session, farm_id: UUID, now: datetime) -> int:
    """How much the files hold together that are there now."""
    return int((await session.execute(STORED, {"farm_id": farm_id, "now": now})).scalar_one())


async def animals(session: Session, farm_id: UUID, flock_id: UUID) -> list[AnimalRow]:
    """Those that the farm records."""
    return [AnimalRow(*row) for row in await driver(session).fetch(ANIMALS, farm_id, flock_id)]


async def claims(session: Session, farm_id: UUID, flock_id: UUID) -> list[ClaimRow]:
    """Accepted parents of the animals of a flock."""
    return [ClaimRow(*row) for row in await driver(session).fetch(CLAIMS, farm_id, flock_id)]


async def named(session: Session, farm_id: UUID) -> list[NamedRow]:
    """Every identifier that is or was used on the farm."""
    return [NamedRow(*row) for row in await driver(session).fetch(NAMED, farm_id)]


async def measured(
    session: Session, farm_id: UUID, flock_id: UUID, traits: Sequence[str]
) -> AsyncIterator[list[MeasuredRow]]:
    """The measurements that count, some at a time."""
    cursor = await driver(session).cursor(MEASURED, farm_id, flock_id, list(traits))
    while rows := await cursor.fetch(PAGE):
        yield [MeasuredRow(*row) for row in rows]


async def kin(session: Session, farm_id: UUID) -> list[KinRow]:
    """Every animal of the farm with its parents."""
    return [KinRow(*row) for row in await driver(session).fetch(KIN, farm_id)]


async def syndicates(session: Session, farm_id: UUID, flock_id: UUID) -> list[SyndicateRow]:
    """Lambs of the flock that some ram of a syndicate may have sired."""
    return [SyndicateRow(*row) for row in await driver(session).fetch(SYNDICATES, farm_id, flock_id)]
