"""Optimal contributions beside the published case, scipy's SLSQP, and the conditions that every optimum fulfils."""

import numpy as np
import pytest
from bellwether_engine import ModelError, NotConverged, Pedigree, PedigreeError, Relationship
from bellwether_engine.selection import (
    Candidates,
    frontier,
    mating_numbers,
    minimum_coancestry,
    optimal_contributions,
)
from bellwether_engine.selection import contributions as module
from bellwether_engine.selection.certificate import Box, gain_bound
from bellwether_engine.selection.conic import ConicAnswer
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from ..twins import case, pedigree_of, random_pedigree, relationship

seeds = st.integers(0, 2**32 - 1)


def published():
    data = case("ocs_small")
    pedigree, _ = pedigree_of(data)
    sex = [s == "M" for s in data["parameters"]["sex"]]
    a = Relationship(pedigree, pedigree.inbreeding())
    return data, Candidates(a, np.arange(8), sex, data["parameters"]["ebv"])


def flock(seed, n=24, n_candidates=10):
    """Candidates of a random pedigree with limits, and their A by the tabular method."""
    rng = np.random.default_rng(seed)
    sire, dam = random_pedigree(rng, n)
    pedigree = Pedigree(sire, dam)
    animals = rng.choice(n, n_candidates, replace=False)
    is_male = np.arange(n_candidates) % 2 == 0
    maximum = np.where(is_male, 0.25, 0.2)
    minimum = np.where(np.arange(n_candidates) == 3, 0.02, 0.0)
    a = Relationship(pedigree, pedigree.inbreeding())
    candidates = Candidates(a, animals, is_male, 5.0 + rng.normal(size=n_candidates), minimum, maximum)
    return candidates, relationship(pedigree.sire, pedigree.dam, pedigree.order)[np.ix_(animals, animals)]


def by_slsqp(candidates, a, theta):
    """The same problem by sequential quadratic programming, from several starts: the largest gain."""
    sexes = np.array([candidates.is_male, ~candidates.is_male], dtype=float)
    rules = [
        {"type": "eq", "fun": lambda c: sexes @ c - 0.5, "jac": lambda c: sexes},
        {"type": "ineq", "fun": lambda c: 2.0 * theta - c @ a @ c, "jac": lambda c: -2.0 * a @ c},
    ]
    bounds = list(zip(candidates.minimum, candidates.maximum, strict=True))
    start = minimum_coancestry(candidates).contributions
    found = minimize(
        lambda c: -candidates.ebv @ c, start, jac=lambda c: -candidates.ebv, bounds=bounds, constraints=rules,
        method="SLSQP", options={"maxiter": 500, "ftol": 1e-14},
    )  # fmt: skip
    return found


@pytest.mark.reference("ocs_small")
@pytest.mark.parametrize("theta", ["0.3", "0.35", "0.45"])
def test_the_published_case(theta):
    data, candidates = published()
    expected = data["expected"]["solutions"][theta]
    found = optimal_contributions(candidates, float(theta))
    np.testing.assert_allclose(found.contributions, expected["contributions"], atol=data["tolerance"])
    assert found.gain == pytest.approx(expected["gain"], abs=1e-9)
    assert found.coancestry == pytest.approx(expected["coancestry"], abs=1e-9)
    assert abs(found.gap) < 1e-9


@pytest.mark.reference("ocs_small")
def test_the_published_smallest_coancestry():
    data, candidates = published()
    least = minimum_coancestry(candidates)
    assert least.coancestry == pytest.approx(data["expected"]["minimum_coancestry"], abs=1e-9)
    assert least.bound == pytest.approx(least.coancestry, abs=1e-8)
    with pytest.raises(ModelError, match=r"0\.161765") as caught:
        optimal_contributions(candidates, 0.16)
    assert caught.value.code == "coancestry_unreachable"


