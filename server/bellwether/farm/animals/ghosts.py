"""Animals known only as an ancestor, or by a tag that was weighed, that turn out to be one that is registered."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from bellwether.farm.animals import naming
from bellwether.farm.animals.schemas import NewAnimal
from bellwether.farm.measurements import repository as measurements
from bellwether.farm.measurements import storing
from bellwether.farm.measurements.events import measurements_recorded, measurements_withdrawn
from bellwether.farm.measurements.ledger import Measurement, Observation
from bellwether.farm.measurements.models import StoredMeasurement
from bellwether.farm.own_traits import repository as own_traits
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.sheep.identifiers import Identifier
from bellwether.sheep.traits import Known

MOST = 100_000
# of two ghosts that were weighed on one day the value that was said last counts
ONE_OF_A_DAY = text("""
update farm.observation o set state = 'superseded'
where o.farm_id = :farm_id and o.animal_id = any(:all) and o.state = 'active' and exists (
  select from farm.observation b where b.farm_id = :farm_id and b.animal_id = any(:all) and b.state = 'active'
    and b.trait = o.trait and b.occurred_on = o.occurred_on and b.id > o.id)
""")
MEASURE = text("update farm.observation set animal_id = :kept where farm_id = :farm_id and animal_id = any(:gone)")
CITED = (
    text("update farm.parent_claim set parent_id = :kept where farm_id = :farm_id and parent_id = any(:gone)"),
    text("update farm.identifier set animal_id = :kept where farm_id = :farm_id and animal_id = any(:gone)"),
    text("""
update farm.animal set merged_into = :kept, rev = rev + 1, updated_at = clock_timestamp()
where farm_id = :farm_id and id = any(:gone)
"""),
)


async def known_as(session: Session, body: NewAnimal, known: Sequence[Identifier], drop: int | None) -> list[UUID]:
    """Those that the farm knows by one of the identifiers of a new animal.

    Raises:
        DuplicateIdentifier: a recorded animal has it.
    """
    found = await naming.named(session, body.farm_id, body.flock_id, [item.raw for item in known])
    return [row.animal_id for row in naming.same_sheep(known, found, drop, body.sex)]


async def become(session: Session, context: Context, farm_id: UUID, gone: Sequence[UUID], kept: UUID) -> None:
    """What cites them cites the animal, it is called by what they were called by, and their weights are its own."""
    values = {"farm_id": farm_id, "gone": list(gone), "kept": kept}
    for statement in CITED:
        await session.execute(statement, values)
    await hand_over(session, context, farm_id, gone, kept)


async def hand_over(session: Session, context: Context, farm_id: UUID, gone: Sequence[UUID], kept: UUID) -> None:
    """The measurements of the ghosts are those of the animal, of each trait one of a day."""
    values = {"farm_id": farm_id, "gone": list(gone), "kept": kept}
    await session.execute(ONE_OF_A_DAY, {"farm_id": farm_id, "all": [*gone, kept]})
    before = await measurements.listing(session, animal_ids=gone, limit=MOST)
    await session.execute(MEASURE, values)
    if not before:
        return
    await storing.recompute(session, farm_id, [kept])
    told = [(each.flock_id, each.trait, each.id, each.animal_id) for each in before]
    await measurements_withdrawn(session, context, farm_id, told)
    known = await own_traits.known(session, farm_id)
    await measurements_recorded(session, context, farm_id, [of(kept, row, known) for row in before])


def of(animal_id: UUID, row: StoredMeasurement, known: Known) -> Observation:
    """A measurement as one of another animal."""
    said = (row.trait, row.occurred_on, row.value, row.raw_value, row.recorded_group, row.occurred_time, row.raw_unit)
    return Observation(row.id, row.flock_id, animal_id, Measurement(*said), 0, known[row.trait])
