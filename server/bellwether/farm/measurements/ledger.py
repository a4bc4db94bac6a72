"""Measurements of one chunk against what is stored: new, known already, or a better value for the same day."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from uuid import UUID

from bellwether.sheep.findings import Verdict
from bellwether.sheep.traits import TRAITS

Day = tuple[UUID, str, datetime.date]


@dataclass(frozen=True, slots=True)
class Measurement:
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
    trait: str
    value: float
    raw_value: str
    raw_unit: str
    occurred_on: datetime.date
    occurred_time: datetime.time | None
    group: str
    row: int
    state: str = "active"
    supersedes: UUID | None = None

    @property
    def stage(self) -> str:
        """Of its trait."""
        return TRAITS[self.trait].stage

    @property
    def unit(self) -> str:
        """Of its trait."""
        return TRAITS[self.trait].unit


@dataclass(frozen=True, slots=True)
class Current:
    """The measurement that counts for one animal, trait and day."""

    id: UUID
    value: float
    occurred_time: datetime.time | None
    is_of_this_import: bool


@dataclass
class Ledger:
    """`current` comes from the database and follows what is recorded; `added` and `superseded` go back to it."""

    current: dict[Day, Current]
    new_id: Callable[[], UUID]
    added: list[Observation] = field(default_factory=list)
    superseded: list[UUID] = field(default_factory=list)

    def record(self, animal_id: UUID, flock_id: UUID, measured: Measurement, row: int) -> Verdict:
        """Take one measurement in; the later line of a file replaces the earlier one of the same day."""
        made = self._observation(animal_id, flock_id, measured, row)
        day = (animal_id, made.trait, made.occurred_on)
        before = self.current.get(day)
        verdict = verdict_of(before, made)
        if verdict in ("match", "duplicate"):
            assert before is not None
            self.current[day] = replace(before, occurred_time=made.occurred_time, is_of_this_import=True)
            return verdict
        if before is not None:
            made.supersedes = before.id
            self._retire(before.id)
        self.added.append(made)
        self.current[day] = Current(made.id, made.value, made.occurred_time, True)
        return verdict

    def _observation(self, animal_id: UUID, flock_id: UUID, measured: Measurement, row: int) -> Observation:
        return Observation(
            id=measured.id or self.new_id(),
            flock_id=flock_id,
            animal_id=animal_id,
            trait=measured.trait,
            value=measured.value,
            raw_value=measured.raw_value,
            raw_unit=measured.raw_unit or TRAITS[measured.trait].unit,
            occurred_on=measured.date,
            occurred_time=measured.time,
            group=measured.group,
            row=row,
        )

    def _retire(self, observation_id: UUID) -> None:
        pending = next((made for made in reversed(self.added) if made.id == observation_id), None)
        if pending is None:
            self.superseded.append(observation_id)
        else:
            pending.state = "superseded"


def verdict_of(before: Current | None, made: Observation) -> Verdict:
    """What the measurement is, given the one that counts so far."""
    if before is None:
        return "new"
    is_same = abs(before.value - made.value) < 1e-6
    if before.is_of_this_import:
        return "duplicate" if is_same and before.occurred_time == made.occurred_time else "reweigh"
    return "match" if is_same else "update"
