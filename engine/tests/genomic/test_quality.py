"""Quality control: slow twins, and PLINK's numbers for 100 real sheep (the data are not shipped)."""

from fractions import Fraction
from math import comb

import numpy as np
import pytest
from bellwether_engine import ModelError
from bellwether_engine.genotypes import (
    animal_quality,
    count_markers,
    duplicates,
    exclusion_limit,
    from_bed,
    genotype_bits,
    hardy_weinberg,
    marker_quality,
    mendelian_conflicts,
    opposing_homozygotes,
    pack,
)
from bellwether_engine.relationships import centre, genomic_relationship
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from ..twins import case, shared_file
from .twins import random_codes


def exact_p(first, het, second):
    """In fractions: all ways to spread the alleles over the animals."""
    n, rare = first + het + second, 2 * min(first, second) + het
    ways = {}
    for h in range(rare % 2, rare + 1, 2):
        homs = (rare - h) // 2
        if homs + h <= n:
            ways[h] = comb(n, homs) * comb(n - homs, h) * 2**h
    return float(Fraction(sum(w for w in ways.values() if w <= ways[het]), sum(ways.values())))


@given(st.integers(0, 25), st.integers(0, 25), st.integers(0, 25))
def test_hardy_weinberg_in_fractions(first, het, second):
    expected = exact_p(first, het, second)
    assert hardy_weinberg([[first, het, second]])[0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("counts", [(300, 5, 200), (40, 460, 30), (3, 0, 600), (250, 251, 60), (0, 500, 0)])
def test_hardy_weinberg_counts_every_number_that_matters(counts):
    """Far tails on either side, where most numbers of heterozygotes are too unlikely to be looked at."""
    assert hardy_weinberg([counts])[0] == pytest.approx(exact_p(*counts), rel=1e-12, abs=0)


def test_hardy_weinberg_of_many_animals():
    p = hardy_weinberg([[250_000, 500_000, 250_000], [500_000, 0, 500_000], [0, 0, 0]])
    assert p[0] == pytest.approx(1.0)
    assert p[1] < 1e-300
    assert p[2] == 1.0
    with pytest.raises(ModelError):
        hardy_weinberg([[1, -1, 0]])
    with pytest.raises(ModelError):
        hardy_weinberg([1, 2, 3])


def test_quality_against_plain_numpy():
    codes = random_codes(np.random.default_rng(3), 31, 90, missing=0.2)
    codes[:, 5], codes[:, 7], codes[3] = 3, 2, 3
    packed, calls = pack(codes), np.where(codes == 3, np.nan, codes.astype(float))
    with np.errstate(invalid="ignore"), pytest.warns(RuntimeWarning):
        p = np.nanmean(calls, axis=0) / 2
    markers = marker_quality(packed)
    np.testing.assert_allclose(markers.call_rate, (codes != 3).mean(axis=0))
    np.testing.assert_allclose(markers.maf, np.minimum(p, 1 - p), atol=1e-15)
    use = (p > 0) & (p < 1)
    called = codes[:, use] != 3
    observed = ((codes[:, use] % 2 == 0) & called).sum(axis=1)
    expected = (called * (1 - 2 * p * (1 - p))[use]).sum(axis=1)
    with np.errstate(invalid="ignore"):
        f = (observed - expected) / (called.sum(axis=1) - expected)
    animals = animal_quality(packed)
    np.testing.assert_allclose(animals.f, f, atol=1e-12)
    assert np.isnan(animals.f[3])
    np.testing.assert_allclose(animals.call_rate, (codes != 3).mean(axis=1))
    half = np.arange(90) < 45
    np.testing.assert_allclose(animal_quality(packed, autosomal=half).f, animal_quality(packed.markers(half)).f)


def sheep():
    prefix = shared_file("datasets/sheep_kijas2016/kijas.bed")
    names = [line.split()[1] for line in prefix.with_suffix(".fam").read_text().splitlines()]
    markers = [line.split() for line in prefix.with_suffix(".bim").read_text().splitlines()]
    return from_bed(prefix.read_bytes(), len(names), len(markers)), names, markers


@pytest.mark.reference("sheep_kijas_qc")
def test_plink_of_real_sheep():
    packed, names, bim = sheep()
    data = case("sheep_kijas_qc")
    expected, atol = data["expected"], data["tolerance"]
    assert (packed.n_animals, packed.n_markers) == (expected["n_animals"], expected["n_snps"])
    markers, animals = marker_quality(packed), animal_quality(packed)
    assert markers.maf.mean() == pytest.approx(expected["mean_maf"], abs=atol)
    assert (markers.maf < 0.05).sum() == expected["n_maf_below_0_05"]
    assert (markers.maf == 0).sum() == expected["n_monomorphic"]
    assert (markers.p_hardy_weinberg < 1e-6).sum() == expected["n_hwe_p_below_1e_6"]
    assert (markers.call_rate < 0.95).sum() == expected["snps_callrate_below_0_95"]
    assert (animals.call_rate < 0.95).sum() == expected["animals_callrate_below_0_95"]
    np.testing.assert_allclose(animals.f, [expected["het_F"][name] for name in names], atol=atol)
    for j, (snp, hwe) in enumerate(zip(expected["first_20_snps"], expected["first_20_hwe"], strict=True)):
        assert (bim[j][1], bim[j][4]) == (snp["snp"], snp["A1"])
        assert markers.maf[j] == pytest.approx(snp["MAF"], abs=atol)
        assert "/".join(map(str, markers.counts[j, 2::-1])) == hwe["geno"]
        assert markers.p_hardy_weinberg[j] == pytest.approx(hwe["p"], abs=atol)


@pytest.mark.reference("sheep_kijas_qc")
def test_plink_relationships_of_real_sheep():
    """PLINK divides by the calls that a pair has in common, monomorphic markers included."""
    packed, _, _ = sheep()
    g = genomic_relationship(centre(packed, relationship="vanraden2"))
    varies = int((marker_quality(packed).maf > 0).sum())
    called = (packed.unpack() != 3).astype(float)
    expected = case("sheep_kijas_qc")["expected"]
    plink = g * varies / (called @ called.T)
    np.testing.assert_allclose(np.diag(plink)[:5], expected["grm_plink2_diag_first5"], atol=1e-4)
    found = [plink[0, 1], plink[0, 2], plink[1, 2]]
    np.testing.assert_allclose(found, expected["grm_plink2_offdiag_01_02_12"], atol=1e-4)


def test_no_duplicates_among_real_sheep():
    packed, _, _ = sheep()
    assert len(duplicates(genotype_bits(packed))) == 0
    twice = packed.animals([*range(100), 17])
    np.testing.assert_array_equal(duplicates(genotype_bits(twice))[:, :2], [[17, 100]])
    assert count_markers(twice).sum() == 101 * packed.n_markers


def test_opposing_homozygotes_and_duplicates_pair_by_pair():
    codes = random_codes(np.random.default_rng(4), 20, 150, missing=0.1)
    codes[7], codes[9] = codes[2], np.where(np.arange(150) < 2, 3, codes[2])
    bits = genotype_bits(pack(codes))
    first, second = np.triu_indices(20, 1)
    opposing, compared = opposing_homozygotes(bits, first, second)
    a, b = codes[first], codes[second]
    np.testing.assert_array_equal(opposing, ((a + b == 2) & (a != 1) & (a != 3) & (b != 3)).sum(axis=1))
    np.testing.assert_array_equal(compared, ((a % 2 == 0) & (b % 2 == 0)).sum(axis=1))
    both = (a != 3) & (b != 3)
    alike = ((a == b) & both).sum(axis=1) >= 0.98 * both.sum(axis=1)
    found = duplicates(bits)
    np.testing.assert_array_equal(found[:, :2], np.column_stack([first, second])[alike])
    np.testing.assert_array_equal(found[:, :2], [[2, 7], [2, 9], [7, 9]])
    with pytest.raises(ModelError):
        duplicates(bits, 0.4)
    with pytest.raises(ModelError):
        opposing_homozygotes(bits, [0], [20])
    with pytest.raises(ModelError):
        opposing_homozygotes(bits, [0], [1, 2])


def test_mendelian_conflicts_call_by_call():
    rng = np.random.default_rng(5)
    codes = random_codes(rng, 30, 60, missing=0.1)
    child, sire, dam = rng.integers(0, 30, 40), rng.integers(-1, 30, 40), rng.integers(-1, 30, 40)
    found = mendelian_conflicts(pack(codes), child, sire, dam)
    gives = {0: {0}, 1: {0, 1}, 2: {1}, 3: {0, 1}}
    wrong = np.zeros((40, 60), bool)
    compared = np.zeros(40, int)
    for k in range(40):
        for j in range(60):
            c, s, d = (3 if i < 0 else codes[i, j] for i in (child[k], sire[k], dam[k]))
            wrong[k, j] = c != 3 and c not in {x + y for x in gives[s] for y in gives[d]}
            compared[k] += c != 3 and (s != 3 or d != 3)
    np.testing.assert_array_equal(found.by_trio, wrong.sum(axis=1))
    np.testing.assert_array_equal(found.by_marker, wrong.sum(axis=0))
    np.testing.assert_array_equal(found.compared, compared)


def test_true_parents_are_kept_and_others_excluded():
    rng = np.random.default_rng(6)
    p = rng.uniform(0.2, 0.8, 2000)
    haplotypes = rng.random((40, 2, 2000)) < p
    sire = rng.integers(0, 20, 30)
    pick = np.arange(2000)
    from_sire = haplotypes[sire][np.arange(30)[:, None], rng.integers(0, 2, (30, 2000)), pick]
    codes = np.vstack([haplotypes.sum(axis=1), from_sire + (rng.random((30, 2000)) < p)]).astype(np.uint8)
    codes[rng.random(codes.shape) < 0.002] = 0
    bits = genotype_bits(pack(codes))
    children, candidates = np.divmod(np.arange(30 * 20), 20)
    opposing, compared = opposing_homozygotes(bits, children + 40, candidates)
    kept = opposing <= exclusion_limit(compared, 0.005)
    np.testing.assert_array_equal(kept, candidates == sire[children])
    with pytest.raises(ModelError):
        exclusion_limit([10], 0.0)


def test_exclusion_limit_is_the_binomial_quantile():
    compared = [0, 1, 10, 100, 20_000, 500_000]
    np.testing.assert_array_equal(exclusion_limit(compared, 0.003), binom.ppf(1 - 1e-6, compared, 0.003))
