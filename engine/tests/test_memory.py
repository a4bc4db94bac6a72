"""Stated memory bounds what is allocated; known inbreeding and an earlier solution change nothing but the work."""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from bellwether_engine import Effect, Model, ModelError, Options, Pedigree, Records, Variances, estimate_memory, fit

from .test_scale import EFFECTS, VARIANCES, flock

PCG = Options(solver="pcg", reliability="none", threads=2)
MATERNAL = (*EFFECTS, Effect("dam", "maternal", traits=("a",)), Effect("dam", "permanent_dam", traits=("a",)))
WITH_DAM = replace(
    VARIANCES, additive=None, permanent_dam=np.array([[0.4]]),
    additive_maternal=np.array([[2.0, 0.5, -0.2], [0.5, 1.0, 0.0], [-0.2, 0.0, 0.6]]),
)  # fmt: skip


def model_of(traits, options=PCG, maternal=False):
    variances = WITH_DAM if maternal else VARIANCES
    if traits == ("a",):
        variances = Variances(3.0, additive=2.0, random={"litter": 0.5})
    return Model(traits, MATERNAL if maternal else EFFECTS, variances, options)


def records_of(records, traits):
    return records if len(traits) == 2 else replace(records, values=np.nan_to_num(records.values[:, :1]))


@pytest.mark.parametrize(
    ("n", "traits", "maternal"), [(40_000, ("a",), False), (40_000, ("a", "b"), False), (20_000, ("a", "b"), True)]
)
def test_stated_memory_bounds_the_allocations(n, traits, maternal):
    pedigree, records = flock(n)
    model, records = model_of(traits, maternal=maternal), records_of(records, traits)
    stated = estimate_memory(model, records, pedigree)
    fit(model, records, pedigree)  # what is compiled and loaded is not part of it
    tracemalloc.start()
    fit(model, records, pedigree)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < stated.peak - stated.inputs
    assert stated.peak - stated.inputs < 4 * peak


def test_an_evaluation_above_the_limit_is_refused():
    pedigree, records = flock(20_000)
    model = model_of(("a", "b"), replace(PCG, memory_limit_gib=0.01))
    with pytest.raises(ModelError) as caught:
        fit(model, records, pedigree)
    assert (caught.value.code, caught.value.place) == ("memory", "options.memory_limit_gib")
    assert fit(replace(model, options=replace(PCG, memory_limit_gib=8.0)), records, pedigree).convergence.converged


def test_known_inbreeding_gives_the_same_bits():
    pedigree, records = flock(2_000)
    model = model_of(("a", "b"))
    expected = fit(model, records, pedigree)
    found = fit(model, records, pedigree, inbreeding=pedigree.inbreeding())
    np.testing.assert_array_equal(found.ebv, expected.ebv)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [([0.0, 0.0], "shape"), ([0.1, 0.0, 0.0], "inbreeding"), ([0.0, 0.0, np.nan], "inbreeding"),
     ([0.0, 0.0, -0.2], "inbreeding"), ([0.0, 0.0, 1.5], "inbreeding")],
)  # fmt: skip
def test_inbreeding_of_another_pedigree_is_refused(wrong, code):
    model = Model(("a",), (Effect("animal", "additive"),), Variances(1.0, additive=1.0))
    with pytest.raises(ModelError) as caught:
        fit(model, Records([2], [1.0]), Pedigree([-1, -1, 0], [-1, -1, 1]), inbreeding=np.array(wrong))
    assert caught.value.code == code


def test_an_earlier_solution_is_a_better_start():
    pedigree, records = flock(3_000)
    model = model_of(("a", "b"), maternal=True)
    first = fit(model, records, pedigree)
    again = fit(model, records, pedigree, start=first)
    assert again.convergence.iterations <= 0.5 * first.convergence.iterations
    np.testing.assert_allclose(again.ebv, first.ebv, atol=1e-5)
    more = Pedigree(np.append(pedigree.sire, [0, 2]), np.append(pedigree.dam, [1, -1]))
    grown = fit(model, records, more, start=first)
    np.testing.assert_allclose(grown.ebv, fit(model, records, more).ebv, atol=1e-5)


def test_a_solution_of_other_effects_is_no_start():
    pedigree, records = flock(600)
    first = fit(model_of(("a", "b"), maternal=True), records, pedigree)
    with pytest.raises(ModelError) as caught:
        fit(model_of(("a", "b")), records, pedigree, start=first)
    assert caught.value.code == "start"


def test_a_solution_with_missing_numbers_is_no_start():
    pedigree, records = flock(200)
    first = fit(model_of(("a", "b")), records, pedigree)
    broken = replace(first, ebv=np.full_like(first.ebv, np.nan))
    with pytest.raises(ModelError) as caught:
        fit(model_of(("a", "b")), records, pedigree, start=broken)
    assert (caught.value.code, caught.value.place) == ("start", "start")