@given(seeds, st.floats(0.05, 0.95))
def test_an_optimum_is_feasible_and_no_other_solver_finds_more(seed, share):
    candidates, a = flock(seed)
    least = minimum_coancestry(candidates)
    greedy, _ = candidates.box.best(candidates.ebv)
    theta = least.coancestry + share * (max(0.5 * greedy @ a @ greedy, least.coancestry) - least.coancestry) + 1e-6
    found = optimal_contributions(candidates, theta)
    c = found.contributions
    assert c[candidates.is_male].sum() == pytest.approx(0.5, abs=1e-12)
    assert c[~candidates.is_male].sum() == pytest.approx(0.5, abs=1e-12)
    assert (c >= candidates.minimum - 1e-12).all()
    assert (c <= candidates.maximum + 1e-12).all()
    assert 0.5 * c @ a @ c == pytest.approx(found.coancestry, rel=1e-10)
    assert found.coancestry <= theta * (1.0 + 1e-8)
    assert abs(found.gap) < 1e-6
    twin = by_slsqp(candidates, a, theta)
    if twin.success and twin.x @ a @ twin.x <= 2.0 * theta * (1.0 + 1e-9):
        assert -twin.fun <= found.bound + 1e-7
        assert -twin.fun == pytest.approx(found.gain, abs=2e-4)


@given(seeds)
def test_the_prices_say_what_a_limit_is_worth(seed):
    candidates, _ = flock(seed)
    low, high = minimum_coancestry(candidates).coancestry, candidates.coancestry(candidates.box.best(candidates.ebv)[0])
    theta = 0.5 * (low + high)
    step = 1e-4 * (high - low) + 1e-9
    here = optimal_contributions(candidates, theta)
    above, below = (optimal_contributions(candidates, theta + s).gain for s in (step, -step))
    slope = (above - below) / (2.0 * step)
    assert here.coancestry_price == pytest.approx(slope, rel=0.05, abs=1e-3)
    free = (here.contributions > candidates.minimum + 1e-5) & (here.contributions < candidates.maximum - 1e-5)
    assert np.abs(here.limit_price[free]).max(initial=0.0) < 1e-3
    assert (here.limit_price[here.contributions > candidates.maximum - 1e-9] >= -1e-6).all()


@given(seeds)
def test_the_bound_holds_for_any_multipliers(seed):
    """Weak duality needs no optimum: random y, random contributions within the cone."""
    rng = np.random.default_rng(seed)
    candidates, a = flock(seed)
    root = np.linalg.cholesky(a + 1e-12 * np.eye(len(a)))
    c, _ = candidates.box.best(rng.normal(size=len(a)))
    y = rng.normal(size=len(a)) * rng.uniform(0.0, 3.0)
    radius = np.linalg.norm(root.T @ c)
    bound, _ = gain_bound(candidates.ebv, candidates.box, root @ y, np.linalg.norm(y), radius)
    assert candidates.ebv @ c <= bound + 1e-9


@given(seeds)
def test_the_greedy_choice_is_the_linear_program(seed):
    rng = np.random.default_rng(seed)
    is_male = np.arange(9) < 4
    box = Box(is_male, rng.uniform(0.0, 0.05, 9), rng.uniform(0.15, 0.4, 9))
    values = rng.normal(size=9)
    best, prices = box.best(values)
    sexes = np.array([is_male, ~is_male], dtype=float)
    twin = linprog(-values, A_eq=sexes, b_eq=[0.5, 0.5], bounds=list(zip(box.minimum, box.maximum, strict=True)))
    assert values @ best == pytest.approx(-twin.fun, abs=1e-12)
    np.testing.assert_allclose(prices, -twin.eqlin.marginals, atol=1e-9)
    np.testing.assert_allclose(sexes @ best, 0.5)


def test_a_wrong_answer_of_the_solver_is_not_given_back(monkeypatch):
    _, candidates = published()
    greedy, _ = candidates.box.best(candidates.ebv)
    wrong = np.concatenate([np.flip(greedy), np.zeros(8)])
    monkeypatch.setattr(module, "solve_conic", lambda problem: ConicAnswer(wrong, np.ones(8), "Solved"))
    with pytest.raises(NotConverged):
        optimal_contributions(candidates, 0.3)


