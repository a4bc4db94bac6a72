"""What an event says of health, and what the farm knows of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from bellwether.sheep.quantities import Unit
from bellwether.sheep.stock import Change, carriers
from bellwether.sheep.whereabouts import Memberships, Moment
from bellwether.sheep.withdrawals import NEVER, Ends, Market, Periods, ends, latest

GIVEN, FED = "treatment.given", "feed.introduced"
COURSES = (GIVEN, FED)
SALE_LISTS = frozenset({"sale", "kill", "slaughter", "export"})
"""Purposes that make a planned group a list for a market."""


class Given(NamedTuple):
    """A treatment, as it is sent."""

    last_on: date
    product_id: UUID
    batch_id: UUID | None
    dose: float
    unit: Unit
    doses: int
    used: float | None
    route: str | None
    off_label: Periods


class Fed(NamedTuple):
    """Introduced feed, with the days that its declaration asks for."""

    last_on: date
    days: int


class Sale(NamedTuple):
    """A sale, or a place in a group, which may be a list for one; market None: any of them."""

    market: Market | None
    is_overridden: bool


class Tagging(NamedTuple):
    """Head without tags become animals of their own."""


Said = Given | Fed | Sale | Tagging | None
"""What an event says of health."""


class ProductLabel(NamedTuple):
    """A product, as far as a treatment asks for it."""

    name: str
    unit: Unit
    route: str | None
    periods: Periods


class KnownBatch(NamedTuple):
    """A batch, as far as a treatment asks for it."""

    product_id: UUID
    lot: str
    expires_on: date | None


class Course(NamedTuple):
    """A row of `farm.course`: a treatment or a feed that counts."""

    event_id: UUID
    kind: str
    animal_id: UUID | None
    group_id: UUID | None
    at: datetime
    place: int
    until: datetime
    first_on: date
    last_on: date
    product_id: UUID | None
    batch_id: UUID | None
    per_head: float | None
    used: float | None
    meat_days: int | None
    export_days: int | None
    milk_days: int | None

    @property
    def moment(self) -> Moment:
        """When it began."""
        return self.at, self.place

    @property
    def periods(self) -> Periods:
        """The days that count."""
        return Periods(self.meat_days, self.export_days, self.milk_days)

    def reach(self, at: Moment) -> tuple[Moment, Moment, datetime | None]:
        """From when to when head without tags may carry it, and until when those that come eat of it."""
        return self.moment, at, self.until if self.kind == FED else None

    def last_for(self, animal_id: UUID, held: Memberships) -> date | None:
        """The last day on which an animal got it; None: it was not there.

        Of a mob are treated those who were in it at that moment (I19); introduced feed is eaten by whoever was in it
        while it was fed (I21).
        """
        if self.group_id is None:
            return self.last_on if self.animal_id == animal_id else None
        there = [span for span in held.spans if span.target == self.group_id]
        if self.kind == GIVEN:
            return self.last_on if any(span.holds(self.moment) for span in there) else None
        ate = [
            span for span in there if span.since[0] < self.until and (span.until is None or self.moment < span.until)
        ]
        if not ate:
            return None
        left = ate[-1].until
        return self.last_on if left is None else max(self.first_on, min(self.last_on, left[0].date()))

    def ends_for(self, animal_id: UUID, held: Memberships) -> Ends | None:
        """Until when an animal is withheld for it."""
        last = self.last_for(animal_id, held)
        return None if last is None else ends(last, self.periods)


class DosedRow(NamedTuple):
    """A row of `farm.dosed`."""

    animal_id: UUID
    event_id: UUID
    last_on: date
    meat_until: date
    export_until: date
    milk_until: date


class BoardRow(NamedTuple):
    """An animal that is withheld; `until` is what the board is sorted by."""

    animal_id: UUID
    name: str
    meat_until: date
    export_until: date
    milk_until: date
    until: date


class HerdRow(NamedTuple):
    """Head without tags in a group on a day, and until when they are withheld; None: they never got anything."""

    group_id: UUID
    name: str
    head: int
    ends: Ends | None


class CardRow(NamedTuple):
    """Something that an animal got."""

    event_id: UUID
    kind: str
    product_id: UUID | None
    product_name: str | None
    batch_id: UUID | None
    lot: str | None
    group_id: UUID | None
    first_on: date
    last_on: date
    meat_until: date
    export_until: date
    milk_until: date


class StandingRow(NamedTuple):
    """An animal that is asked about, and under which ids; None: it never got anything."""

    animal_id: UUID
    asked: list[UUID]
    name: str
    fate: str
    meat_until: date | None
    export_until: date | None
    milk_until: date | None


class SoldRow(NamedTuple):
    """A sale of an animal that was withheld, or a place on a list."""

    seq: int
    event_id: UUID
    kind: str
    animal_id: UUID
    name: str
    group_id: UUID | None
    occurred_on: date
    market: str | None
    reason: str | None
    recorded_by: UUID | None
    recorded_at: datetime
    meat_until: date | None
    export_until: date | None


@dataclass
class Known:
    """What the farm knows of health that the events of one batch touch."""

    today: date
    products: Mapping[UUID, ProductLabel]
    batches: Mapping[UUID, KnownBatch]
    courses: dict[UUID, Course]
    lists: frozenset[UUID]
    """Planned groups for a market."""
    gone: set[UUID] = field(default_factory=set)
    made: dict[UUID, Course] = field(default_factory=dict)
    touched: set[UUID] = field(default_factory=set)
    touched_groups: set[UUID] = field(default_factory=set)

    def leave(self, event_id: UUID, animal_id: UUID | None, group_id: UUID | None) -> None:
        """A course counts no longer."""
        self.gone.add(event_id)
        self.courses.pop(event_id, None)
        self.made.pop(event_id, None)
        self.touch(animal_id, group_id)

    def take(self, made: Course) -> None:
        """A course counts from now on."""
        self.courses[made.event_id] = self.made[made.event_id] = made
        self.touch(made.animal_id, made.group_id)

    def touch(self, animal_id: UUID | None, group_id: UUID | None) -> None:
        """Those whose withdrawal is computed anew."""
        self.touched |= {animal_id} if animal_id else set()
        self.touched_groups |= {group_id} if group_id else set()

    def ends_of(self, animal_id: UUID, held: Memberships, day: date) -> Ends | None:
        """Until when an animal is withheld, by what it had got by a day."""
        begun = [course for course in self.courses.values() if course.first_on <= day]
        found = (course.ends_for(animal_id, held) for course in begun)
        return latest(each for each in found if each is not None)

    def ends_of_herd(self, group_id: UUID, at: Moment, changes: Sequence[Change]) -> Ends | None:
        """Until when head without tags in a group are withheld: by what they got there, or in a group before."""
        begun = [course for course in self.courses.values() if course.group_id is not None and course.moment < at]
        return latest(
            ends(course.last_on, course.periods)
            for course in begun
            if course.group_id is not None and group_id in carriers(changes, course.group_id, *course.reach(at))
        )


class WithheldSale(NamedTuple):
    """An animal that was sold while a remedy or feed withheld it."""

    animal_id: UUID
    name: str
    sold_on: date
    product: str
    until: date

    def __str__(self) -> str:
        end = "for nobody knows how long" if self.until == NEVER else f"until {self.until}"
        return f"{self.name} was sold on {self.sold_on}, and {self.product} withheld it {end}"
