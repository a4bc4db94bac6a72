"""Animals are put together and taken to paddocks."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from bellwether.farm.events.envelope import AnimalEvent, NewEvent, Payload
from bellwether.farm.events.kinds.life import ForSale, Override
from bellwether.farm.health.models import Said, Sale
from bellwether.farm.schemas import Day, Note


class Remark(Payload):
    """Nothing but a note."""

    note: Note | None = None


class Joining(Payload):
    """Beside a note what has to be said of an animal that is withheld, on a list for sale."""

    note: Note | None = None
    market: ForSale | None = Field(None, description="Of a list for sale; None: it must be clear for each")
    override: Override | None = Field(None, description="It is put on the list although it is withheld")


class ToPaddock(Payload):
    """Where it goes."""

    paddock_id: UUID
    note: Note | None = None


class ToPaddockOrOut(Payload):
    """Where the mob goes."""

    paddock_id: UUID | None = Field(description="None: out of every paddock, to the yards or onto the road")
    note: Note | None = None


class ToPaddockLater(Payload):
    """Where the mob is to go."""

    paddock_id: UUID
    planned_on: Day
    note: Note | None = None


class GroupEvent(NewEvent):
    """An event of a group, or of an animal and a group."""

    group_id: UUID

    @property
    def group(self) -> UUID | None:
        """The group that it is about."""
        return self.group_id


class Assigned(AnimalEvent, GroupEvent):
    """An animal joins a group; if that is a mob, it leaves the mob in which it was."""

    needs_presence = True
    kind: Literal["group.assigned"]
    payload: Joining

    @property
    def health(self) -> Said:
        """A place on a list for sale, if the group is one."""
        return Sale(self.payload.market, self.payload.override is not None)


class Left(AnimalEvent, GroupEvent):
    """An animal leaves a group, and stays where it stands."""

    needs_presence = True
    kind: Literal["group.left"]
    payload: Remark


class AnimalMoved(AnimalEvent):
    """An animal is taken to a paddock by itself; the next move of its mob takes it along."""

    needs_presence = True
    kind: Literal["animal.moved"]
    payload: ToPaddock

    @property
    def paddock(self) -> UUID | None:
        """Where it goes."""
        return self.payload.paddock_id


class GroupMoved(GroupEvent):
    """A mob is moved, and its members with it."""

    kind: Literal["group.moved"]
    payload: ToPaddockOrOut

    @property
    def paddock(self) -> UUID | None:
        """Where it goes."""
        return self.payload.paddock_id


class GroupMovePlanned(GroupEvent):
    """A mob is to be moved; nothing changes before `group.moved` says that it was."""

    kind: Literal["group.move_planned"]
    payload: ToPaddockLater

    @property
    def paddock(self) -> UUID | None:
        """Where it goes."""
        return self.payload.paddock_id


EVENTS = (Assigned, Left, AnimalMoved, GroupMoved, GroupMovePlanned)
