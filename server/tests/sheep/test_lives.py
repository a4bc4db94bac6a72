"""Stays and fates against a walk through the calendar, day by day.

I17: no event before birth or after death or departure, except a return; dead is terminal.
"""

from datetime import date, time, timedelta

import pytest
from bellwether.sheep.findings import Broken
from bellwether.sheep.lives import FINAL, STILL_OURS, Fate, Step, Turn, check_presence, first_misfit, life_of
from hypothesis import given
from hypothesis import strategies as st

BORN = date(2022, 8, 1)
FATES: list[Fate] = ["sold", "culled", "lost", "grazing_off", "in_transit"]


@st.composite
def steps_of_a_life(draw: st.DrawFn) -> list[Step]:
    """What came and went, in its order; mostly legal."""
    days = sorted(draw(st.lists(st.integers(-5, 60), max_size=8)))
    turns: list[Turn] = ["departed", "arrived"]
    found = []
    for place, day in enumerate(days):
        usual = turns[(place + draw(st.integers(0, 9)) // 9) % 2]
        turn = draw(st.sampled_from([usual, usual, usual, usual, "died"]))
        fate: Fate = "alive" if turn == "arrived" else "dead" if turn == "died" else draw(st.sampled_from(FATES))
        found.append(Step(BORN + timedelta(days=day), None, place, turn, fate))
    return found


def walked(steps: list[Step]) -> tuple[set[date], Fate] | None:
    """Days on the farm among the first 70 and the fate, by walking through them; None when it cannot be."""
    here, ever, fate, days = True, False, "alive", set()
    first = next(iter(steps), None)
    if first is not None and first.turn == "arrived":
        here = False
    for day in (BORN + timedelta(days=number) for number in range(-5, 70)):
        if here and day >= BORN:
            days.add(day)
        for step in (step for step in steps if step.day == day):
            is_end = fate in FINAL or day < BORN
            if is_end or (step.turn == "arrived" and here) or (step.turn == "departed" and not here):
                return None
            if step.turn == "died" and not here and (ever and fate not in STILL_OURS):
                return None
            here, ever, fate = step.turn == "arrived", True, step.fate
            if step.turn == "arrived":
                days.add(day)
    return days, fate


@given(steps_of_a_life(), st.randoms())
def test_i17_stays_are_those_of_a_walk_through_the_days(steps: list[Step], random) -> None:
    expected = walked(steps)
    told = list(steps)
    random.shuffle(told)
    if expected is None:
        with pytest.raises(Broken) as raised:
            life_of("the ewe", BORN, told)
        assert raised.value.finding.code in ("before_birth", "after_death", "is_here", "off_farm")
        return
    life = life_of("the ewe", BORN, told)
    days, fate = expected
    assert (life.fate, life.since) == (fate, steps[-1].day if steps else None)
    calendar = [BORN + timedelta(days=number) for number in range(70)]
    if steps:
        assert {day for day in calendar if any(stay.holds(day) for stay in life.stays)} == days
    # dead is terminal: whatever is told after it is refused
    if life.fate in FINAL:
        later = Step(steps[-1].day + timedelta(days=1), None, 99, "arrived", "alive")
        with pytest.raises(Broken, match="nothing comes after that"):
            life_of("the ewe", BORN, [*told, later])


@given(steps_of_a_life())
def test_i17_what_is_recorded_lies_within_a_stay_or_before_the_first(steps: list[Step]) -> None:
    try:
        stays = life_of("the ewe", BORN, steps).stays
    except Broken:
        return
    arrived = stays[0].arrived_on if stays else None
    for day in (BORN + timedelta(days=number) for number in range(70)):
        may = not stays or any(stay.holds(day) for stay in stays) or (arrived is not None and day < arrived)
        try:
            check_presence("the ewe", stays, day, field="date")
            first_misfit("the ewe", stays, [BORN, day], field="date")
        except Broken:
            assert not may
        else:
            assert may


def test_two_steps_of_one_day_come_in_the_order_of_their_times_then_of_the_log() -> None:
    sold = Step(BORN, time(8), 2, "departed", "sold")
    back = Step(BORN, time(16), 1, "arrived", "alive")
    assert life_of("the ewe", None, [back, sold]).stays == ((None, BORN), (BORN, None))
    without = [step._replace(at=None) for step in (back, sold)]
    assert life_of("the ewe", None, without).stays == ((BORN, BORN),)
