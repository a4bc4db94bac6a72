"""Mate allocation beside every plan there is, the assignment algorithm and scipy's MILP."""

from itertools import product

import numpy as np
import pytest
from bellwether_engine import ModelError, Pedigree, Relationship
from bellwether_engine.selection import MatingRules, allocate_mates
from bellwether_engine.selection.expected_progeny import expected_progeny
from bellwether_engine.selection.transport import price_bound
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

seeds = st.integers(0, 2**32 - 1)


def holds(rules, plan, f, low, high, group):
    """Does a plan (a ram per ewe) keep the rules, read one by one?"""
    n_rams = len(f)
    counts = np.bincount(plan, minlength=n_rams)
    for j, i in enumerate(plan):
        if rules.inbreeding_limit is not None and f[i, j] > rules.inbreeding_limit:
            return False
        if rules.is_allowed is not None and not rules.is_allowed[i][j]:
            return False
        if rules.ram_carries is not None and (rules.ram_carries[i] & rules.ewe_carries[j]).any():
            return False
    if (counts > high).any():
        return False
    enough = (counts >= low) | ((counts == 0) & rules.is_minimum_if_used)
    if not enough.all():
        return False
    if rules.rams_per_group is None:
        return True
    return all(len({i for i, g in zip(plan, group, strict=True) if g == k}) <= rules.rams_per_group for k in set(group))


@given(seeds)
def test_the_plan_is_the_best_of_all_plans(seed):
    rng = np.random.default_rng(seed)
    n_rams, n_ewes = 3, 5
    index, f = rng.normal(size=(n_rams, n_ewes)), rng.uniform(0.0, 0.2, (n_rams, n_ewes))
    low, high = rng.integers(0, 2, n_rams), rng.integers(2, 4, n_rams)
    group = rng.integers(0, 2, n_ewes)
    rules = MatingRules(
        ram_maximum=high, ram_minimum=low, is_minimum_if_used=bool(rng.integers(2)), inbreeding_limit=0.18,
        is_allowed=rng.random((n_rams, n_ewes)) < 0.9,
        ram_carries=rng.random((n_rams, 2)) < 0.2, ewe_carries=rng.random((n_ewes, 2)) < 0.2,
        ewe_group=group, rams_per_group=[None, 1, 2][rng.integers(3)],
    )  # fmt: skip
    worth = index - 3.0 * f
    plans = [p for p in product(range(n_rams), repeat=n_ewes) if holds(rules, np.array(p), f, low, high, group)]
    if not plans:
        with pytest.raises(ModelError) as caught:
            allocate_mates(index, f, rules, penalty=3.0)
        assert caught.value.code in ("ewe_cannot_be_mated", "ram_minimum", "no_plan")
        return
    best = max(worth[list(p), range(n_ewes)].sum() for p in plans)
    plan = allocate_mates(index, f, rules, penalty=3.0)
    assert plan.value == pytest.approx(best, abs=1e-9)
    assert abs(plan.gap) < 1e-6
    assert holds(rules, plan.ram, f, low, high, group)
    np.testing.assert_array_equal(plan.ewes_per_ram, np.bincount(plan.ram, minlength=n_rams))
    np.testing.assert_array_equal(plan.inbreeding, f[plan.ram, range(n_ewes)])


@given(seeds)
def test_one_ewe_per_ram_is_the_assignment_problem(seed):
    rng = np.random.default_rng(seed)
    index = rng.normal(size=(12, 12))
    plan = allocate_mates(index, np.zeros((12, 12)), MatingRules(ram_maximum=1))
    rows, columns = linear_sum_assignment(index, maximize=True)
    assert plan.value == pytest.approx(index[rows, columns].sum(), abs=1e-9)
    assert sorted(plan.ram) == list(range(12))
    assert abs(plan.gap) < 1e-8