def test_the_same_question_has_the_same_bits():
    one, two = (optimal_contributions(flock(5)[0], 0.2) for _ in range(2))
    np.testing.assert_array_equal(one.contributions, two.contributions)
    assert one.bound == two.bound


def test_only_ancestors_of_candidates_matter():
    _, candidates = published()
    pedigree = candidates.relationship.pedigree
    wide = Pedigree(np.append(pedigree.sire, np.full(50, 7)), np.append(pedigree.dam, np.full(50, 5)))
    more = Candidates(Relationship(wide, wide.inbreeding()), np.arange(8), candidates.is_male, candidates.ebv)
    assert more.block.part.pedigree.n_animals == 8
    assert optimal_contributions(more, 0.3).gain == pytest.approx(optimal_contributions(candidates, 0.3).gain)


@given(seeds)
def test_the_frontier_rises_and_bends(seed):
    found = frontier(flock(seed)[0], 5)
    assert (np.diff(found.gain) >= -1e-7).all()
    assert (np.diff(found.gain, 2) <= 1e-6).all()
    assert found.least.gain <= found.gain[0] + 1e-6
    assert found.points[-1].coancestry_price == 0.0


@given(seeds)
def test_whole_numbers_of_matings_near_the_optimum(seed):
    candidates, a = flock(seed)
    low, high = minimum_coancestry(candidates).coancestry, candidates.coancestry(candidates.box.best(candidates.ebv)[0])
    best = optimal_contributions(candidates, 0.3 * low + 0.7 * high + 1e-4)
    numbers = mating_numbers(candidates, best, 50)
    for sex in (candidates.is_male, ~candidates.is_male):
        assert numbers.matings[sex].sum() == 50
    assert (numbers.matings / 100 >= candidates.minimum - 1e-12).all()
    assert (numbers.matings / 100 <= candidates.maximum + 1e-12).all()
    assert numbers.coancestry == pytest.approx(0.5 * numbers.contributions @ a @ numbers.contributions, rel=1e-10)
    assert numbers.is_within_limit
    assert numbers.gain <= numbers.bound + 1e-6
    assert numbers.gain > best.gain - 0.05 * np.ptp(candidates.ebv)
    assert np.abs(numbers.matings - 100 * best.contributions).max() < 4.0


def every_plan(n, total):
    if n == 1:
        yield (total,)
        return
    for first in range(total + 1):
        for rest in every_plan(n - 1, total - first):
            yield (first, *rest)


@given(seeds)
def test_exact_whole_numbers_are_the_best_of_all_plans(seed):
    rng = np.random.default_rng(seed)
    pedigree = Pedigree(*random_pedigree(rng, 12))
    animals = rng.choice(12, 6, replace=False)
    candidates = Candidates(
        Relationship(pedigree, pedigree.inbreeding()), animals, np.arange(6) < 3, rng.normal(size=6)
    )
    low, high = minimum_coancestry(candidates).coancestry, candidates.coancestry(candidates.box.best(candidates.ebv)[0])
    theta = 0.6 * low + 0.4 * high + 1e-3
    plans = [np.array(m + f) / 8 for m in every_plan(3, 4) for f in every_plan(3, 4)]
    gains = [candidates.ebv @ c for c in plans if candidates.coancestry(c) <= theta * (1 + 1e-9)]
    found = mating_numbers(candidates, optimal_contributions(candidates, theta), 4, exact=True)
    assert found.is_within_limit == bool(gains)
    if gains:
        assert found.gain == pytest.approx(max(gains), abs=1e-7)
        assert found.bound == pytest.approx(found.gain, abs=1e-6)


