"""Money that is spent; seen by owners of the farm alone."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from bellwether.farm.events.envelope import NewEvent, Payload
from bellwether.farm.events.kinds.life import Place
from bellwether.farm.schemas import Note


class Cost(Payload):
    """How much, and what for."""

    amount: Annotated[float, Field(gt=0, lt=1e9, allow_inf_nan=False)]
    category: Place = Field(description="feed, freight, contractor, shearing ...")
    note: Note | None = None


class CostRecorded(NewEvent):
    """Money was spent on a mob, or on the farm as a whole."""

    owners_only = True
    group_id: UUID | None = None
    kind: Literal["cost.recorded"]
    payload: Cost

    @property
    def group(self) -> UUID | None:
        """The mob on which it was spent."""
        return self.group_id


EVENTS = (CostRecorded,)
