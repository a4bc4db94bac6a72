"""When an animal was on the farm and what became of it, from what came and went.

Days, not moments: an animal is on the farm on the day on which it comes and on the day on which it goes.
"""

from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Literal, NamedTuple

from bellwether.sheep.findings import Broken, broken

Fate = Literal["alive", "sold", "dead", "culled", "lost", "grazing_off", "in_transit"]
Turn = Literal["arrived", "departed", "died"]
FINAL: frozenset[Fate] = frozenset({"dead", "culled"})
NOON = time(12)
STILL_OURS: frozenset[Fate] = frozenset({"lost", "grazing_off", "in_transit"})
"""Where it may die without having come back."""


class Step(NamedTuple):
    """An animal came or went; a step without a time counts as one of noon, two of one time in the order of `place`."""

    day: date
    at: time | None
    place: int
    turn: Turn
    fate: Fate

    @property
    def order(self) -> tuple[date, time, int]:
        """Of two steps the one with the smaller comes first."""
        return self.day, self.at or NOON, self.place


class Stay(NamedTuple):
    """From the day on which it came (None: since its birth) to that on which it went (None: it still is here)."""

    arrived_on: date | None
    left_on: date | None

    def holds(self, day: date) -> bool:
        """Whether it was on the farm on this day."""
        is_there_yet = self.arrived_on is None or self.arrived_on <= day
        return is_there_yet and (self.left_on is None or day <= self.left_on)


class Life(NamedTuple):
    """Every stay, and what is known of the animal now; nothing came or went: it has no stays and is here."""

    stays: tuple[Stay, ...] = ()
    fate: Fate = "alive"
    since: date | None = None


def life_of(name: str, born: date | None, steps: Iterable[Step]) -> Life:
    """The stays that follow from the steps, in whatever order these come.

    Raises:
        Broken: a step that cannot be: before its birth, after its end, an arrival of an animal that is here.
    """
    stays: list[Stay] = []
    fate: Fate = "alive"
    since: date | None = None
    for step in sorted(steps, key=lambda step: step.order):
        if born is not None and step.day < born:
            raise impossible("before_birth", f"{name} is born on {born}, after {step.day}")
        if fate in FINAL:
            raise impossible("after_death", f"{name} is {fate} since {since}: nothing comes after that")
        is_here = fate == "alive" and bool(stays)
        if step.turn == "arrived":
            if is_here:
                raise impossible("is_here", f"{name} is on the farm on {step.day} already")
            stays.append(Stay(step.day, None))
        elif is_here or not stays:
            arrived_on = stays.pop().arrived_on if stays else None
            stays.append(Stay(arrived_on, step.day))
        elif step.turn == "departed" or fate not in STILL_OURS:
            raise impossible("off_farm", f"{name} is {said(fate)} since {since} and not on the farm on {step.day}")
        fate, since = step.fate, step.day
    return Life(tuple(stays), fate, since)


def check_presence(name: str, stays: Sequence[Stay], day: date, *, field: str) -> None:
    """The animal was on the farm on this day, or had not come yet: what was recorded before then came with it.

    Raises:
        Broken: it had left.
    """
    if not stays or any(stay.holds(day) for stay in stays):
        return
    first = stays[0].arrived_on
    if first is not None and day < first:
        return
    left = max(stay.left_on for stay in stays if stay.left_on is not None and stay.left_on < day)
    fix = "correct the day, or record first when the animal came back"
    raise broken("off_farm", f"{name} was on the farm until {left} and not on {day}", fix, field=field)


def first_misfit(name: str, stays: Sequence[Stay], days: Iterable[date], *, field: str) -> None:
    """Nothing that is recorded lies where the animal was away.

    Raises:
        Broken: something does.
    """
    for day in days:
        try:
            check_presence(name, stays, day, field=field)
        except Broken as error:
            text = f"{name} would have been away on {day}, and something is recorded of that day"
            fix = "correct the day, or that record first"
            raise broken("recorded_while_away", text, fix, field=field, verdict="conflict") from error


def impossible(code: str, message: str) -> Broken:
    """A step that contradicts another one."""
    fix = "correct the day, or the event that it contradicts"
    return broken(code, message, fix, field="occurred_on", verdict="conflict")


def said(fate: Fate) -> str:
    """For a message."""
    return fate.replace("_", " ")
