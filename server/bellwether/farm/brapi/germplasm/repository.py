"""Animals in the database, as germplasm is asked for."""

from uuid import UUID

from bellwether.farm.brapi.germplasm.asked import Asked, GermplasmSearch
from bellwether.farm.brapi.germplasm.models import AnimalRow
from bellwether.platform.brapi.filters import ids_of
from bellwether.platform.brapi.paging import Conditions, Relation, count, page
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep import CROP, GENUS, SPECIES

ROWS = "select a.* from farm.animal a where a.farm_id = {part} and a.merged_into is null"
PARENT = """
(select coalesce(p.tag, p.id::text) from farm.accepted_parents c join farm.animal p on p.id = c.{role}
 where c.farm_id = a.farm_id and c.animal_id = a.id)
"""
SELECT = f"""
select a.id, a.farm_id, a.flock_id, coalesce(a.tag, a.id::text) as name, a.sex, a.fertility, a.birth_date,
  a.birth_date_confidence, a.birth_type, a.rear_type, a.drop_year, a.reference_only, a.fate, a.fate_on,
  (select name from farm.farm where id = a.farm_id) as farm,
  (select name from farm.flock where id = a.flock_id) as flock,
  (select breed_code from farm.flock where id = a.flock_id) as breed,
  {PARENT.format(role="sire_id")} as sire, {PARENT.format(role="dam_id")} as dam,
  array(select scheme from farm.identifier i
        where i.farm_id = a.farm_id and i.animal_id = a.id and i.state = 'active' order by i.id) as schemes,
  array(select value from farm.identifier i
        where i.farm_id = a.farm_id and i.animal_id = a.id and i.state = 'active' order by i.id) as numbers
"""
#: animals that are asked for by their ids, for ever: what was merged into another is that one
MEANT = "any(array(select coalesce(m.merged_into, m.id) from farm.animal m where m.id = any({}::uuid[])))"
KNOWN_AS = """
a.id in (select i.animal_id from farm.identifier i where i.farm_id = {{part}} and i.state = 'active'
         and {what} = any({{}}::text[]))
"""
RELATED = f"""
a.id in (select c.{{this}} from farm.parent_claim c where c.farm_id = {{{{part}}}} and c.status = 'accepted'
         and c.parent_type in ('sire', 'dam', 'et_donor_dam') and c.{{other}} = {MEANT.replace("{}", "{{}}")})
"""
#: one statement for one animal; what was merged into another is that one
ONE = f"""
{SELECT} from farm.animal a
where a.id = (select coalesce(m.merged_into, m.id) from farm.animal m where m.id = $1)
"""


async def found(session: Session, wanted: GermplasmSearch) -> tuple[list[AnimalRow], int]:
    """A page of the animals, and how many there are."""
    asked = conditions(wanted)
    asked.add(RELATED.format(this="child_id", other="parent_id"), ids_of(wanted.parent_db_ids))
    asked.add(RELATED.format(this="parent_id", other="child_id"), ids_of(wanted.progeny_db_ids))
    relation = Relation("farm.farm", ROWS + asked.sql, asked.values)
    counts = await count(session, relation)
    rows = await page(session, relation, counts, wanted, SELECT)
    return [AnimalRow(*row) for row in rows], sum(n for _, n in counts)


async def one(session: Session, animal_id: UUID) -> AnimalRow | None:
    """One animal."""
    row = await driver(session).fetchrow(ONE, animal_id)
    return None if row is None else AnimalRow(*row)


def conditions(wanted: Asked) -> Conditions:
    """What is asked of an animal `a`."""
    asked = Conditions()
    asked.add(f"a.id = {MEANT}", ids_of(wanted.germplasm_db_ids))
    asked.add(f"a.id = {MEANT}", ids_of(wanted.germplasm_puis))
    asked.add("coalesce(a.tag, a.id::text) = any({}::text[])", wanted.germplasm_names or None)
    asked.add("a.flock_id = any({}::uuid[])", ids_of(wanted.program_db_ids))
    flocks = "a.flock_id in (select id from farm.flock where name = any({}::text[]))"
    asked.add(flocks, wanted.program_names or None)
    for values in (wanted.synonyms, wanted.external_reference_ids, wanted.external_reference_i_ds):
        asked.add(KNOWN_AS.format(what="i.value"), values or None)
    asked.add(KNOWN_AS.format(what="i.scheme"), wanted.external_reference_sources or None)
    asked.is_one_of(wanted.common_crop_names, CROP)
    asked.is_one_of(wanted.genus, GENUS)
    asked.is_one_of(wanted.species, SPECIES)
    asked.is_one_of(wanted.binomial_names, f"{GENUS} {SPECIES}")
    asked.nothing_has(wanted.accession_numbers, wanted.collections, wanted.family_codes, wanted.institute_codes)
    asked.nothing_has(wanted.study_db_ids, wanted.study_names, wanted.trial_db_ids, wanted.trial_names)
    return asked
