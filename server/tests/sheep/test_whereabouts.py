"""Memberships and placements against a walk through the log, event by event.

I15: an animal is in one mob at a time and stands in one paddock. I16: of its own move and its group's the newer wins.
I26: the head count of a group is its open memberships.
"""

import random
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple
from uuid import UUID

from bellwether.sheep.whereabouts import (
    Memberships,
    Moment,
    Move,
    Span,
    Step,
    memberships,
    own_placements,
    placements_of_group,
)
from hypothesis import given
from hypothesis import strategies as st

START = datetime(2024, 1, 1, tzinfo=UTC)
MOB_A, MOB_B, LIST = (UUID(int=number) for number in (1, 2, 3))
CREEK, HILL, FLAT = (UUID(int=number) for number in (11, 12, 13))
PHYSICAL = frozenset({MOB_A, MOB_B})
LATEST = 1000


class Entry(NamedTuple):
    """One event of the log: of the animal, or (`group_moved`) of a mob."""

    at: Moment
    kind: str
    group: UUID | None = None
    paddock: UUID | None = None


@st.composite
def logs(draw: st.DrawFn, kinds: tuple[str, ...], groups: tuple[UUID, ...] = (MOB_A, MOB_B, LIST)) -> list[Entry]:
    """What was recorded, in the order of time; several things at one time now and then."""
    found = []
    for place, hour in enumerate(draw(st.lists(st.integers(0, 30), max_size=14))):
        kind = draw(st.sampled_from(kinds))
        group = draw(st.sampled_from([g for g in groups if kind != "group_moved" or g in PHYSICAL]))
        paddock = draw(st.sampled_from([CREEK, HILL, FLAT] + [None] * (kind == "group_moved")))
        found.append(Entry((START + timedelta(hours=hour), place), kind, group, paddock))
    return sorted(found)


EVERY = ("assigned", "assigned", "left", "moved", "group_moved", "group_moved", "gone", "arrived")


class Derived(NamedTuple):
    """What the service stores."""

    held: Memberships
    own: tuple[Span, ...]
    of_groups: Mapping[UUID, tuple[Span, ...]]

    def location(self, at: Moment) -> UUID | None:
        """As it is asked: its own placement, or that of its mob."""
        for span in self.own:
            if span.holds(at):
                return span.target
        for member in self.held.spans:
            if member.target in PHYSICAL and member.holds(at):
                return next((span.target for span in self.of_groups[member.target] if span.holds(at)), None)
        return None


def derived(log: list[Entry], chance: random.Random) -> Derived:
    """From the log in any order."""
    told = list(log)
    chance.shuffle(told)
    steps = [
        Step(e.at, e.kind, e.paddock if e.kind == "moved" else e.group)  # type: ignore[arg-type]
        for e in told
        if e.kind != "group_moved"
    ]
    moves = {
        group: [Move(e.at, e.paddock) for e in told if e.kind == "group_moved" and e.group == group]
        for group in PHYSICAL
    }
    held = memberships(steps, PHYSICAL)
    of_groups = {group: placements_of_group(found) for group, found in moves.items()}
    return Derived(held, own_placements(steps, held, PHYSICAL, moves), of_groups)


class State(NamedTuple):
    """What is true of the animal after some events."""

    here: bool
    groups: frozenset[UUID] = frozenset()
    paddock: UUID | None = None
    moved: Moment | None = None


def after(state: State, entry: Entry, last: Mapping[UUID, Entry]) -> State:
    """One event more; `last` are the last moves of the mobs before it."""
    if entry.kind in ("gone", "arrived"):
        return State(entry.kind == "arrived")
    if entry.kind == "group_moved":
        return state._replace(paddock=entry.paddock, moved=None) if entry.group in state.groups else state
    if not state.here:
        return state
    if entry.kind == "moved":
        return state._replace(paddock=entry.paddock, moved=entry.at)
    group = entry.group
    assert group is not None
    if entry.kind == "left" or group in state.groups:
        return state._replace(groups=state.groups - {group}) if entry.kind == "left" else state
    kept = state.groups - PHYSICAL if group in PHYSICAL else state.groups
    state = state._replace(groups=kept | {group})
    if group in PHYSICAL and group in last and (state.moved is None or state.moved < last[group].at):
        state = state._replace(paddock=last[group].paddock, moved=None)
    return state


