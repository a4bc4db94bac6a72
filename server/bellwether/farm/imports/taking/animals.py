"""Rows about animals with their parents and measurements."""

from collections.abc import Sequence

from bellwether.farm.animals.events import animals_registered
from bellwether.farm.imports.judging.animal_row import AnimalRow
from bellwether.farm.imports.judging.animals import judge
from bellwether.farm.imports.judging.listing import Listing
from bellwether.farm.imports.judging.outcomes import Outcome
from bellwether.farm.imports.models import Batch
from bellwether.farm.imports.storing import herd as stored
from bellwether.farm.imports.taking.ledgers import open_ledger, store_ledger
from bellwether.farm.measurements import repository as measurements
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session


async def take(
    session: Session, context: Context, batch: Batch, rows: Sequence[tuple[int, AnimalRow]]
) -> list[Outcome]:
    """The verdicts; accepted animals, parents and measurements are stored."""
    listing = batch.survey if isinstance(batch.survey, Listing) else Listing()
    herd = await stored.load(session, batch, rows, listing)
    ledger = await open_ledger(session, batch, herd.measured_days(rows))
    outcomes = judge(rows, herd, ledger)
    await stored.store(session, context, batch.farm_id, batch.id, herd)
    changed = [animal.id for animal in herd.sheep.values() if animal.is_changed and not animal.is_new]
    await measurements.recompute(session, batch.farm_id, changed)
    for flock_id, animal_ids in stored.registered(herd).items():
        await animals_registered(session, context, batch.farm_id, flock_id, animal_ids)
    await store_ledger(session, context, batch, ledger.handed_over())
    return outcomes