@given(seeds)
def test_the_bound_holds_for_any_prices(seed):
    rng = np.random.default_rng(seed)
    worth, permitted = rng.normal(size=(4, 9)), np.ones((4, 9), dtype=bool)
    low, high = np.zeros(4, dtype=int), np.full(4, 3)
    plan = rng.permutation(np.repeat(np.arange(4), 3))[:9]
    bound = price_bound(worth, permitted, low, high, rng.normal(size=4))
    assert worth[plan, range(9)].sum() <= bound + 1e-12


def test_a_plan_from_a_pedigree_avoids_relatives():
    """Two rams, each with a daughter: the penalty keeps fathers and daughters apart."""
    pedigree = Pedigree([-1, -1, -1, -1, 0, 1], [-1, -1, -1, -1, 2, 3])
    ebv = np.array([4.0, 3.0, 0.0, 0.0, 2.0, 1.5])
    progeny = expected_progeny(Relationship(pedigree, pedigree.inbreeding()), ebv, 1.0, [0, 1], [4, 5])
    free = allocate_mates(progeny.ebv[:, :, 0], progeny.inbreeding)
    assert free.ram.tolist() == [0, 0]
    assert free.inbreeding.tolist() == [0.25, 0.0]
    wary = allocate_mates(progeny.ebv[:, :, 0], progeny.inbreeding, penalty=10.0)
    assert wary.ram.tolist() == [1, 0]
    limited = allocate_mates(progeny.ebv[:, :, 0], progeny.inbreeding, MatingRules(inbreeding_limit=0.0625))
    assert limited.ram.tolist() == [1, 0]


def refusal(rules, index=None):
    index = np.zeros((2, 3)) if index is None else index
    with pytest.raises(ModelError) as caught:
        allocate_mates(index, np.array([[0.0, 0.3, 0.0], [0.1, 0.3, 0.0]]), rules)
    assert caught.value.fix
    return caught.value


def test_an_ewe_without_a_ram_is_named_with_the_reasons():
    error = refusal(
        MatingRules(
            inbreeding_limit=0.2, ram_carries=[[True], [False]], ewe_carries=[[False], [True], [False]],
            is_allowed=[[True, True, True], [True, False, True]],
        )
    )  # fmt: skip
    assert (error.code, error.positions) == ("ewe_cannot_be_mated", (1,))
    for part in ("ewe 1", "2 would give lambs with an inbreeding above 0.2", "1 carry", "1 do not come to its flock"):
        assert part in str(error)


def test_ewes_that_keep_each_other_from_a_place_are_named():
    rules = MatingRules(ram_maximum=[1, 5], is_allowed=[[True, True, True], [False, False, True]])
    error = refusal(rules)
    assert (error.code, error.positions) == ("ewe_cannot_be_mated", (0, 1))
    assert "2 ewes have no rams but 0, with 1 places" in str(error)


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (MatingRules(ram_minimum=2), "ram_minimum"),
        (MatingRules(ram_minimum=[2, 0], is_allowed=[[True, False, False], [True, True, True]]), "ram_minimum"),
        (MatingRules(ram_minimum=1, ewe_group=[0, 0, 0], rams_per_group=1), "no_plan"),
        (MatingRules(ram_maximum=1.5), "shape"),
        (MatingRules(ram_maximum=[1, 2, 3]), "shape"),
        (MatingRules(ram_minimum=3, ram_maximum=2), "limits"),
        (MatingRules(rams_per_group=1), "shape"),
        (MatingRules(ram_carries=[[True], [True]]), "carriers"),
        (MatingRules(ram_carries=[[True], [True]], ewe_carries=[[True]]), "shape"),
        (MatingRules(is_allowed=[[True]]), "shape"),
        (MatingRules(is_allowed=[[1.0, 0.0, np.nan], [1.0, 1.0, 1.0]]), "flags"),
        (MatingRules(ram_carries=[[1], [0]], ewe_carries=[[0], [-1], [1]]), "flags"),
    ],
)
def test_refused_rules(rules, code):
    assert refusal(rules).code == code


def test_refused_values():
    assert refusal(None, np.zeros((3, 2))).code == "shape"
    assert refusal(None, np.full((2, 3), np.nan)).code == "not_finite"
