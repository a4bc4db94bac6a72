"""The measurements of a chunk: what counts so far, and what is written and told in the end."""

from collections.abc import Iterable
from typing import cast

from bellwether.farm.imports.models import Batch
from bellwether.farm.measurements import repository, storing
from bellwether.farm.measurements.events import measurements_recorded
from bellwether.farm.measurements.ledger import Current, Day, Ledger, Made
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.ids import new_id


async def open_ledger(session: Session, batch: Batch, days: Iterable[Day]) -> Ledger:
    """What counts today for these animals, traits and days; what an earlier chunk said again is of this import."""
    found = await repository.current(session, batch.farm_id, batch.id, days)
    matched = cast(dict[Day, Current], batch.memory.setdefault(Ledger, {}))
    for day in found.keys() & matched.keys():
        if found[day].id == matched[day].id:
            found[day] = found[day]._replace(occurred_time=matched[day].occurred_time, is_of_this_import=True)
    return Ledger(found, new_id, batch.traits, matched=matched)


async def store_ledger(session: Session, context: Context, batch: Batch, made: Made) -> None:
    """The measurements, and the events that tell of them."""
    added, superseded = made
    await storing.store(session, context, batch.farm_id, added, superseded, source="import", import_id=batch.id)
    await measurements_recorded(session, context, batch.farm_id, added)
