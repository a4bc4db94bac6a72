"""What every event says beside its payload."""

from datetime import date, time
from typing import Annotated, ClassVar, NamedTuple
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, Field

from bellwether.farm.health.models import Said
from bellwether.farm.schemas import Day, Device, Zone
from bellwether.farm.stock.models import Heads
from bellwether.platform.http.schemas import Schema
from bellwether.sheep.pedigree import Sex


def by_the_clock(at: time) -> time:
    """Times of one day are compared, and one with a zone is no time of that day."""
    if at.tzinfo is not None:
        raise ValueError("must be written without a zone: the zone of day and time is tz")
    return at


Clock = Annotated[time, AfterValidator(by_the_clock), Field(description="By the clock of the farm, without a zone")]


class Other(NamedTuple):
    """An animal that an event names beside its subject."""

    animal_id: UUID
    role: str
    field: str
    must_be_there: bool = True
    """Whether it must have been on the farm that day; semen of a ram keeps for years."""
    sex: Sex | None = None
    """Which sex it must have; a male one must not be a wether."""


class Born(NamedTuple):
    """An animal that an event brings into the world."""

    animal_id: UUID
    role: str
    field: str
    on: date
    sex: Sex
    is_alive: bool


class Payload(Schema):
    """What only one kind of event says."""


class NewEvent(Schema):
    """An event to be appended. Sent again under its id it changes nothing."""

    version: ClassVar[int] = 1
    needs_presence: ClassVar[bool] = False
    """Whether the animal must have been on the farm that day."""
    owners_only: ClassVar[bool] = False
    """Whether owners of the farm alone may record and see it."""
    of_sex: ClassVar[Sex | None] = None
    """Which sex the animal must have."""

    kind: str
    id: UUID | None = Field(None, description="Made by the device; made here when absent")
    occurred_on: Day = Field(description="The day on the farm, never shifted to another zone")
    occurred_time: Clock | None = None
    tz: Zone | None = Field(None, description="The zone of day and time; that of the farm when absent")
    device_id: Device | None = None
    device_time: AwareDatetime | None = Field(None, description="The clock of the device; kept, and never relied on")
    session_id: UUID | None = Field(None, description="What was recorded together")
    supersedes: UUID | None = Field(None, description="The event that this one corrects; it stays in the log")
    payload: Payload

    @property
    def subject(self) -> UUID | None:
        """The animal that it is about."""
        return None

    @property
    def others(self) -> tuple[Other, ...]:
        """The animals that it names beside its subject."""
        return ()

    @property
    def born(self) -> tuple[Born, ...]:
        """The animals that are none before it."""
        return ()

    @property
    def refers(self) -> UUID | None:
        """Another event to which it belongs."""
        return None

    @property
    def group(self) -> UUID | None:
        """The group that it is about."""
        return None

    @property
    def paddock(self) -> UUID | None:
        """The paddock that it names."""
        return None

    @property
    def health(self) -> Said:
        """What it says of remedies, feed and sales."""
        return None

    @property
    def under(self) -> tuple[str, bool] | None:
        """The number of the consignment that it names, and whether stock came under it."""
        number = getattr(self.payload, "consignment", None)
        return None if number is None else (str(number).lower(), self.kind.endswith(".arrived"))

    @property
    def stock(self) -> Heads | None:
        """What it says of head without tags."""
        return None


class AnimalEvent(NewEvent):
    """An event of one animal."""

    animal_id: UUID

    @property
    def subject(self) -> UUID | None:
        """The animal that it is about."""
        return self.animal_id


class HerdEvent(NewEvent):
    """An event of one animal, or of a group as it was at that time."""

    animal_id: UUID | None = None
    group_id: UUID | None = Field(None, description="Those who were in it at that moment")

    @property
    def subject(self) -> UUID | None:
        """The animal that it is about."""
        return self.animal_id

    @property
    def group(self) -> UUID | None:
        """The group that it is about."""
        return self.group_id
