"""Alleles as text, and how the alleles of two chips fit."""

import numpy as np
import pytest
from bellwether_engine import ModelError
from bellwether_engine.genotypes import Fit, Markers, compare_alleles, from_alleles, pack, swap_alleles, to_bed
from hypothesis import given
from hypothesis import strategies as st

from ..twins import shared_file
from .test_quality import sheep
from .twins import random_codes

COMPLEMENT = dict(zip("ACGT", "TGCA", strict=True))
PAIRS = st.tuples(st.sampled_from("ACGT"), st.sampled_from("ACGT")).filter(lambda pair: pair[0] != pair[1])


def test_ped_of_real_sheep_is_its_bed():
    packed, _, bim = sheep()
    text = shared_file("datasets/sheep_kijas2016/Kijas2016_Sheep_subset.ped").read_text()
    cells = np.array([line.split()[6:] for line in text.splitlines()])
    found, counted, other = from_alleles(cells[:, ::2], cells[:, 1::2])
    for j, row in enumerate(bim):
        known = [allele for allele in (counted[j], other[j]) if allele]
        assert set(known) == set(row[4:6]) - {"0"}
    swap = np.array([row[4] not in ("0", counted[j]) for j, row in enumerate(bim)])
    frequency = np.array([(cells[:, [2 * j, 2 * j + 1]] == counted[j]).sum() for j in np.flatnonzero(swap)])
    called = np.array([(cells[:, [2 * j, 2 * j + 1]] != "0").sum() for j in np.flatnonzero(swap)])
    np.testing.assert_array_equal(2 * frequency, called)
    assert to_bed(swap_alleles(found, swap)) == to_bed(packed)


@given(st.integers(0, 2**32 - 1))
def test_the_rarer_allele_is_counted(seed):
    codes = random_codes(np.random.default_rng(seed), 9, 6, missing=0.2)
    first = np.where(codes == 3, "0", np.where(codes == 2, "T", "C"))
    second = np.where(codes == 3, "0", np.where(codes >= 1, "T", "C"))
    packed, counted, other = from_alleles(first, second)
    found = packed.unpack()
    for j in range(6):
        called = codes[:, j] != 3
        if counted[j] == "T":
            np.testing.assert_array_equal(found[:, j], codes[:, j])
        elif counted[j] == "C":
            np.testing.assert_array_equal(found[called, j], 2 - codes[called, j])
        assert found[called, j].sum() <= called.sum()
        assert other[j] != counted[j]


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        ([["A"]], [["A"], ["A"]], "shape"),
        ([["A"], ["C"]], [["A"], ["G"]], "multi_allelic"),
    ],
)
def test_refused(first, second, code):
    with pytest.raises(ModelError) as refusal:
        from_alleles(first, second)
    assert refusal.value.code == code


def fits(pair, reference):
    return Fit(compare_alleles(*([a] for a in pair), *([a] for a in reference))[0])


@given(PAIRS, PAIRS)
def test_fit_by_the_definition(pair, reference):
    other_strand = tuple(COMPLEMENT[a] for a in pair)
    ambiguous = COMPLEMENT[pair[0]] == pair[1]
    expected = Fit.DIFFERENT
    for way, alleles in (
        (Fit.FLIPPED_AND_SWAPPED, other_strand[::-1]),
        (Fit.FLIPPED, other_strand),
        (Fit.SWAPPED, pair[::-1]),
        (Fit.SAME, pair),
    ):
        if alleles == reference:
            expected = Fit.AMBIGUOUS if ambiguous else way
    assert fits(pair, reference) is expected
    assert (fits(reference, pair) is Fit.DIFFERENT) == (expected is Fit.DIFFERENT)


def test_unknown_alleles():
    assert fits(("", "A"), ("G", "A")) is Fit.SAME
    assert fits(("", "A"), ("A", "G")) is Fit.SWAPPED
    assert fits(("", "T"), ("A", "G")) is Fit.FLIPPED_AND_SWAPPED
    assert fits(("", ""), ("A", "G")) is Fit.UNKNOWN
    assert fits(("", "A"), ("A", "T")) is Fit.AMBIGUOUS
    with pytest.raises(ModelError):
        compare_alleles(["A"], ["C"], ["A", "A"], ["C", "C"])


@given(st.integers(0, 2**32 - 1))
def test_swapping_twice_changes_nothing(seed):
    rng = np.random.default_rng(seed)
    codes = random_codes(rng, 7, 5, missing=0.2)
    swap = rng.random(5) < 0.5
    once = swap_alleles(pack(codes), swap)
    np.testing.assert_array_equal(once.unpack(), np.where(swap & (codes != 3), 2 - codes, codes))
    np.testing.assert_array_equal(swap_alleles(once, swap).unpack(), codes)


def test_columns_of_markers():
    markers = Markers.of(["s1", "s2"], ["1", "X"], [5, 6], ["a", "0"], ["G", "."])
    assert markers.counted.tolist() == ["A", ""]
    assert markers.other.tolist() == ["G", ""]
    with pytest.raises(ModelError):
        Markers.of(["s1", "s2"], ["1"], [5], ["A"], ["G"])
