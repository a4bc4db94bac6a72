"""In which groups an animal was and where it stood, from what was recorded of it and of its groups.

A moment is a time with a place in the log: of two things at one time the one that was recorded later comes later.
An animal stands where its own placement says, and without one where its physical group is placed. Of its own move and
its group's the newer one wins, so an own placement ends when the group is moved. Who leaves a group stays where it was.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Literal, NamedTuple
from uuid import UUID

Moment = tuple[datetime, int]
Act = Literal["assigned", "left", "moved", "arrived", "gone"]


class Step(NamedTuple):
    """Something that happened to one animal; `target` is the group of `assigned` and `left`, the paddock of `moved`."""

    at: Moment
    act: Act
    target: UUID | None = None


class Move(NamedTuple):
    """A group goes to a paddock; None: out of every paddock."""

    at: Moment
    paddock_id: UUID | None


class Span(NamedTuple):
    """In a group or a paddock, from one moment to another; None: it still is."""

    target: UUID
    since: Moment
    until: Moment | None

    @property
    def lasts(self) -> bool:
        """Whether there is any time in it."""
        return self.until is None or self.since[0] < self.until[0]

    def holds(self, at: Moment) -> bool:
        """Whether it was so then."""
        return self.since <= at and (self.until is None or at < self.until)


class Memberships(NamedTuple):
    """Groups of one animal; `idle` are the steps that changed nothing: it was away, or no member."""

    spans: tuple[Span, ...]
    idle: frozenset[Moment]
    ends: frozenset[Moment]
    """When it left the farm for a time or for ever."""


def memberships(steps: Iterable[Step], physical: frozenset[UUID]) -> Memberships:
    """The groups that an animal was in; of those in `physical` it is in one at a time."""
    ordered = sorted(steps)
    comings = [step for step in ordered if step.act in ("arrived", "gone")]
    is_here = not comings or comings[0].act == "gone"
    current: dict[UUID, Moment] = {}
    spans: list[Span] = []
    idle: set[Moment] = set()

    def close(groups: Iterable[UUID], at: Moment) -> None:
        spans.extend(Span(group, current.pop(group), at) for group in list(groups))

    for step in ordered:
        group = step.target
        if step.act in ("arrived", "gone"):
            close(current, step.at)
            is_here = step.act == "arrived"
        elif not is_here or (step.act != "moved" and (group in current) == (step.act == "assigned")):
            idle.add(step.at)
        elif step.act == "left" and group is not None:
            close([group], step.at)
        elif step.act == "assigned" and group is not None:
            close(current.keys() & physical if group in physical else (), step.at)
            current[group] = step.at
    spans += [Span(group, since, None) for group, since in current.items()]
    ends = frozenset(step.at for step in comings)
    return Memberships(tuple(sorted(spans, key=lambda span: span.since)), frozenset(idle), ends)


def placements_of_group(moves: Iterable[Move]) -> tuple[Span, ...]:
    """Where a group stood."""
    ordered = sorted(moves, key=lambda move: move.at)
    ends = (move.at for move in ordered[1:])
    found = [Span(move.paddock_id, move.at, end) for move, end in zip_longest(ordered, ends) if move.paddock_id]
    return tuple(span for span in found if span.lasts)


def own_placements(
    steps: Iterable[Step], held: Memberships, physical: frozenset[UUID], moves: Mapping[UUID, Sequence[Move]]
) -> tuple[Span, ...]:
    """Where an animal stood apart from its group."""
    track = Track(held, [span for span in held.spans if span.target in physical], moves)
    own = [step for step in steps if step.act == "moved" and step.at not in held.idle]
    ordered = sorted([*((step.at, 2, step.target) for step in own), *track.turns()], key=lambda turn: turn[:2])
    for at, rank, target in ordered:
        track.turn(at, rank, target)
    return tuple(span for span in track.spans() if span.lasts)


class Track:
    """The way of one animal, step by step."""

    def __init__(self, held: Memberships, spans: Sequence[Span], moves: Mapping[UUID, Sequence[Move]]) -> None:
        self._ends, self._spans = held.ends, spans
        self._moves = {key: sorted(found, key=lambda move: move.at) for key, found in moves.items()}
        self._found: list[Span] = []
        self._since: Moment | None = None
        self._paddock: UUID | None = None
        self._moved: Moment | None = None

    def turns(self) -> Iterable[tuple[Moment, int, UUID | None]]:
        """Leaving a group 0, joining one 1, (an own move 2), a move of the group 3, leaving the farm 4."""
        for span in self._spans:
            yield span.since, 1, span.target
            if span.until is not None:
                yield span.until, 0, span.target
            for move in self._moves.get(span.target, ()):
                if span.since < move.at and span.holds(move.at):
                    yield move.at, 3, None
        yield from ((at, 4, None) for at in self._ends)

    def turn(self, at: Moment, rank: int, target: UUID | None) -> None:
        """One of them."""
        if rank == 2:
            self._close(at)
            self._since, self._paddock, self._moved = at, target, at
        elif rank >= 3:
            self._close(at)
        elif target is not None:
            last = self._last(target, at)
            if rank == 1 and last is not None and (self._moved is None or self._moved < last.at):
                self._close(at)
            elif rank == 0 and self._since is None and last is not None and last.paddock_id is not None:
                self._since, self._paddock = at, last.paddock_id

    def spans(self) -> list[Span]:
        """All placements up to now."""
        self._close(None)
        return self._found

    def _last(self, group: UUID, at: Moment) -> Move | None:
        """The last move of a group before a moment."""
        moves = self._moves.get(group, ())
        before = bisect_left(moves, at, key=lambda move: move.at)
        return moves[before - 1] if before else None

    def _close(self, at: Moment | None) -> None:
        """An own placement ends."""
        if self._since is not None and self._paddock is not None:
            self._found.append(Span(self._paddock, self._since, at))
        self._since = self._paddock = self._moved = None
