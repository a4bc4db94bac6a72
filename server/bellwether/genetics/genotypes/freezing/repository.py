"""Every query about the stored genotypes of a run."""

from collections.abc import Sequence
from uuid import UUID

from bellwether.genetics.genotypes.freezing.models import FrozenRow, StoredRow
from bellwether.genetics.genotypes.reading.models import KeptRow
from bellwether.platform.database.transactions import Session, driver

CHIPS = """
select distinct chip_id from genetics.genotyping
where farm_id = $1 and state = 'accepted' and ($2::int4 is null or chip_id = $2) order by chip_id
"""
CURRENT_MAP = "select max(version) from genetics.marker_map where chip_id = $1"
DIGESTS = """
select t.sample_id, t.version, t.sha256 from genetics.genotyping t
where t.farm_id = $1 and t.chip_id = $2 and t.state = 'accepted'
"""
STORED = """
select t.sample_id, f.animal_id, '', t.version, t.map_version, t.farm_id, t.chip_id, t.import_id, t.import_row,
  t.has_dosages, t.sha256
from unnest($2::uuid[], $3::int2[], $4::uuid[]) as f (sample_id, version, animal_id)
join genetics.genotyping t on t.sample_id = f.sample_id and t.chip_id = $1 and t.version = f.version
order by f.animal_id
"""


async def chips(session: Session, farm_id: UUID, chip_id: int | None) -> list[int]:
    """The chips of which samples of the farm count."""
    return [row[0] for row in await driver(session).fetch(CHIPS, farm_id, chip_id)]


async def current_map(session: Session, chip_id: int) -> int:
    """The newest version of a chip's map."""
    found: int = await driver(session).fetchval(CURRENT_MAP, chip_id)
    return found


async def digests(session: Session, farm_id: UUID, chip_id: int) -> dict[tuple[UUID, int], str]:
    """The digests of the calls that count, by sample and version."""
    return {(row[0], row[1]): row[2] for row in await driver(session).fetch(DIGESTS, farm_id, chip_id)}


async def stored(session: Session, chip_id: int, rows: Sequence[FrozenRow]) -> list[StoredRow]:
    """These calls as they are stored, by animal; what is not to be seen is left out."""
    keys = ([row.sample_id for row in rows], [row.version for row in rows], [row.animal_id for row in rows])
    found = await driver(session).fetch(STORED, chip_id, *keys)
    return [StoredRow(KeptRow(*row[:-1]), row[-1]) for row in found]
