"""Many measurements of days of which nothing is stored, as columns: what is distinct stands once, with its number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from bellwether.farm.measurements.groups import Placed
from bellwether.sheep.traits import Trait

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.int64]
    Bytes = NDArray[np.uint8]
    Part = dict[str, NDArray[Any] | None]

EPOCH = date(2000, 1, 1).toordinal()
"""From which PostgreSQL counts days."""
NONE = -1
"""Where there is no time of day, or no age."""


class Kind(NamedTuple):
    """What names a contemporary group."""

    placed: Placed
    stage: str
    group: str


@dataclass(frozen=True)
class Columns:
    """Measurements that count from now on; ids are 16 bytes each, days ordinals, times microseconds."""

    ids: Bytes
    animals: Bytes
    flocks: Numbers
    flock_ids: Sequence[UUID]
    said: Numbers
    says: Sequence[tuple[Trait, float, str, str]]
    """Trait, value in its unit, as written, and the unit that it was written in."""
    days: Numbers
    clocks: Numbers
    kind: Numbers
    kinds: Sequence[Kind]
    rows: Numbers
    ages: Numbers

    def __len__(self) -> int:
        return len(self.rows)

    def parts(self) -> list[Part]:
        """As they go into the database, where the first of what is distinct is 1; those that lack the same together."""
        import numpy as np

        lacking = (self.clocks == NONE) * 2 + (self.ages == NONE)
        whole: dict[str, NDArray[Any]] = {
            "id": self.ids, "animal_id": self.animals, "flock": self.flocks + 1, "said": self.said + 1,
            "day": self.days - EPOCH, "at": self.clocks, "kind": self.kind + 1, "row": self.rows, "age": self.ages,
        }  # fmt: skip
        found = []
        for lacks in np.unique(lacking).tolist():
            part: Part = {name: column[lacking == lacks] for name, column in whole.items()}
            part |= {name: None for name, bit in (("at", 2), ("age", 1)) if lacks & bit}
            found.append(part)
        return found


def cut(part: Part, size: int) -> list[Part]:
    """The same, so many at a time."""
    n_rows = max(len(column) for column in part.values() if column is not None)
    return [
        {name: None if column is None else column[start : start + size] for name, column in part.items()}
        for start in range(0, n_rows, size)
    ]


def numbered(codes: Numbers, values: Sequence[object]) -> tuple[Numbers, list[object]]:
    """Those of the values that are used, and which of them each has."""
    import numpy as np

    used, places = np.unique(codes, return_inverse=True)
    return places, [values[code] for code in used.tolist()]


def microseconds(at: time | None) -> int:
    """Since midnight."""
    if at is None:
        return NONE
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond


def by_flock_and_trait(new: Columns) -> list[tuple[UUID, Trait, NDArray[np.bool_]]]:
    """Which of the measurements are of each flock and trait."""
    import numpy as np

    names: dict[str, Trait] = {trait.code: trait for trait, *_ in new.says}
    numbers = {code: n for n, code in enumerate(names)}
    keys = new.flocks * len(names) + np.array([numbers[trait.code] for trait, *_ in new.says], np.int64)[new.said]
    found = []
    for key in np.unique(keys).tolist():
        flock, trait = divmod(key, len(names))
        found.append((new.flock_ids[flock], list(names.values())[trait], keys == key))
    return found


def as_json(new: Columns, is_of: NDArray[np.bool_], says: Sequence[bytes]) -> list[bytes]:
    """Some of the measurements as they travel, `says` being the end of each that is distinct.

    All are of one length, for JSON minds no spaces.
    """
    import numpy as np

    width = max(map(len, says))
    ends = np.frombuffer(b"".join(end.ljust(width) for end in says), np.uint8).reshape(len(says), width)
    distinct, day = np.unique(new.days[is_of], return_inverse=True)
    days = np.frombuffer("".join(str(date.fromordinal(n)) for n in distinct.tolist()).encode(), np.uint8)
    parts = [
        letters(b'{"id":"'), dashed(new.ids[is_of]), letters(b'","animal_id":"'), dashed(new.animals[is_of]),
        letters(b'","occurred_on":"'), days.reshape(-1, 10)[day], letters(b'",'), ends[new.said[is_of]], letters(b"}"),
    ]  # fmt: skip
    n_rows = len(day)
    lines = np.concatenate([np.broadcast_to(part, (n_rows, part.shape[1])) for part in parts], axis=1)
    whole, size = lines.tobytes(), lines.shape[1]
    return [whole[start : start + size] for start in range(0, n_rows * size, size)]


def letters(of: bytes) -> Bytes:
    """What stands in every line."""
    import numpy as np

    return np.frombuffer(of, np.uint8).reshape(1, -1)


def dashed(ids: Bytes) -> Bytes:
    """Ids as they are written."""
    import numpy as np

    digits = np.frombuffer(ids.tobytes().hex().encode(), np.uint8).reshape(len(ids), 32)
    found = np.full((len(ids), 36), ord("-"), np.uint8)
    for place, (start, end) in enumerate(pairwise((0, 8, 12, 16, 20, 32))):
        found[:, start + place : end + place] = digits[:, start:end]
    return found
