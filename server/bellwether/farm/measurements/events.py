"""What the measurements slice tells the other services."""

from collections.abc import Iterable
from itertools import groupby
from uuid import UUID

from bellwether.farm.measurements.ledger import Observation
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit
from bellwether.sheep.traits import TRAITS

MOST = 500


async def measurements_recorded(
    session: Session, context: Context, farm_id: UUID, observations: Iterable[Observation]
) -> None:
    """One event for each flock and trait, of at most 500 measurements; weights have an event of their own."""
    told = [made for made in observations if made.state == "active"]
    told.sort(key=lambda made: (str(made.flock_id), made.trait))
    for (flock_id, trait), group in groupby(told, key=lambda made: (made.flock_id, made.trait)):
        if TRAITS[trait].is_weight:
            kind, name, items = "farm.weight.recorded.v1", "weights", [weight(made) for made in group]
        else:
            kind, name, items = "farm.measurement.recorded.v1", "measurements", [measurement(made) for made in group]
        about = {"farm_id": str(farm_id), "flock_id": str(flock_id), "trait": trait}
        for start in range(0, len(items), MOST):
            data = {**about, name: items[start : start + MOST]}
            await emit(session, context, type=kind, key=flock_id, farm_id=farm_id, data=data)


def weight(made: Observation) -> dict[str, object]:
    """One weight as it travels."""
    return {**what_and_when(made), "weight_kg": made.value}


def measurement(made: Observation) -> dict[str, object]:
    """One measurement of another trait as it travels."""
    return {**what_and_when(made), "value": made.value, "unit": made.unit}


def what_and_when(made: Observation) -> dict[str, object]:
    """Which measurement it is, of which animal and day."""
    return {"id": str(made.id), "animal_id": str(made.animal_id), "occurred_on": made.occurred_on.isoformat()}


async def measurements_withdrawn(
    session: Session, context: Context, farm_id: UUID, withdrawn: Iterable[tuple[UUID, str, UUID, UUID]]
) -> None:
    """Flock, trait, id and animal of measurements that do not count any more; weights among them."""
    told = sorted(withdrawn, key=lambda item: (str(item[0]), item[1]))
    for (flock_id, trait), group in groupby(told, key=lambda item: item[:2]):
        items = [{"id": str(item[2]), "animal_id": str(item[3])} for item in group]
        about = {"farm_id": str(farm_id), "flock_id": str(flock_id), "trait": trait}
        for start in range(0, len(items), MOST):
            data = {**about, "measurements": items[start : start + MOST]}
            await emit(session, context, type="farm.measurement.withdrawn.v1", key=flock_id, farm_id=farm_id, data=data)
