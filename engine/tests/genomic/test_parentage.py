"""Parentage: likelihoods against enumeration, and who is never accepted."""

from itertools import product

import numpy as np
import pytest
from bellwether_engine import ModelError
from bellwether_engine.genotypes import pack
from bellwether_engine.parentage import ParentageRules, assign_parents
from bellwether_engine.parentage.likelihood import TRIOS, Role, trio_scores, trio_tables
from hypothesis import given
from hypothesis import strategies as st

from .twins import random_codes

SHARE = {Role.PARENT: 1.0, Role.SECOND_DEGREE: 0.5, Role.THIRD_DEGREE: 0.25}


def seen(call, true, e):
    return 1.0 if call == 3 else (1.0 - e if call == true else e / 2)


def gamete(genotype, allele, share, p):
    random = p if allele else 1 - p
    return share * (genotype / 2 if allele else 1 - genotype / 2) + (1 - share) * random


def lamb(genotype, first, second):
    """P(genotype) given P(allele 1) of each gamete."""
    return sum(
        (first if a else 1 - first) * (second if b else 1 - second)
        for a, b in product((0, 1), repeat=2)
        if a + b == genotype
    )


def joint(roles, calls, p, e):
    """P(calls of sire, dam, offspring), every true genotype in turn, an unknown sire of full sibs included."""
    prior = [(1 - p) ** 2, 2 * p * (1 - p), p * p]
    total = 0.0
    for s, d, o in product(range(3), repeat=3):
        if Role.FULL_SIB in roles:
            sib, parent = (s, d) if roles[0] is Role.FULL_SIB else (d, s)
            true = prior[parent] * sum(
                prior[f] * lamb(sib, f / 2, parent / 2) * lamb(o, f / 2, parent / 2) for f in range(3)
            )
        else:
            first, second = (gamete(g, 1, SHARE[role], p) for g, role in zip((s, d), roles, strict=True))
            true = prior[s] * prior[d] * lamb(o, first, second)
        total += true * np.prod([seen(call, t, e) for call, t in zip(calls, (s, d, o), strict=True)])
    return total


@pytest.mark.parametrize("p", [0.07, 0.5])
def test_tables_by_enumeration(p):
    e = 0.013
    tables = trio_tables(np.array([p]), e)[0]
    prior = [(1 - p) ** 2, 2 * p * (1 - p), p * p]
    for h, roles in enumerate(TRIOS):
        for s, d, o in product(range(4), repeat=3):
            parents = joint(roles, (s, d, 3), p, e)
            alone = sum(prior[t] * seen(o, t, e) for t in range(3))
            expected = np.log10(joint(roles, (s, d, o), p, e) / parents / alone)
            assert tables[h, s, d, o] == pytest.approx(expected, abs=1e-10)


def test_scores_are_sums_of_the_tables():
    rng = np.random.default_rng(12)
    codes = random_codes(rng, 9, 3000, missing=0.1)
    p = rng.uniform(0.1, 0.9, 3000)
    trios = np.array([[0, 1, 2], [3, -1, 4], [5, 6, -1], [7, -1, -1]], dtype=np.int32)
    tables = trio_tables(p, 0.01)
    found = trio_scores(pack(codes), p, 0.01, trios)
    for k, trio in enumerate(trios):
        o, s, d = (codes[i] if i >= 0 else np.full(3000, 3) for i in trio)
        np.testing.assert_allclose(found[k], tables[np.arange(3000), :, s, d, o].sum(axis=0), atol=1e-8)
    np.testing.assert_allclose(found[3], 0, atol=1e-9)


class Flock:
    """Haplotypes by animal; animals mate, calls go wrong."""

    def __init__(self, seed, n_markers, n_founders=40):
        self.rng = np.random.default_rng(seed)
        self.p = self.rng.uniform(0.3, 0.7, n_markers)
        self.haplotypes = [(self.rng.random((2, n_markers)) < self.p).astype(np.uint8) for _ in range(n_founders)]

    def mate(self, sire, dam):
        pick = np.arange(len(self.p))
        gametes = [self.haplotypes[i][self.rng.integers(0, 2, len(self.p)), pick] for i in (sire, dam)]
        self.haplotypes.append(np.array(gametes))
        return len(self.haplotypes) - 1

    def packed(self, error_rate=0.005):
        codes = np.array([pair.sum(axis=0) for pair in self.haplotypes], dtype=np.uint8)
        wrong = self.rng.random(codes.shape) < error_rate
        codes[wrong] = self.rng.integers(0, 3, wrong.sum())
        return pack(codes)


def test_every_true_parent_is_found_and_no_other():
    flock = Flock(1, 800)
    parents = [(s, d) for s in range(8) for d in range(8, 14)]
    lambs = [flock.mate(s, d) for s, d in parents]
    claims = assign_parents(flock.packed(), lambs, range(8), range(8, 14))
    assert [(a.parent, b.parent) for a, b in zip(claims[::2], claims[1::2], strict=True)] == parents
    assert all(claim.lod > 20 and claim.delta >= 2 and claim.opposing <= claim.limit for claim in claims)


