"""Identity by descent: a plain twin over pairs, and PLINK's numbers for 100 real sheep (the data are not shipped)."""

from itertools import permutations

import numpy as np
import pytest
from bellwether_engine import ModelError
from bellwether_engine.genotypes import identity_by_descent, pack
from hypothesis import given
from hypothesis import strategies as st

from ..twins import case
from .test_quality import sheep
from .twins import random_codes


@pytest.mark.reference("sheep_kijas_qc")
def test_plink_pi_hat_of_real_sheep():
    packed, names, _ = sheep()
    data = case("sheep_kijas_qc")
    found = identity_by_descent(packed)
    assert len(found.first) == 4950
    top = np.argsort(-found.pi_hat)[:10]
    for k, (pi_hat, first, second) in zip(top, data["expected"]["top_10_pi_hat"], strict=True):
        assert (names[found.first[k]], names[found.second[k]]) == (first, second)
        assert found.pi_hat[k] == pytest.approx(pi_hat, abs=data["tolerance"])
    near = identity_by_descent(packed, min_pi_hat=0.6632 - 5e-5)
    assert len(near.first) == 10


def expected_by_drawing(alleles):
    """Mean chances of 0 and 1 alleles in state, by drawing ordered alleles without replacement."""
    fours, threes = list(permutations(alleles, 4)), list(permutations(alleles, 3))
    zero = np.mean([a + b + c + d == 2 and a == b for a, b, c, d in fours])
    one = np.mean([(a + b + c + d) % 2 == 1 for a, b, c, d in fours])
    shared = np.mean([(a + b) != (a + c) for a, b, c in threes])
    return zero, one, shared


def test_expected_states_and_moments_marker_by_marker():
    codes = random_codes(np.random.default_rng(8), 5, 12, missing=0.1)
    alleles = [[bit for c in column if c != 3 for bit in ([0, 0], [0, 1], [1, 1])[c]] for column in codes.T]
    use = [j for j in range(12) if 0 < sum(alleles[j]) < len(alleles[j])]
    e00, e01, e11 = np.mean([expected_by_drawing(alleles[j]) for j in use], axis=0)
    found = identity_by_descent(pack(codes[:, use]))
    for k in range(len(found.first)):
        a, b = codes[found.first[k]][use].astype(int), codes[found.second[k]][use].astype(int)
        both = (a != 3) & (b != 3)
        distance = abs(a - b)[both]
        z0 = (distance == 2).mean() / e00
        z1 = ((distance == 1).mean() - z0 * e01) / e11
        z = np.array([z0, z1, 1 - z0 - z1])
        assert found.ibs[k] == pytest.approx(1 - distance.mean() / 2)
        assert found.common[k] == both.sum()
        if ((z >= 0) & (z <= 1)).all():
            np.testing.assert_allclose([found.z0[k], found.z1[k], found.z2[k]], z, atol=1e-12)


@given(st.integers(0, 2**32 - 1))
def test_shares_are_probabilities(seed):
    codes = random_codes(np.random.default_rng(seed), 8, 70, missing=0.2)
    found = identity_by_descent(pack(codes))
    z = np.stack([found.z0, found.z1, found.z2])
    assert (z >= 0).all()
    assert (z <= 1 + 1e-12).all()
    np.testing.assert_allclose(z.sum(axis=0), 1, atol=1e-12)
    np.testing.assert_allclose(found.pi_hat, found.z1 / 2 + found.z2)
    least = identity_by_descent(pack(codes), min_pi_hat=0.4)
    np.testing.assert_array_equal(least.pi_hat, found.pi_hat[found.pi_hat >= 0.4])


def test_a_sample_twice_shares_everything_and_sibs_half():
    rng = np.random.default_rng(9)
    p = rng.uniform(0.2, 0.8, 4000)
    founders = (rng.random((30, 2, 4000)) < p).astype(np.uint8)
    pick = np.arange(4000)
    gamete = lambda i: founders[i, rng.integers(0, 2, 4000), pick]  # noqa: E731
    codes = [*founders.sum(axis=1), gamete(0) + gamete(1), gamete(0) + gamete(1), gamete(0) + gamete(2)]
    found = identity_by_descent(pack(np.array([*codes, codes[5]])))
    share = {(a, b): k for k, (a, b) in enumerate(zip(found.first.tolist(), found.second.tolist(), strict=True))}
    expected = {(5, 33): (0, 0, 1), (0, 30): (0, 1, 0), (30, 31): (0.25, 0.5, 0.25), (30, 32): (0.5, 0.5, 0)}
    for pair, z in expected.items():
        k = share[pair]
        np.testing.assert_allclose([found.z0[k], found.z1[k], found.z2[k]], z, atol=0.08)


def test_refused():
    with pytest.raises(ModelError) as refusal:
        identity_by_descent(pack([[0, 2], [0, 2]]))
    assert refusal.value.code == "no_variation"
    with pytest.raises(ModelError) as refusal:
        identity_by_descent(pack([[0], [2]]), min_pi_hat=2.0)
    assert refusal.value.code == "bad_option"
