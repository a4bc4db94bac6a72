"""Monte Carlo REML ends on every random problem, as near to the optimum of the dense likelihood as it says."""

from dataclasses import replace

import numpy as np
import pytest
from bellwether_engine import Model, NotConverged, Options, Pedigree, Records, Variances, fit
from bellwether_engine.reml import mc_reml
from bellwether_engine.reml.steps import advance
from scipy.stats import binom

from .problems import ANIMAL, KINDS
from .test_edges import HALF_SIBS, matrices_of
from .twin import ends_of

SAMPLES = 40
CURVED = 1.1  # the stated error takes the likelihood for quadratic
UNLIKELY, DEVIATIONS = 1e-4, 4.0


def sampled(model, seed, threads=1, n_samples=SAMPLES):
    """The same model by sampling."""
    options = Options(estimate="mc-reml", reliability="none", samples=n_samples, seed=seed, threads=threads)
    return replace(model, options=options)


@pytest.mark.parametrize("kind", KINDS)
def test_the_estimates_are_as_near_to_the_optimum_as_they_say(kind, rounds, chance):
    """-2 log L is above its optimum by the stated mean, on the average of the problems, and by more than the stated
    99 % of it in no more of them than chance explains."""
    n = rounds(1 if "factors" in kind else 3, 200)
    beyond, ratios = [], []
    for _ in range(n):
        seed = chance.randrange(2**32)
        rng = np.random.default_rng(seed)
        model, records, pedigree, dense = KINDS[kind](rng)
        estimates = fit(sampled(model, seed), records, pedigree).estimates
        matrices = matrices_of(estimates, dense.sizes)
        said = f"{kind}, seed {seed}"
        assert min(np.linalg.eigvalsh(matrix)[0] for matrix in matrices) >= 0.0, said
        excess = dense.minus2(matrices)[0] - min(ends_of(dense, rng, rounds(3, 5)))
        ratios.append(excess / estimates.mc_excess)
        if excess > CURVED * estimates.mc_excess_99:
            beyond.append(f"{said}: {excess:.3f} of {estimates.mc_excess_99:.3f}")
        assert excess > -1e-3, said
    assert len(beyond) <= binom.ppf(1.0 - UNLIKELY, n, 0.01), beyond
    # a sum of squares has at most the variance of one of a single square, twice its squared mean
    assert np.mean(ratios) < CURVED + DEVIATIONS * np.sqrt(2.0 / n), ratios


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "of" not in kind and "to" not in kind])
def test_a_seed_gives_the_same_bits_with_any_number_of_threads(kind, rounds, chance):
    for _ in range(rounds(1, 10)):
        seed = chance.randrange(2**32)
        model, records, pedigree, _ = KINDS[kind](np.random.default_rng(seed))
        one, three = (fit(sampled(model, seed, n, 10), records, pedigree).estimates for n in (1, 3))
        assert repr(one.components) == repr(three.components), f"{kind}, seed {seed}"
        assert (one.mc_excess, one.mc_excess_99) == (three.mc_excess, three.mc_excess_99)


def of_half_sibs(seed):
    """Estimates of two traits of 24 half sibs."""
    pedigree = Pedigree(np.append(np.full(4, -1), np.arange(24) % 4), np.full(28, -1))
    model = Model(("a", "b"), (ANIMAL,), Variances([[4.0, 1.0], [1.0, 4.0]], additive=[[2.0, 0.5], [0.5, 2.0]]))
    return fit(sampled(model, seed), Records(np.arange(4, 28), np.array(HALF_SIBS)), pedigree).estimates


@pytest.mark.parametrize("seed", range(1, 5))
def test_a_correlation_of_one_is_told(seed):
    """24 half sibs, whose best matrix has rank 1: the edge is found, and the others are known the better for it."""
    estimates = of_half_sibs(seed)
    assert estimates.boundary == ("additive",)
    correlation = next(part for part in estimates.ratios if part.component == "correlation.additive")
    assert correlation.estimate == pytest.approx(1.0, abs=1e-4)
    assert np.isnan(correlation.mc_se)
    optimum = [0.99337, 0.41638, 0.17453, 2.32277, 2.19484, 4.89344]
    for part, best in zip(estimates.components, optimum, strict=True):
        assert abs(part.estimate - best) < 4.0 * part.mc_se
        assert 0.0 < part.mc_se < 0.6


def test_where_no_step_is_better_it_ends_within_its_error_or_says_so(monkeypatch):
    monkeypatch.setattr(
        mc_reml, "advance", lambda state, *rest: None if state.n_samples > 10 else advance(state, *rest)
    )
    ended, refused = 0, 0
    for seed in range(1, 21):
        try:
            estimates = of_half_sibs(seed)
        except NotConverged:
            refused += 1
        else:
            assert 2.0 * estimates.gradient**2 <= estimates.mc_excess < estimates.mc_excess_99
            ended += 1
    assert ended > 0
    assert refused > 0


def test_after_the_last_round_too(monkeypatch):
    """Samples whose optimum is reached slowly: what is left is within the stated error, or it says so."""
    monkeypatch.setattr(mc_reml, "MAXIMUM_ROUNDS", 4)
    with pytest.raises(NotConverged):
        of_half_sibs(1)
    monkeypatch.setattr(mc_reml, "MAXIMUM_ROUNDS", 5)
    estimates = of_half_sibs(1)
    assert len(estimates.rounds) == 5
    assert 2.0 * estimates.gradient**2 <= estimates.mc_excess < estimates.mc_excess_99
