"""Where genes come from: kinship, partial inbreeding and ancestors, beside dense matrices, recursion and published
numbers."""

import numpy as np
import pytest
from bellwether_engine import Groups, ModelError, Pedigree, Relationship
from bellwether_engine.populations.ancestors import effective_ancestors
from bellwether_engine.populations.kinship import mean_kinship
from bellwether_engine.populations.partial_inbreeding import partial_inbreeding
from bellwether_engine.populations.pedigree_depth import effective_founders, genetic_contributions
from hypothesis import given
from hypothesis import strategies as st

from .twins import random_pedigree, relationship

seeds = st.integers(0, 2**32 - 1)

#: Lacy 1989, Zoo Biol 8:111, figure 1: A, B and E are founders of C, D, F and G
LACY = Pedigree(sire=[-1, -1, 0, 0, -1, 3, 3], dam=[-1, -1, 1, 1, -1, 4, 4])
#: Boichard, Maignel and Verrier 1997, GSE 29:5: four founders, one couple, eight lambs
BOICHARD = Pedigree(sire=[-1] * 4 + [0, 2] + [4] * 8, dam=[-1] * 4 + [1, 3] + [5] * 8)


def partial_kinship(pedigree, founder):
    """Kinship through one founder by the tabular method (Gulisija and Crow 2007)."""
    n = pedigree.n_animals
    k, share, done = np.zeros((n, n)), np.zeros(n), []
    for i in pedigree.order:
        parents = [] if i == founder else [p for p in (pedigree.sire[i], pedigree.dam[i]) if p >= 0]
        share[i] = 1.0 if i == founder else 0.5 * sum(share[p] for p in parents)
        for j in done:
            k[i, j] = k[j, i] = 0.5 * sum(k[j, p] for p in parents)
        k[i, i] = 0.5 * (share[i] + (k[parents[0], parents[1]] if len(parents) == 2 else 0.0))
        done.append(i)
    return k


@given(seeds, st.integers(2, 25))
def test_partial_inbreeding_is_the_partial_kinship_of_the_parents(seed, n):
    rng = np.random.default_rng(seed)
    pedigree = Pedigree(*random_pedigree(rng, n, p_unknown=0.1))
    animals = rng.permutation(n)[: max(1, n // 2)]
    found = partial_inbreeding(pedigree, animals, np.arange(n))
    for ancestor in range(n):
        k = partial_kinship(pedigree, ancestor)
        for row, i in enumerate(animals):
            both = pedigree.sire[i] >= 0 and pedigree.dam[i] >= 0 and i != ancestor
            expected = k[pedigree.sire[i], pedigree.dam[i]] if both else 0.0
            assert found[row, ancestor] == pytest.approx(expected, abs=1e-12)


@given(seeds, st.integers(2, 30))
def test_the_parts_of_all_founders_sum_to_inbreeding(seed, n):
    rng = np.random.default_rng(seed)
    sire, dam = random_pedigree(rng, n, p_unknown=0.0)
    pedigree = Pedigree(sire, dam)
    founders = np.flatnonzero(sire < 0)
    parts = partial_inbreeding(pedigree, np.arange(n), founders)
    np.testing.assert_allclose(parts.sum(axis=1), pedigree.inbreeding(), atol=1e-12)


@given(seeds, st.integers(2, 30))
def test_mean_kinship_is_the_mean_of_half_the_relationships(seed, n):
    rng = np.random.default_rng(seed)
    pedigree = Pedigree(*random_pedigree(rng, n))
    operator, a = Relationship(pedigree, pedigree.inbreeding()), relationship(*_of(pedigree))
    first, second = rng.integers(0, n, 3), rng.integers(0, n, 4)
    assert mean_kinship(operator, first, second) == pytest.approx(a[np.ix_(first, second)].mean() / 2, abs=1e-12)
    assert mean_kinship(operator, first) == pytest.approx(a[np.ix_(first, first)].mean() / 2, abs=1e-12)


def _of(pedigree):
    return pedigree.sire, pedigree.dam, pedigree.order


def boichard(pedigree, cohort):
    """Marginal contributions by matrices: genes flow through T with the rows of the chosen cut off."""
    n = pedigree.n_animals
    sire, dam = list(pedigree.sire), list(pedigree.dam)
    for side in (sire, dam):
        for i in range(n):
            if side[i] < 0 and (pedigree.sire[i] >= 0 or pedigree.dam[i] >= 0):
                side[i] = len(sire)
                sire.append(-1)
                dam.append(-1)
        other = dam if side is sire else sire
        other += [-1] * (len(side) - len(other))
    size = len(sire)
    order = [*range(n, size), *pedigree.order]
    chosen, found = [], []
    while True:
        t = np.zeros((size, size))
        for i in order:
            t[i, i] = 1.0
            if i not in chosen:
                for p in (sire[i], dam[i]):
                    if p >= 0:
                        t[i] += 0.5 * t[p]
        through = t[cohort].mean(axis=0)
        known = t[:, chosen].sum(axis=1) if chosen else np.zeros(size)
        own = np.isin(np.arange(size), cohort) / len(cohort)
        is_possible = [k not in chosen and (through[k] > own[k] + 1e-12 or sire[k] < 0) for k in range(size)]
        marginal = np.where(is_possible, through * (1.0 - known), 0.0)
        if marginal.max() < 1e-12:
            return found
        best = next(k for k in order if marginal[k] >= marginal.max() * (1.0 - 1e-9))
        chosen.append(best)
        found.append((best if best < n else -1, marginal[best]))


@given(seeds, st.integers(2, 14))
def test_ancestors_are_chosen_as_by_matrices(seed, n):
    rng = np.random.default_rng(seed)
    pedigree = Pedigree(*random_pedigree(rng, n))
    cohort = np.unique(rng.integers(0, n, 3))
    found, expected = effective_ancestors(pedigree, cohort), boichard(pedigree, cohort)
    np.testing.assert_allclose(found.contributions, [share for _, share in expected], atol=1e-9)
    assert found.explained == pytest.approx(1.0)
    assert found.effective_number == pytest.approx(1.0 / sum(share**2 for _, share in expected))
    assert found.effective_number <= effective_founders(pedigree, cohort) + 1e-9


@given(seeds, st.integers(6, 30), st.integers(1, 3))
def test_the_effective_number_lies_between_its_bounds(seed, n, most):
    rng = np.random.default_rng(seed)
    pedigree = Pedigree(*random_pedigree(rng, n))
    cohort = np.unique(rng.integers(0, n, 4))
    some, everyone = effective_ancestors(pedigree, cohort, most), effective_ancestors(pedigree, cohort)
    assert some.lower - 1e-9 <= everyone.effective_number <= some.upper + 1e-9


def test_published_effective_numbers():
    """Lacy 1989 prints 2.91 founder equivalents; Boichard et al. 1997 four founders and two ancestors."""
    assert effective_founders(LACY, [2, 3, 5, 6]) == pytest.approx(2.91, abs=0.005)
    lambs = range(6, 14)
    assert effective_founders(BOICHARD, lambs) == 4.0
    assert effective_ancestors(BOICHARD, lambs).effective_number == 2.0
    assert genetic_contributions(BOICHARD, lambs)[:4].tolist() == [0.25] * 4


def test_metafounders_are_refused():
    pedigree = Pedigree([-1], [-1], Groups([0], [0], 1, 0.4))
    with pytest.raises(ModelError) as caught:
        partial_inbreeding(pedigree, [0], [0])
    assert caught.value.code == "metafounders"
