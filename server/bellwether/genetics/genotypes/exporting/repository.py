"""Every query about exports of genotypes."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text

from bellwether.genetics.genotypes.exporting.models import ExportRow, SampleRow
from bellwether.platform.database.transactions import Session, driver

EXPORT = """
select e.id, e.farm_id, e.chip_id, e.map_version, e.format, (e.options ->> 'with_shared')::bool, e.file_name,
  e.media_type, e.size_bytes, e.sha256, e.n_samples, e.n_markers, e.created_at, e.finished_at, e.expires_at,
  coalesce(j.state, 'failed')
from genetics.genotype_export e left join genetics.job j on j.id = e.id
"""
ONE = text(EXPORT + "where e.id = :id")
PAGE = text(
    EXPORT
    + """
where e.farm_id = :farm and (cast(:before as uuid) is null or e.id < :before) order by e.id desc limit :limit
"""
)
ADD = text("""
insert into genetics.genotype_export (id, farm_id, chip_id, map_version, format, options, created_by)
values (:id, :farm_id, :chip_id, :map_version, :format, cast(:options as jsonb), :created_by)
""")
EXPIRE = text("""
delete from genetics.genotype_export_part p using genetics.genotype_export e
where e.farm_id = :farm and p.farm_id = e.farm_id and p.export_id = e.id and e.expires_at < clock_timestamp()
""")
FINISH = text("""
update genetics.genotype_export set file_name = :file_name, media_type = :media_type, size_bytes = :size_bytes,
  sha256 = :sha256, n_samples = :n_samples, n_markers = :n_markers, finished_at = clock_timestamp(),
  expires_at = clock_timestamp() + make_interval(days => :days)
where id = :id and finished_at is null
""")
STORED = text("""
select coalesce(sum(size_bytes), 0)::int8 from genetics.genotype_export
where farm_id = :farm and expires_at > clock_timestamp()
""")
DROP = "delete from genetics.genotype_export_part where farm_id = $1 and export_id = $2"
ADD_PART = "insert into genetics.genotype_export_part (farm_id, export_id, part, content) values ($1, $2, $3, $4)"
PART = "select content from genetics.genotype_export_part where farm_id = $1 and export_id = $2 and part = $3"
SAMPLES = """
select s.id, s.fam, a.sex from genetics.sample s left join farm.published_animal a on a.id = s.animal_id
where s.id = any ($1::uuid[])
"""


async def add(session: Session, values: Mapping[str, object]) -> None:
    """A new export."""
    await session.execute(ADD, dict(values))


async def find(session: Session, export_id: UUID) -> ExportRow | None:
    """One export."""
    row = (await session.execute(ONE, {"id": export_id})).one_or_none()
    return None if row is None else ExportRow(*row)


async def page(session: Session, farm_id: UUID, before: UUID | None, limit: int) -> list[ExportRow]:
    """Exports of a farm, the latest first."""
    found = await session.execute(PAGE, {"farm": farm_id, "before": before, "limit": limit})
    return [ExportRow(*row) for row in found]


async def expire(session: Session, farm_id: UUID) -> None:
    """Files whose time is over go."""
    await session.execute(EXPIRE, {"farm": farm_id})


async def stored_bytes(session: Session, farm_id: UUID) -> int:
    """What the farm keeps."""
    found: int = (await session.execute(STORED, {"farm": farm_id})).scalar_one()
    return found


async def drop_parts(session: Session, farm_id: UUID, export_id: UUID) -> None:
    """What an earlier attempt may have left."""
    await driver(session).execute(DROP, farm_id, export_id)


async def add_part(session: Session, farm_id: UUID, export_id: UUID, part: int, content: bytes) -> None:
    """A piece of the file."""
    await driver(session).execute(ADD_PART, farm_id, export_id, part, content)


async def read_part(session: Session, farm_id: UUID, export_id: UUID, part: int) -> bytes | None:
    """A piece of the file; None after the last."""
    found: bytes | None = await driver(session).fetchval(PART, farm_id, export_id, part)
    return found


async def finish(session: Session, export_id: UUID, values: Mapping[str, object]) -> None:
    """The file is there."""
    await session.execute(FINISH, {"id": export_id, **values})


async def samples(session: Session, ids: Sequence[UUID]) -> dict[UUID, SampleRow]:
    """What a `.fam` file says of each."""
    return {row["id"]: SampleRow(*row) for row in await driver(session).fetch(SAMPLES, ids)}
