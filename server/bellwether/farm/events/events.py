"""What the log tells the other services."""

from collections.abc import Iterable
from itertools import groupby
from uuid import UUID

from bellwether.farm.lives.models import HeadRow
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit
from bellwether.sheep.lives import Life

MOST = 500


async def fates_changed(
    session: Session, context: Context, farm_id: UUID, changed: Iterable[tuple[HeadRow, Life]]
) -> None:
    """What became of animals; at most 500 of one flock in one event."""
    told = sorted(changed, key=lambda item: (str(item[0].flock_id), item[0].id))
    for flock_id, group in groupby(told, key=lambda item: item[0].flock_id):
        animals = [{"id": str(head.id), "fate": life.fate, "since": life.since} for head, life in group]
        for start in range(0, len(animals), MOST):
            data = {"farm_id": str(farm_id), "flock_id": str(flock_id), "animals": animals[start : start + MOST]}
            await emit(session, context, type="farm.animal.fate_changed.v1", key=flock_id, farm_id=farm_id, data=data)
