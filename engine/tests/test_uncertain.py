"""Sires known by probabilities: beside all pedigrees that are possible, a dense matrix, and a published inverse."""

from itertools import product

import numpy as np
import pytest
from bellwether_engine import (
    Effect,
    EngineError,
    Model,
    Options,
    Pedigree,
    Records,
    Relationship,
    UncertainPedigree,
    Variances,
    fit,
)
from hypothesis import given
from hypothesis import strategies as st

from .twins import blup, case, incidence, pedigree_of, permute, relationship

seeds = st.integers(0, 2**32 - 1)


def random_uncertain(rng, n, share=0.4, most=3, whole=True):
    """A pedigree in a random order in which some sires are one of a few; the rest may be nobody of them."""
    sire, dam, rows = np.full(n, -1), np.full(n, -1), []
    for i in range(2, n):
        males, females = np.arange(0, i, 2), np.arange(1, i, 2)
        dam[i] = rng.choice(females) if rng.random() < 0.8 else -1
        if rng.random() < share:
            some = rng.choice(males, min(len(males), int(rng.integers(1, most + 1))), replace=False)
            p = rng.random(len(some)) + 0.1
            p = p / p.sum() * (1.0 if whole or rng.random() < 0.5 else 0.8)
            rows += zip([i] * len(some), some, p, strict=True)
        elif rng.random() < 0.8:
            sire[i] = rng.choice(males)
    new = rng.permutation(n)
    sire, dam = permute(sire, dam, new)
    animal, candidate = (np.array([new[row[k]] for row in rows], dtype=int) for k in (0, 1))
    return UncertainPedigree(sire, dam, None, animal, candidate, np.array([row[2] for row in rows], dtype=float))


def average(pedigree):
    """Average A by the tabular method (Henderson 1988)."""
    n = pedigree.n_animals
    w = np.zeros((n, n))
    w[pedigree.animal, pedigree.candidate] = pedigree.probability
    known = np.flatnonzero(pedigree.sire >= 0)
    w[known, pedigree.sire[known]] = 1.0
    a = np.zeros((n, n))
    for i in pedigree.order:
        d = pedigree.dam[i]
        row = 0.5 * (w[i] @ a + (a[d] if d >= 0 else 0.0))
        own = 1.0 + (0.5 * w[i] @ a[d] if d >= 0 else 0.0)
        a[i] = a[:, i] = row
        a[i, i] = own
    return a


@given(seeds, st.integers(1, 30))
def test_inbreeding_and_inverse_are_those_of_the_average(seed, n):
    pedigree = random_uncertain(np.random.default_rng(seed), n, whole=False)
    a, f = average(pedigree), pedigree.inbreeding()
    np.testing.assert_allclose(f, np.diag(a) - 1.0, atol=1e-12)
    np.testing.assert_allclose(pedigree.a_inverse(f).toarray() @ a, np.eye(n), atol=1e-9)


@given(seeds, st.integers(4, 9))
def test_the_average_is_that_of_all_possible_pedigrees(seed, n):
    pedigree = random_uncertain(np.random.default_rng(seed), n, most=2)
    choices = {i: np.flatnonzero(pedigree.animal == i) for i in np.unique(pedigree.animal)}
    total = np.zeros((n, n))
    for chosen in product(*choices.values()):
        sire = pedigree.sire.copy()
        sire[list(choices)] = pedigree.candidate[list(chosen)]
        share = pedigree.probability[list(chosen)].prod()
        total += share * relationship(sire, pedigree.dam, pedigree.order)
    inverse = pedigree.a_inverse(pedigree.inbreeding()).toarray()
    np.testing.assert_allclose(inverse, np.linalg.inv(total), atol=1e-8)


@pytest.mark.reference("inbreeding_fg90", "inbreeding_mrode2")
@pytest.mark.parametrize("name", ["inbreeding_mrode2", "inbreeding_fg90"])
def test_certain_candidates_are_sires(name):
    data = case(name)
    certain, _ = pedigree_of(data)
    animal = np.flatnonzero(certain.sire >= 0)
    sire = np.full(certain.n_animals, -1)
    pedigree = UncertainPedigree(sire, certain.dam, None, animal, certain.sire[animal], np.ones(len(animal)))
    f = pedigree.inbreeding()
    np.testing.assert_allclose(pedigree.a_inverse(f).toarray(), data["expected"]["Ainv"], atol=1e-10)
    np.testing.assert_array_equal(pedigree.is_founder, certain.is_founder)


