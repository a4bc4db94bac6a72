"""Measurements of one chunk against what is stored: new, known already, or a better value for the same day."""

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from bellwether.sheep.findings import Finding, Verdict, warning
from bellwether.sheep.traits import Known, Trait

Day = tuple[UUID, str, datetime.date]
SAME = 1e-6


class Measurement(NamedTuple):
    """One value of one trait as it was read or sent; without a unit it is in that of its trait."""

    trait: str
    date: datetime.date
    value: float
    raw_value: str
    group: str
    time: datetime.time | None = None
    raw_unit: str = ""
    id: UUID | None = None


@dataclass(slots=True)
class Observation:
    """A measurement to be stored."""

    id: UUID
    flock_id: UUID
    animal_id: UUID
    measured: Measurement
    row: int
    trait: Trait
    state: str = "active"
    supersedes: UUID | None = None


Said = tuple[float, datetime.time | None]
UNSAID: frozenset[Said] = frozenset()


class Current(NamedTuple):
    """The measurement that counts for one animal, trait and day, and those that were said of that day before it."""

    id: UUID
    value: float
    occurred_time: datetime.time | None
    is_of_this_import: bool
    earlier: frozenset[Said] = UNSAID


class Recorded(NamedTuple):
    """What a measurement is beside what is known of its day, and what its sender should know."""

    verdict: Verdict
    warning: Finding | None = None


class Made(NamedTuple):
    """New measurements, and stored ones that do not count any more."""

    added: list[Observation]
    superseded: list[UUID]


@dataclass
class Ledger:
    """`current` comes from the database and follows what is recorded; `added` and `superseded` go back to it.

    Of two measurements of one animal, trait and day the later by the clock counts, both stay. Where no clock tells, the
    one that was said last counts, and its sender is warned.
    """

    current: dict[Day, Current]
    new_id: Callable[[], UUID]
    traits: Mapping[str, Trait] = field(default_factory=Known)
    """What the farm can record."""
    added: list[Observation] = field(default_factory=list)
    superseded: list[UUID] = field(default_factory=list)
    corrects: bool = False
    """Somebody says a single value: it is no copy of something that was corrected since."""
    matched: dict[Day, Current] = field(default_factory=dict)
    """What was said again, of which the database learns nothing."""
    _pending: dict[UUID, Observation] = field(default_factory=dict)

    def record(self, animal_id: UUID, flock_id: UUID, measured: Measurement, row: int) -> Recorded:
        """Take one measurement in."""
        made = Observation(
            measured.id or self.new_id(), flock_id, animal_id, measured, row, self.traits[measured.trait]
        )
        day = (animal_id, measured.trait, measured.date)
        before = self.current.get(day)
        if before is None:
            self._count(day, made, None)
            return Recorded("new")
        return self._beside(day, before, made)

    def unite(self, kept: UUID, gone: UUID) -> None:
        """What counts of the one counts of the other; of two of a day the one that was said last."""
        for day in [day for day in self.current if day[0] == gone]:
            theirs = self.current.pop(day)
            mine = self.current.get((kept, *day[1:]))
            if mine is not None:
                first, theirs = sorted((mine, theirs), key=lambda one: one.id)
                self._retire(first.id)
            self.current[kept, day[1], day[2]] = theirs

    def handed_over(self) -> Made:
        """What goes to the database now; what is recorded later finds it there."""
        made = Made(self.added, self.superseded)
        self.added, self.superseded, self._pending = [], [], {}
        return made

    def _beside(self, day: Day, before: Current, made: Observation) -> Recorded:
        """A measurement of a day that has one already."""
        value, time = made.measured.value, made.measured.time
        is_same = abs(before.value - value) < SAME
        order = in_order(before.occurred_time, time)
        if is_same and (order == 0 or not before.is_of_this_import):
            said = before._replace(occurred_time=time or before.occurred_time, is_of_this_import=True)
            self.current[day] = self.matched[day] = said
            return Recorded("duplicate" if before.is_of_this_import else "match")
        is_known = any(abs(said - value) < SAME and at == time for said, at in before.earlier)
        if is_known and (order < 0 or (order == 0 and not self.corrects)):
            told = None if order else two_weighings(before, made, "the first was said later and counts")
            return Recorded("match", told)
        if order < 0:
            made.state = "superseded"
            self._add(made)
            self.current[day] = before._replace(earlier=before.earlier | {(value, time)})
            return Recorded("reweigh", earlier_weighing(before, made))
        self._count(day, made, before)
        told = None if order else two_weighings(before, made, "no time tells which is later: the one said last counts")
        return Recorded("reweigh" if before.is_of_this_import else "update", told)

    def _count(self, day: Day, made: Observation, before: Current | None) -> None:
        """From now on this one counts."""
        earlier = UNSAID
        if before is not None:
            made.supersedes = before.id
            self._retire(before.id)
            earlier = before.earlier | {(before.value, before.occurred_time)}
        self._add(made)
        self.current[day] = Current(made.id, made.measured.value, made.measured.time, True, earlier)

    def _add(self, made: Observation) -> None:
        self.added.append(made)
        self._pending[made.id] = made

    def _retire(self, observation_id: UUID) -> None:
        pending = self._pending.get(observation_id)
        if pending is None:
            self.superseded.append(observation_id)
        else:
            pending.state = "superseded"


def in_order(before: datetime.time | None, now: datetime.time | None) -> int:
    """1 when `now` is the later one, -1 when the earlier, 0 when no clock tells."""
    if before is None or now is None or before == now:
        return 0
    return 1 if now > before else -1


def two_weighings(before: Current, made: Observation, why: str) -> Finding:
    """Two values of one day, and nothing that tells which of them is the later."""
    said, unit = made.measured, made.trait.unit
    text = f"{before.value:g} and {said.value:g} {unit} of one animal on {said.date}: {why}"
    return warning("two_weighings", text, "add the times, or leave one of them out", field=said.trait.lower())


def earlier_weighing(before: Current, made: Observation) -> Finding:
    """A value that is kept, but the one that was taken later that day counts."""
    said, times = made.measured, f"{before.value:g} of {before.occurred_time} counts"
    text = f"{said.value:g} {made.trait.unit} of {said.time} is kept; {times}"
    return warning("earlier_weighing", text, "nothing to do", field=said.trait.lower())
