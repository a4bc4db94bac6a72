"""Every query about index weights, on the read connection."""

from collections.abc import Sequence
from uuid import UUID

from bellwether.platform.database.transactions import Session, driver

RELIABILITIES = """
select v.trait, avg(v.reliability) as mean, count(*) as n, count(v.reliability) as n_known
from genetics.breeding_value v join farm.published_animal a on a.id = v.animal_id
where v.farm_id = $1 and v.run_id = $2 and v.effect = 'additive' and v.trait = any ($3) and v.percentile is not null
  and ($4::int4 is null or a.drop_year >= $4) and ($5::uuid is null or a.flock_id = $5)
group by v.trait
"""


async def reliabilities(
    session: Session,
    farm_id: UUID,
    run_id: UUID,
    traits: Sequence[str],
    born_from: int | None,
    flock_id: UUID | None,
) -> dict[str, tuple[float, int] | None]:
    """Of each trait the mean reliability and the number of animals; None where some have none."""
    rows = await driver(session).fetch(RELIABILITIES, farm_id, run_id, list(traits), born_from, flock_id)
    return {row["trait"]: (row["mean"], row["n"]) if row["n"] == row["n_known"] else None for row in rows}
