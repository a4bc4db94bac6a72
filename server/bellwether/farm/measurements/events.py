"""What the weights slice tells the other services."""

from collections.abc import Iterable
from itertools import groupby
from uuid import UUID

from bellwether.farm.measurements.ledger import Observation
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit
from bellwether.sheep.traits import TRAITS

MOST = 500


async def weights_recorded(
    session: Session, context: Context, farm_id: UUID, observations: Iterable[Observation]
) -> None:
    """One event for each flock and trait, of at most 500 weights."""
    told = [made for made in observations if made.state == "active" and TRAITS[made.trait].is_weight]
    told.sort(key=lambda made: (str(made.flock_id), made.trait))
    for (flock_id, trait), group in groupby(told, key=lambda made: (made.flock_id, made.trait)):
        weights = [weight(made) for made in group]
        for start in range(0, len(weights), MOST):
            await emit(
                session,
                context,
                type="farm.weight.recorded.v1",
                key=flock_id,
                farm_id=farm_id,
                data={
                    "farm_id": str(farm_id),
                    "flock_id": str(flock_id),
                    "trait": trait,
                    "weights": weights[start : start + MOST],
                },
            )


def weight(made: Observation) -> dict[str, object]:
    """One weight as it travels."""
    return {
        "id": str(made.id),
        "animal_id": str(made.animal_id),
        "occurred_on": made.occurred_on.isoformat(),
        "weight_kg": made.value,
    }
