"""Tables of a farm as an archive has them; archives on their way in."""

from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

from bellwether.farm.archives.tables import Table
from bellwether.farm.attachments import repository as attachments
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.json import JsonObject, json_text

FARM = "select name, country, time_zone, weight_unit from farm.farm where id = $1"
IS_EMPTY = """
select not exists (select from farm.flock where farm_id = $1) and not exists (
  select from farm.animal where farm_id = $1) and not exists (select from farm.event where farm_id = $1)
  and not exists (select from farm.animal_group where farm_id = $1)
  and not exists (select from farm.paddock where farm_id = $1)
  and not exists (select from farm.session_template where farm_id = $1)
  and not exists (select from farm.yard_session where farm_id = $1)
  and not exists (select from farm.product where farm_id = $1)
  and not exists (select from farm.own_trait where farm_id = $1)
  and not exists (select from farm.consignment where farm_id = $1)
  and not exists (select from farm.task where farm_id = $1)
  and not exists (select from farm.attachment where farm_id = $1)
"""
PHOTOS = "select sha256, media_type from farm.attachment where farm_id = $1 order by sha256"
DROP = "delete from farm.archive_file where farm_id = $1"
KEEP = "insert into farm.archive_file (farm_id, id, content) values ($1, $2, $3)"
CONTENT = "select content, taken from farm.archive_file where farm_id = $1 and id = $2"
TAKEN = "update farm.archive_file set content = null, taken = $3::jsonb where farm_id = $1 and id = $2"
USE = """
select id from farm.identifier
where farm_id = $1 and animal_id = $2 and scheme = $3 and value = $4 and state <> 'closed'
order by lower(validity) limit 1
"""


async def farm(session: Session, farm_id: UUID) -> Mapping[str, object]:
    """What a farm says of itself."""
    found: Mapping[str, object] = await driver(session).fetchrow(FARM, farm_id)
    return found


async def rows(session: Session, farm_id: UUID, table: Table) -> Sequence[Mapping[str, object]]:
    """All of a table."""
    found: Sequence[Mapping[str, object]] = await driver(session).fetch(table.sql, farm_id)
    return found


async def photos(session: Session, farm_id: UUID) -> AsyncIterator[tuple[str, str, bytes]]:
    """Hash, kind and bytes of each, one after the other."""
    for sha256, media_type in await driver(session).fetch(PHOTOS, farm_id):
        content, part = bytearray(), 0
        while (piece := await attachments.read_part(session, farm_id, sha256, part)) is not None:
            content += piece
            part += 1
        yield sha256, media_type, bytes(content)


async def is_empty(session: Session, farm_id: UUID) -> bool:
    """Whether nothing was recorded that an archive could meet."""
    return bool(await driver(session).fetchval(IS_EMPTY, farm_id))


async def keep(session: Session, farm_id: UUID, archive_id: UUID, content: bytes) -> None:
    """An archive in the place of one that waited before."""
    await driver(session).execute(DROP, farm_id)
    await driver(session).execute(KEEP, farm_id, archive_id, content)


async def content(session: Session, farm_id: UUID, archive_id: UUID) -> tuple[bytes | None, JsonObject | None] | None:
    """One that waits, or what became of it; None: another one has taken its place."""
    row = await driver(session).fetchrow(CONTENT, farm_id, archive_id)
    return None if row is None else (row["content"], row["taken"])


async def is_taken(session: Session, farm_id: UUID, archive_id: UUID, result: JsonObject) -> None:
    """It waits no longer."""
    await driver(session).execute(TAKEN, farm_id, archive_id, json_text(result))


async def use(session: Session, farm_id: UUID, animal_id: UUID, scheme: str, value: str) -> UUID | None:
    """The first use of a number by an animal that goes on."""
    found: UUID | None = await driver(session).fetchval(USE, farm_id, animal_id, scheme, value)
    return found