def test_without_inbreeding_candidates_count_as_unrelated():
    """Henderson 1988: with k rams alike and the dam known d is 3/4 - 1/(4 k)."""
    sire, dam = [-1] * 6, [-1] * 5 + [4]
    pedigree = UncertainPedigree(sire, dam, None, [5] * 4, [0, 1, 2, 3], [0.25] * 4)
    assert pedigree.mendelian_variance()[5] == pytest.approx(0.75 - 1.0 / 16.0)
    assert pedigree.mendelian_variance(pedigree.inbreeding())[5] == pytest.approx(0.75 - 1.0 / 16.0)


@given(seeds, st.integers(6, 20), st.sampled_from(["direct", "pcg"]))
def test_a_fit_is_blup_with_the_average(seed, n, solver):
    rng = np.random.default_rng(seed)
    pedigree = random_uncertain(rng, n)
    y, herd = rng.normal(size=n), np.arange(n) % 2
    effects = (Effect("herd", "fixed"), Effect("animal", "additive"))
    exact = "exact" if solver == "direct" else "none"
    options = Options(solver=solver, reliability=exact, tolerance=1e-9)
    model = Model(("y",), effects, Variances(2.0, additive=1.0), options)
    found = fit(model, Records(np.arange(n), y, {"herd": herd}), pedigree)
    _, u, pev = blup(y, incidence(herd, 2), [(np.eye(n), average(pedigree))], 2.0 * np.eye(n))
    np.testing.assert_allclose(found.ebv[:, 0], u[0], atol=1e-6)
    if exact == "exact":
        np.testing.assert_allclose(found.reliability[:, 0], 1.0 - pev[0] / np.diag(average(pedigree)), atol=1e-8)


def test_what_is_not_certain_is_taken_by_fit_alone():
    pedigree = UncertainPedigree([-1] * 4, [-1, -1, -1, 2], None, [3, 3], [0, 1], [0.5, 0.5])
    records, effects = Records([3, 2], [1.0, 2.0]), (Effect("animal", "additive"),)
    for options in (Options(reliability="approximate"), Options(estimate="mc-reml")):
        with pytest.raises(EngineError) as caught:
            fit(Model(("y",), effects, Variances(2.0, additive=1.0), options), records, pedigree)
        assert caught.value.code == "not_available"
    with pytest.raises(EngineError) as caught:
        Relationship(pedigree, pedigree.inbreeding())
    assert caught.value.code == "wrong_type"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"animal": [3], "candidate": [0], "probability": [1.0], "sire": [-1, -1, -1, 0]}, "known_sire"),
        ({"animal": [3, 3], "candidate": [0, 0], "probability": [0.5, 0.5]}, "repeated_candidate"),
        ({"animal": [3, 3], "candidate": [0, 1], "probability": [0.5, 0.6]}, "probabilities"),
        ({"animal": [3], "candidate": [0], "probability": [0.0]}, "probabilities"),
        ({"animal": [3], "candidate": [2], "probability": [1.0]}, "sire_is_dam"),
        ({"animal": [3], "candidate": [0, 1], "probability": [1.0]}, "shape"),
        ({"animal": [0], "candidate": [0], "probability": [1.0]}, "pedigree_loop"),
    ],
)
def test_candidates_that_make_no_sense_are_refused(change, code):
    with pytest.raises(EngineError) as caught:
        _ = UncertainPedigree(**({"sire": [-1] * 4, "dam": [-1, -1, -1, 2]} | change)).order
    assert caught.value.code == code


def test_too_many_candidates_are_refused():
    with pytest.raises(EngineError) as caught:
        UncertainPedigree([-1] * 12, [-1] * 12, None, [11] * 11, range(11), [1.0 / 11.0] * 11)
    assert caught.value.code == "too_many_candidates"


def test_the_order_of_rows_gives_one_syndicate():
    pedigree = UncertainPedigree([-1] * 5, [-1] * 5, None, [3, 3, 4, 4], [0, 1, 1, 0], [0.75, 0.25, 0.25, 0.75])
    assert pedigree.sides.n_sides == 2
    assert isinstance(pedigree, Pedigree)
