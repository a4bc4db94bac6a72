"""Variant sets in the database."""

from bellwether.genetics.brapi.farms import ANY_FARM
from bellwether.genetics.brapi.numbers import chips_of, reference_of, variants_of
from bellwether.genetics.brapi.variantsets.asked import VariantSetSearch
from bellwether.genetics.brapi.variantsets.models import VariantSetRow
from bellwether.platform.brapi.filters import ids_of
from bellwether.platform.brapi.paging import Conditions
from bellwether.platform.database.transactions import Session, driver
from bellwether.sheep import CROP

FOUND = f"""
select c.id, c.code, c.name, m.version, m.assembly, m.n_markers, coalesce(n.n, 0)::int4
from genetics.chip c
join lateral (select version, assembly, n_markers from genetics.marker_map where chip_id = c.id
              order by version desc limit 1) m on true
left join (select t.chip_id, count(*) as n from genetics.genotyping t
           where t.farm_id = {ANY_FARM} and t.state = 'accepted' group by t.chip_id) n on n.chip_id = c.id
where true
"""
OF_CALL_SETS = """
c.id in (select t.chip_id from genetics.genotyping t where t.state = 'accepted' and t.sample_id = any({}::uuid[]))
"""
OF_MARKERS = """
exists (select from unnest({}::int4[], {}::text[]) w(chip_id, name) join genetics.marker k
          on k.chip_id = c.id and k.map_version = m.version and k.name = w.name
        where w.chip_id = c.id)
"""


async def found(session: Session, wanted: VariantSetSearch) -> list[VariantSetRow]:
    """All that are asked for: a user sees few chips."""
    asked = conditions(wanted)
    rows = await driver(session).fetch(f"{FOUND}{asked.sql} order by c.id", *asked.values)
    return [VariantSetRow(*row) for row in rows]


def conditions(wanted: VariantSetSearch) -> Conditions:
    """What is asked of a chip `c` with its latest map `m`."""
    asked = Conditions()
    asked.add("c.id = any({}::int4[])", chips_of(wanted.variant_set_db_ids))
    asked.add("m.assembly = any({}::text[])", wanted.reference_set_db_ids or None)
    asked.add(OF_CALL_SETS, ids_of(wanted.call_set_db_ids))
    if wanted.reference_db_ids:
        known = [reference_of(value) for value in wanted.reference_db_ids]
        asked.add("m.assembly = any({}::text[])", [each.assembly for each in known if each is not None])
    variants = variants_of(wanted.variant_db_ids)
    if variants is not None:
        asked.add(OF_MARKERS, [each.chip_id for each in variants], [each.name for each in variants])
    asked.is_one_of(wanted.common_crop_names, CROP)
    asked.nothing_has(wanted.study_db_ids, wanted.study_names, wanted.trial_db_ids, wanted.trial_names)
    asked.nothing_has(wanted.program_db_ids, wanted.program_names)
    asked.nothing_has(wanted.external_reference_ids, wanted.external_reference_i_ds, wanted.external_reference_sources)
    return asked