def walked(log: list[Entry]) -> dict[datetime, State]:
    """What is true after each time."""
    turns = [entry for entry in log if entry.kind in ("gone", "arrived")]
    state, last, found = State(not turns or turns[0].kind == "gone"), {}, {}
    for entry in log:
        state = after(state, entry, last)
        if entry.kind == "group_moved":
            last[entry.group] = entry
        found[entry.at[0]] = state
    return found


@given(logs(EVERY), st.randoms(use_true_random=False))
def test_i16_an_animal_stands_where_the_newer_move_took_it(log: list[Entry], chance: random.Random) -> None:
    found = derived(log, chance)
    for time, state in walked(log).items():
        assert found.location((time, LATEST)) == state.paddock, (time, log)


@given(logs(EVERY), st.randoms(use_true_random=False))
def test_i26_open_memberships_are_the_groups_in_which_it_is(log: list[Entry], chance: random.Random) -> None:
    found = derived(log, chance)
    states = walked(log)
    for time, state in states.items():
        assert {span.target for span in found.held.spans if span.holds((time, LATEST))} == state.groups
    now = list(states.values())[-1].groups if states else frozenset()
    assert {span.target for span in found.held.spans if span.until is None} == now


@given(logs(EVERY), st.randoms(use_true_random=False))
def test_i15_an_animal_is_in_one_mob_and_one_paddock_at_a_time(log: list[Entry], chance: random.Random) -> None:
    found = derived(log, chance)
    mobs = [span for span in found.held.spans if span.target in PHYSICAL]
    for spans in (mobs, list(found.own), *map(list, found.of_groups.values())):
        ordered = sorted(spans, key=lambda span: span.since)
        assert all(a.until is not None and a.until[0] <= b.since[0] for a, b in pairwise(ordered))


@given(logs(("moved", "group_moved"), (MOB_A,)), st.randoms(use_true_random=False))
def test_i16_in_one_mob_for_life_the_last_move_of_both_counts(log: list[Entry], chance: random.Random) -> None:
    """The words of the rule themselves."""
    joined = Entry((START - timedelta(days=1), -1), "assigned", MOB_A)
    found = derived([joined, *log], chance)
    for time in {entry.at[0] for entry in log}:
        newest = max((entry for entry in log if entry.at[0] <= time), key=lambda entry: entry.at)
        assert found.location((time, LATEST)) == newest.paddock


@given(logs(EVERY), logs(("moved", "group_moved")), st.randoms(use_true_random=False))
def test_i16_a_back_dated_move_changes_history_and_not_today(
    log: list[Entry], earlier: list[Entry], chance: random.Random
) -> None:
    """Where the log ends with a move of its own, whatever is told later of the time before changes nothing today."""
    end = START + timedelta(hours=40)
    arrived = Entry((end, 900), "arrived")
    last = Entry((end + timedelta(hours=1), 901), "moved", None, HILL)
    told = [entry._replace(at=(entry.at[0], entry.at[1] + 2000)) for entry in earlier]
    found = derived([*log, *told, arrived, last], chance)
    assert found.location((end + timedelta(days=9), 0)) == HILL


@given(logs(EVERY), st.randoms(use_true_random=False))
def test_lists_never_say_where_an_animal_is(log: list[Entry], chance: random.Random) -> None:
    """Planned and logical groups are no mobs: without their events everything stands where it stood."""
    without = [entry for entry in log if entry.group != LIST or entry.kind not in ("assigned", "left")]
    both = [derived(entries, chance) for entries in (log, without)]
    assert both[0].own == both[1].own
