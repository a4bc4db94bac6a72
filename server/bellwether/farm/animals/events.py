"""What the animals slice tells the other services."""

from collections.abc import Sequence
from uuid import UUID

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit

MOST_REGISTERED, MOST = 2000, 500


async def animals_registered(
    session: Session, context: Context, farm_id: UUID, flock_id: UUID, animal_ids: Sequence[UUID]
) -> None:
    """New animals, or such as changed; at most 2000 in one event."""
    for start in range(0, len(animal_ids), MOST_REGISTERED):
        animals = [{"id": str(animal_id)} for animal_id in animal_ids[start : start + MOST_REGISTERED]]
        data = {"farm_id": str(farm_id), "flock_id": str(flock_id), "animals": animals}
        await emit(session, context, type="farm.animal.registered.v1", key=flock_id, farm_id=farm_id, data=data)


async def animals_withdrawn(
    session: Session, context: Context, farm_id: UUID, flock_id: UUID, animal_ids: Sequence[UUID]
) -> None:
    """Animals that the farm does not have any more; at most 500 in one event."""
    for start in range(0, len(animal_ids), MOST):
        animals = [{"id": str(animal_id)} for animal_id in animal_ids[start : start + MOST]]
        data = {"farm_id": str(farm_id), "flock_id": str(flock_id), "animals": animals}
        await emit(session, context, type="farm.animal.withdrawn.v1", key=flock_id, farm_id=farm_id, data=data)
