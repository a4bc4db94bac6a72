"""Every kind of event: one model each, found by its name in the registry."""

from functools import reduce
from operator import or_
from typing import Annotated, get_args

from pydantic import Field, TypeAdapter

from bellwether.farm.events.envelope import NewEvent
from bellwether.farm.events.kinds import breeding, costs, health, joining, life, moves, notes, stock

EVENTS: tuple[type[NewEvent], ...] = (
    *life.EVENTS,
    *moves.EVENTS,
    *joining.EVENTS,
    *breeding.EVENTS,
    *health.EVENTS,
    *stock.EVENTS,
    *costs.EVENTS,
    *notes.EVENTS,
)
KINDS: dict[str, type[NewEvent]] = {get_args(event.model_fields["kind"].annotation)[0]: event for event in EVENTS}
ANY_EVENT: TypeAdapter[NewEvent] = TypeAdapter(
    Annotated[reduce(or_, EVENTS), Field(discriminator="kind")]  # type: ignore[arg-type]  # whatever is registered
)
RETRACTED = "event.retracted"
