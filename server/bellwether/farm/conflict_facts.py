"""What the other services hear of conflicts, which several rooms find: ids alone, nothing that anybody has said."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from bellwether.platform.context import Context
from bellwether.platform.database.transactions import Session
from bellwether.platform.events.facts import emit
from bellwether.platform.json import JsonObject, JsonValue

MOST = 500


class Told(NamedTuple):
    """A conflict, as others hear of it."""

    id: UUID
    kind: str
    collection: str
    row_id: UUID
    field: str | None

    @property
    def data(self) -> JsonObject:
        """As JSON."""
        return {
            "id": str(self.id),
            "kind": self.kind,
            "collection": self.collection,
            "row_id": str(self.row_id),
            "field": self.field,
        }


def of_number(identifier_id: UUID) -> Told:
    """One number on two animals (I14): the conflict has the id of the use that does not count."""
    return Told(identifier_id, "duplicate_identifier", "identifiers", identifier_id, "value")


async def conflicts_found(session: Session, context: Context, farm_id: UUID, found: Sequence[Told]) -> None:
    """A person has to look; at most 500 in one event."""
    for start in range(0, len(found), MOST):
        told: list[JsonValue] = [one.data for one in found[start : start + MOST]]
        data: JsonObject = {"farm_id": str(farm_id), "conflicts": told}
        await emit(session, context, type="farm.conflict.found.v1", key=farm_id, farm_id=farm_id, data=data)


async def conflict_settled(session: Session, context: Context, farm_id: UUID, one: Told, choice: str) -> None:
    """A person has decided."""
    data: JsonObject = {"farm_id": str(farm_id), "conflict": one.data, "choice": choice}
    await emit(session, context, type="farm.conflict.settled.v1", key=farm_id, farm_id=farm_id, data=data)
