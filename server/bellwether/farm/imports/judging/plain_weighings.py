"""Lines read by their parts against the herd: which of them are new without a word, and which are judged one by one.

A line is left to the judge of single rows when anything could be said of it, or when another row could bear on it: its
animal is not sure, its day comes twice, its contemporary group stretches over weeks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, cast

from bellwether.farm.imports.judging.plain_lines import PlainLines
from bellwether.farm.imports.judging.weighing import Tags, Weighing
from bellwether.farm.imports.judging.weighings import TaggedAnimals, Weighed
from bellwether.farm.measurements.groups import MOST_DAYS, NEVER, Group, Span
from bellwether.farm.measurements.ledger import Day, Ledger
from bellwether.sheep.lives import Stay
from bellwether.sheep.traits import Known, Trait

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Places = NDArray[np.int64]
    Mask = NDArray[np.bool_]

Rows = list[tuple[int, Weighing]]
Whole = Callable[..., Weighing]


@dataclass
class Distinct:
    """The values of a part that some lines have, and the place of its value for each line."""

    values: list[tuple[object, ...]]
    places: Places

    def of_each(self, make: Callable[..., float | int | bool]) -> NDArray[np.float64]:
        """A number for each line, made once for each value."""
        import numpy as np

        return np.array([make(*value) for value in self.values], np.float64)[self.places]


@dataclass
class Plain:
    """Lines of which nothing may be said, with their animals; the rows that are judged one by one."""

    lines: PlainLines
    animals: list[Weighed]
    rows: Rows
    whole: Whole
    traits: Known

    def keep(self, is_kept: Mask) -> None:
        """Leave the others to the judge of single rows."""
        if is_kept.all():
            return
        self.rows += [(number, self.whole(*parts)) for number, parts in self.lines.where(~is_kept).each()]
        self.animals = [animal for animal, stays in zip(self.animals, is_kept.tolist(), strict=True) if stays]
        self.lines = self.lines.where(is_kept)

    def blocks(self, size: int) -> Iterator[Plain]:
        """The lines some at a time, without the rows."""
        for start in range(0, len(self.lines), size):
            numbers = self.lines.numbers[start : start + size]
            lines = self.lines.between(int(numbers[0]), int(numbers[-1]) + 1)
            yield Plain(lines, self.animals[start : start + size], [], self.whole, self.traits)

    def column(self, name: str) -> list[tuple[object, ...]]:
        """What a part says in each line."""
        values = self.lines.values[name]
        return [cast(tuple[object, ...], values[code]) for code in self.lines.codes[name].tolist()]

    def days(self) -> list[Day]:
        """Animal, trait and day of each line."""
        said, days = self.column("said"), self.column("day")
        found = zip(self.animals, said, days, strict=True)
        return [(animal.id, cast(str, say[0]), cast(date, day[0])) for animal, say, day in found]

    def groups(self) -> tuple[list[Group | None], Places]:
        """The contemporary groups, and the place of its group for each line."""
        import numpy as np

        said, named = distinct(self.lines, "said"), distinct(self.lines, "group")
        places: dict[object, int] = {}
        placed = np.array([places.setdefault(animal.placed, len(places)) for animal in self.animals], np.int64)
        traits: dict[str, int] = {}
        trait = said.of_each(lambda code, *_: traits.setdefault(code, len(traits))).astype(np.int64)
        kinds = (placed * len(traits) + trait) * len(named.values) + named.places
        firsts, kind = np.unique(kinds, return_index=True, return_inverse=True)[1:]
        names, codes = list(traits), list(trait[firsts].tolist())
        found = [
            self.animals[first].placed.group(self.traits[names[code]], str(named.values[place][0]))
            for first, code, place in zip(firsts.tolist(), codes, named.places[firsts].tolist(), strict=True)
        ]
        return found, kind


def distinct(lines: PlainLines, name: str) -> Distinct:
    """What a part says in these lines."""
    import numpy as np

    used, places = np.unique(lines.codes[name], return_inverse=True)
    values = lines.values[name]
    found = [values[code] for code in used.tolist()]
    return Distinct([value if isinstance(value, tuple) else (value,) for value in found], places)


def tags_of(lines: PlainLines) -> set[Tags]:
    """All that name an animal."""
    return set(cast(list[Tags], distinct(lines, "tags").values))


def sort_out(lines: PlainLines, rows: Rows, tags: TaggedAnimals, whole: Whole, traits: Known) -> Plain:
    """The lines whose animal is sure, was there, and has an age and a value as usual."""
    import numpy as np

    named = distinct(lines, "tags")
    found = [tags.sure(cast(Tags, value)) for value in named.values]
    born = np.array([animal.birth_date.toordinal() if animal and animal.birth_date else -1 for animal in found])
    is_there = np.array([animal is not None and may_be_here(animal.stays) for animal in found], np.bool_)
    animals = [found[place] for place in named.places.tolist()]
    plain = Plain(lines, cast(list[Weighed], animals), list(rows), whole, traits)
    age = distinct(lines, "day").of_each(lambda day, _: day.toordinal()) - born[named.places]
    has_age = born[named.places] >= 0
    said = distinct(lines, "said")
    is_usual = said.of_each(lambda code, value, *_: is_within(value, traits[code].soft)).astype(np.bool_)
    youngest = said.of_each(lambda code, *_: window(traits[code])[0])
    oldest = said.of_each(lambda code, *_: window(traits[code])[1])
    is_of_age = ~has_age | ((age >= youngest) & (age <= oldest))
    plain.keep(is_there[named.places] & is_usual & is_of_age)
    return plain


def is_within(value: float, ends: tuple[float, float]) -> bool:
    """Whether a value is as usual."""
    return ends[0] <= value <= ends[1]


def window(trait: Trait) -> tuple[float, float]:
    """The ages at which nothing is said; nobody is weighed before birth."""
    youngest, oldest = trait.window_days or (0, float("inf"))
    return max(0, youngest), oldest


def may_be_here(stays: Sequence[Stay]) -> bool:
    """An animal that never left is here on every day that counts."""
    return not stays or (len(stays) == 1 and stays[0].left_on is None)


def stretched(plain: Plain, tags: TaggedAnimals) -> Mask:
    """Lines of contemporary groups that may come to be longer than a flock is weighed."""
    import numpy as np

    known, (spans, kind) = tags.spans.known, spans_of(plain)
    ends = beside(plain, tags)
    found = []
    for group, span in spans:
        first, last = span
        for other in (known.get(group, NEVER), ends.get(group, NEVER)) if group else ():
            first, last = joined((first, last), other)
        found.append(group is not None and (last - first).days > MOST_DAYS)
    return np.array(found, np.bool_)[kind]


def count_in(plain: Plain, tags: TaggedAnimals) -> None:
    """The groups of these lines reach over their days from now on."""
    for group, span in spans_of(plain)[0]:
        if group is not None:
            tags.spans.known[group] = joined(span, tags.spans.known.get(group, NEVER))


def spans_of(plain: Plain) -> tuple[list[tuple[Group | None, Span]], Places]:
    """The contemporary groups with their first and last day, and the place of its group for each line."""
    import numpy as np

    groups, kind = plain.groups()
    day = distinct(plain.lines, "day").of_each(lambda day, _: day.toordinal()).astype(np.int64)
    first, last = np.full(len(groups), date.max.toordinal()), np.ones(len(groups), np.int64)
    np.minimum.at(first, kind, day)
    np.maximum.at(last, kind, day)
    ends = zip(map(date.fromordinal, first.tolist()), map(date.fromordinal, last.tolist()), strict=True)
    return list(zip(groups, ends, strict=True)), kind


def joined(one: Span, other: Span) -> Span:
    """From the first day of both to the last."""
    return min(one[0], other[0]), max(one[1], other[1])


def beside(plain: Plain, tags: TaggedAnimals) -> dict[Group, Span]:
    """First and last day of each group that a single row may come to belong to."""
    found: dict[Group, Span] = {}
    for _, (names, said) in plain.rows:
        for animal in tags.candidates(names):
            group = tags.animals[animal].placed.group(plain.traits[said.trait], said.group)
            if group is not None:
                found[group] = joined((said.date, said.date), found.get(group, NEVER))
    return found


def only_ones(days: Sequence[Day], beside: set[Day], ledger: Ledger) -> Mask:
    """Of whose day no other row says anything, and nothing counts yet."""
    import numpy as np

    counts = Counter(days)
    return np.array([counts[day] == 1 and day not in beside and day not in ledger.current for day in days], np.bool_)
