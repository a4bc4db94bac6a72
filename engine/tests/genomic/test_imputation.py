"""Peeling against the enumeration of all genotypes, and hidden calls against plain counts."""

from itertools import product

import numpy as np
import pytest
from bellwether_engine import Genotypes, ModelError, Pedigree, PedigreeError
from bellwether_engine.genotypes import pack
from bellwether_engine.imputation import hide_calls, imputation_accuracy, impute
from hypothesis import given
from hypothesis import strategies as st


def lamb(a, b):
    x, y = a / 2, b / 2
    return np.array([(1 - x) * (1 - y), x * (1 - y) + y * (1 - x), x * y])


def enumerated(sire, dam, calls, p, e):
    """P(genotype) of each animal: the sum over all genotypes of all animals, unknown parents drawn from the base."""
    n = len(sire)
    prior = np.array([(1 - p) ** 2, 2 * p * (1 - p), p * p])
    offspring = np.array([[lamb(a, b) for b in range(3)] for a in range(3)])
    known = {2: offspring, 1: np.einsum("abg,b->ag", offspring, prior), 0: prior}
    genotypes = np.array(list(product(range(3), repeat=n)))
    chance = np.ones(len(genotypes))
    for i in range(n):
        parents = [q for q in (sire[i], dam[i]) if q >= 0]
        chance *= known[len(parents)][(*(genotypes[:, q] for q in parents), genotypes[:, i])]
        if calls[i] != 3:
            chance *= np.where(genotypes[:, i] == calls[i], 1 - e, e / 2)
    total = np.array([[chance[genotypes[:, i] == g].sum() for g in range(3)] for i in range(n)])
    return total / total.sum(axis=1, keepdims=True)


PEDIGREES = {
    "trio": ([-1, -1, 0], [-1, -1, 1]),
    "full sibs": ([-1, -1, 0, 0, 0], [-1, -1, 1, 1, 1]),
    "half sibs": ([-1, -1, -1, 0, 0], [-1, -1, -1, 1, 2]),
    "three generations": ([-1, -1, 0, -1, 2, 2], [-1, -1, 1, -1, 3, 3]),
    "unknown mates": ([-1, 0, 0, -1], [-1, -1, -1, 2]),
    "grandparents on both sides": ([-1, -1, -1, -1, 0, 2, 4], [-1, -1, -1, -1, 1, 3, 5]),
}


@pytest.mark.parametrize(("sire", "dam"), PEDIGREES.values(), ids=PEDIGREES)
@given(seed=st.integers(0, 2**32 - 1))
def test_peeling_is_exact_without_loops(sire, dam, seed):
    rng = np.random.default_rng(seed)
    n, p, e = len(sire), rng.uniform(0.05, 0.95), 10 ** rng.uniform(-6, -1)
    calls = rng.integers(0, 4, n)
    order = rng.permutation(n)
    place = np.append(np.argsort(order), -1)
    shuffled = Pedigree(place[np.array(sire)[order]], place[np.array(dam)[order]])
    genotyped = np.flatnonzero(calls[order] != 3)
    if not len(genotyped):
        genotyped = np.arange(1)
    packed = pack(calls[order][genotyped][:, None])
    found = impute(Genotypes(packed, genotyped), shuffled, frequency=np.array([p]), error_rate=e)
    expected = enumerated(sire, dam, calls, p, e)[order]
    np.testing.assert_allclose(found.dosage[:, 0], expected @ [0, 1, 2], atol=1e-4)
    np.testing.assert_allclose(found.certainty[:, 0], expected.max(axis=1), atol=1e-4)
    assert len(found.unconverged) == 0


def test_an_inbred_pedigree_is_close():
    """A sire on his own daughter: a loop, where the rounds only approximate."""
    sire, dam = [-1, -1, 0, 0], [-1, -1, 1, 2]
    for calls in ([2, 0, 3, 3], [3, 3, 1, 2], [1, 3, 3, 2]):
        packed = pack(np.array(calls)[:, None])
        found = impute(Genotypes(packed, range(4)), Pedigree(sire, dam), frequency=np.array([0.4]))
        np.testing.assert_allclose(found.dosage[:, 0], enumerated(sire, dam, calls, 0.4, 0.01) @ [0, 1, 2], atol=0.1)


def test_a_ram_of_many_families():
    """Two thousand offspring: nothing under- or overflows, and they say what their sire is."""
    n = 2002
    sire = np.r_[-1, np.full(n - 1, 0)]
    rng = np.random.default_rng(3)
    calls = np.array([rng.choice(3, n, p=lamb(g, 0.8)) for g in range(3)]).T
    calls[0] = 3
    found = impute(Genotypes(pack(calls), range(n)), Pedigree(sire, np.full(n, -1)), frequency=np.full(3, 0.4))
    assert found.best[0].tolist() == [0, 1, 2]
    assert (found.certainty[0] > 0.999).all()


