"""Call sets in the database."""

from uuid import UUID

from bellwether.genetics.brapi.callsets.asked import CallSetSearch
from bellwether.genetics.brapi.callsets.models import CallSetRow
from bellwether.genetics.brapi.farms import FARMS, IN_FLOCK, IN_FLOCK_NAMED, OF_TAG
from bellwether.genetics.brapi.numbers import chips_of
from bellwether.platform.brapi.filters import ids_of
from bellwether.platform.brapi.paging import Conditions, Relation, count, page
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep import CROP

COUNTS = "exists (select from genetics.genotyping t where t.sample_id = s.id and t.state = 'accepted')"
ON_CHIP = """
exists (select from genetics.genotyping t
        where t.sample_id = s.id and t.state = 'accepted' and t.chip_id = any({}::int4[]))
"""
ROWS = f"select s.* from genetics.sample s where s.farm_id = {{part}} and {COUNTS}"
SELECT = """
select a.id, a.farm_id, a.animal_id, a.name, a.created_at,
  array(select t.chip_id from genetics.genotyping t
        where t.sample_id = a.id and t.state = 'accepted' order by t.chip_id) as chips
"""
ONE = f"{SELECT} from (select s.* from genetics.sample s where s.id = $1 and {COUNTS}) a"


async def found(session: Session, wanted: CallSetSearch) -> tuple[list[CallSetRow], int]:
    """A page of the call sets, and how many there are."""
    asked = conditions(wanted)
    relation = Relation(FARMS, ROWS + asked.sql, asked.values)
    counts = await count(session, relation)
    rows = await page(session, relation, counts, wanted, SELECT)
    return [CallSetRow(*row) for row in rows], sum(n for _, n in counts)


async def one(session: Session, sample_id: UUID) -> CallSetRow | None:
    """One call set."""
    row = await driver(session).fetchrow(ONE, sample_id)
    return None if row is None else CallSetRow(*row)


def conditions(wanted: CallSetSearch) -> Conditions:
    """What is asked of a sample `s`."""
    asked = Conditions()
    for ids in (wanted.call_set_db_ids, wanted.sample_db_ids):
        asked.add("s.id = any({}::uuid[])", ids_of(ids))
    for names in (wanted.call_set_names, wanted.sample_names):
        asked.add("s.name = any({}::text[])", names or None)
    asked.add("s.animal_id = any({}::uuid[])", ids_of(wanted.germplasm_db_ids))
    asked.add(OF_TAG.format(animal="s.animal_id"), wanted.germplasm_names or None)
    asked.add(IN_FLOCK.format(animal="s.animal_id"), ids_of(wanted.program_db_ids))
    asked.add(IN_FLOCK_NAMED.format(animal="s.animal_id"), wanted.program_names or None)
    asked.add(ON_CHIP, chips_of(wanted.variant_set_db_ids))
    asked.is_one_of(wanted.common_crop_names, CROP)
    asked.nothing_has(wanted.study_db_ids, wanted.study_names, wanted.trial_db_ids, wanted.trial_names)
    asked.nothing_has(wanted.external_reference_ids, wanted.external_reference_i_ds, wanted.external_reference_sources)
    return asked
