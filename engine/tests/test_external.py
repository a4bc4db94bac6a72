"""Breeding values of others as records: published values come out again, and nothing counts twice."""

import numpy as np
import pytest
from bellwether_engine import Pedigree
from bellwether_engine.errors import ModelError
from bellwether_engine.external.deregress import PseudoRecords, _find_precisions, deregress
from scipy.sparse import csc_array

# Mrode and Pocrnic 2023, example 4.1: animals 1 to 8, breeding values and reliabilities as printed
SIRE = np.array([-1, -1, -1, 0, 2, 0, 3, 2])
DAM = np.array([-1, -1, -1, -1, 1, 1, 4, 5])
EBV = np.array([0.098, -0.019, -0.041, -0.009, -0.186, 0.177, -0.249, 0.183])
RELIABILITY = np.array([0.058, 0.016, 0.088, 0.144, 0.144, 0.116, 0.116, 0.156])


def solve(sire, dam, additive, animal, trait, found):
    """Breeding values and reliabilities of pseudo-records alone, densely."""
    a = Pedigree(sire, dam).a_inverse(Pedigree(sire, dam).inbreeding()).toarray()
    c = np.kron(np.linalg.inv(additive), a)
    at = np.asarray(trait) * len(sire) + np.asarray(animal)
    c[at, at] += found.precision
    right = np.zeros(len(c))
    right[at] = found.precision * np.nan_to_num(found.value)
    inverse = np.linalg.inv(c)
    prior = np.kron(additive, np.linalg.inv(a)).diagonal()
    return (inverse @ right)[at], 1.0 - inverse.diagonal()[at] / prior[at]


def test_published_values_and_reliabilities_come_out_again():
    animal, trait = np.arange(8), np.zeros(8, dtype=int)
    found = deregress(Pedigree(SIRE, DAM), [[20.0]], animal, trait, EBV, RELIABILITY)
    value, reliability = solve(SIRE, DAM, np.array([[20.0]]), animal, trait, found)
    is_record = found.precision > 0
    np.testing.assert_allclose(reliability[is_record], RELIABILITY[is_record], atol=1e-8)
    np.testing.assert_allclose(value[is_record], EBV[is_record], atol=1e-8)
    assert is_record[3:].all()
    # animals 1 and 2 have no record in the book: of them the others say as much, or more
    assert np.all(reliability[~is_record] >= RELIABILITY[~is_record])
    np.testing.assert_allclose(value[~is_record], EBV[~is_record], atol=0.03)


def garrick(h2, sire, dam, animal):
    """Garrick, Taylor and Fernando 2009, equations 6 to 9: value and reliability of each of the three."""
    ratio = (1 - h2) / h2
    average, of_average = (sire[0] + dam[0]) / 2, (sire[1] + dam[1]) / 4
    alpha, delta = 1 / (0.5 - of_average), (0.5 - of_average) / (1 - animal[1])
    parents = ratio * (0.5 * alpha - 4) + 0.5 * ratio * np.sqrt(alpha**2 + 16 / delta)
    own = delta * parents + 2 * ratio * (2 * delta - 1)
    return (-2 * ratio * average + (own + 2 * ratio) * animal[0]) / own, own / ratio, parents / ratio


@pytest.mark.parametrize("of", [((10.0, 0.97), (2.0, 0.36), (15.0, 0.68)), ((1.5, 0.5), (-2.0, 0.2), (0.4, 0.3))])
def test_of_parents_and_one_animal_it_is_the_published_formula(of):
    value, own, parents = garrick(0.25, *of)
    prior = csc_array(np.array([[4.0, -2.0], [-2.0, 2.0]]))
    (sire, dam, animal) = of
    pev = np.array([0.5 - (sire[1] + dam[1]) / 4, 1 - animal[1]])
    precision = _find_precisions(prior, np.array([0, 1]), pev)
    np.testing.assert_allclose(precision, [parents, own], rtol=1e-6)
    u = np.array([(sire[0] + dam[0]) / 2, animal[0]])
    right = prior @ u + precision * u
    np.testing.assert_allclose(right[1] / precision[1], value, rtol=1e-6)


