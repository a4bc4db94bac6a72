"""Lines read by their parts against the herd: which of them are new without a word, and which are judged one by one.

A line is left to the judge of single rows when anything could be said of it, or when another row could bear on it: its
animal is not sure, its day comes twice, its contemporary group stretches over weeks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import TYPE_CHECKING, cast
from uuid import UUID

from bellwether.farm.imports.judging.plain.lines import PlainLines
from bellwether.farm.imports.judging.plain.mob import Mob
from bellwether.farm.imports.judging.weighing import Weighing
from bellwether.farm.imports.judging.weighings import TaggedAnimals
from bellwether.farm.measurements.columns import Columns, Kind, microseconds, numbered
from bellwether.farm.measurements.groups import MOST_DAYS, NEVER, Group, Span
from bellwether.farm.measurements.ledger import Day, Ledger
from bellwether.platform.ids import new_ids
from bellwether.sheep.traits import Known, Trait

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Places = NDArray[np.int64]
    Mask = NDArray[np.bool_]

Rows = list[tuple[int, Weighing]]
Whole = Callable[..., Weighing]
DAY_BITS = 22
"""Of the ordinal of any day."""


@dataclass
class Plain:
    """Lines of which nothing may be said, with the places of their animals; the rows that are judged one by one."""

    lines: PlainLines
    places: Places
    rows: Rows
    mob: Mob
    whole: Whole
    traits: Known

    def __len__(self) -> int:
        return len(self.lines)

    def keep(self, is_kept: Mask) -> None:
        """Leave the others to the judge of single rows."""
        if is_kept.all():
            return
        self.rows += [(number, self.whole(*parts)) for number, parts in self.lines.where(~is_kept).each()]
        self.places = self.places[is_kept]
        self.lines = self.lines.where(is_kept)

    def of_animals(self, column: Iterable[int]) -> Places:
        """What a column of the mob says of the animal of each line."""
        import numpy as np

        return np.array(column, np.int64)[self.places]

    def trait_names(self) -> dict[str, int]:
        """Every trait of the file with a number."""
        said = self.lines.values["said"]
        return {code: n for n, code in enumerate(dict.fromkeys(value[0] for value in said if isinstance(value, tuple)))}

    def trait_of_each(self) -> Places:
        """The number of the trait of each line."""
        import numpy as np

        names = self.trait_names()
        return self.lines.fact("said", "trait", lambda said: names[said[0]]).astype(np.int64)

    def days(self) -> Places:
        """The day of each line."""
        import numpy as np

        return self.lines.fact("day", "ordinal", lambda day: day[0].toordinal()).astype(np.int64)

    def keys(self) -> Places:
        """Animal, trait and day of each line, as one number."""
        return self.key(self.places, self.trait_of_each(), self.days())

    def key(self, place: Places, trait: Places, day: Places) -> Places:
        """The same of others."""
        return (place * len(self.trait_names()) + trait) << DAY_BITS | day

    def groups(self) -> tuple[list[Group | None], Places]:
        """The contemporary groups, and the place of its group for each line."""
        import numpy as np

        names, named = list(self.trait_names()), self.lines.values["group"]
        placed, kinds = list(self.mob.placed), self.of_animals(self.mob.kinds)
        codes = (kinds * len(names) + self.trait_of_each()) * len(named) + self.lines.codes["group"]
        distinct, kind = np.unique(codes, return_inverse=True)
        found: list[Group | None] = []
        for code in distinct.tolist():
            rest, group = divmod(code, len(named))
            where, trait = divmod(rest, len(names))
            found.append(placed[where].group(self.traits[names[trait]], str(named[group])))
        return found, kind


def found(lines: PlainLines, rows: Rows, whole: Whole, mob: Mob, tags: TaggedAnimals, traits: Known) -> Plain:
    """The lines whose animal is sure."""
    plain = Plain(lines, mob.find(lines, tags), list(rows), mob, whole, traits)
    plain.keep(plain.places >= 0)
    return plain


def sort_out(lines: PlainLines, rows: Rows, whole: Whole, mob: Mob, tags: TaggedAnimals, traits: Known) -> Plain:
    """The lines whose animal is sure, was there, and has an age and a value as usual."""
    import numpy as np

    plain = found(lines, rows, whole, mob, tags, traits)
    born = plain.of_animals(mob.born)
    is_usual = plain.lines.fact("said", "usual", lambda said: is_within(said[1], traits[said[0]].soft))
    youngest = plain.lines.fact("said", "youngest", lambda said: window(traits[said[0]])[0])
    oldest = plain.lines.fact("said", "oldest", lambda said: window(traits[said[0]])[1])
    age = plain.days() - born
    is_of_age = (born == 0) | ((age >= youngest) & (age <= oldest))
    plain.keep((plain.of_animals(mob.is_here) == 1) & (is_usual == 1) & is_of_age.astype(np.bool_))
    return plain


def is_within(value: float, ends: tuple[float, float]) -> bool:
    """Whether a value is as usual."""
    return ends[0] <= value <= ends[1]


def window(trait: Trait) -> tuple[float, float]:
    """The ages at which nothing is said; nobody is weighed before birth."""
    youngest, oldest = trait.window_days or (0, float("inf"))
    return max(0, youngest), oldest


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
    first, last = np.full(len(groups), date.max.toordinal()), np.ones(len(groups), np.int64)
    np.minimum.at(first, kind, plain.days())
    np.maximum.at(last, kind, plain.days())
    ends = zip(map(date.fromordinal, first.tolist()), map(date.fromordinal, last.tolist()), strict=True)
    return list(zip(groups, ends, strict=True)), kind


def joined(one: Span, other: Span) -> Span:
    """From the first day of both to the last."""
    return min(one[0], other[0]), max(one[1], other[1])


def beside(plain: Plain, tags: TaggedAnimals) -> dict[Group, Span]:
    """First and last day of each group that a single row may come to belong to."""
    found: dict[Group, Span] = {}
    for _, row in plain.rows:
        for animal, said in product(tags.candidates(row.tags), row.each()):
            group = tags.animals[animal].placed.group(plain.traits[said.trait], said.group)
            if group is not None:
                found[group] = joined((said.date, said.date), found.get(group, NEVER))
    return found


def kinds(plain: Plain) -> set[tuple[UUID, str]]:
    """Animals and traits of which nobody knows when they were measured last."""
    import numpy as np

    found, animals, traits = set(), list(plain.mob.places), plain.trait_of_each()
    for name, number in plain.trait_names().items():
        places = np.unique(plain.places[traits == number])
        unknown = places[np.array(plain.mob.last_days(name), np.int64)[places] == 0] if len(places) else places
        found |= {(animals[place], name) for place in unknown.tolist()}
    return found


def doubtful(plain: Plain) -> Mask:
    """Lines whose animal may have been measured that day, as far as its last day tells."""
    import numpy as np

    found, traits, days = np.zeros(len(plain), np.bool_), plain.trait_of_each(), plain.days()
    for name, number in plain.trait_names().items():
        is_of = traits == number
        if is_of.any():
            found[is_of] = days[is_of] <= np.array(plain.mob.last_days(name), np.int64)[plain.places[is_of]]
    return found


def measured_last(plain: Plain, is_last: Mask) -> None:
    """The days of some lines come after all that were known of their animals."""
    import numpy as np

    traits, days = plain.trait_of_each(), plain.days()
    for name, number in plain.trait_names().items():
        is_of = is_last & (traits == number)
        if is_of.any():
            last = np.array(plain.mob.last_days(name), np.int32)
            np.maximum.at(last, plain.places[is_of], days[is_of].astype(np.int32))
            plain.mob.last[name][:] = type(plain.mob.last[name])("i", last.tobytes())


def days_of(plain: Plain, is_wanted: Mask) -> list[Day]:
    """Animal, trait and day of some lines."""
    import numpy as np

    animals, names = list(plain.mob.places), list(plain.trait_names())
    places, traits, days = (found[is_wanted] for found in (plain.places, plain.trait_of_each(), plain.days()))
    each = zip(places.tolist(), traits.tolist(), np.asarray(days).tolist(), strict=True)
    return [(animals[place], names[trait], date.fromordinal(day)) for place, trait, day in each]


def only_ones(plain: Plain, beside: set[Day], is_doubtful: Mask, ledger: Ledger) -> Mask:
    """Of whose day no other row says anything, and nothing counts yet."""
    import numpy as np

    keys, names, places = plain.keys(), plain.trait_names(), plain.mob.places
    _, place, counts = np.unique(keys, return_inverse=True, return_counts=True)
    found: Mask = counts[place] == 1
    others = [
        (places[animal], names[trait], day.toordinal())
        for animal, trait, day in beside
        if animal in places and trait in names
    ]
    if others:
        found &= ~np.isin(keys, plain.key(*np.array(others, np.int64).T))
    if is_doubtful.any():
        found[is_doubtful] &= np.array([day not in ledger.current for day in days_of(plain, is_doubtful)], np.bool_)
    return found


def columns(plain: Plain) -> Columns:
    """What the lines say, as it is stored."""
    import numpy as np

    mob, lines = plain.mob, plain.lines
    ids = np.frombuffer(bytes(mob.ids), np.uint8).reshape(-1, 16)[plain.places]
    said, says = numbered(lines.codes["said"], lines.values["said"])
    stages = {place: plain.traits[name].stage for name, place in plain.trait_names().items()}
    group, groups = numbered(lines.codes["group"], lines.values["group"])
    placed, names = list(mob.placed), list(stages)
    codes = (plain.of_animals(mob.kinds) * len(names) + plain.trait_of_each()) * len(groups) + group
    distinct, kind = np.unique(codes, return_inverse=True)
    kinds = []
    for code in distinct.tolist():
        rest, which = divmod(code, len(groups))
        where, trait = divmod(rest, len(names))
        kinds.append(Kind(placed[where], stages[trait], str(groups[which])))
    has_own = lines.fact("clock", "own", lambda clock: clock[1]) == 1
    clock = np.where(
        has_own,
        lines.fact("clock", "time", lambda clock: microseconds(clock[0])),
        lines.fact("day", "time", lambda day: microseconds(day[1])),
    )
    born, days = plain.of_animals(mob.born), plain.days()
    return Columns(
        ids=np.frombuffer(new_ids(len(plain)), np.uint8).reshape(-1, 16),
        animals=ids,
        flocks=plain.of_animals(mob.flocks),
        flock_ids=list(mob.flock_ids),
        said=said,
        says=[
            (plain.traits[trait], value, raw, unit)
            for trait, value, raw, unit in cast(list[tuple[str, float, str, str]], says)
        ],
        days=days,
        clocks=clock.astype(np.int64),
        kind=kind,
        kinds=kinds,
        rows=lines.numbers,
        ages=np.where(born == 0, -1, days - born),
    )
