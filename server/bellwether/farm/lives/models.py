"""An animal with all that says where it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple
from uuid import UUID

from bellwether.sheep.lives import Fate, Life, Step, check_presence, first_misfit, life_of


class HeadRow(NamedTuple):
    """What is asked of an animal before an event of it is recorded."""

    id: UUID
    flock_id: UUID
    name: str
    birth_date: date | None
    reference_only: bool
    merged_into: UUID | None
    fate: Fate
    sex: str
    fertility: str


@dataclass
class Timeline:
    """The steps of one animal, and the days on which something was recorded of it that asks for its presence."""

    head: HeadRow
    steps: Mapping[UUID, Step] = field(default_factory=dict)
    recorded: Mapping[UUID, date] = field(default_factory=dict)
    measured: list[date] = field(default_factory=list)

    @property
    def life(self) -> Life:
        """What follows from the steps."""
        return life_of(self.head.name, self.head.birth_date, self.steps.values())

    def without(self, event_id: UUID | None) -> "Timeline":
        """As if one event had not been recorded."""
        steps = {key: step for key, step in self.steps.items() if key != event_id}
        recorded = {key: day for key, day in self.recorded.items() if key != event_id}
        return Timeline(self.head, steps, recorded, self.measured)

    def with_step(self, event_id: UUID, step: Step) -> "Timeline":
        """One step more."""
        return Timeline(self.head, {**self.steps, event_id: step}, self.recorded, self.measured)

    def with_record(self, event_id: UUID, day: date, *, field: str) -> "Timeline":
        """Something more that was recorded of the animal on the farm.

        Raises:
            Broken: it was not there.
        """
        check_presence(self.head.name, self.life.stays, day, field=field)
        return Timeline(self.head, self.steps, {**self.recorded, event_id: day}, self.measured)

    def check(self, *, field: str) -> None:
        """The steps fit each other and all that was recorded.

        Raises:
            Broken
        """
        days = sorted((*self.recorded.values(), *self.measured))
        first_misfit(self.head.name, self.life.stays, days, field=field)