def flock(rng, n=60):
    sire, dam = np.full(n, -1), np.full(n, -1)
    for i in range(12, n):
        sire[i], dam[i] = 2 * rng.integers(0, i // 2), 2 * rng.integers(0, i // 2) + 1
    return sire, dam


def test_what_records_say_of_related_animals_in_two_traits_is_found_again():
    """Values of an evaluation of records with known precisions: their pseudo-records have these very precisions."""
    rng = np.random.default_rng(5)
    sire, dam = flock(rng)
    additive = np.array([[5.5, 6.0], [6.0, 15.75]])
    animal, trait = np.repeat(np.arange(60), 2), np.tile([0, 1], 60)
    told = PseudoRecords(rng.normal(0, 4, 120), rng.uniform(0.02, 0.6, 120))
    value, reliability = solve(sire, dam, additive, animal, trait, told)
    found = deregress(Pedigree(sire, dam), additive, animal, trait, value, reliability)
    np.testing.assert_allclose(found.precision, told.precision, rtol=1e-4)
    np.testing.assert_allclose(found.value, told.value, rtol=1e-3, atol=1e-3)
    rest = found.without(told)
    assert np.all((rest.precision < 1e-3) | np.isnan(rest.value))


def test_an_unknown_base_shifts_the_records_and_nothing_else():
    rng = np.random.default_rng(6)
    sire, dam = flock(rng, 40)
    animal, trait = np.arange(20, 40), np.zeros(20, dtype=int)
    value, reliability = rng.normal(0, 2, 20), np.full(20, 0.5)
    given = Pedigree(sire, dam), [[20.0]], animal, trait
    first, second = (deregress(*given, value + base, reliability, base="estimated") for base in (0.0, 7.5))
    np.testing.assert_allclose(second.precision, first.precision, rtol=1e-9)
    np.testing.assert_allclose(second.value, first.value + 7.5, rtol=1e-9)
    # with a mean of their own the records give the values again, but for the base
    a = Pedigree(sire, dam).a_inverse(Pedigree(sire, dam).inbreeding()).toarray() / 20.0
    a[animal, animal] += first.precision
    x = np.zeros(40)
    x[animal] = first.precision
    c = np.block([[np.array([[first.precision.sum()]]), x[None]], [x[:, None], a]])
    right = np.zeros(41)
    right[0] = (first.precision * first.value).sum()
    right[1 + animal] = first.precision * first.value
    found = np.linalg.solve(c, right)[1 + animal]
    np.testing.assert_allclose(found - found.mean(), value - value.mean(), atol=1e-6)


def test_own_information_is_taken_out():
    whole = PseudoRecords(np.array([2.0, 1.0, np.nan]), np.array([3.0, 1.0, 0.0]))
    own = PseudoRecords(np.array([4.0, 1.0, np.nan]), np.array([1.0, 1.0, 0.0]))
    rest = whole.without(own)
    np.testing.assert_allclose(rest.precision, [2.0, 0.0, 0.0])
    np.testing.assert_allclose(rest.value, [1.0, np.nan, np.nan])


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reliability": [0.5, 1.0]}, "certain_value"),
        ({"animal": [0, 0]}, "repeated_value"),
        ({"animal": [0, 9]}, "unknown_position"),
        ({"trait": [0, 1]}, "unknown_position"),
    ],
)
def test_what_cannot_be_taken_apart_is_refused(changed, code):
    right = {"animal": [0, 1], "trait": [0, 0], "value": [1.0, 2.0], "reliability": [0.5, 0.5]} | changed
    with pytest.raises(ModelError) as caught:
        deregress(Pedigree([-1, -1], [-1, -1]), [[20.0]], **right)
    assert caught.value.code == code
