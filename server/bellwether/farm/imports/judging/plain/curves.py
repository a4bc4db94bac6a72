"""What the animals of a long file should weigh by their own curves (I23), many at a time.

An animal whose weights came a week or more after each other, in their order, is known by the last two of them. Where
that is not so, or a weight is off its curve, all lines of the animal are left to the judge of single rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bellwether.farm.imports.judging.plain.mob import Mob
from bellwether.farm.imports.judging.plain.weighings import Plain
from bellwether.farm.imports.judging.weighings import TaggedAnimals
from bellwether.farm.measurements.models import LastWeight
from bellwether.sheep.traits.growth import FEWEST_DAYS, OFF

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Places = NDArray[np.int64]
    Mask = NDArray[np.bool_]

UNASKED, NEVER = -1, 0


@dataclass
class Curves:
    """By place the last weight of an animal and the one before, and whether the two tell all. A day is its ordinal."""

    day: NDArray[Any] | None = None
    value: NDArray[Any] | None = None
    day_before: NDArray[Any] | None = None
    value_before: NDArray[Any] | None = None
    is_steady: NDArray[Any] | None = None

    def columns(self, size: int) -> tuple[NDArray[Any], ...]:
        """Room for so many animals, of which nobody has asked for the new ones."""
        import numpy as np

        if self.day is None or len(self.day) < size:
            more = size - (0 if self.day is None else len(self.day))
            for name, fill in (("day", UNASKED), ("day_before", NEVER), ("is_steady", True)):
                found = getattr(self, name)
                new = np.full(more, fill, np.bool_ if name == "is_steady" else np.int64)
                setattr(self, name, new if found is None else np.concatenate([found, new]))
            for name in ("value", "value_before"):
                found = getattr(self, name)
                new = np.zeros(more, np.float64)
                setattr(self, name, new if found is None else np.concatenate([found, new]))
        return self.day, self.value, self.day_before, self.value_before, self.is_steady  # type: ignore[return-value]

    def unasked(self, mob: Mob, places: Places) -> list[UUID]:
        """Animals of which nobody has looked for their weights."""
        import numpy as np

        day, *_ = self.columns(len(mob.places))
        found = np.unique(places)
        found = found[day[found] == UNASKED]
        return [UUID(bytes=bytes(mob.ids[16 * place : 16 * place + 16])) for place in found.tolist()]

    def learn(self, mob: Mob, asked: Iterable[UUID], found: Mapping[UUID, Sequence[LastWeight]]) -> None:
        """The last two weights of those that were asked for, the first day first."""
        day, value, day_before, value_before, is_steady = self.columns(len(mob.places))
        for animal in asked:
            place, last = mob.places[animal], found.get(animal, ())
            day[place], day_before[place], is_steady[place] = NEVER, NEVER, True
            if last:
                day[place], value[place] = last[-1].occurred_on.toordinal(), last[-1].value
            if len(last) > 1:
                day_before[place], value_before[place] = last[0].occurred_on.toordinal(), last[0].value
                is_steady[place] = day[place] - day_before[place] >= FEWEST_DAYS

    def forget(self, mob: Mob, animals: Iterable[UUID]) -> None:
        """Weights of these were stored one by one."""
        day, *_ = self.columns(len(mob.places))
        for animal in animals:
            if animal in mob.places:
                day[mob.places[animal]] = UNASKED


def off(plain: Plain, curves: Curves) -> Mask:
    """Lines of animals one of whose lines is off its curve, or cannot be told from two weights alone."""
    import numpy as np

    is_odd = follow(plain, *(column.copy() for column in curves.columns(len(plain.mob.places))))
    found: Mask = np.isin(plain.places, is_odd)
    return found


def advance(plain: Plain, curves: Curves) -> None:
    """These lines are the last weights of their animals from now on."""
    follow(plain, *curves.columns(len(plain.mob.places)))


def follow(
    plain: Plain,
    day: NDArray[Any],
    value: NDArray[Any],
    day_before: NDArray[Any],
    value_before: NDArray[Any],
    is_steady: NDArray[Any],
) -> Places:
    """Take the lines in, of each animal one after the other; the animals of which one is odd."""
    import numpy as np

    days, values = plain.days(), plain.lines.fact("said", "value", lambda said: said[1])
    order = np.argsort(plain.places, kind="stable")
    _, first, counts = np.unique(plain.places[order], return_index=True, return_counts=True)
    odd = np.zeros(len(day), np.bool_)
    for turn in range(int(counts.max(initial=0))):
        lines = order[first[counts > turn] + turn]
        place, on, kg = plain.places[lines], days[lines], values[lines]
        last, earlier = day[place], day_before[place]
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = (value[place] - value_before[place]) / (last - earlier)
            expected = value[place] + slope * (on - last)
            is_off = (earlier > NEVER) & (expected > 0) & (np.abs(kg - expected) / expected > OFF)
        odd[place] |= is_off | ~is_steady[place] | (on <= last)
        is_apart = on - last >= FEWEST_DAYS
        is_steady[place] &= is_apart | (last == NEVER)
        day_before[place] = np.where(last > NEVER, last, NEVER)
        value_before[place] = value[place]
        day[place], value[place] = on, kg
    found: Places = np.flatnonzero(odd)
    return found


def of_rows(plain: Plain, tags: TaggedAnimals) -> set[UUID]:
    """Animals that single rows may be of."""
    return {animal for _, (names, _) in plain.rows for animal in tags.candidates(names)}


def beside(plain: Plain, animals: set[UUID]) -> Mask:
    """Lines of animals of which other lines are judged one by one."""
    import numpy as np

    places = [plain.mob.places[animal] for animal in animals if animal in plain.mob.places]
    found: Mask = np.isin(plain.places, places)
    return found
