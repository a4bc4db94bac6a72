"""Contemporary groups in time: animals that were measured weeks apart had not the same chance."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from bellwether.sheep.findings import Finding, warning
from bellwether.sheep.traits import Trait

Group = tuple[str, str]
"""Trait and key of a contemporary group."""
Span = tuple[date, date]
NEVER = (date.max, date.min)
MOST_DAYS = 14
"""Own choice: a flock that is weighed in two mobs is weighed within two weeks."""


class Placed(NamedTuple):
    """What places an animal in a contemporary group, beside trait and group of the measurement."""

    flock_code: str
    drop_year: int | None
    birth_group: str | None
    is_embryo_transfer: bool
    is_wether: bool = False

    def group(self, trait: Trait, recorded_group: str) -> Group | None:
        """As `farm.contemporary_group` computes it before it looks for subgroups of earlier stages.

        None at birth, for lambs come over weeks, and without a year.
        """
        return group_of(self, trait.code, trait.stage, recorded_group)


@lru_cache(4096)
def group_of(placed: Placed, trait: str, stage: str, recorded_group: str) -> Group | None:
    """The same for a whole mob at once."""
    if placed.drop_year is None or stage == "B":
        return None
    parts = [placed.flock_code, str(placed.drop_year), stage, f"b{placed.birth_group or 0}"]
    parts += ["et"] if placed.is_embryo_transfer else []
    parts += ["w"] if placed.is_wether else []
    return trait, "/".join([*parts, f"g{recorded_group or 0}"])


@dataclass
class Spans:
    """First and last day of the groups that a chunk touches."""

    known: dict[Group, Span] = field(default_factory=dict)

    def add(self, group: Group | None, day: date) -> Finding | None:
        """One more measurement; a warning if it lies weeks from others of its group."""
        if group is None:
            return None
        first, last = self.known.get(group, NEVER)
        if first == day == last:
            return None
        if first > last:
            first = last = day
        self.known[group] = min(first, day), max(last, day)
        if (day - first).days <= MOST_DAYS and (last - day).days <= MOST_DAYS:
            return None
        return over_weeks(group, min(first, day), max(last, day))


@lru_cache(4096)
def over_weeks(group: Group, first: date, last: date) -> Finding:
    """The warning, once for a whole mob."""
    text = f"the contemporary group {group[1]} has {group[0]} from {first} to {last}"
    fix = f"record another group for animals that were measured more than {MOST_DAYS} days apart"
    return warning("group_over_weeks", text, fix, field="date")


def touched(groups: Iterable[Group | None]) -> list[Group]:
    """Each once."""
    return list(dict.fromkeys(group for group in groups if group is not None))