def changed(**parts):
    _, good = published()
    given_parts = {"animals": good.animals, "is_male": good.is_male, "ebv": good.ebv} | parts
    return Candidates(good.relationship, **given_parts)


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"ebv": np.zeros(3)}, "shape"),
        ({"ebv": np.full(8, np.nan)}, "not_finite"),
        ({"minimum": 0.3, "maximum": 0.2}, "limits"),
        ({"maximum": 0.1}, "limits"),
        ({"is_male": np.ones(8, dtype=bool)}, "limits"),
        ({"is_male": [1, 2, 1, 2, 1, 2, 1, 2]}, "sex_code"),
        ({"is_male": [1, 0, 1, 0, 1, 0, 1, -1]}, "sex_code"),
        ({"animals": [0, 1, 2, 3, 4, 5, 6, 6]}, "repeated_animal"),
        ({"animals": [0, 1, 2, 3, 4, 5, 6, 9]}, "unknown_position"),
    ],
)
def test_refused_candidates(parts, code):
    with pytest.raises((ModelError, PedigreeError)) as caught:
        changed(**parts)
    assert caught.value.code == code
    assert caught.value.fix


def test_refused_questions():
    _, candidates = published()
    best = optimal_contributions(candidates, 0.3)
    for call, code in [
        (lambda: optimal_contributions(candidates, 0.0), "theta"),
        (lambda: frontier(candidates, 0), "n_points"),
        (lambda: mating_numbers(candidates, best, 0), "mating_numbers"),
        (lambda: mating_numbers(changed(maximum=0.2), best, 2), "mating_numbers"),
    ]:
        with pytest.raises(ModelError) as caught:
            call()
        assert caught.value.code == code


def with_groups(seed):
    """Candidates of a random pedigree of whom two overlapping groups may give a third together, and their A."""
    candidates, a = flock(seed)
    rng = np.random.default_rng(seed)
    group = np.zeros((2, 10), dtype=bool)
    for row in range(2):
        group[row, rng.choice(10, 4, replace=False)] = True
    parts = {name: getattr(candidates, name) for name in ("animals", "is_male", "ebv", "minimum", "maximum")}
    return Candidates(candidates.relationship, **parts, group=group, group_maximum=[0.35, 0.3]), a


@given(seeds)
def test_limits_of_groups_hold_and_none_does_better(seed):
    """Beside a linear program where coancestry does not bind, and a dense SLSQP where it does."""
    candidates, a = with_groups(seed)
    members, most = candidates.limits
    least = minimum_coancestry(candidates)
    assert (members @ least.contributions <= most + 1e-8).all()
    assert least.coancestry - least.bound <= 1e-6 * least.coancestry
    sexes = np.array([candidates.is_male, ~candidates.is_male], dtype=float)
    bounds = list(zip(candidates.minimum, candidates.maximum, strict=True))
    free = linprog(-candidates.ebv, A_eq=sexes, b_eq=[0.5, 0.5], A_ub=members, b_ub=most, bounds=bounds)
    loose = optimal_contributions(candidates, 10.0)
    assert loose.gain == pytest.approx(-free.fun, abs=1e-6)
    theta = least.coancestry + 0.3 * (loose.coancestry - least.coancestry)
    if theta <= least.coancestry * (1.0 + 1e-6):
        return
    best = optimal_contributions(candidates, theta)
    assert (members @ best.contributions <= most + 1e-8).all()
    assert best.gap < 1e-5
    rules = [
        {"type": "eq", "fun": lambda c: sexes @ c - 0.5},
        {"type": "ineq", "fun": lambda c: 2.0 * theta - c @ a @ c},
        {"type": "ineq", "fun": lambda c: most - members @ c},
    ]
    start = least.contributions
    found = minimize(
        lambda c: -candidates.ebv @ c, start, bounds=bounds, constraints=rules, method="SLSQP",
        options={"maxiter": 500, "ftol": 1e-13},
    )  # fmt: skip
    if found.success:
        assert best.gain >= -found.fun - 1e-5


def test_whole_matings_know_no_groups():
    candidates, _ = with_groups(1)
    with pytest.raises(ModelError) as caught:
        mating_numbers(candidates, optimal_contributions(candidates, 10.0), 20)
    assert caught.value.code == "not_available"
