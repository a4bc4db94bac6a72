"""What says where animals were, and rows of `farm.placement`."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from bellwether.sheep.whereabouts import Act, Memberships, Moment, Move, Step, memberships

GroupType = Literal["physical", "logical", "planned"]
ACTS: Mapping[str, Act] = {
    "group.assigned": "assigned",
    "weaning.recorded": "assigned",
    "group.left": "left",
    "animal.moved": "moved",
    "animal.arrived": "arrived",
    "animal.departed": "gone",
    "animal.died": "gone",
}
GROUP_MOVED = "group.moved"
#: a day without a time is that day at noon; who comes is here from its beginning, who goes until its end
UNTIMED: Mapping[Act, time] = {"arrived": time.min, "gone": time.max}


def moment(day: date, at: time | None, zone: str, place: int, act: Act | None = None) -> Moment:
    """When something was, for the order of things."""
    at = at or (time(12) if act is None else UNTIMED.get(act, time(12)))
    return datetime.combine(day, at, ZoneInfo(zone)), place


class KnownGroup(NamedTuple):
    """A group of the farm."""

    name: str
    type: GroupType


class KnownPaddock(NamedTuple):
    """A paddock of the farm, with the moment in which its first drawing begins."""

    name: str
    since: datetime


class Change(NamedTuple):
    """Animals with their steps, and groups, that one event touches."""

    steps: Mapping[UUID, dict[UUID, Step]]
    groups: Collection[UUID]


@dataclass
class Known:
    """What the farm knows of whereabouts that the events of one batch touch."""

    groups: Mapping[UUID, KnownGroup]
    paddocks: Mapping[UUID, KnownPaddock]
    steps: dict[UUID, dict[UUID, Step]]
    touched: set[UUID] = field(default_factory=set)
    touched_groups: set[UUID] = field(default_factory=set)

    @property
    def physical(self) -> frozenset[UUID]:
        """Groups in which an animal can stand."""
        return frozenset(key for key, group in self.groups.items() if group.type == "physical")

    def take(self, change: Change) -> None:
        """It was so."""
        self.steps |= change.steps
        self.touched |= change.steps.keys()
        self.touched_groups |= set(change.groups)

    def memberships(self, steps: Mapping[UUID, Step]) -> Memberships:
        """Those that follow from steps of an animal."""
        return memberships(steps.values(), self.physical)


class Tracks(NamedTuple):
    """All that is needed for the whereabouts of some animals."""

    steps: Mapping[UUID, Mapping[UUID, Step]]
    physical: frozenset[UUID]
    moves: Mapping[UUID, list[Move]]