@pytest.mark.parametrize("n_markers", [80, 150, 400, 3000])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_sires_full_brother_is_not_the_sire(n_markers, seed):
    flock = Flock(seed, n_markers)
    dams = list(range(10, 20))
    brothers = [(flock.mate(0, 1), flock.mate(0, 1)) for _ in range(6)]
    lambs = [flock.mate(sire, dam) for sire, _ in brothers for dam in dams[:4]]
    packed = flock.packed()
    others = [brother for _, brother in brothers]
    for mothers in (dams, []):
        claims = assign_parents(packed, lambs, [*others, 2, 3], mothers)
        assert not [claim for claim in claims if claim.role == "sire" and claim.verdict == "accepted"]
    claims = assign_parents(packed, lambs, [b for pair in brothers for b in pair], dams)
    found = [claim.parent for claim in claims if claim.role == "sire"]
    true = [sire for sire, _ in brothers for _ in range(4)]
    assert all(f in (t, -1) for f, t in zip(found, true, strict=True))
    if n_markers >= 400:
        assert found == true


def test_the_best_of_bad_candidates_is_excluded():
    flock = Flock(4, 1500)
    lamb = flock.mate(30, 31)
    sire, dam = assign_parents(flock.packed(), [lamb], range(10), range(10, 20))
    for claim in (sire, dam):
        assert (claim.verdict, claim.parent) == ("excluded", -1)
        assert claim.opposing > claim.limit
        assert "all candidates are excluded" in claim.reason
        assert np.isnan(claim.lod)


def test_older_relatives_are_not_parents():
    flock = Flock(5, 1500)
    brother, sister, half = flock.mate(0, 20), flock.mate(0, 20), flock.mate(0, 21)
    lamb = flock.mate(0, 20)
    sire, dam = assign_parents(flock.packed(), [lamb], [brother], [sister, half, 20])
    assert sire.parent == -1
    assert dam.parent == 20
    sire, dam = assign_parents(flock.packed(), [lamb], [brother, 0], [sister, half])
    assert (sire.parent, dam.parent) == (0, -1)


def test_age_decides_where_genotypes_cannot():
    flock = Flock(6, 1000)
    ram = flock.mate(0, 20)
    lamb = flock.mate(ram, 21)
    packed = flock.packed()
    born = np.full(packed.n_animals, np.nan)
    born[[0, ram, lamb]] = 0, 800, 1600
    assert assign_parents(packed, [ram], [0, lamb], [], birth_day=born)[0].parent == 0
    assert assign_parents(packed, [ram], [lamb], [], birth_day=born)[0].verdict == "no_candidate"
    born[ram] = 1500
    assert assign_parents(packed, [lamb], [ram], [], birth_day=born)[0].verdict == "no_candidate"


def test_what_stays_undecided_says_why():
    flock = Flock(7, 300)
    lamb = flock.mate(0, 20)
    packed = flock.packed(0.0)
    few = ParentageRules(min_compared=500)
    claim = assign_parents(packed, [lamb], [0], [20], rules=few)[0]
    assert claim.verdict == "undecided"
    assert "500 are needed" in claim.reason
    high = ParentageRules(min_lod=90)
    assert "below 90" in assign_parents(packed, [lamb], [0], [20], rules=high)[0].reason
    twice = packed.animals([*range(packed.n_animals), 0])
    claim = assign_parents(twice, [lamb], [0, twice.n_animals - 1], [20])[0]
    assert (claim.verdict, claim.delta) == ("undecided", 0.0)
    assert {claim.candidate, claim.rival} == {0, twice.n_animals - 1}
    assert "another candidate" in claim.reason


@given(st.integers(0, 2**32 - 1), st.integers(20, 120))
def test_every_claim_keeps_the_rules(seed, n_markers):
    flock = Flock(seed, n_markers, n_founders=8)
    lambs = [flock.mate(int(flock.rng.integers(0, 4)), int(flock.rng.integers(4, 8))) for _ in range(4)]
    rules = ParentageRules(min_compared=5)
    animals = range(len(flock.haplotypes))
    claims = assign_parents(flock.packed(0.02), lambs, animals, animals, rules=rules)
    assert [claim.offspring for claim in claims] == [i for i in lambs for _ in range(2)]
    for claim in claims:
        assert claim.candidate != claim.offspring
        assert claim.parent in (-1, claim.candidate)
        if claim.verdict == "accepted":
            assert claim.lod >= rules.min_lod
            assert claim.delta >= rules.min_delta
            assert claim.opposing <= claim.limit
            assert claim.compared >= rules.min_compared


def test_limit_follows_error_rate_and_number_of_markers():
    limits = []
    for n_markers, rate in ((300, 0.005), (3000, 0.005), (3000, 0.05)):
        flock = Flock(8, n_markers)
        lamb = flock.mate(0, 20)
        rules = ParentageRules(error_rate=rate)
        limits.append(assign_parents(flock.packed(), [lamb], [0], [], rules=rules)[0].limit)
    assert limits[0] < limits[1] < limits[2]


def test_refused():
    packed = pack(random_codes(np.random.default_rng(1), 4, 10))
    with pytest.raises(ModelError):
        assign_parents(packed, [4], [0], [1])
    with pytest.raises(ModelError):
        assign_parents(packed, [3], [0], [1], birth_day=[1.0])
    for wrong in ({"error_rate": 0.0}, {"most": 0}, {"min_age_days": 9e9}):
        with pytest.raises(ModelError):
            ParentageRules(**wrong)
