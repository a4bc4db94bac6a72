"""What the measurements slice tells the other services."""

from collections.abc import Iterable
from itertools import groupby
from uuid import UUID

import orjson

from bellwether.farm.measurements.columns import Columns, as_json, by_flock_and_trait
from bellwether.farm.measurements.ledger import Observation
from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit
from bellwether.sheep.traits import weights

MOST, MOST_RECORDED, MOST_BYTES = 500, 4000, 800_000
"""Of one event. A consumer spends as much on a small one as on a large one; NATS carries a megabyte."""
InJson = dict[tuple[str, str], list[bytes]]
"""Measurements as they travel, by flock and trait."""


async def measurements_recorded(
    session: Session, context: Context, farm_id: UUID, observations: Iterable[Observation], beside: InJson | None = None
) -> None:
    """One event for each flock and trait, of at most 4000 measurements; weights have an event of their own."""
    told: InJson = {}
    are_weights = weights()
    for made in observations:
        if made.state == "active":
            item = weight(made) if made.measured.trait in are_weights else measurement(made)
            told.setdefault((str(made.flock_id), made.measured.trait), []).append(orjson.dumps(item, default=str))
    for key, items in (beside or {}).items():
        told.setdefault(key, []).extend(items)
    for (flock_id, trait), items in sorted(told.items()):
        is_weight = trait in are_weights
        kind, name = (
            ("farm.weight.recorded.v1", "weights") if is_weight else ("farm.measurement.recorded.v1", "measurements")
        )
        about = {"farm_id": str(farm_id), "flock_id": flock_id, "trait": trait}
        size = min(MOST_RECORDED, MOST_BYTES // max(map(len, items)))
        for start in range(0, len(items), size):
            data = {**about, name: orjson.Fragment(b"[" + b",".join(items[start : start + size]) + b"]")}
            await emit(session, context, type=kind, key=flock_id, farm_id=farm_id, data=data)


def of_columns(new: Columns) -> InJson:
    """Each measurement as it travels."""
    found: InJson = {}
    for flock_id, trait, is_of in by_flock_and_trait(new):
        if trait.code in weights():
            ends = [b'"weight_kg":' + orjson.dumps(value) for _, value, *_ in new.says]
        else:
            unit = b',"unit":' + orjson.dumps(trait.unit)
            ends = [b'"value":' + orjson.dumps(value) + unit for _, value, *_ in new.says]
        found[str(flock_id), trait.code] = as_json(new, is_of, ends)
    return found


def weight(made: Observation) -> dict[str, object]:
    """One weight as it travels: which it is, of which animal and day."""
    said = made.measured
    return {"id": made.id, "animal_id": str(made.animal_id), "occurred_on": said.date, "weight_kg": said.value}


def measurement(made: Observation) -> dict[str, object]:
    """One measurement of another trait as it travels."""
    said = made.measured
    told = {"id": made.id, "animal_id": str(made.animal_id), "occurred_on": said.date}
    return {**told, "value": said.value, "unit": made.trait.unit}


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
