"""Simulated flocks: structure, variances, and the answers that an evaluation of them must give."""

import numpy as np
import pytest
from bellwether_engine import ModelError, Options, fit
from bellwether_engine.simulation import FlockDesign, TraitDesign, simulate_flocks
from hypothesis import given, settings
from hypothesis import strategies as st

G = np.array([[2.0, 1.5, -0.3], [1.5, 4.0, 0.0], [-0.3, 0.0, 1.0]])
WEIGHTS = TraitDesign(
    ("WWT", "PWT"), genetic=G, residual=[[4.0, 2.0], [2.0, 8.0]], maternal=("WWT",), permanent_dam=0.7,
    litter=[0.5, 0.0], mean=[25.0, 40.0], group_sd=[2.0, 3.0], male=[2.0, 4.0], twin=[-3.0, -2.0],
    young_dam=[-1.5, -1.0], per_day=[0.2, 0.15], missing=[0.0, 0.3],
)  # fmt: skip
ONE = TraitDesign(("WWT",), genetic=3.0, residual=6.0, mean=25.0, group_sd=2.0, male=2.0)


@settings(max_examples=10)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 6), st.floats(0.0, 0.5))
def test_the_flocks_are_flocks(seed, n_flocks, n_years, link_share):
    design = FlockDesign(n_flocks, 20, 2, n_years, link_share=link_share, unknown_sire=0.2)
    found = simulate_flocks(design, WEIGHTS, seed=seed)
    sire, dam = found.true_pedigree.sire, found.true_pedigree.dam
    born = np.flatnonzero(sire >= 0)
    assert (dam[born] >= 0).all()
    assert found.is_male[sire[born]].all()
    assert not found.is_male[dam[born]].any()
    assert (found.birth_year[born] - found.birth_year[sire[born]] >= 2).all()
    assert (found.birth_year[born] - found.birth_year[dam[born]] >= 2).all()
    assert (found.flock[born] == found.flock[dam[born]]).all()
    np.testing.assert_array_equal(found.inbreeding, found.true_pedigree.inbreeding())
    recorded = found.pedigree.sire[born]
    assert ((recorded == sire[born]) | (recorded == -1)).all()
    for year in range(n_years):
        ewes = np.unique(dam[found.birth_year == year])
        assert (np.bincount(found.flock[ewes], minlength=n_flocks) == 20).all()
        rams = np.unique(sire[found.birth_year == year])
        assert (np.bincount(found.flock[rams], minlength=n_flocks) <= 2).all()
    records = found.records
    for litter in np.unique(records.columns["litter"]):
        rows = records.columns["litter"] == litter
        assert len(np.unique(dam[records.animal[rows]])) == 1
        assert len(set(records.columns["reared"][rows])) == 1
        assert rows.sum() <= records.columns["reared"][rows][0]
    assert (records.columns["group"] % n_flocks == found.flock[records.animal]).all()
    assert (records.columns["group"] // n_flocks == found.birth_year[records.animal]).all()


def test_the_same_seed_gives_the_same_flocks():
    one, same, other = (simulate_flocks(FlockDesign(2, 30), WEIGHTS, seed=seed) for seed in (5, 5, 6))
    np.testing.assert_array_equal(one.true_values, same.true_values)
    np.testing.assert_array_equal(one.records.values, same.records.values)
    assert not np.array_equal(one.true_values[:60], other.true_values[:60])


def test_links_join_flocks_and_their_absence_does_not():
    def flocks_of_sires(share):
        found = simulate_flocks(FlockDesign(4, 40, 3, 4, link_share=share), ONE, seed=2)
        born = found.pedigree.sire >= 0
        pairs = np.unique(np.column_stack([found.pedigree.sire, found.flock])[born], axis=0)
        return np.unique(pairs[:, 0], return_counts=True)[1].max()

    assert flocks_of_sires(0.0) == 1
    assert flocks_of_sires(0.3) > 1


def test_founders_and_mendelian_sampling_have_their_variances():
    found = simulate_flocks(FlockDesign(40, 100, 3, 5, ewe_replacement=0.4), WEIGHTS, seed=3)
    sire, dam, u, f = found.true_pedigree.sire, found.true_pedigree.dam, found.true_values, found.inbreeding
    founders, born = sire < 0, sire >= 0
    np.testing.assert_allclose(np.cov(u[founders].T), G, atol=0.2)
    spread = 0.5 - 0.25 * (f[sire] + f[dam])[born]
    deviation = (u[born] - 0.5 * (u[sire] + u[dam])[born]) / np.sqrt(spread)[:, None]
    n = born.sum()
    np.testing.assert_allclose(np.cov(deviation.T), G, atol=5 * 4.0 * np.sqrt(2.0 / n))
    np.testing.assert_allclose(deviation.mean(axis=0), 0.0, atol=5 * 2.0 / np.sqrt(n))


def test_random_matings_make_inbreeding_at_the_expected_rate():
    """Closed flocks: dF = 1 / (8 Nm) + 1 / (8 Nf) per generation, with the new parents of a year times the generation
    interval as N (Hill 1979, Genetics 92:317)."""
    design = FlockDesign(30, 30, 3, 30, link_share=0.0, ram_replacement=1.0 / 3.0)
    found = simulate_flocks(design, ONE, seed=4)
    young, old = (found.inbreeding[found.birth_year == year].mean() for year in (29, 14))
    sire, dam = found.true_pedigree.sire, found.true_pedigree.dam
    late = np.flatnonzero(found.birth_year >= 10)
    interval = np.mean([(found.birth_year[late] - found.birth_year[p[late]]).mean() for p in (sire, dam)])
    per_year = 1.0 - ((1.0 - young) / (1.0 - old)) ** (1.0 / 15.0)
    new_rams, new_ewes = 3 * design.ram_replacement, round(30 * design.ewe_replacement)
    effective = 4.0 * new_rams * new_ewes * interval / (new_rams + new_ewes)
    assert per_year * interval == pytest.approx(0.5 / effective, rel=0.25)


def test_records_hold_the_effects_that_were_asked_for():
    still = TraitDesign(
        ("WWT",), genetic=0.0, residual=0.0, mean=25.0, male=2.0, twin=-3.0, young_dam=-1.5, per_day=0.2
    )
    found = simulate_flocks(FlockDesign(2, 50), still, seed=1)
    c = found.records.columns
    expected = 25 + 2 * c["sex"] - 3 * (c["reared"] - 1) - 1.5 * (c["dam_age"] == 0) + 0.2 * (c["age_days"] - 100)
    np.testing.assert_allclose(found.records.values[:, 0], expected, atol=1e-12)
    groups = simulate_flocks(FlockDesign(2, 50), TraitDesign(("a",), 0.0, 0.0, group_sd=3.0), seed=1)
    np.testing.assert_allclose(
        groups.records.values[:, 0], groups.group_effect[groups.records.columns["group"], 0], atol=1e-12
    )
    with pytest.raises(ModelError):
        groups.true_model()


def test_blup_of_simulated_flocks_is_unbiased():
    """Regression of true on estimated values is 1 for every trait, maternal too, and under selection on records."""
    found = simulate_flocks(FlockDesign(10, 100, 4, 8, selection="phenotype"), WEIGHTS, seed=3)
    solution = fit(found.true_model(Options(reliability="none", solver="pcg")), found.records, found.pedigree)
    for k, lowest in enumerate([0.6, 0.6, 0.4]):
        born = found.pedigree.sire >= 0
        u, true = solution.ebv[born, k], found.true_values[born, k]
        assert np.corrcoef(u, true)[0, 1] > lowest
        assert np.cov(u, true)[0, 1] / u.var() == pytest.approx(1.0, abs=0.12)


def test_reliabilities_are_squared_correlations_with_the_truth():
    found = simulate_flocks(FlockDesign(5, 80, 4, 6), ONE, seed=8)
    solution = fit(found.true_model(), found.records, found.pedigree)
    born = found.pedigree.sire >= 0
    seen = np.corrcoef(solution.ebv[born, 0], found.true_values[born, 0])[0, 1] ** 2
    assert seen == pytest.approx(solution.reliability[born, 0].mean(), abs=0.06)


def test_reml_recovers_the_variances():
    found = simulate_flocks(FlockDesign(6, 80, 4, 6), ONE, seed=11)
    model = found.true_model(Options(estimate="ai-reml", reliability="none"))
    solution = fit(model, found.records, found.pedigree)
    estimated = {e.component: e for e in solution.estimates.components}
    for name, true in (("additive", 3.0), ("residual", 6.0)):
        estimate = estimated[name]
        assert abs(estimate.estimate - true) < 3.0 * estimate.se


def test_selection_raises_true_values_and_random_choice_does_not():
    gains = {}
    for selection in ("random", "phenotype"):
        found = simulate_flocks(FlockDesign(10, 60, 3, 10, selection=selection), ONE, seed=6)
        gains[selection] = found.true_values[found.birth_year == 9].mean()
    assert gains["phenotype"] > 1.5
    assert abs(gains["random"]) < 0.6


@pytest.mark.parametrize(
    "change",
    [
        {"n_flocks": 0}, {"survival": 1.2}, {"litter_size": (0.5, 0.4)}, {"n_link_rams": 0}, {"selection": "best"},
    ],
)  # fmt: skip
def test_refused_flocks(change):
    with pytest.raises(ModelError) as caught:
        FlockDesign(**change)
    assert caught.value.code == "bad_design"
    assert caught.value.place == f"simulation.{next(iter(change))}"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"mean": [1.0, 2.0]}, "shape"),
        ({"traits": ("a", "a")}, "bad_design"),
        ({"maternal": ("b",)}, "bad_design"),
        ({"genetic": np.eye(2)}, "bad_design"),
        ({"genetic": -1.0}, "not_positive_definite"),
        ({"residual": [[1.0, 0.0]]}, "not_square"),
        ({"litter": -1.0}, "bad_design"),
    ],
)
def test_refused_traits(change, code):
    with pytest.raises(ModelError) as caught:
        TraitDesign(**({"traits": ("a",), "genetic": 1.0, "residual": 1.0} | change))
    assert caught.value.code == code
