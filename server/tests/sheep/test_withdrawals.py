"""Withdrawal periods: I18 and I21 on their own."""

from datetime import date, timedelta
from math import ceil

from bellwether.sheep.withdrawals import NEVER, Ends, Periods, counting, ends, latest, open_markets, whole_days
from hypothesis import given
from hypothesis import strategies as st

DAYS = st.none() | st.integers(0, 3650)
PERIODS = st.builds(Periods, st.integers(0, 3650), DAYS, DAYS)
OWN = st.builds(Periods, DAYS, DAYS, DAYS)
WHEN = st.dates(date(1990, 1, 1), date(2200, 12, 31))


@given(st.integers(0, 80_000))
def test_i18_hours_are_rounded_up_to_whole_days(hours: int) -> None:
    days = whole_days(hours, "hours")
    assert days == ceil(hours / 24)
    assert 24 * days >= hours > 24 * (days - 1)
    assert whole_days(hours, "days") == hours


@given(WHEN, PERIODS, OWN)
def test_i18_an_end_is_the_last_dose_and_the_days_that_count_never_less_than_the_label(
    last: date, label: Periods, own: Periods
) -> None:
    found = ends(last, counting(label, own))
    for market in ("meat", "milk"):
        said = [days for days in (getattr(label, market), getattr(own, market)) if days is not None]
        assert getattr(found, market) == (last + timedelta(days=max(said)) if said else NEVER)
    by_label = ends(last, label)
    assert all(each >= floor for each, floor in zip(found, by_label, strict=True) if floor != NEVER)
    assert found.export >= found.meat


@given(st.lists(st.tuples(WHEN, PERIODS), min_size=1, max_size=8), WHEN)
def test_i18_of_several_courses_the_latest_end_counts_whatever_their_order(
    courses: list[tuple[date, Periods]], day: date
) -> None:
    found = [ends(*course) for course in courses]
    total = latest(found)
    assert total is not None
    assert total == latest(reversed(found)) == Ends(*(max(column) for column in zip(*found, strict=True)))
    held = dict(open_markets(total, day, ("meat", "export", "milk")))
    for market in ("meat", "export", "milk"):
        assert (market in held) == any(day < getattr(each, market) for each in found)


def test_who_got_nothing_is_clear() -> None:
    assert latest([]) is None
