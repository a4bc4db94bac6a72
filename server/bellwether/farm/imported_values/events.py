"""What this slice tells the other services."""

from collections.abc import Sequence
from uuid import UUID

from bellwether.farm.imported_values import repository
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit

CHANGED = "farm.external_values.changed.v1"


async def values_added(
    session: Session, context: Context, farm_id: UUID, animal_ids: Sequence[UUID], run_names: Sequence[str]
) -> None:
    """Values of these animals have come."""
    flocks = await repository.flocks(session, farm_id, animal_ids) if animal_ids else []
    await values_changed(session, context, farm_id, {flock_id: sorted(set(run_names)) for flock_id in flocks})


async def values_changed(
    session: Session, context: Context, farm_id: UUID, run_names: dict[UUID, Sequence[str]]
) -> None:
    """Values of others have come or gone: of each flock, of which runs."""
    for flock_id, names in sorted(run_names.items(), key=lambda item: str(item[0])):
        data = {"farm_id": str(farm_id), "flock_id": str(flock_id), "run_names": list(names)}
        await emit(session, context, type=CHANGED, key=flock_id, farm_id=farm_id, data=data)
