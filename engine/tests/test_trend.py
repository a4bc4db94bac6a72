"""Genetic trend beside plain least squares and simulated truth."""

import numpy as np
import pytest
from bellwether_engine import ModelError, Options, fit
from bellwether_engine.populations.trend import genetic_trend, shift_base
from bellwether_engine.simulation import FlockDesign, TraitDesign, simulate_flocks
from hypothesis import given
from hypothesis import strategies as st

seeds = st.integers(0, 2**32 - 1)


@given(seeds)
def test_the_slope_is_that_of_animals_and_its_error_that_of_means(seed):
    rng = np.random.default_rng(seed)
    year, u = rng.integers(2000, 2008, 200), rng.normal(size=200)
    (trend,) = genetic_trend(u, year, minimum=1)
    assert trend.slope == pytest.approx(np.polyfit(year - 2004.0, u, 1)[0], abs=1e-9)
    assert trend.count.sum() == 200
    x = np.column_stack([np.ones(len(trend.year)), trend.year - 2004.0])
    root = np.sqrt(trend.count)
    _, rss, *_ = np.linalg.lstsq(x * root[:, None], trend.mean * root)
    covariance = np.linalg.inv((x * trend.count[:, None]).T @ x) * rss[0] / (len(x) - 2)
    assert trend.slope_se == pytest.approx(np.sqrt(covariance[1, 1]), rel=1e-6)
    first = u[year == trend.year[0]]
    assert trend.mean[0] == pytest.approx(first.mean())
    if len(first) > 1:
        assert trend.se[0] == pytest.approx(first.std(ddof=1) / np.sqrt(len(first)))


@given(seeds)
def test_a_shift_moves_the_zero_and_nothing_else(seed):
    rng = np.random.default_rng(seed)
    year, u = rng.integers(2000, 2005, 60), rng.normal(size=(60, 2))
    shifted, base = shift_base(u, year, [2001, 2002])
    np.testing.assert_allclose(u - shifted, np.broadcast_to(base, u.shape))
    np.testing.assert_allclose(shifted[np.isin(year, [2001, 2002])].mean(axis=0), 0.0, atol=1e-12)
    before, after = (genetic_trend(v[:, 0], year, minimum=1)[0] for v in (u, shifted))
    assert before.slope == pytest.approx(after.slope, abs=1e-12)


def test_groups_small_years_and_unknown_years():
    u = [1.0, 2.0, 3.0, 4.0, 9.0, np.nan, 5.0, 6.0]
    year = [2000, 2000, 2001, 2001, 2002, 2001, -1, 2000]
    group = [0, 0, 0, 0, 0, 0, 0, 3]
    (trend,) = genetic_trend(u, year, group=group, minimum=2)
    assert trend.year.tolist() == [2000, 2001]
    assert trend.mean.tolist() == [1.5, 3.5]
    assert trend.slope == 2.0
    assert np.isnan(trend.slope_se)
    zero, three = genetic_trend(u, year, group=group, minimum=1)
    assert (zero.group, three.group) == (0, 3)
    assert np.isnan(three.slope)


def test_the_trend_of_estimates_follows_the_true_one():
    found = simulate_flocks(
        FlockDesign(10, 100, 3, 10, selection="phenotype"), TraitDesign(("WWT",), 4.0, 8.0, group_sd=2.0), seed=7
    )
    solution = fit(found.true_model(Options(reliability="none")), found.records, found.pedigree)
    (estimated,) = genetic_trend(solution.ebv[:, 0], found.birth_year)
    (true,) = genetic_trend(found.true_values[:, 0], found.birth_year)
    assert estimated.slope == pytest.approx(true.slope, rel=0.15)
    assert true.slope > 0.15


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: genetic_trend([1.0], [2000, 2001]), "shape"),
        (lambda: genetic_trend([[1.0]], [2000]), "shape"),
        (lambda: genetic_trend([1.0], [2000.5]), "not_integer"),
        (lambda: genetic_trend([1.0], [2000], minimum=0), "minimum"),
        (lambda: shift_base([1.0], [2000], [2001]), "small_base"),
        (lambda: shift_base([1.0, 2.0], [2000, 2000], [2000], minimum=3), "small_base"),
        (lambda: shift_base([[[1.0]]], [2000], [2000]), "shape"),
    ],
)
def test_refused_trends(call, code):
    with pytest.raises(ModelError) as caught:
        call()
    assert caught.value.code == code
