"""An animal comes, goes or dies."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from bellwether.farm.events.envelope import AnimalEvent, Note, Payload
from bellwether.farm.schemas import without_nul

Place = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(without_nul)
]


class Arrival(Payload):
    """Where it came from."""

    reason: Literal["purchase", "return", "agistment", "found", "transfer"]
    from_location: Place | None = Field(None, description="PIC, CPH, NAIT number or name")
    consignment: Place | None = Field(None, description="Number of the vendor declaration")
    note: Note | None = None


class Departure(Payload):
    """What became of it, and where it went."""

    fate: Literal["sold", "culled", "grazing_off", "in_transit", "lost"]
    to_location: Place | None = Field(None, description="PIC, CPH, NAIT number or name")
    consignment: Place | None = Field(None, description="Number of the vendor declaration")
    note: Note | None = None


class Death(Payload):
    """How it died."""

    cause: Place | None = None
    disposal: Place | None = None
    note: Note | None = None


class Arrived(AnimalEvent):
    """An animal comes onto the farm."""

    kind: Literal["animal.arrived"]
    payload: Arrival


class Departed(AnimalEvent):
    """An animal leaves the farm; it may come back, unless it was culled."""

    kind: Literal["animal.departed"]
    payload: Departure


class Died(AnimalEvent):
    """An animal died."""

    kind: Literal["animal.died"]
    payload: Death


EVENTS = (Arrived, Departed, Died)
