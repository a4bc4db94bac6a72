"""What the animals of a long file should weigh by their own curves (I23), many at a time.

An animal whose weights came a week or more after each other, in their order, is known by the last two of them. Where
that is not so, or a weight is off its curve, all lines of the animal are left to the judge of single rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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

    kept: list[NDArray[Any]] = field(default_factory=list)

    def columns(self, size: int) -> list[NDArray[Any]]:
        """Day and value of the last weight and of the one before, and whether they tell all; new ones are unasked."""
        import numpy as np

        more = size - (len(self.kept[0]) if self.kept else 0)
        new: list[NDArray[Any]] = [
            *(np.full(more, UNASKED, np.int64), np.zeros(more)),
            *(np.full(more, NEVER, np.int64), np.zeros(more), np.ones(more, np.bool_)),
        ]
        if more > 0 or not self.kept:
            self.kept = [np.concatenate(pair) for pair in zip(self.kept, new, strict=True)] if self.kept else new
        return self.kept

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
    return {animal for _, row in plain.rows for animal in tags.candidates(row.tags)}


def beside(plain: Plain, animals: set[UUID]) -> Mask:
    """Lines of animals of which other lines are judged one by one."""
    import numpy as np

    places = [plain.mob.places[animal] for animal in animals if animal in plain.mob.places]
    found: Mask = np.isin(plain.places, places)
    return found
