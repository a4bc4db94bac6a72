"""Every query about steps of programs of others."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import text

from bellwether.genetics.genotypes.freezing.models import FrozenRow
from bellwether.genetics.programs.models import FileRow, PanelRow, ResultRow, StepRow, UsedRow
from bellwether.platform.database.transactions import Session, driver

STEP = """
select s.id, s.farm_id, s.step, s.program, s.chip_id, s.map_version, s.source_file_id,
  s.panel_file_id, s.panel_sha256, s.genetic_map_sha256, s.options, s.version,
  s.program_sha256, s.arguments, s.input_sha256, s.output_file_id, s.output_sha256, s.report, s.created_at,
  s.finished_at, coalesce(j.state, 'failed')
from genetics.program_step s left join genetics.job j on j.id = s.id
"""
ONE = text(STEP + "where s.id = :id")
PAGE = text(
    STEP
    + """
where s.farm_id = :farm and (cast(:before as uuid) is null or s.id < :before) order by s.id desc limit :limit
"""
)
ADD = text("""
insert into genetics.program_step
  (id, farm_id, step, program, chip_id, map_version, source_file_id, panel_file_id, options, created_by)
values (:id, :farm_id, :step, :program, :chip_id, :map_version, :source_file_id, :panel_file_id,
  cast(:options as jsonb), :created_by)
""")
FINISH = text("""
update genetics.program_step set version = :version, program_sha256 = :program_sha256,
  arguments = cast(:arguments as jsonb), input_sha256 = :input_sha256, panel_sha256 = :panel_sha256,
  genetic_map_sha256 = :genetic_map_sha256, output_file_id = :output_file_id,
  output_sha256 = :output_sha256, report = cast(:report as jsonb), finished_at = clock_timestamp()
