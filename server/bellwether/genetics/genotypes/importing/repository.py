"""Every query about imports of genotypes."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypedDict
from uuid import UUID

import numpy as np
from asyncpg import UniqueViolationError
from numpy.typing import NDArray
from sqlalchemy import text

from bellwether.genetics.genotypes.calls import Bytes
from bellwether.genetics.genotypes.importing.models import ImportRow, SampleRow
from bellwether.genetics.genotypes.importing.problems import GenotypesChanged
from bellwether.modelling.chips.blocks import Block
from bellwether.platform.database.many_rows import execute_with
from bellwether.platform.database.transactions import Session, driver
from bellwether.platform.json import JsonObject, json_text

IMPORT = """
select i.id, i.farm_id, i.chip_id, i.map_version, i.file_name, i.sha256, i.options, i.n_samples, i.n_accepted,
  i.n_quarantined, i.report, i.created_at, i.finished_at, coalesce(j.state, 'succeeded')
from genetics.genotype_import i left join genetics.job j on j.id = i.id
"""
ONE = text(IMPORT + "where i.id = :id")
PAGE = text(
    IMPORT
    + """
where i.farm_id = :farm and (cast(:before as uuid) is null or i.id < :before) order by i.id desc limit :limit
"""
)
ADD = text("""
insert into genetics.genotype_import
  (id, farm_id, chip_id, map_version, genotype_file_id, file_name, sha256, options, created_by)
values (:id, :farm_id, :chip_id, :map_version, :genotype_file_id, :file_name, :sha256, cast(:options as jsonb),
  :created_by)
""")
OPEN = text("select 1 from genetics.genotype_import where id = :id and finished_at is null for update")
FINISH = text("""
update genetics.genotype_import set n_samples = :n_samples, n_accepted = :n_accepted, n_quarantined = :n_quarantined,
  report = cast(:report as jsonb), finished_at = clock_timestamp() where id = :id returning finished_at
""")
SAMPLES = text("""
select t.import_row, s.id, s.name, s.animal_id, t.version, t.state, t.reasons, t.call_rate, t.heterozygosity, t.f
from genetics.genotyping t join genetics.sample s on s.id = t.sample_id
where t.import_id = :id and t.import_row > :after and (cast(:state as text) is null or t.state = :state)
order by t.import_row limit :limit
""")
LOCK = text("select pg_advisory_xact_lock(hashtextextended('genotypes ' || cast(:farm as text), 0))")
ANIMALS = """
select id::text, tag, sex, sire_id::text, dam_id::text from farm.published_animal where farm_id = $1
"""
KNOWN = """
select s.id::text, s.name, s.animal_id::text, max(t.version)::int4 as version,
  coalesce(bool_or(t.state in ('accepted', 'quarantined')), false) as is_there
from genetics.sample s left join genetics.genotyping t on t.sample_id = s.id and t.chip_id = $2
where s.farm_id = $1 group by s.id
"""
# animals with offspring, and their calls of this map
PARENTS = """
select distinct on (s.animal_id) s.id, s.name, s.animal_id::text as animal_id, t.version
from genetics.sample s join genetics.genotyping t on t.sample_id = s.id and t.chip_id = $2 and t.state = 'accepted'
where s.farm_id = $1 and t.map_version = $3
  and (exists (select from farm.published_animal a where a.farm_id = $1 and a.sire_id = s.animal_id)
       or exists (select from farm.published_animal a where a.farm_id = $1 and a.dam_id = s.animal_id))
order by s.animal_id, s.is_preferred desc, s.created_at desc
"""
NEW_SAMPLE = {"id": "uuid", "animal_id": "uuid", "name": "text", "fam": "text"}
# of several new samples of one animal the first is preferred, where none is yet
ADD_SAMPLES = """
insert into genetics.sample (id, farm_id, animal_id, name, fam, created_by, is_preferred)
select t.id, $1, t.animal_id, t.name, case when t.fam <> '' then string_to_array(t.fam, chr(31)) end, $2,
  row_number() over (partition by t.animal_id order by t.id) = 1
  and not exists (select from genetics.sample s where s.animal_id = t.animal_id and s.is_preferred)
from {rows} as t
"""
SUPERSEDE = """
update genetics.genotyping set state = 'superseded', decided_at = clock_timestamp(), decided_by = $3
where sample_id = any ($1::uuid[]) and chip_id = $2 and state in ('accepted', 'quarantined')
"""
GENOTYPING = {
    "sample_id": "uuid", "version": "int2", "import_row": "int4", "state": "text", "reasons": "text",
    "call_rate": "float4", "heterozygosity": "float4", "f": "float4", "sha256": "text",
}  # fmt: skip
ADD_GENOTYPINGS = """
insert into genetics.genotyping (farm_id, import_id, chip_id, map_version, has_dosages, sample_id, version, import_row,
  state, reasons, call_rate, heterozygosity, f, sha256)
select $1, $2, $3, $4, $5, t.sample_id, t.version, t.import_row, t.state,
  case when t.reasons = '' then array[]::text[] else string_to_array(t.reasons, ' ') end,
  t.call_rate, t.heterozygosity, t.f, t.sha256 from {rows} as t
