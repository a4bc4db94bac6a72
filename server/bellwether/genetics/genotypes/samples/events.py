"""What this room tells."""

from collections.abc import Sequence
from uuid import UUID

from bellwether.genetics.genotypes.samples import repository
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit

CHANGED = "genetics.genotypes.changed.v1"


async def genotypes_changed(session: Session, context: Context, farm_id: UUID, animal_ids: Sequence[UUID]) -> None:
    """Which genotypes count of these animals has changed; each flock is told of once."""
    for flock_id in await repository.flocks(session, farm_id, animal_ids):
        data = {"farm_id": str(farm_id), "flock_id": str(flock_id)}
        await emit(session, context, type=CHANGED, key=flock_id, farm_id=farm_id, data=data)
