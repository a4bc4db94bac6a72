"""Facts of a farm that its reports are counted from."""

from datetime import date
from typing import NamedTuple
from uuid import UUID


class FarmFact(NamedTuple):
    """Whose report it is."""

    name: str
    time_zone: str


class AnimalFact(NamedTuple):
    """An animal of the farm; one that was merged into another is that one.

    `dam_id` is the genetic dam, `bore_id` the ewe that gave birth, `reared_id` the one that reared it; `in_syndicate`:
    one of several rams may be its sire; `arrived_on`: when it first came, None: it was born here.
    """

    id: UUID
    tag: str | None
    sex: str
    fertility: str
    birth_date: date | None
    birth_type: int | None
    rear_type: int | None
    drop_year: int | None
    fate: str
    fate_on: date | None
    sire_id: UUID | None
    dam_id: UUID | None
    bore_id: UUID | None
    reared_id: UUID | None
    in_syndicate: bool
    arrived_on: date | None
    mob: str | None
    reference_only: bool

    @property
    def name(self) -> str:
        """As a person knows it."""
        return self.tag or str(self.id)


class MeasuredFact(NamedTuple):
    """A measurement that counts."""

    animal_id: UUID
    trait: str
    value: float
    occurred_on: date
    age_days: int | None
    contemporary_group: str | None


class OpenFact(NamedTuple):
    """What is in dispute on a farm: of how many conflicts of devices, and how many animals with a number."""

    conflicts: int
    of_conflicts: int
    disputed: int


class DeathFact(NamedTuple):
    """What an animal died of, as its death says."""

    animal_id: UUID
    cause: str | None


class StayFact(NamedTuple):
    """From which day to which an animal was on the farm, both with it; None: since its birth, and until now."""

    since: date | None
    until: date | None

    def holds(self, day: date) -> bool:
        """Whether it was here that day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


class SireClaim(NamedTuple):
    """A claim about the sire of an animal, in the order in which they were said.

    `unit` is what rams have in common of which one is the sire: a syndicate, or what a lambing says of a joining.
    """

    child_id: UUID
    parent_id: UUID
    parent_type: str
    method: str
    status: str
    probability: float | None
    unit: UUID | None
    code: str | None