where id = :id and finished_at is null
""")
ADD_FILE = """
insert into genetics.program_step_file (farm_id, step_id, name, sha256, n_bytes, content)
values ($1, $2, $3, $4, $5, $6)
"""
FILES = "select name, sha256, n_bytes from genetics.program_step_file where farm_id = $1 and step_id = $2 order by name"
FILE = "select content from genetics.program_step_file where farm_id = $1 and step_id = $2 and name = $3"
USED = """
select program, version, program_sha256, count(*), min(finished_at), max(finished_at)
from genetics.program_step where farm_id = $1 and finished_at is not null
group by program, version, program_sha256 order by program, max(finished_at) desc
"""
PANELS = """
select s.panel_sha256, f.id, f.name, s.program, s.version, count(*), min(s.finished_at), max(s.finished_at)
from genetics.program_step s
left join genetics.genotype_file f on f.farm_id = s.farm_id and f.sha256 = s.panel_sha256
where s.farm_id = $1 and s.panel_sha256 is not null
group by s.panel_sha256, f.id, f.name, s.program, s.version order by max(s.finished_at) desc
"""
RESULTS = """
with steps as (
  select id, program, version, program_sha256, panel_sha256, output_sha256, created_at from genetics.program_step
  where farm_id = $1 and finished_at is not null and program = $2 and ($3::text is null or version = $3)
    and ($4::text is null or program_sha256 = $4) and ($5::text is null or panel_sha256 = $5)
), results as (
  select id, 'step' as kind, id as step_id, program, version, program_sha256, panel_sha256, created_at from steps
  union all
  select i.id, 'import', s.id, s.program, s.version, s.program_sha256, s.panel_sha256, i.created_at
  from steps s join genetics.genotype_import i on i.farm_id = $1 and i.sha256 = s.output_sha256
  where i.finished_at is not null
  union all
  select r.id, 'evaluation', s.id, s.program, s.version, s.program_sha256, s.panel_sha256, r.created_at
  from steps s join genetics.program_use u on u.farm_id = $1 and u.step_id = s.id
  join genetics.evaluation_run r on r.farm_id = $1 and r.id = u.run_id
)
select id, kind, step_id, program, version, program_sha256, panel_sha256, created_at from results
where $6::uuid is null or (id, step_id) < ($6, $7::uuid) order by id desc, step_id desc limit $8
"""
OF_FILE = "select id from genetics.program_step where farm_id = $1 and output_sha256 = $2"
OF_SAMPLES = """
select distinct s.id from unnest($2::uuid[], $3::int2[]) as f (sample_id, version)
join genetics.genotyping t on t.sample_id = f.sample_id and t.chip_id = $4 and t.version = f.version
join genetics.genotype_import i on i.farm_id = $1 and i.id = t.import_id
join genetics.program_step s on s.farm_id = $1 and s.output_sha256 = i.sha256
"""
ADD_USES = """
insert into genetics.program_use (farm_id, run_id, step_id) select $1, $2, unnest($3::uuid[]) on conflict do nothing
"""


async def add(session: Session, values: Mapping[str, object]) -> None:
    """A new step."""
    await session.execute(ADD, dict(values))


async def find(session: Session, step_id: UUID) -> StepRow | None:
    """One step."""
    row = (await session.execute(ONE, {"id": step_id})).one_or_none()
    return None if row is None else StepRow(*row)


async def page(session: Session, farm_id: UUID, before: UUID | None, limit: int) -> list[StepRow]:
    """Steps of a farm, the latest first."""
    found = await session.execute(PAGE, {"farm": farm_id, "before": before, "limit": limit})
    return [StepRow(*row) for row in found]


async def finish(session: Session, step_id: UUID, values: Mapping[str, object]) -> None:
    """The step has ended well."""
    await session.execute(FINISH, {"id": step_id, **values})


async def add_file(session: Session, farm_id: UUID, step_id: UUID, file: FileRow, content: bytes) -> None:
    """A table or another file of a step."""
    await driver(session).execute(ADD_FILE, farm_id, step_id, *file, content)


async def files(session: Session, farm_id: UUID, step_id: UUID) -> list[FileRow]:
    """Files of a step by name."""
    return [FileRow(*row) for row in await driver(session).fetch(FILES, farm_id, step_id)]


async def content(session: Session, farm_id: UUID, step_id: UUID, name: str) -> bytes | None:
    """One file."""
    found: bytes | None = await driver(session).fetchval(FILE, farm_id, step_id, name)
    return found


async def used(session: Session, farm_id: UUID) -> list[UsedRow]:
    """Programs that steps of a farm have used, by version and digest."""
    return [UsedRow(*row) for row in await driver(session).fetch(USED, farm_id)]


async def panels(session: Session, farm_id: UUID) -> list[PanelRow]:
    """Reference panels that steps of a farm have used, by version of the program."""
    return [PanelRow(*row) for row in await driver(session).fetch(PANELS, farm_id)]


async def results(session: Session, farm_id: UUID, asked: Sequence[object], limit: int) -> list[ResultRow]:
    """What has come of a program, or of a version of it, the latest first."""
    return [ResultRow(*row) for row in await driver(session).fetch(RESULTS, farm_id, *asked, limit)]


async def of_file(session: Session, farm_id: UUID, sha256: str) -> list[UUID]:
    """The steps that have made a file."""
    return [row[0] for row in await driver(session).fetch(OF_FILE, farm_id, sha256)]


async def of_samples(session: Session, farm_id: UUID, rows: Sequence[FrozenRow]) -> list[UUID]:
    """The steps whose files the calls of these samples were imported from."""
    if not rows:
        return []
    keys = ([row.sample_id for row in rows], [row.version for row in rows], rows[0].chip_id)
    return [row[0] for row in await driver(session).fetch(OF_SAMPLES, farm_id, *keys)]


async def add_uses(session: Session, farm_id: UUID, run_id: UUID, steps: Sequence[UUID]) -> None:
    """A run stands on these steps."""
    await driver(session).execute(ADD_USES, farm_id, run_id, steps)