def test_a_wrong_call_is_corrected():
    calls = np.array([0, 0, *[0] * 6, 2])
    pedigree = Pedigree([-1, -1, *[0] * 7], [-1, -1, *[1] * 7])
    found = impute(Genotypes(pack(calls[:, None]), range(9)), pedigree, frequency=np.array([0.3]))
    assert found.best[8, 0] == 0
    assert (found.packed(1.0).unpack() == 3).all()


def family(seed=5, n_markers=60, n=40):
    rng = np.random.default_rng(seed)
    p = rng.uniform(0.02, 0.98, n_markers)
    haplotypes, sire, dam = [], np.full(n, -1), np.full(n, -1)
    for i in range(n):
        if i < 8:
            haplotypes.append(rng.random((2, n_markers)) < p)
        else:
            sire[i], dam[i] = 2 * rng.integers(0, i // 2), 2 * rng.integers(0, i // 2) + 1
            pick = rng.integers(0, 2, (2, n_markers))
            gametes = [haplotypes[q][pick[k], np.arange(n_markers)] for k, q in enumerate((sire[i], dam[i]))]
            haplotypes.append(np.array(gametes))
    codes = np.array([pair.sum(axis=0) for pair in haplotypes]).astype(np.uint8)
    codes[rng.random(codes.shape) < 0.03] = 3
    return codes, Pedigree(sire, dam)


def plain(true, dosage, best, common):
    """Of one group."""
    if len(true) == 0:
        return [0, np.nan, np.nan, np.nan]
    varies = np.ptp(true) > 1e-6 and np.ptp(dosage) > 1e-4
    return [len(true), best.mean(), common.mean(), np.corrcoef(true, dosage)[0, 1] if varies else np.nan]


def test_accuracy_by_plain_counts():
    codes, pedigree = family()
    packed = pack(codes)
    hidden = hide_calls(packed, 0.3, seed=2)
    assert not hidden[codes == 3].any()
    assert 0.25 < hidden[codes != 3].mean() < 0.35
    found = imputation_accuracy(Genotypes(packed, range(40)), pedigree, hidden)
    left = np.where(hidden, 3, codes)
    imputed = impute(Genotypes(pack(left), range(40)), pedigree)
    calls = np.ma.masked_equal(left, 3)
    mean = calls.mean(axis=0).filled(1.0)
    common = np.array([[(column == g).sum() for g in range(3)] for column in left.T]).argmax(axis=1)
    frequency = np.ma.masked_equal(codes, 3).mean(axis=0).filled(1.0) / 2
    maf = np.minimum(frequency, 1 - frequency)
    edges = [(-1, 0.01), (0.01, 0.05), (0.05, 0.1), (0.1, 0.2), (0.2, 0.3), (0.3, 0.4), (0.4, 1)]
    groups = {
        "overall": [np.ones_like(hidden)],
        "by_marker": [np.arange(60)[None, :] == j for j in range(60)],
        "by_animal": [np.arange(40)[:, None] == i for i in range(40)],
        "by_maf": [((maf > low) & (maf <= high))[None, :] for low, high in edges],
    }
    for name, masks in groups.items():
        accuracy = getattr(found, name)
        for k, mask in enumerate(masks):
            use = hidden & mask
            expected = plain(
                (codes - mean)[use], (imputed.dosage - mean)[use], (imputed.best == codes)[use], (common == codes)[use]
            )
            got = [part[k] for part in (accuracy.n, accuracy.concordance, accuracy.by_frequency, accuracy.correlation)]
            np.testing.assert_allclose(got, expected, atol=1e-6)
    assert found.overall.concordance[0] > found.overall.by_frequency[0] + 0.05


def test_the_same_for_any_split_of_the_work(monkeypatch):
    codes, pedigree = family()
    first = impute(Genotypes(pack(codes), range(40)), pedigree)
    monkeypatch.setattr("bellwether_engine.imputation.imputation.MARKERS", 7)
    second = impute(Genotypes(pack(codes), range(40)), pedigree)
    np.testing.assert_array_equal(first.dosage, second.dosage)


def test_refused():
    genotypes, pedigree = Genotypes(pack([[0, 1], [2, 3]]), [0, 1]), Pedigree([-1, -1], [-1, -1])
    refusals = {
        "bad_option": lambda: impute(genotypes, pedigree, error_rate=0.0),
        "frequency": lambda: impute(genotypes, pedigree, frequency=np.array([0.0, 0.5])),
        "unknown_animal": lambda: impute(Genotypes(pack([[0]]), [2]), pedigree),
        "shape": lambda: imputation_accuracy(genotypes, pedigree, np.ones((1, 2), bool)),
        "nothing_hidden": lambda: imputation_accuracy(genotypes, pedigree, np.zeros((2, 2), bool)),
    }
    for code, call in refusals.items():
        with pytest.raises(ModelError) as refusal:
            call()
        assert refusal.value.code == code
    with pytest.raises(ModelError):
        hide_calls(genotypes.packed, 1.5, seed=1)
    with pytest.raises(PedigreeError):
        impute(genotypes, Pedigree([1, 0], [-1, -1]))
