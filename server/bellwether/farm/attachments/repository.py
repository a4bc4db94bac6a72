"""Attachments and their links in the database."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from bellwether.farm.attachments.models import AttachmentRow, LinkRow
from bellwether.platform.database.transactions import Session, driver

SHOWN = """
a.farm_id, a.sha256, a.media_type, a.size_bytes,
(select count(*) from farm.attachment_link l where l.farm_id = a.farm_id and l.sha256 = a.sha256) as links,
a.created_by, a.created_at
"""
GET = f"select {SHOWN} from farm.attachment a where a.farm_id = $1 and a.sha256 = $2"
LIST = f"""
select {SHOWN} from farm.attachment a
where a.farm_id = $1 and ($2::text is null or a.sha256 > $2) order by a.sha256 limit $3
"""
STORED_BYTES = "select coalesce(sum(size_bytes), 0)::int8 from farm.attachment where farm_id = $1"
ADD = """
insert into farm.attachment (farm_id, sha256, media_type, size_bytes, created_by) values ($1, $2, $3, $4, $5)
on conflict do nothing
"""
ADD_PART = """
insert into farm.attachment_part (farm_id, sha256, part, content) values ($1, $2, $3, $4) on conflict do nothing
"""
READ = "select content from farm.attachment_part where farm_id = $1 and sha256 = $2 and part = $3"
REMOVE = "delete from farm.attachment where farm_id = $1 and sha256 = $2"
# changed, so that it gets a number of its own: whoever follows the changes of the farm hears that the bytes are there
TELL = "update farm.attachment_link set seq = seq + 1 where farm_id = $1 and sha256 = $2"
LINKED = """
l.id, l.farm_id, l.sha256, l.animal_id, l.event_id,
case when a.sha256 is null then 'awaited' else 'stored' end as state, a.media_type, a.size_bytes,
l.created_by, l.created_at
"""
FROM = "from farm.attachment_link l left join farm.attachment a on a.farm_id = l.farm_id and a.sha256 = l.sha256"
GET_LINK = f"select {LINKED} {FROM} where l.farm_id = $1 and l.id = $2"
SAME_LINK = f"""
select {LINKED} {FROM}
where l.farm_id = $1 and l.sha256 = $2 and (l.animal_id = $3 or l.event_id = $4)
"""
ADD_LINK = """
insert into farm.attachment_link (farm_id, id, sha256, animal_id, event_id, created_by) values ($1, $2, $3, $4, $5, $6)
"""
REMOVE_LINK = "delete from farm.attachment_link where farm_id = $1 and id = $2 returning id"
ANIMAL = "select exists (select from farm.animal where farm_id = $1 and id = $2)"
EVENT = "select exists (select from farm.event where farm_id = $1 and id = $2)"
# what was merged into the animal is the animal; what an event was corrected to has its attachments
HERD = "(select h.id from farm.animal h where h.farm_id = $1 and (h.id = {0} or h.merged_into = {0}))"
FILTERS = {
    "animal_id": f"""l.id in (
  select x.id from farm.attachment_link x where x.farm_id = $1 and x.animal_id in {HERD}
  union all select x.id from farm.event e join farm.attachment_link x on x.farm_id = $1 and x.event_id = e.id
  where e.farm_id = $1 and e.animal_id in {HERD})""",
    "event_id": """l.event_id in (
  with recursive back as (
    select e.id, e.supersedes from farm.event e where e.farm_id = $1 and e.id = {0}
    union select e.id, e.supersedes from back b join farm.event e on e.farm_id = $1 and e.id = b.supersedes),
  forth as (
    select {0} as id union select e.id from forth f join farm.event e on e.farm_id = $1 and e.supersedes = f.id)
  select id from back union select id from forth)""",
    "sha256": "l.sha256 = {0}",
    "state": "(a.sha256 is null) = ({0}::text = 'awaited')",
}
TYPES = {"animal_id": "uuid", "event_id": "uuid", "sha256": "text", "state": "text"}


async def get(session: Session, farm_id: UUID, sha256: str) -> AttachmentRow | None:
    """One attachment, or None."""
    row = await driver(session).fetchrow(GET, farm_id, sha256)
    return None if row is None else AttachmentRow(*row.values())


async def listing(session: Session, farm_id: UUID, after: str | None, limit: int) -> list[AttachmentRow]:
    """Attachments of a farm, by hash."""
    return [AttachmentRow(*row.values()) for row in await driver(session).fetch(LIST, farm_id, after, limit)]


async def stored_bytes(session: Session, farm_id: UUID) -> int:
    """How much the attachments hold together that the farm has now."""
    return int(await driver(session).fetchval(STORED_BYTES, farm_id))


async def add(
    session: Session, farm_id: UUID, sha256: str, media_type: str, parts: Sequence[bytes], user_id: UUID | None
) -> None:
    """A new one, in its parts; of bytes that are there and not for this user nothing is changed."""
    connection, size = driver(session), sum(len(part) for part in parts)
    await connection.execute(ADD, farm_id, sha256, media_type, size, user_id)
    for place, part in enumerate(parts):
        await connection.execute(ADD_PART, farm_id, sha256, place, part)
    await connection.execute(TELL, farm_id, sha256)


async def read_part(session: Session, farm_id: UUID, sha256: str, part: int) -> bytes | None:
    """A piece; None after the last one."""
    found: bytes | None = await driver(session).fetchval(READ, farm_id, sha256, part)
    return found


async def remove(session: Session, farm_id: UUID, sha256: str) -> None:
    """It makes room for others."""
    await driver(session).execute(REMOVE, farm_id, sha256)


async def get_link(session: Session, farm_id: UUID, link_id: UUID) -> LinkRow | None:
    """One link, or None."""
    row = await driver(session).fetchrow(GET_LINK, farm_id, link_id)
    return None if row is None else LinkRow(*row.values())


async def same_link(
    session: Session, farm_id: UUID, sha256: str, animal_id: UUID | None, event_id: UUID | None
) -> LinkRow | None:
    """The link between these two, or None."""
    row = await driver(session).fetchrow(SAME_LINK, farm_id, sha256, animal_id, event_id)
    return None if row is None else LinkRow(*row.values())


async def add_link(session: Session, row: Sequence[object]) -> None:
    """A new one."""
    await driver(session).execute(ADD_LINK, *row)


async def remove_link(session: Session, farm_id: UUID, link_id: UUID) -> bool:
    """Whether there was one."""
    return await driver(session).fetchval(REMOVE_LINK, farm_id, link_id) is not None


async def is_animal(session: Session, farm_id: UUID, animal_id: UUID) -> bool:
    """Whether the farm has it."""
    return bool(await driver(session).fetchval(ANIMAL, farm_id, animal_id))


async def is_event(session: Session, farm_id: UUID, event_id: UUID) -> bool:
    """Whether the farm's log has it."""
    return bool(await driver(session).fetchval(EVENT, farm_id, event_id))


async def links(
    session: Session, farm_id: UUID, wanted: Mapping[str, object], after: UUID | None, limit: int
) -> list[LinkRow]:
    """Links of a farm by id; `wanted` has names of `FILTERS`."""
    rows = await driver(session).fetch(links_of(wanted), farm_id, after, limit, *wanted.values())
    return [LinkRow(*row.values()) for row in rows]


def links_of(wanted: Mapping[str, object]) -> str:
    """The question that asks for them."""
    filters = [FILTERS[name].format(f"${place}::{TYPES[name]}") for place, name in enumerate(wanted, 4)]
    where = " and ".join(["l.farm_id = $1", "($2::uuid is null or l.id > $2)", *filters])
    return f"select {LINKED} {FROM} where {where} order by l.id limit $3"
