"""An animal comes, goes or dies."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints

from bellwether.farm.events.envelope import AnimalEvent, Payload
from bellwether.farm.health.models import Said, Sale
from bellwether.farm.schemas import Note, without_nul

ForSale = Literal["meat", "export"]
Place = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), AfterValidator(without_nul)
]


class Arrival(Payload):
    """Where it came from."""

    reason: Literal["purchase", "return", "agistment", "found", "transfer"]
    from_location: Place | None = Field(None, description="PIC, CPH, NAIT number or name")
    consignment: Place | None = Field(None, description="Number of the vendor declaration")
    note: Note | None = None


class Override(Payload):
    """Somebody answers for a sale of an animal that is withheld."""

    reason: Note


class Departure(Payload):
    """What became of it, and where it went."""

    fate: Literal["sold", "culled", "grazing_off", "in_transit", "lost"]
    market: ForSale | None = Field(None, description="Where it is sold; None: it must be clear for each")
    override: Override | None = Field(None, description="It goes although it is withheld")
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

    @property
    def health(self) -> Said:
        """A sale, or the way to slaughter."""
        payload = self.payload
        return Sale(payload.market, payload.override is not None) if payload.fate in ("sold", "culled") else None


class Died(AnimalEvent):
    """An animal died."""

    kind: Literal["animal.died"]
    payload: Death


EVENTS = (Arrived, Departed, Died)
