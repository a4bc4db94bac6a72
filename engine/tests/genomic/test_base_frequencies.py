"""Frequencies in the bases and Gamma: dense least squares, and what swapping alleles must not change."""

import numpy as np
import pytest
from bellwether_engine import Genomic, Genotypes, Groups, ModelError, Pedigree, Variances
from bellwether_engine.fitting.genetic.genomic import Genotyped
from bellwether_engine.fitting.genetic.kinds import genomic_block
from bellwether_engine.genotypes import pack, swap_alleles
from bellwether_engine.relationships import base_frequencies, metafounder_gamma
from hypothesis import given
from hypothesis import strategies as st

from ..twins import relationship
from .test_single_step import family
from .twins import random_codes


def with_two_groups(pedigree):
    """Group 0 for unknown parents of even animals, 1 for the others."""
    group = np.arange(pedigree.n_animals, dtype=np.int32) % 2
    groups = [np.where(parent < 0, group, -1) for parent in (pedigree.sire, pedigree.dam)]
    return Pedigree(pedigree.sire, pedigree.dam, groups=Groups(*groups, 2))


@pytest.fixture
def flock():
    rng = np.random.default_rng(3)
    animals = rng.permutation(60)[:30].astype(np.int32)
    return with_two_groups(family(rng)), animals, random_codes(rng, 30, 50)


def test_against_dense_least_squares(flock):
    pedigree, animals, codes = flock
    a = relationship(pedigree.sire, pedigree.dam, pedigree.order)
    c, q = np.linalg.inv(a[np.ix_(animals, animals)]), pedigree.group_shares()[animals]
    calls = np.where(codes == 3, np.nan, codes.astype(float))
    calls = np.where(np.isnan(calls), np.nanmean(calls, axis=0), calls)
    expected = np.linalg.solve(q.T @ c @ q, q.T @ c @ calls) / 2
    found = base_frequencies(Genotypes(pack(codes), animals), pedigree, pedigree.inbreeding())
    np.testing.assert_allclose(found, np.clip(expected, 0, 1), atol=1e-10)


def test_founders_are_their_own_base():
    codes = random_codes(np.random.default_rng(4), 40, 30, missing=0.0)
    nobody = np.full(40, -1)
    groups = Groups(np.repeat([0, 1], 20), np.repeat([0, 1], 20), 2)
    found = base_frequencies(Genotypes(pack(codes), np.arange(40)), Pedigree(nobody, nobody, groups=groups))
    np.testing.assert_allclose(found, [codes[:20].mean(axis=0) / 2, codes[20:].mean(axis=0) / 2], atol=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_gamma_does_not_depend_on_the_counted_allele(seed):
    rng = np.random.default_rng(seed)
    pedigree, codes = with_two_groups(family(rng)), random_codes(rng, 60, 20)
    packed, swap = pack(codes), rng.random(20) < 0.5
    once, again = (
        metafounder_gamma(base_frequencies(Genotypes(some, np.arange(60)), pedigree))
        for some in (packed, swap_alleles(packed, swap))
    )
    np.testing.assert_allclose(once, again, atol=1e-10)
    assert (np.linalg.eigvalsh(once) > -1e-12).all()
    assert (np.diag(once) <= 2.0).all()


def test_gamma_is_eight_times_the_variance():
    """Frequencies of Beta(a, a) around a half: gamma is 8 var(p) = 2 / (2 a + 1)."""
    p = np.random.default_rng(5).beta(1.5, 1.5, (1, 200_000))
    assert metafounder_gamma(p)[0, 0] == pytest.approx(2 / 4, rel=0.01)


def test_a_model_may_centre_by_the_base(flock):
    pedigree, animals, codes = flock
    plain, genotypes = Pedigree(pedigree.sire, pedigree.dam), Genotypes(pack(codes), animals)
    f = plain.inbreeding()
    prepared = genomic_block(
        Genotyped.of(Genomic("ssgblup", frequencies="base"), genotypes, plain, f, Variances(1.0, additive=1.0))
    )
    np.testing.assert_allclose(prepared.z.frequency, base_frequencies(genotypes, plain, f)[0], atol=1e-15)


@pytest.mark.parametrize("code", ["no_group", "confounded_groups"])
def test_refused(flock, code):
    pedigree, animals, codes = flock
    if code == "no_group":
        groups = Groups(np.full(60, -1), pedigree.groups.dam, 2)
    else:
        groups = Groups(*[np.where(parent < 0, 0, -1) for parent in (pedigree.sire, pedigree.dam)], 2)
    with pytest.raises(ModelError) as refusal:
        base_frequencies(Genotypes(pack(codes), animals), Pedigree(pedigree.sire, pedigree.dam, groups=groups))
    assert refusal.value.code == code
