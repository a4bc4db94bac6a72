"""Which samples count, and what groups their animals are in."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np

from bellwether.genetics.chips.models import MarkerPlace
from bellwether.genetics.genotypes.reading.models import DeviationRow, GroupRow, KeptRow, MarkerCalls
from bellwether.platform.database.transactions import Session, driver

#: bytes of a sample's id and version
KEY = 18
# of several samples of an animal the preferred one, else the latest
KEPT = """
select distinct on (s.animal_id) s.id, s.animal_id, s.name, t.version, t.map_version, t.farm_id, t.chip_id,
  t.import_id, t.import_row, t.has_dosages
from genetics.genotyping t join genetics.sample s on s.id = t.sample_id
where t.chip_id = $2 and t.state = 'accepted' and {whose}
order by s.animal_id, s.is_preferred desc, s.created_at desc, s.id
"""
OF_FARM = KEPT.format(whose="t.farm_id = $1")
SHARED = KEPT.format(whose="t.farm_id <> $1 and t.sample_id = any ((select genetics.shared_samples())::uuid[])")
OF_ANIMAL = """
select distinct on (t.chip_id) s.id, s.animal_id, s.name, t.version, t.map_version, t.farm_id, t.chip_id,
  t.import_id, t.import_row, t.has_dosages
from genetics.sample s join genetics.genotyping t on t.sample_id = s.id and t.state = 'accepted'
where s.animal_id = $1 and ($2::int4 is null or t.chip_id = $2)
order by t.chip_id, s.is_preferred desc, s.created_at desc, s.id
"""
ALL_OF_ANIMAL = """
select s.id, s.animal_id, s.name, t.version, t.map_version, t.farm_id, t.chip_id, t.import_id, t.import_row,
  t.has_dosages
from genetics.sample s join genetics.genotyping t on t.sample_id = s.id and t.state = 'accepted'
where s.animal_id = $1 and t.chip_id = $2
order by s.is_preferred desc, s.created_at desc, s.id
"""
CALLS_OF_ANIMAL = """
select calls, n_markers from genetics.genotype
where sample_id = $1 and chip_id = $2 and version = $3 order by chrom, block
"""
# in one value: thousands of small rows would take longer to travel than to be found
MARKER = """
select string_agg(uuid_send(sample_id) || int2send(version) || substr(calls, $5::int4 / 4 + 1, 1), ''::bytea)
from genetics.genotype
where chip_id = $1 and map_version = $2 and chrom = $3 and block = $4 and {whose}
"""
MARKER_OF_FARM = MARKER.format(whose="farm_id = $6")
MARKER_OF_SAMPLES = MARKER.format(whose="sample_id = any ($6::uuid[])")
DEVIATIONS = """
select sample_id, version, chrom, block, deviations from genetics.genotype_deviation
where chip_id = $1 and sample_id = any ($2::uuid[])
"""
BLOCK_SIZE = """
select count(*) from genetics.marker where chip_id = $1 and map_version = $2 and chrom = $3 and block = $4
"""
GROUPS = {
    "flock": "select a.id, f.name",
    "breed": "select a.id, f.breed_code",
    "birth_year": "select a.id, coalesce(extract(year from a.birth_date)::int4, a.drop_year)::text",
}
OF_ANIMALS = """
 from farm.published_animal a left join farm.published_flock f on f.id = a.flock_id where a.id = any ($1::uuid[])
"""


async def kept(session: Session, farm_id: UUID, chip_id: int) -> list[KeptRow]:
    """The sample that counts for each animal of a farm."""
    return [KeptRow(*row) for row in await driver(session).fetch(OF_FARM, farm_id, chip_id)]


async def shared(session: Session, farm_id: UUID, chip_id: int) -> list[KeptRow]:
    """Those of animals that other farms share with the user's."""
    return [KeptRow(*row) for row in await driver(session).fetch(SHARED, farm_id, chip_id)]


async def of_animal(session: Session, animal_id: UUID, chip_id: int | None) -> list[KeptRow]:
    """The sample that counts for one animal, on each chip."""
    return [KeptRow(*row) for row in await driver(session).fetch(OF_ANIMAL, animal_id, chip_id)]


async def all_of_animal(session: Session, animal_id: UUID, chip_id: int) -> list[KeptRow]:
    """All accepted samples of one animal on a chip, first the one that counts."""
    return [KeptRow(*row) for row in await driver(session).fetch(ALL_OF_ANIMAL, animal_id, chip_id)]


async def calls_of_animal(session: Session, row: KeptRow) -> list[tuple[bytes, int]]:
    """All blocks of a sample in the order of its map."""
    found = await driver(session).fetch(CALLS_OF_ANIMAL, row.sample_id, row.chip_id, row.version)
    return [(each["calls"], each["n_markers"]) for each in found]


async def calls_of_marker(
    session: Session, chip_id: int, map_version: int, place: MarkerPlace, whose: UUID | Sequence[UUID]
) -> MarkerCalls:
    """One marker in all samples of a farm, or in these."""
    statement = MARKER_OF_FARM if isinstance(whose, UUID) else MARKER_OF_SAMPLES
    where = (chip_id, map_version, place.chrom, place.block, place.at, whose)
    found: bytes = await driver(session).fetchval(statement, *where) or b""
    keys = [found[first : first + KEY] for first in range(0, len(found), KEY + 1)]
    last = np.frombuffer(found, dtype=np.uint8)[KEY :: KEY + 1]
    return MarkerCalls(keys, ((last >> (2 * (place.at % 4))) & 3).astype(np.int8))


async def groups(session: Session, by: str, animals: Sequence[UUID]) -> list[GroupRow]:
    """The group of each animal that the user may see."""
    return [GroupRow(*row) for row in await driver(session).fetch(GROUPS[by] + OF_ANIMALS, animals)]


async def block_size(session: Session, chip_id: int, map_version: int, chromosome: int, number: int) -> int:
    """How many markers a block holds."""
    where = (chip_id, map_version, chromosome, number)
    found: int = await driver(session).fetchval(BLOCK_SIZE, *where)
    return found


async def deviations(session: Session, chip_id: int, samples: Sequence[UUID]) -> list[DeviationRow]:
    """What dosages of these samples are above their nearest calls."""
    return [DeviationRow(*row) for row in await driver(session).fetch(DEVIATIONS, chip_id, samples)]
