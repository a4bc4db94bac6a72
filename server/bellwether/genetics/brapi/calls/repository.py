"""Which calls are asked for: chips, their markers, and the samples whose calls count."""

from collections.abc import Sequence

from bellwether.genetics.brapi.calls.models import SetRow
from bellwether.genetics.brapi.farms import ANY_FARM, OF_TAG
from bellwether.genetics.genotypes.reading.models import KeptRow
from bellwether.platform.brapi.paging import Conditions
from bellwether.platform.database.transactions import Session, driver

SETS = """
select c.id, c.name, m.version, m.n_markers from genetics.chip c join lateral (
  select version, n_markers from genetics.marker_map where chip_id = c.id order by version desc limit 1) m on true
where $1::int4[] is null or c.id = any ($1) order by c.id
"""
COUNTING = f"""
from genetics.genotyping t join genetics.sample s on s.id = t.sample_id
where t.chip_id = $1 and t.farm_id = {ANY_FARM} and t.state = 'accepted'
"""
ROWS = """
select s.id, s.animal_id, s.name, t.version, t.map_version, t.farm_id, t.chip_id, t.import_id, t.import_row,
  t.has_dosages
"""
OF_TAGS = OF_TAG.format(animal="s.animal_id")


async def sets(session: Session, chips: Sequence[int] | None) -> list[SetRow]:
    """Chips by their latest maps: these, or all that the caller sees."""
    return [SetRow(*row) for row in await driver(session).fetch(SETS, chips)]


async def n_samples(session: Session, chip_id: int, asked: Conditions) -> int:
    """How many samples of a chip are asked for; the first value of `asked` is the chip."""
    found: int = await driver(session).fetchval(f"select count(*) {COUNTING} {asked.sql}", chip_id, *asked.values[1:])
    return found


async def samples(session: Session, chip_id: int, asked: Conditions, first: int, n: int) -> list[KeptRow]:
    """Some of them, by their ids."""
    n_values = len(asked.values)
    limits = f"order by s.id offset ${n_values + 1} limit ${n_values + 2}"
    rows = await driver(session).fetch(f"{ROWS} {COUNTING} {asked.sql} {limits}", chip_id, *asked.values[1:], first, n)
    return [KeptRow(*row) for row in rows]