"""
# arrays, for COPY is refused by row-level security, and what goes through a table between is written twice
ADD_CALLS = """
insert into genetics.genotype (farm_id, chip_id, map_version, chrom, block, n_markers, sample_id, version, calls)
select $1, $2, $3, $4, $5, $6, t.sample_id, t.version, t.content
from unnest($7::uuid[], $8::int2[], $9::bytea[]) as t (sample_id, version, content)
"""
ADD_DEVIATIONS = """
insert into genetics.genotype_deviation (farm_id, chip_id, chrom, block, sample_id, version, deviations)
select $1, $2, $3, $4, t.sample_id, t.version, t.content
from unnest($5::uuid[], $6::int2[], $7::bytea[]) as t (sample_id, version, content)
"""
#: bytes of one statement
AT_ONCE = 1 << 24


Floats = NDArray[np.float32]


class KeptSample(TypedDict):
    """A sample as it is kept."""

    id: UUID
    version: int


async def add(session: Session, values: Mapping[str, object]) -> None:
    """A new import."""
    await session.execute(ADD, dict(values))


async def find(session: Session, import_id: UUID) -> ImportRow | None:
    """One import."""
    row = (await session.execute(ONE, {"id": import_id})).one_or_none()
    return None if row is None else ImportRow(*row)


async def page(session: Session, farm_id: UUID, before: UUID | None, limit: int) -> list[ImportRow]:
    """Imports of a farm, the latest first."""
    found = await session.execute(PAGE, {"farm": farm_id, "before": before, "limit": limit})
    return [ImportRow(*row) for row in found]


async def samples(session: Session, import_id: UUID, values: Mapping[str, object]) -> list[SampleRow]:
    """Samples of an import in the order of its file."""
    return [SampleRow(*row) for row in await session.execute(SAMPLES, {"id": import_id, **values})]


async def hold(session: Session, farm_id: UUID) -> None:
    """One import of a farm is written at a time."""
    await session.execute(LOCK, {"farm": str(farm_id)})


async def is_open(session: Session, import_id: UUID) -> bool:
    """Whether the import is still to be written; nobody else writes it meanwhile."""
    return (await session.execute(OPEN, {"id": import_id})).first() is not None


async def finish(session: Session, import_id: UUID, counts: Mapping[str, int], report: JsonObject) -> datetime:
    """The end of an import, and when it was."""
    values = {"id": import_id, "report": json_text(report), **counts}
    ended: datetime = (await session.execute(FINISH, values)).scalar_one()
    return ended


async def add_samples(session: Session, farm_id: UUID, user_id: UUID | None, rows: Sequence[Sequence[object]]) -> None:
    """New samples.

    Raises:
        GenotypesChanged: one of them has come meanwhile.
    """
    try:
        await execute_with(session, ADD_SAMPLES, NEW_SAMPLE, rows, farm_id, user_id)
    except UniqueViolationError as error:
        raise GenotypesChanged from error


async def supersede(session: Session, sample_ids: Sequence[UUID], chip_id: int, user_id: UUID | None) -> None:
    """Earlier calls of these samples do not count any more."""
    await driver(session).execute(SUPERSEDE, sample_ids, chip_id, user_id)


async def add_genotypings(session: Session, values: Sequence[object], rows: Sequence[Sequence[object]]) -> None:
    """What is known of each sample on the chip.

    Raises:
        GenotypesChanged: one of them has come meanwhile.
    """
    try:
        await execute_with(session, ADD_GENOTYPINGS, GENOTYPING, rows, *values)
    except UniqueViolationError as error:
        raise GenotypesChanged from error


async def add_calls(
    session: Session,
    farm_id: UUID,
    chip: tuple[int, int],
    kept: Sequence[KeptSample],
    blocks: Sequence[Block],
    calls: Bytes,
) -> None:
    """All rows of calls, block by block; `chip` comes with the version of its map.

    Raises:
        GenotypesChanged: another import has corrected one of the samples meanwhile.
    """
    first = 0
    for block in blocks:
        part = calls[:, first : first + block.n_bytes]
        for ids, versions, contents in pieces(kept, part):
            where = (farm_id, *chip, block.chromosome, block.number, block.n_markers)
            try:
                await driver(session).execute(ADD_CALLS, *where, ids, versions, contents)
            except UniqueViolationError as error:
                raise GenotypesChanged from error
        first += block.n_bytes


async def add_deviations(
    session: Session, farm_id: UUID, chip_id: int, kept: Sequence[KeptSample], blocks: Sequence[Block], rows: Floats
) -> None:
    """What dosages are above their nearest calls."""
    for block in blocks:
        part = rows[:, block.first : block.last].view(np.uint8)
        for ids, versions, contents in pieces(kept, part):
            where = (farm_id, chip_id, block.chromosome, block.number)
            await driver(session).execute(ADD_DEVIATIONS, *where, ids, versions, contents)


def pieces(kept: Sequence[KeptSample], part: Bytes) -> Iterator[tuple[list[UUID], list[int], list[bytes]]]:
    """Samples, versions and contents of each statement."""
    width = part.shape[1]
    step = max(1, AT_ONCE // width)
    for first in range(0, len(kept), step):
        some = kept[first : first + step]
        content = part[first : first + step].tobytes()
        contents = [content[at : at + width] for at in range(0, len(content), width)]
        yield [each["id"] for each in some], [each["version"] for each in some], contents
