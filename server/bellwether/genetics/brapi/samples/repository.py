"""Samples in the database, as BrAPI asks for them."""

from uuid import UUID

from bellwether.genetics.brapi.farms import FARMS, IN_FLOCK, IN_FLOCK_NAMED, OF_TAG
from bellwether.genetics.brapi.samples.asked import SampleSearch
from bellwether.genetics.brapi.samples.models import SampleRow
from bellwether.platform.brapi.filters import ids_of
from bellwether.platform.brapi.paging import Conditions, Relation, count, page
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep import CROP

ROWS = "select s.* from genetics.sample s where s.farm_id = {part}"
SELECT = """
select a.id, a.farm_id, a.animal_id, a.name, a.is_preferred, a.created_at,
  (select f.flock_id from farm.published_animal f where f.id = a.animal_id) as flock_id
"""
ONE = f"{SELECT} from genetics.sample a where a.id = $1"


async def found(session: Session, wanted: SampleSearch) -> tuple[list[SampleRow], int]:
    """A page of the samples, and how many there are."""
    asked = conditions(wanted)
    relation = Relation(FARMS, ROWS + asked.sql, asked.values)
    counts = await count(session, relation)
    rows = await page(session, relation, counts, wanted, SELECT)
    return [SampleRow(*row) for row in rows], sum(n for _, n in counts)


async def one(session: Session, sample_id: UUID) -> SampleRow | None:
    """One sample."""
    row = await driver(session).fetchrow(ONE, sample_id)
    return None if row is None else SampleRow(*row)


def conditions(wanted: SampleSearch) -> Conditions:
    """What is asked of a sample `s`."""
    asked = Conditions()
    asked.add("s.id = any({}::uuid[])", ids_of(wanted.sample_db_ids))
    asked.add("s.name = any({}::text[])", wanted.sample_names or None)
    asked.add("s.animal_id = any({}::uuid[])", ids_of(wanted.germplasm_db_ids))
    asked.add("s.animal_id = any({}::uuid[])", ids_of(wanted.observation_unit_db_ids))
    asked.add(OF_TAG.format(animal="s.animal_id"), wanted.germplasm_names or None)
    asked.add(IN_FLOCK.format(animal="s.animal_id"), ids_of(wanted.program_db_ids))
    asked.add(IN_FLOCK_NAMED.format(animal="s.animal_id"), wanted.program_names or None)
    asked.is_one_of(wanted.common_crop_names, CROP)
    asked.nothing_has(wanted.plate_db_ids, wanted.plate_names, wanted.sample_group_db_ids)
    asked.nothing_has(wanted.study_db_ids, wanted.study_names, wanted.trial_db_ids, wanted.trial_names)
    asked.nothing_has(wanted.external_reference_ids, wanted.external_reference_i_ds, wanted.external_reference_sources)
    return asked
