"""Variants in the database."""

from bellwether.genetics.brapi.numbers import chips_of, reference_of, variants_of
from bellwether.genetics.brapi.variants.asked import VariantSearch
from bellwether.genetics.brapi.variants.models import VariantRow
from bellwether.platform.brapi.filters import ids_of
from bellwether.platform.brapi.paging import Conditions, Relation, count, page
from bellwether.platform.database.transactions import Session
from bellwether.sheep import CROP

ROWS = """
select k.place as id, k.chip_id, k.map_version, k.chrom, k.position, k.name, k.counted, k.other from genetics.marker k
where k.chip_id = {part} and k.map_version = (select max(version) from genetics.marker_map where chip_id = {part})
"""
SELECT = """
select a.chip_id,
  (select m.assembly from genetics.marker_map m where m.chip_id = a.chip_id and m.version = a.map_version),
  a.chrom, a.position, a.name, a.counted, a.other
"""
OF_CALL_SETS = """
k.chip_id in (select t.chip_id from genetics.genotyping t where t.state = 'accepted' and t.sample_id = any({}::uuid[]))
"""
NAMED = "(k.chip_id, k.name) in (select * from unnest({}::int4[], {}::text[]))"
MAP = """
exists (select from genetics.marker_map m where m.chip_id = k.chip_id and m.version = k.map_version
        and m.assembly = any({}::text[]))
"""
ON_REFERENCES = """
(k.chrom, (select m.assembly from genetics.marker_map m where m.chip_id = k.chip_id and m.version = k.map_version))
in (select * from unnest({}::int2[], {}::text[]))
"""


async def found(session: Session, wanted: VariantSearch) -> tuple[list[VariantRow], int]:
    """A page of the markers, and how many there are."""
    asked = conditions(wanted)
    relation = Relation("genetics.chip", ROWS + asked.sql, asked.values, "int4")
    counts = await count(session, relation)
    rows = await page(session, relation, counts, wanted, SELECT)
    return [VariantRow(*row) for row in rows], sum(n for _, n in counts)


def conditions(wanted: VariantSearch) -> Conditions:
    """What is asked of a marker `k`."""
    asked = Conditions()
    asked.add("k.chip_id = any({}::int4[])", chips_of(wanted.variant_set_db_ids))
    asked.add(OF_CALL_SETS, ids_of(wanted.call_set_db_ids))
    variants = variants_of(wanted.variant_db_ids)
    if variants is not None:
        asked.add(NAMED, [each.chip_id for each in variants], [each.name for each in variants])
    asked.add(MAP, wanted.reference_set_db_ids or None)
    if wanted.reference_db_ids:
        known = [each for value in wanted.reference_db_ids if (each := reference_of(value)) is not None]
        asked.add(ON_REFERENCES, [each.chromosome for each in known], [each.assembly for each in known])
    # positions are counted from 1 in a map, from 0 by the standard
    asked.add("k.position > {}::int8", wanted.start)
    asked.add("k.position <= {}::int8", wanted.end)
    asked.is_one_of(wanted.common_crop_names, CROP)
    asked.nothing_has(wanted.program_db_ids, wanted.program_names, wanted.study_db_ids, wanted.study_names)
    asked.nothing_has(wanted.trial_db_ids, wanted.trial_names)
    asked.nothing_has(wanted.external_reference_ids, wanted.external_reference_i_ds, wanted.external_reference_sources)
    return asked
