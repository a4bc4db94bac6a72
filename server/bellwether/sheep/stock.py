"""How many head of each class a farm has, with tags and without, and how that came about (I26).

Per class and period: opening + births + arrivals + class in - deaths - departures - class out = closing. Opening is the
end of the day before the period, closing the end of its last day.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from bellwether.sheep.whereabouts import Moment

Flow = Literal["births", "arrivals", "class_in", "deaths", "departures", "class_out"]
Act = Literal["born", "arrived", "departed", "died", "counted", "reclassed", "marked", "moved"]
FLOWS: tuple[Flow, ...] = ("births", "arrivals", "class_in", "deaths", "departures", "class_out")
SIGNS: Mapping[Flow, int] = {
    "births": 1, "arrivals": 1, "class_in": 1, "deaths": -1, "departures": -1, "class_out": -1,
}  # fmt: skip


class StockClass(NamedTuple):
    """A window of age, a sex and a fertility; None: any. Who has no birth date is older than any window."""

    code: str
    name: str
    sex: str | None = None
    neutered: bool | None = None
    from_days: int | None = None
    to_days: int | None = None

    def holds(self, sex: str, *, neutered: bool, age_days: int | None) -> bool:
        """Whether an animal of this kind belongs to it."""
        if self.sex not in (None, sex) or self.neutered not in (None, neutered):
            return False
        if age_days is None:
            return self.to_days is None
        return (self.from_days or 0) <= age_days and (self.to_days is None or age_days < self.to_days)


def by_age(prefix: str, suffix: str, since: int | None, until: int | None) -> tuple[StockClass, ...]:
    """One class for each sex and fertility in a window of age."""
    window = (since, until)
    return (
        StockClass(f"ewe{suffix}", f"{prefix} ewe", "female", None, *window),
        StockClass(f"wether{suffix}", f"{prefix} wether", "male", True, *window),
        StockClass(f"ram{suffix}", f"{prefix} ram", "male", False, *window),
        StockClass(f"sheep{suffix}", f"{prefix}, sex unknown", None, None, *window),
    )


#: what is usual, until a farm sets its own
USUAL: tuple[StockClass, ...] = (
    *by_age("lamb", "_lamb", 0, 365),
    *by_age("hogget", "_hogget", 365, 730),
    *by_age("adult", "", None, None),
)


def of_newborns(classes: Sequence[StockClass]) -> frozenset[str]:
    """Codes of the classes in which a lamb is on the day of its birth, whatever its sex; a class that is castrated too,
    for a farm may count its wether lambs from then on."""
    kinds = [(sex, neutered) for sex in ("female", "male", "unknown") for neutered in (False, True)]
    fits = [[each.code for each in classes if each.holds(sex, neutered=cut, age_days=0)][:1] for sex, cut in kinds]
    return frozenset(code for first in fits for code in first)


class Step(NamedTuple):
    """Something that happened to head without tags in a group."""

    event_id: UUID
    at: Moment
    day: date
    act: Act
    group_id: UUID
    heads: tuple[tuple[str, int], ...]
    type: str
    into: str | None = None
    """The class into which they are put or from which they are marked, or the group to which they go, as text."""


class Change(NamedTuple):
    """So many more, or fewer, of a class in a group from a moment on."""

    event_id: UUID
    at: Moment
    day: date
    group_id: UUID
    stock_class: str
    flow: Flow | Literal["moved"]
    type: str
    change: int


class TooFew(Exception):
    """More go than are there."""

    def __init__(self, at: date, group_id: UUID, stock_class: str, head: int) -> None:
        super().__init__(f"{head} head of {stock_class} on {at}")
        self.at, self.group_id, self.stock_class, self.head = at, group_id, stock_class, head


ACTS: Mapping[Act, tuple[Flow, int]] = {
    "born": ("births", 1),
    "arrived": ("arrivals", 1),
    "departed": ("departures", -1),
    "died": ("deaths", -1),
}


def ledger(steps: Iterable[Step]) -> list[Change]:
    """What follows from all that happened to head without tags.

    Raises:
        TooFew: somewhere more go than are there.
    """
    heads: Counter[tuple[UUID, str]] = Counter()
    found: list[Change] = []
    for step in sorted(steps, key=lambda step: step.at):
        for change in changes(step, heads):
            key = (change.group_id, change.stock_class)
            heads[key] += change.change
            if heads[key] < 0:
                raise TooFew(step.day, *key, heads[key] - change.change)
            found.append(change)
    return found


def changes(step: Step, heads: Mapping[tuple[UUID, str], int]) -> Iterable[Change]:
    """What one of them changes. A count says how many there are of the classes that it names."""
    what = (step.event_id, step.at, step.day)
    for name, head in step.heads:
        if step.act in ACTS:
            flow, sign = ACTS[step.act]
            yield Change(*what, step.group_id, name, flow, step.type, sign * head)
        elif step.act == "counted":
            more = head - heads.get((step.group_id, name), 0)
            if more:
                flow, kind = ("arrivals", "found") if more > 0 else ("departures", "missing")
                yield Change(*what, step.group_id, name, flow, kind, more)
        elif step.act == "reclassed":
            yield Change(*what, step.group_id, name, "class_out", "class", -head)
            yield Change(*what, step.group_id, str(step.into), "class_in", "class", head)
        elif step.act == "marked" and step.into is None:
            yield Change(*what, step.group_id, name, "births", step.type, head)
        elif step.act == "marked":
            # those that stay in their class must be there all the same
            yield Change(*what, step.group_id, str(step.into), "class_out", "class", -head)
            yield Change(*what, step.group_id, name, "class_in", "class", head)
        else:
            yield Change(*what, step.group_id, name, "moved", "moved", -head)
            yield Change(*what, UUID(step.into), name, "moved", "moved", head)


def head_at(found: Iterable[Change], group_id: UUID, at: Moment) -> int:
    """Head without tags in a group at a moment."""
    return sum(change.change for change in found if change.group_id == group_id and change.at < at)


def carriers(
    found: Sequence[Change], group_id: UUID, since: Moment, until: Moment, through: datetime | None = None
) -> set[UUID]:
    """Groups in which head that were in one group at a moment may be at another: they went along with moves.

    With `through` also those that came into the group until then: what lay there they ate too (I21).
    """
    heads = Counter[UUID]()
    carrying: set[UUID] = set()
    is_begun = False
    for change in sorted(found, key=lambda change: (change.at, change.change)):
        if change.at >= until:
            break
        if not is_begun and change.at > since:
            is_begun, carrying = True, {group_id} if heads[group_id] > 0 else set()
        source = change.group_id in carrying and change.flow == "moved" and change.change < 0
        heads[change.group_id] += change.change
        if source:
            gone_to = [other for other in found if other.at == change.at and other.change > 0]
            carrying |= {other.group_id for other in gone_to}
        if heads[change.group_id] == 0:
            carrying.discard(change.group_id)
        elif is_begun and change.group_id == group_id and through is not None and change.at[0] <= through:
            carrying.add(group_id)
    return carrying if is_begun else {group_id} if heads[group_id] > 0 else set()


class Turn(NamedTuple):
    """A tagged animal came, went or died."""

    day: date
    at: time | None
    place: int
    turn: Literal["arrived", "departed", "died"]
    type: str


class Sheep(NamedTuple):
    """A tagged animal with all that came and went."""

    sex: str
    neutered: bool
    born: date | None
    turns: Sequence[Turn] = ()

    def class_on(self, classes: Sequence[StockClass], day: date) -> str:
        """The first class that holds it."""
        age = None if self.born is None else max(0, (day - self.born).days)
        fits = (each for each in classes if each.holds(self.sex, neutered=self.neutered, age_days=age))
        return next(fits).code

    def flows(self) -> list[tuple[date, Flow, str]]:
        """When it began and ceased to be here."""
        turns = sorted(self.turns, key=lambda turn: (turn.day, turn.at or time(12), turn.place))
        is_here = not turns or turns[0].turn != "arrived"
        found: list[tuple[date, Flow, str]] = []
        if is_here:
            # whoever went must have been there, whatever its birth date says
            born = min([self.born or date.min, *(turn.day for turn in turns[:1])])
            found.append((born, "births", "births"))
        for turn in turns:
            if turn.turn == "arrived" and not is_here:
                found.append((turn.day, "arrivals", turn.type))
            elif turn.turn != "arrived" and is_here:
                found.append((turn.day, "deaths" if turn.turn == "died" else "departures", turn.type))
            else:
                continue
            is_here = turn.turn == "arrived"
        return found

    def is_here(self, day: date) -> bool:
        """Whether it is there at the end of a day."""
        return sum(SIGNS[flow] for on, flow, _ in self.flows() if on <= day) > 0


Tally = Counter[tuple[str, str, str]]
"""Head by class, column and type; opening and closing are columns too."""


def of_tagged(flock: Iterable[Sheep], classes: Sequence[StockClass], first: date, last: date) -> Tally:
    """What became of tagged animals in a period, both of its days included."""
    tally: Tally = Counter()
    before = first - timedelta(days=1)
    for sheep in flock:
        current = sheep.class_on(classes, before) if sheep.is_here(before) else None
        if current is not None:
            tally[current, "opening", ""] += 1
        for day, flow, kind in sheep.flows():
            if not first <= day <= last:
                continue
            now = sheep.class_on(classes, day)
            if current is not None:
                changed(tally, current, now)
            tally[now, flow, kind] += 1
            current = now if SIGNS[flow] > 0 else None
        if sheep.is_here(last):
            closing = sheep.class_on(classes, last)
            if current is not None:
                changed(tally, current, closing)
            tally[closing, "closing", ""] += 1
    return tally


def changed(tally: Tally, old: str, new: str) -> None:
    """It has grown into another class."""
    if old != new:
        tally[old, "class_out", "class"] += 1
        tally[new, "class_in", "class"] += 1


def of_untagged(found: Iterable[Change], first: date, last: date) -> Tally:
    """What became of head without tags in a period, both of its days included."""
    tally: Tally = Counter()
    for change in found:
        if change.day < first:
            tally[change.stock_class, "opening", ""] += change.change
        if change.day <= last:
            tally[change.stock_class, "closing", ""] += change.change
        if first <= change.day <= last and change.flow != "moved":
            tally[change.stock_class, change.flow, change.type] += abs(change.change)
    return tally
