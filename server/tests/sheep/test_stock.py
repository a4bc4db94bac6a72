"""I26 on its own: whatever happened, opening and flows add up to a closing that is counted without them."""

from collections import Counter
from datetime import date, time, timedelta
from uuid import UUID

import pytest
from bellwether.sheep.stock import (
    FLOWS,
    SIGNS,
    USUAL,
    Act,
    Sheep,
    Step,
    Tally,
    TooFew,
    Turn,
    carriers,
    head_at,
    ledger,
    of_tagged,
    of_untagged,
)
from hypothesis import given
from hypothesis import strategies as st

START = date(2022, 1, 1)
DAY = st.integers(0, 1500).map(lambda days: START + timedelta(days))
TURN = st.sampled_from(["arrived", "departed", "died"])
TURNS = st.lists(st.builds(Turn, DAY, st.none() | st.times(), st.integers(0, 99), TURN, st.just("x")), max_size=6)
SHEEP = st.builds(
    Sheep, st.sampled_from(["male", "female", "unknown"]), st.booleans(), st.none() | DAY, TURNS.map(tuple)
)
GROUPS = [UUID(int=number) for number in range(1, 4)]
CLASSES = ("ewe", "wether")


def at(day: int, place: int) -> tuple[object, int]:
    """A moment; only the order matters."""
    return day, place


@st.composite
def histories(draw: st.DrawFn) -> list[Step]:
    """Steps on head without tags, some of which cannot be."""
    acts: list[Act] = ["born", "arrived", "departed", "died", "counted", "reclassed", "moved"]
    found = []
    for place in range(draw(st.integers(0, 25))):
        day, act = draw(st.integers(0, 60)), draw(st.sampled_from(acts))
        group, name = draw(st.sampled_from(GROUPS)), draw(st.sampled_from(CLASSES))
        into = {"reclassed": CLASSES[name == "ewe"], "moved": str(GROUPS[(GROUPS.index(group) + 1) % 3])}.get(act)
        heads = ((name, draw(st.integers(1, 20))),)
        moment = at(day, place)
        found.append(Step(UUID(int=place), moment, START + timedelta(day), act, group, heads, act, into))  # type: ignore[arg-type]  # only their order matters
    return found


def possible(steps: list[Step]) -> list[Step]:
    """Those that are accepted one after the other, as the log does."""
    taken: list[Step] = []
    for step in steps:
        try:
            ledger([*taken, step])
        except TooFew:
            continue
        taken.append(step)
    return taken


def columns(tally: Tally, name: str) -> Counter[str]:
    """Head of a class by column."""
    found: Counter[str] = Counter()
    for (stock_class, column, _), head in tally.items():
        if stock_class == name:
            found[column] += head
    return found


def holds(tally: Tally) -> None:
    """The identity, for each class."""
    for name in {key[0] for key in tally}:
        line = columns(tally, name)
        assert line["opening"] + sum(SIGNS[flow] * line[flow] for flow in FLOWS) == line["closing"], (name, line)
        assert min(line.values()) >= 0


@given(st.lists(SHEEP, max_size=12), DAY, st.integers(0, 800))
def test_i26_tagged_animals_add_up_per_class_and_period(flock: list[Sheep], first: date, days: int) -> None:
    last = first + timedelta(days)
    tally = of_tagged(flock, USUAL, first, last)
    holds(tally)
    closing = Counter(sheep.class_on(USUAL, last) for sheep in flock if sheep.is_here(last))
    assert {key[0]: head for key, head in tally.items() if key[1] == "closing"} == closing
    after = of_tagged(flock, USUAL, last + timedelta(1), last + timedelta(100))
    assert sum(head for key, head in after.items() if key[1] == "opening") == closing.total()


@given(histories(), st.integers(0, 60), st.integers(0, 60))
def test_i26_head_without_tags_add_up_per_class_and_period(steps: list[Step], since: int, days: int) -> None:
    found = ledger(possible(steps))
    first = START + timedelta(since)
    last = first + timedelta(days)
    tally = of_untagged(found, first, last)
    holds(tally)
    heads: Counter[str] = Counter()
    for change in found:
        heads[change.stock_class] += change.change if change.day <= last else 0
    assert {name: columns(tally, name)["closing"] for name in CLASSES} == {name: heads[name] for name in CLASSES}


@given(histories())
def test_i26_no_group_ever_has_fewer_than_no_head_and_a_count_is_what_there_is(steps: list[Step]) -> None:
    taken = possible(steps)
    found = ledger(taken)
    for step in taken:
        for group in GROUPS:
            assert head_at(found, group, step.at) >= 0
        if step.act == "counted":
            (name, head) = step.heads[0]
            there = [each for each in found if each.group_id == step.group_id and each.stock_class == name]
            assert sum(each.change for each in there if each.at <= step.at) == head


@given(histories(), st.integers(0, 60))
def test_i19_head_without_tags_take_along_what_they_got(steps: list[Step], day: int) -> None:
    found = ledger(possible(steps))
    treated, now = at(day, 99), at(99, 99)
    for group in GROUPS:
        carrying = carriers(found, group, treated, now)  # type: ignore[arg-type]  # only their order matters
        if head_at(found, group, treated) == 0:  # type: ignore[arg-type]
            assert not carrying
        assert all(head_at(found, other, now) > 0 for other in carrying)  # type: ignore[arg-type]


def test_who_leaves_twice_or_dies_elsewhere_leaves_once() -> None:
    turns = (Turn(START, None, 1, "departed", "sold"), Turn(START, time(13), 2, "died", "died"))
    assert [flow for _, flow, _ in Sheep("female", False, None, turns).flows()] == ["births", "departures"]


def test_more_than_are_there_cannot_go() -> None:
    step = Step(UUID(int=1), (1, 1), START, "died", GROUPS[0], (("ewe", 1),), "died")  # type: ignore[arg-type]
    with pytest.raises(TooFew, match="0 head of ewe"):
        ledger([step])
