"""Intervals of 95 %: how many hold the value that the records were drawn from."""

import math
from collections import Counter

import numpy as np
import pytest
from bellwether_engine import fit
from bellwether_engine.solution.intervals import interval_of
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from .designs import DESIGNS

SETS = 2026  # of 500 sets, even of an exact interval less than 92 % hold the value once in a thousand tries


def covered_of(design, rng, n_sets):
    """How often each interval was there, and how often it held the value."""
    drawn = DESIGNS[design](rng)
    truth, there, covered = drawn.values(), Counter(), Counter()
    for _ in range(n_sets):
        estimates = fit(drawn.model, drawn.records(rng), drawn.pedigree).estimates
        for part in (*estimates.components, *estimates.ratios):
            name = (part.component, part.row, part.column)
            if math.isfinite(part.lower):
                there[name] += 1
                covered[name] += part.lower < truth[name] < part.upper
    assert set(there) == set(truth)
    return there, covered


@pytest.mark.parametrize("design", DESIGNS)
def test_intervals_hold_what_they_should(design, chance):
    """In a few sets: no fewer than chance leaves of intervals that hold it in 92 of 100."""
    seed = chance.randrange(2**32)
    there, covered = covered_of(design, np.random.default_rng(seed), 16)
    for name, n in there.items():
        assert n > 10, f"{design}, {name}, seed {seed}"
        said = f"{design}, {name}: {covered[name]} of {n}, seed {seed}"
        assert binom.cdf(covered[name], n, 0.92) > 1e-5, said


@pytest.mark.long
@pytest.mark.parametrize("design", DESIGNS)
def test_intervals_hold_what_they_should_in_500_sets(design):
    """Between 92 and 98 of 100, of every (co)variance, share and correlation."""
    there, covered = covered_of(design, np.random.default_rng(SETS), 500)
    said = {name: (covered[name], n, covered[name] / n) for name, n in there.items()}
    print(*said.items(), sep="\n")
    assert min(there.values()) > 450, said
    assert all(0.92 <= share <= 0.98 for _, _, share in said.values()), said


@given(st.sampled_from([("variance", 0.0, math.inf), ("share", 0.0, 1.0), ("correlation", -1.0, 1.0)]),
       st.floats(-1.0, 1.0), st.floats(0.0, 1e6, exclude_min=True))  # fmt: skip
def test_an_interval_surrounds_its_value(scale, value, error):
    name, low, high = scale
    value = abs(value) if low == 0.0 else value
    lower, upper = interval_of(name, value, error)
    if low < value < high:
        assert low <= lower <= value + 1e-12
        assert value - 1e-12 <= upper <= high
    else:
        assert math.isnan(lower)


@pytest.mark.parametrize("scale", ["variance", "covariance", "share", "correlation"])
def test_a_small_error_gives_the_plain_interval(scale):
    lower, upper = interval_of(scale, 0.4, 1e-6)
    assert (0.4 - lower, upper - 0.4) == pytest.approx((1.959964e-6, 1.959964e-6), rel=1e-4)
