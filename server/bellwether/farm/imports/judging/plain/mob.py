"""The animals that the lines of a long file name, each at a place: what is asked of them stands in columns."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast
from uuid import UUID

from bellwether.farm.imports.judging.plain.lines import PlainLines
from bellwether.farm.imports.judging.weighing import Tags
from bellwether.farm.imports.judging.weighings import TaggedAnimals, Weighed
from bellwether.farm.measurements.groups import Placed
from bellwether.sheep.lives import Stay

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Places = NDArray[np.int64]

UNASKED, UNSURE = -2, -1


def ints() -> array[int]:
    """A column that grows."""
    return array("i")


@dataclass
class Mob:
    """Animals by place. A day is its ordinal, 0 where there is none."""

    places: dict[UUID, int] = field(default_factory=dict)
    ids: bytearray = field(default_factory=bytearray)
    born: array[int] = field(default_factory=ints)
    is_here: array[int] = field(default_factory=ints)
    kinds: array[int] = field(default_factory=ints)
    flocks: array[int] = field(default_factory=ints)
    placed: dict[Placed, int] = field(default_factory=dict)
    flock_ids: dict[UUID, int] = field(default_factory=dict)
    last: dict[str, array[int]] = field(default_factory=dict)
    """By trait the last day on which each animal was measured; the first day of all when it never was."""
    _values: Sequence[object] = ()
    _of_tags: Places | None = None

    def place(self, animal: Weighed) -> int:
        """The place of an animal, which is given once."""
        found = self.places.get(animal.id)
        if found is not None:
            return found
        self.ids += animal.id.bytes
        self.born.append(animal.birth_date.toordinal() if animal.birth_date else 0)
        self.is_here.append(may_be_here(animal.stays))
        self.kinds.append(self.placed.setdefault(animal.placed, len(self.placed)))
        self.flocks.append(self.flock_ids.setdefault(animal.flock_id, len(self.flock_ids)))
        return self.places.setdefault(animal.id, len(self.places))

    def last_days(self, trait: str) -> array[int]:
        """Of each animal for a trait; 0 where nobody has asked."""
        found = self.last.setdefault(trait, ints())
        found.frombytes(bytes(found.itemsize * (len(self.places) - len(found))))
        return found

    def unasked(self, lines: PlainLines) -> set[Tags]:
        """What names animals in these lines and has not been looked for."""
        values = lines.values["tags"]
        return {cast(Tags, values[code]) for code in self._fresh(lines)}

    def find(self, lines: PlainLines, tags: TaggedAnimals) -> Places:
        """For each line the place of its animal, below 0 where the animal is not sure."""
        values = lines.values["tags"]
        for code in self._fresh(lines):
            animal = tags.sure(cast(Tags, values[code]))
            self._places_of(values)[code] = UNSURE if animal is None else self.place(animal)
        return self._places_of(values)[lines.codes["tags"]]

    def _fresh(self, lines: PlainLines) -> list[int]:
        import numpy as np

        codes = np.unique(lines.codes["tags"])
        found: list[int] = codes[self._places_of(lines.values["tags"])[codes] == UNASKED].tolist()
        return found

    def _places_of(self, values: Sequence[object]) -> Places:
        import numpy as np

        if self._of_tags is None or values is not self._values:
            self._values, self._of_tags = values, np.full(len(values), UNASKED, np.int64)
        return self._of_tags


def may_be_here(stays: Sequence[Stay]) -> bool:
    """An animal that never left is here on every day that counts."""
    return not stays or (len(stays) == 1 and stays[0].left_on is None)
